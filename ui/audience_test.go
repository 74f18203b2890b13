package ui

import (
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
		"audience-lockdown": func(_ *testing.T, f *uitest.Fake, w *Window, _ uitest.Screen) {
			_ = f.UpdateSettings(func(s *settings.Settings) { s.Privacy.Lockdown = true })
			w.main.open(pageAudience)
		},
	}
}

// The sentence at the top follows every choice at once.
func TestAudienceSentenceFollowsEveryChoice(t *testing.T) {
	f := uitest.New()
	_, s, _ := openAudience(t, f)
	require.True(t, s.Sees("Only people in your address book can ring"))
	for _, step := range []struct{ tap, says string }{
		{"Audio only", "Calls are held without pictures."},
		{"Silence", "Only people in your address book can ring; others get no answer at all. Calls are held without pictures."},
		{"Knock", "Others may knock: they leave a short text"},
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
	s.Tap("Enable audio and video calls")
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
	require.True(t, s.Sees("On until 14:08, by your week"))
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

// Tab goes to every control of the page, and Space works it.
func TestAudienceByKeyboard(t *testing.T) {
	f := uitest.New()
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
		case interface{ Label() string }:
			names[o.Label()] = true
			if o.Label() == "Audio only" {
				c.Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeySpace})
			}
		}
	}
	for _, name := range []string{
		"Who can call", "Enable audio and video calls", "Verified people", "Everyone", "Audio only", "Knock",
		"For 1 hour", "Until tomorrow, 08:00", "People who may always call", "Unblock",
	} {
		require.True(t, names[name], name)
	}
	require.Equal(t, settings.MediaAudio, f.Settings().Calls.Media)
	require.Contains(t, f.Settings().Calls.Audience, settings.AudienceEveryone)
}
