package ui

import (
	"slices"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"
	"github.com/stretchr/testify/require"

	"paravent/app/phone"
	"paravent/settings"
	"paravent/ui/uitest"
)

// openAudience opens the page "who can call me"; to moves the time of window
// and phone.
func openAudience(t *testing.T, f *uitest.Fake) (w *Window, s uitest.Screen, to func(time.Time)) {
	t.Helper()
	t.Setenv("PARAVENT_RENDER", "raster")
	now, world := uitest.Now, still()
	world.now = func() time.Time { return now }
	w = newWindow(test.NewTempApp(t), f, world)
	w.Show()
	t.Cleanup(w.Close)
	w.main.open(pageAudience)
	return w, uitest.Screen{T: t, Window: w.win}, func(later time.Time) {
		now = later
		f.SetNow(later)
		w.tick()
	}
}

func audienceScenes() map[string]func(*testing.T, *uitest.Fake, *Window, uitest.Screen) {
	return map[string]func(*testing.T, *uitest.Fake, *Window, uitest.Screen){
		"audience": func(_ *testing.T, _ *uitest.Fake, w *Window, _ uitest.Screen) { w.main.open(pageAudience) },
		"audience-expecting": func(_ *testing.T, f *uitest.Fake, w *Window, _ uitest.Screen) {
			_ = f.Expect(time.Hour)
			w.main.open(pageAudience)
		},
		"audience-disturb": func(_ *testing.T, f *uitest.Fake, w *Window, _ uitest.Screen) {
			_ = f.Disturb(true, uitest.Now.Add(18*time.Hour-5*time.Minute))
			w.main.open(pageAudience)
		},
		"audience-schedule": func(_ *testing.T, f *uitest.Fake, w *Window, s uitest.Screen) {
			quietTimes(f)
			w.main.open(pageAudience)
			s.Tap(w.env.Words.T("schedule.change-this", "when", w.env.Words.Days(working)+", "+w.env.Words.Times(working)))
			s.Type("22:00", "25")
			s.Tap(w.env.Words.T("schedule.save"))
		},
		"audience-person": func(_ *testing.T, f *uitest.Fake, w *Window, s uitest.Screen) {
			permit(f, "Old Laptop", phone.PermissionNever)
			permit(f, "Sam", phone.PermissionAlways)
			w.main.open(pageAudience)
			s.Tap(w.env.Words.T("may.add"))
			s.Type(w.env.Words.T("contacts.search"), "el")
		},
		"audience-quiet": func(_ *testing.T, f *uitest.Fake, w *Window, _ uitest.Screen) {
			quietTimes(f)
			w.main.open(pageHistory)
		},
		"audience-lockdown": func(_ *testing.T, f *uitest.Fake, w *Window, _ uitest.Screen) {
			_ = f.UpdateSettings(func(s *settings.Settings) { s.Privacy.Lockdown = true })
			w.main.open(pageAudience)
		},
	}
}

var working = settings.Period{Days: []settings.Day{"mon", "tue", "wed", "thu", "fri"}, From: "14:00", To: "16:30"}

// quietTimes makes a weekly schedule that is in force at uitest.Now, a Monday.
func quietTimes(f *uitest.Fake) {
	_ = f.UpdateSettings(func(s *settings.Settings) {
		s.Calls.DoNotDisturb.Schedule = []settings.Period{
			working,
			{Days: settings.Days, From: "22:00", To: "07:00"},
		}
	})
}

func permit(f *uitest.Fake, name string, may phone.Permission) {
	for _, c := range f.Contacts() {
		if c.Name == name {
			c.Permission = may
			_ = f.PutContact(c)
		}
	}
}

func permission(f *uitest.Fake, name string) phone.Permission {
	for _, c := range f.Contacts() {
		if c.Name == name {
			return c.Permission
		}
	}
	return "not in the address book"
}

// The sentence at the top follows every choice at once.
func TestAudienceSentenceFollowsEveryChoice(t *testing.T) {
	f := uitest.New()
	_, s, _ := openAudience(t, f)
	require.True(t, s.Sees("Only people in your address book can ring"))
	for _, step := range []struct{ tap, says string }{
		{"Audio only", "Calls are held without pictures."},
		{"Silence", "Only people in your address book can ring; others get no answer at all. Calls are held without pictures."},
		{"Knock", "Whoever may not ring can knock: leave a short text"},
		{"Everyone", "Anyone who has your call address can ring."},
		{"Everyone", "Only people in your address book can ring"},
		{"People in your address book", "Nobody is allowed"},
		{"People you follow (your favourites)", "Only your favourites can ring"},
		{"Verified people", "Only your favourites and people you have verified can ring"},
		{"People you follow (your favourites)", "Only people you have verified can ring"},
		{"Enable audio and video calls", "No call rings here"},
		{"Enable audio and video calls", "Only people you have verified can ring"},
		{"Until I switch it off", "Do not disturb is on: no call rings."},
		{"People who may always call", "Do not disturb is on: only these can ring: people who may always call."},
		{"Off", "Only people you have verified can ring"},
	} {
		s.Tap(step.tap)
		require.True(t, s.Sees(step.says), "%s: %q", step.tap, s.Texts())
	}
	c := f.Settings().Calls
	require.Equal(t, []settings.Audience{settings.AudienceVerified}, c.Audience)
	require.Equal(t, settings.MediaAudio, c.Media)
	require.Equal(t, settings.UnknownKnock, c.Unknown)
	require.Equal(t, []settings.Exception{settings.ExceptAlways}, c.DoNotDisturb.Exceptions)
}

func TestAudienceGroupsStandWithinEveryone(t *testing.T) {
	f := uitest.New()
	_, s, _ := openAudience(t, f)
	s.Tap("Everyone")
	s.Tap("People you follow (your favourites)")
	require.Equal(t, []settings.Audience{settings.AudienceContacts, settings.AudienceEveryone}, f.Settings().Calls.Audience)
	require.False(t, s.Sees("you cannot call anyone either"))
	s.Tap("Enable audio and video calls")
	require.True(t, s.Sees("you cannot call anyone either"))
	for _, still := range []string{"Everyone", "Audio only", "Silence", "For 1 hour"} {
		s.Tap(still) // nothing of it counts now
	}
	c := f.Settings().Calls
	require.False(t, c.Enabled)
	require.Equal(t, []settings.Audience{settings.AudienceContacts, settings.AudienceEveryone}, c.Audience)
	require.Equal(t, []any{settings.MediaAudioVideo, settings.UnknownKnock}, []any{c.Media, c.Unknown})
	require.True(t, c.ExpectingUntil.IsZero())
}

func TestVerifiedIsDisabledWhileNobodyIs(t *testing.T) {
	f := uitest.New()
	_, s, _ := openAudience(t, f)
	require.False(t, s.Sees("Nobody is verified yet"))
	for _, c := range f.Contacts() {
		c.Trust = phone.Unverified
		require.NoError(t, f.PutContact(c))
	}
	require.True(t, s.Sees("Nobody is verified yet"))
	s.Tap("Verified people")
	require.Equal(t, []settings.Audience{settings.AudienceContacts}, f.Settings().Calls.Audience)
}

// A choice that could not be saved is told, and the page shows what is so.
func TestAudienceTellsWhatWasNotSaved(t *testing.T) {
	f := uitest.New()
	w, s, _ := openAudience(t, f)
	f.Fail(settings.ErrBadValue)
	s.Tap("People in your address book")
	require.Contains(t, w.main.banner.Text(), "not possible")
	require.True(t, s.Checked("People in your address book"))
	f.Fail(phone.ErrDiskFull)
	s.Tap("For 1 hour")
	require.Contains(t, w.main.banner.Text(), "disk is full")
	require.False(t, s.Sees("You expect a call"))
}

func TestExpectingCountsDownAndEnds(t *testing.T) {
	f := uitest.New()
	_, s, to := openAudience(t, f)
	s.Tap("For 1 hour")
	require.Equal(t, settings.At(uitest.Now.Add(time.Hour)), f.Settings().Calls.ExpectingUntil)
	require.True(t, s.Sees("You expect a call"))
	require.True(t, s.Sees("On until 15:05 (1 h 0 min left)"))
	to(uitest.Now.Add(time.Minute))
	require.True(t, s.Sees("On until 15:05 (59 min left)"))
	to(uitest.Now.Add(time.Hour - time.Second))
	require.True(t, s.Sees("(1 min left)"))
	to(uitest.Now.Add(time.Hour))
	require.False(t, s.Sees("You expect a call"), "it ends by itself")
	require.False(t, s.Sees("On until"))
	s.Tap("For 1 hour")
	s.Tap("End")
	require.True(t, f.Settings().Calls.ExpectingUntil.IsZero())
	require.True(t, s.Sees("Only people in your address book can ring"))
}

func TestExpectingAndDisturbEndEachOtherOnThePage(t *testing.T) {
	f := uitest.New()
	_, s, to := openAudience(t, f)
	s.Tap("For 1 hour")
	s.Tap("Until tomorrow, 08:00")
	c := f.Settings().Calls
	require.True(t, c.ExpectingUntil.IsZero())
	require.Equal(t, settings.At(time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)), c.DoNotDisturb.Now.Until)
	require.True(t, s.Sees("On until tomorrow, 08:00 (17 h 55 min left)"))
	s.Tap("For 1 hour") // of "I am expecting a call", which comes first
	require.False(t, f.Settings().Calls.DoNotDisturb.Now.On)
	s.Tap("Until I switch it off")
	require.Equal(t, settings.Switch{On: true}, f.Settings().Calls.DoNotDisturb.Now)
	require.True(t, s.Sees("On until you switch it off"))
	to(uitest.Now.Add(72 * time.Hour))
	require.True(t, s.Sees("Do not disturb is on: no call rings."))
	s.Tap("Off")
	require.False(t, f.Settings().Calls.DoNotDisturb.Now.On)
}

// The weekly schedule begins and ends while the page is looked at.
func TestAudienceFollowsTheClock(t *testing.T) {
	f := uitest.New()
	require.NoError(t, f.UpdateSettings(func(s *settings.Settings) {
		s.Calls.DoNotDisturb.Schedule = []settings.Period{{Days: []settings.Day{"mon"}, From: "14:06", To: "14:08"}}
	}))
	_, s, to := openAudience(t, f)
	require.True(t, s.Sees("Only people in your address book can ring"))
	to(uitest.Now.Add(time.Minute))
	require.True(t, s.Sees("Do not disturb is on"))
	require.True(t, s.Sees("On until 14:08, by the quiet times of the week"))
	to(uitest.Now.Add(3 * time.Minute))
	require.True(t, s.Sees("Only people in your address book can ring"))
	to(uitest.Now.Add(2 * time.Minute)) // the clock is put back
	require.True(t, s.Sees("Do not disturb is on"))
}

func TestLockdownOnTheAudiencePage(t *testing.T) {
	f := uitest.New()
	require.NoError(t, f.UpdateSettings(func(s *settings.Settings) {
		s.Calls.Audience, s.Privacy.Lockdown = []settings.Audience{settings.AudienceEveryone}, true
	}))
	before := f.Settings()
	_, s, _ := openAudience(t, f)
	require.True(t, s.Sees("Only people in your address book can ring; others get no answer at all."))
	require.True(t, s.Sees("Lockdown lets nobody knock."))
	require.False(t, s.Checked("Everyone"))
	require.True(t, s.Checked("People in your address book"))
	for _, name := range []string{"Everyone", "People in your address book", "Knock", "For 1 hour"} {
		s.Tap(name)
	}
	require.Equal(t, before, f.Settings())
}

func TestScheduleIsEdited(t *testing.T) {
	f := uitest.New()
	w, s, to := openAudience(t, f)
	s.Tap("Add a quiet time")
	require.True(t, s.Sees("Every day, 22:00–07:00, ends the next day"))
	for _, day := range []string{"Mon", "Tue", "Wed", "Thu", "Fri"} {
		s.Tap(day)
	}
	require.True(t, s.Sees("Saturday and Sunday, 22:00–07:00, ends the next day"))
	s.Type("22:00", "9h5") // not a time yet
	require.False(t, s.Sees("Saturday and Sunday, "))
	s.Type("22:00", "9h")
	s.Type("07:00", "24:00")
	require.True(t, s.Sees("Saturday and Sunday, 09:00–00:00"))
	require.False(t, s.Sees("ends the next day"), "midnight is its own word")
	s.Tap("Save")
	weekend := settings.Period{Days: []settings.Day{"sat", "sun"}, From: "09:00", To: "00:00"}
	require.Equal(t, []settings.Period{weekend}, f.Settings().Calls.DoNotDisturb.Schedule)
	require.True(t, s.Sees("Saturday and Sunday"))

	s.Tap("Change: Saturday and Sunday, 09:00–00:00")
	s.Tap("Mon")
	s.Type("22:00", "14.00")
	s.Type("07:00", "13:30")
	for range 8 { // from Monday past the other days into the last field
		w.win.Canvas().FocusNext()
	}
	s.Key(fyne.KeyReturn)
	require.Nil(t, w.win.Canvas().Overlays().Top())
	longer := settings.Period{Days: []settings.Day{"mon", "sat", "sun"}, From: "14:00", To: "13:30"}
	require.Equal(t, []settings.Period{longer}, f.Settings().Calls.DoNotDisturb.Schedule)
	require.True(t, s.Sees("14:00–13:30, ends the next day"))
	require.True(t, s.Sees("Do not disturb is on"), "it is Monday, 14:05")

	s.Tap("Remove: Mon, Sat, Sun, 14:00–13:30, ends the next day")
	require.Empty(t, f.Settings().Calls.DoNotDisturb.Schedule)
	require.False(t, s.Sees("Do not disturb is on"))
	s.Tap("Undo")
	require.Equal(t, []settings.Period{longer}, f.Settings().Calls.DoNotDisturb.Schedule)
	s.Tap("Remove: Mon, Sat, Sun, 14:00–13:30, ends the next day")
	to(uitest.Now.Add(10 * time.Second))
	require.Nil(t, s.Find("Undo"), "the offer does not stay")
}

// What is wrong is said beside it, nothing is lost, and nothing is saved.
func TestScheduleSaysWhatIsWrong(t *testing.T) {
	for name, row := range map[string]struct {
		from, to string
		days     bool
		says     []string
		not      []string
	}{
		"beginning":   {from: "25:00", to: "7:00", days: true, says: []string{"Write a time"}, not: []string{"at least one day"}},
		"end":         {from: "22:00", to: "soon", days: true, says: []string{"Write a time"}},
		"minutes":     {from: "22:60", to: "7", days: true, says: []string{"Write a time"}},
		"empty":       {from: "", to: "7", days: true, says: []string{"Write a time"}},
		"after 24:00": {from: "24:01", to: "7", days: true, says: []string{"Write a time"}},
		"days":        {from: "22:00", to: "7", says: []string{"at least one day"}, not: []string{"Write a time"}},
		"everything":  {from: "x", to: "y", says: []string{"at least one day", "Write a time"}},
	} {
		t.Run(name, func(t *testing.T) {
			f := uitest.New()
			w, s, _ := openAudience(t, f)
			s.Tap("Add a quiet time")
			if !row.days {
				for _, day := range []string{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"} {
					s.Tap(day)
				}
			}
			low := func() float32 {
				return fyne.CurrentApp().Driver().AbsolutePositionForObject(s.Find("Save").(fyne.CanvasObject)).Y
			}
			before := low()
			s.Type("22:00", row.from)
			s.Type("07:00", row.to)
			s.Tap("Save")
			require.Greater(t, low(), before)
			require.NotNil(t, w.win.Canvas().Overlays().Top(), "it stays open")
			for _, text := range row.says {
				require.True(t, s.Sees(text), text)
			}
			for _, text := range row.not {
				require.False(t, s.Sees(text), text)
			}
			require.Empty(t, f.Settings().Calls.DoNotDisturb.Schedule)
			s.Type("22:00", "22:00")
			require.False(t, s.Sees("Write a time"), "it goes as soon as something else is typed")
			require.Equal(t, before, low(), "and the dialog is as high as before")
		})
	}
	f := uitest.New()
	_, s, _ := openAudience(t, f)
	s.Tap("Add a quiet time")
	f.Fail(phone.ErrDiskFull)
	s.Tap("Save")
	require.True(t, s.Sees("The disk is full"), "in the dialog")
	s.Tap("Save")
	require.Len(t, f.Settings().Calls.DoNotDisturb.Schedule, 1)
}

// A dialog that was opened before somebody else changed the schedule changes
// nothing that it did not show, and loses nothing.
func TestScheduleChangedMeanwhile(t *testing.T) {
	f := uitest.New()
	quietTimes(f)
	_, s, _ := openAudience(t, f)
	s.Tap("Change: Monday to Friday, 14:00–16:30")
	other := settings.Period{Days: []settings.Day{"sun"}, From: "01:00", To: "02:00"}
	require.NoError(t, f.UpdateSettings(func(v *settings.Settings) {
		v.Calls.DoNotDisturb.Schedule = []settings.Period{other}
	}))
	s.Tap("Save")
	require.Equal(t, []settings.Period{other, working}, f.Settings().Calls.DoNotDisturb.Schedule)
}

func TestScheduleIsFullOneDay(t *testing.T) {
	f := uitest.New()
	_, s, _ := openAudience(t, f)
	require.NoError(t, f.UpdateSettings(func(v *settings.Settings) {
		v.Calls.DoNotDisturb.Schedule = slices.Repeat([]settings.Period{working}, settings.MaxPeriods-1)
	}))
	s.Tap("Add a quiet time")
	s.Tap("Save")
	require.True(t, s.Sees("There is no room for more."))
	s.Tap("Add a quiet time")
	require.Nil(t, s.Find("Save"))
	require.NoError(t, f.Settings().Validate())
	s.Tap("Remove: Monday to Friday, 14:00–16:30")
	require.False(t, s.Sees("There is no room for more."))
	require.Len(t, f.Settings().Calls.DoNotDisturb.Schedule, settings.MaxPeriods-1, "one of those that are alike")
}

func TestAlwaysAndNeverForOnePerson(t *testing.T) {
	f := uitest.New()
	w, s, _ := openAudience(t, f)
	require.True(t, s.Sees("Nobody yet."))
	s.Tap("Choose for one person")
	s.Tap("May never call")
	s.Type("Search", "ELO")
	require.True(t, s.Sees("Élodie Martin"))
	require.False(t, s.Sees("Amadou Ba"))
	s.Type("Search", "zzz")
	require.True(t, s.Sees("Nobody of that name."))
	s.Key(fyne.KeyReturn)
	require.NotNil(t, w.win.Canvas().Overlays().Top(), "there is nobody to take")
	s.Type("Search", "elo")
	s.SelectRow(0)
	require.Equal(t, phone.PermissionNever, permission(f, "Élodie Martin"))
	require.Nil(t, w.win.Canvas().Overlays().Top())
	require.False(t, s.Sees("Nobody yet."))

	s.Tap("Choose for one person")
	require.False(t, s.Sees("Old Laptop"), "who is blocked is below")
	require.False(t, s.Sees("Élodie Martin"), "nor who is in the list")
	s.Type("Search", "mei")
	s.Key(fyne.KeyReturn) // takes the first
	require.Equal(t, phone.PermissionAlways, permission(f, "Mei Lin"))

	choice := s.Select("Never")
	choice.SetSelected("Always")
	require.Equal(t, phone.PermissionAlways, permission(f, "Élodie Martin"))
	require.Same(t, choice, s.Select("Always"), "what has the keyboard stays")
	s.Tap("Let the groups decide about Élodie Martin again")
	require.Equal(t, phone.PermissionInherit, permission(f, "Élodie Martin"))
	s.Tap("Undo")
	require.Equal(t, phone.PermissionAlways, permission(f, "Élodie Martin"))
	f.Fail(phone.ErrDiskFull)
	s.Select("Always").SetSelected("Never")
	require.Contains(t, w.main.banner.Text(), "disk is full")
	require.Equal(t, phone.PermissionAlways, permission(f, "Élodie Martin"))
	require.Equal(t, "Always", s.Select("Always").Selected, "the list shows what is so")
}

// The sentence counts single people where they make a difference.
func TestSentenceCountsSinglePeople(t *testing.T) {
	f := uitest.New()
	_, s, to := openAudience(t, f)
	const one, never = "One person you chose may ring too.", "One person you chose never rings."
	permit(f, "Mei Lin", phone.PermissionAlways)
	require.False(t, s.Sees(one), "they may anyway")
	s.Tap("People in your address book")
	require.True(t, s.Sees("Nobody is allowed: no call rings here. "))
	require.True(t, s.Sees(one))
	permit(f, "Sam", phone.PermissionAlways)
	require.True(t, s.Sees(one), "a changed key does not count")
	permit(f, "Amadou Ba", phone.PermissionAlways)
	permit(f, "Jonas Weber", phone.PermissionNever)
	require.True(t, s.Sees("2 people you chose may ring too. "+never))
	s.Tap("Until I switch it off")
	require.False(t, s.Sees("you chose"), "nobody rings at all")
	s.Tap("People who may always call")
	require.True(t, s.Sees("2 people you chose may ring too. "+never))
	s.Tap("People who may always call")
	s.Tap("People you follow (your favourites)")
	s.Tap("For 1 hour") // expects a call, which ends it
	require.False(t, s.Sees("may ring too"), "everyone may")
	require.True(t, s.Sees(never))
	to(uitest.Now.Add(time.Hour))
	require.True(t, s.Sees("2 people you chose may ring too."))
	s.Tap("Enable audio and video calls")
	require.False(t, s.Sees("you chose"))
}

// By keyboard alone: search, go down the list, take.
func TestPersonIsChosenByKeyboard(t *testing.T) {
	f := uitest.New()
	w, s, _ := openAudience(t, f)
	s.Tap("Choose for one person")
	for _, r := range "el" { // the search has the keyboard
		w.win.Canvas().Focused().TypedRune(r)
	}
	w.win.Canvas().FocusNext()
	s.Key(fyne.KeyDown)
	s.Key(fyne.KeyReturn)
	require.Nil(t, w.win.Canvas().Overlays().Top())
	require.Equal(t, phone.PermissionAlways, permission(f, "Élodie Martin"), "after Béatrice Morel")
}

// What is chosen for a person takes nothing back that was learned of them
// meanwhile.
func TestPermissionKeepsWhatIsKnown(t *testing.T) {
	f := uitest.New()
	_, s, _ := openAudience(t, f)
	s.Tap("Choose for one person")
	s.Type("Search", "elo")
	for _, c := range f.Contacts() {
		if c.Name == "Élodie Martin" {
			c.Trust = phone.Changed
			require.NoError(t, f.PutContact(c))
		}
	}
	s.SelectRow(0)
	for _, c := range f.Contacts() {
		if c.Name == "Élodie Martin" {
			require.Equal(t, []any{phone.Changed, phone.PermissionAlways}, []any{c.Trust, c.Permission})
		}
	}
	require.True(t, s.Sees("waits until you have compared again"))
}

// Tab goes to every control of the page, and Space works it.
func TestAudienceByKeyboard(t *testing.T) {
	f := uitest.New()
	quietTimes(f)
	permit(f, "Mei Lin", phone.PermissionAlways)
	w, _, _ := openAudience(t, f)
	c, names := w.win.Canvas(), map[string]bool{}
	for range 80 {
		c.FocusNext()
		switch o := c.Focused().(type) {
		case *widget.Check:
			names[o.Text] = true
			if o.Text == "Everyone" && !o.Checked {
				o.TypedRune(' ')
			}
		case *widget.Button:
			names[o.Text] = true
		case *widget.Select:
			names[o.Selected] = true
		case interface{ Label() string }:
			names[o.Label()] = true
			if o.Label() == "Audio only" {
				c.Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
			}
		}
	}
	for _, name := range []string{
		"Who can call", "Enable audio and video calls", "Verified people", "Everyone", "Audio only", "Knock",
		"For 1 hour", "Until tomorrow, 08:00", "People who may always call",
		"Change: Monday to Friday, 14:00–16:30", "Remove: Monday to Friday, 14:00–16:30", "Add a quiet time",
		"Always", "Let the groups decide about Mei Lin again", "Choose for one person", "Unblock",
	} {
		require.True(t, names[name], name)
	}
	require.Equal(t, settings.MediaAudio, f.Settings().Calls.Media)
	require.Contains(t, f.Settings().Calls.Audience, settings.AudienceEveryone)
}
