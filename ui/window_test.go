package ui

import (
	"maps"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"github.com/stretchr/testify/require"

	"paravent/app/phone"
	"paravent/settings"
	"paravent/ui/uitest"
	"paravent/ui/widgets"
)

// still holds time and goroutines still.
func still() world {
	return world{
		now: func() time.Time { return uitest.Now },
		spawn: func(work func() func()) {
			if done := work(); done != nil {
				done()
			}
		},
		every: func(time.Duration, func()) func() { return func() {} },
	}
}

// open opens the window of f.
func open(t *testing.T, f *uitest.Fake) (*Window, uitest.Screen) {
	t.Helper()
	return openWith(t, f, still().spawn)
}

// openWith opens a window whose slow work runs by spawn.
func openWith(t *testing.T, f *uitest.Fake, spawn func(work func() (done func()))) (*Window, uitest.Screen) {
	t.Helper()
	t.Setenv("PARAVENT_RENDER", "raster")
	real := still()
	real.spawn = spawn
	w := newWindow(test.NewTempApp(t), f, real)
	w.Show()
	t.Cleanup(w.Close)
	return w, uitest.Screen{T: t, Window: w.win}
}

func french(f *uitest.Fake) *uitest.Fake {
	_ = f.UpdateSettings(func(s *settings.Settings) { s.Language = "fr" })
	return f
}

// relayed is a call through a relay elsewhere.
func relayed(f *uitest.Fake) phone.CallID {
	id, _ := f.Call(f.Person("Mei Lin").ID, false)
	f.Connect(id, phone.Relay, phone.RelayElsewhere)
	return id
}

// scenes are the screens worth a look.
func scenes() map[string]func(*testing.T, *uitest.Fake, *Window, uitest.Screen) {
	return map[string]func(*testing.T, *uitest.Fake, *Window, uitest.Screen){
		"contacts": func(*testing.T, *uitest.Fake, *Window, uitest.Screen) {},
		"dial":     func(_ *testing.T, _ *uitest.Fake, w *Window, _ uitest.Screen) { w.main.open(pageDial) },
		"history":  func(_ *testing.T, _ *uitest.Fake, w *Window, _ uitest.Screen) { w.main.open(pageHistory) },
		"history-silent": func(_ *testing.T, _ *uitest.Fake, w *Window, s uitest.Screen) {
			w.main.open(pageHistory)
			s.Tap(w.env.Words.T("history.view-silent"))
		},
		"history-deleted": func(_ *testing.T, _ *uitest.Fake, w *Window, s uitest.Screen) {
			w.main.open(pageHistory)
			s.Tap(w.env.Words.T("history.more"))
			s.Tap(w.env.Words.T("history.delete"))
		},
		"keep": func(_ *testing.T, _ *uitest.Fake, w *Window, s uitest.Screen) {
			w.main.open(pageHistory)
			s.Tap(w.env.Words.T("keep.change"))
		},
		"prefs": func(_ *testing.T, _ *uitest.Fake, w *Window, _ uitest.Screen) { w.main.open(pagePrefs) },
		"backup": func(t *testing.T, f *uitest.Fake, w *Window, s uitest.Screen) {
			t.Setenv("HOME", "/home/camille")
			t.Setenv("USERPROFILE", "/home/camille")
			f.Fail(phone.ErrDiskFull)
			makeBackup(w, s)
			s.Tap(w.env.Words.T("backup.save"))
		},
		"lockdown": func(_ *testing.T, f *uitest.Fake, w *Window, _ uitest.Screen) {
			_ = f.UpdateSettings(func(s *settings.Settings) { s.Privacy.Lockdown = true })
			w.main.open(pagePrefs)
		},
		"receipt": func(_ *testing.T, _ *uitest.Fake, w *Window, s uitest.Screen) {
			w.main.open(pageHistory)
			s.SelectRow(4)
		},
		"live": func(_ *testing.T, f *uitest.Fake, w *Window, s uitest.Screen) {
			id, _ := f.Call(f.Person("Mei Lin").ID, false)
			f.Connect(id, phone.Relay, phone.RelayElsewhere)
			text, _ := w.env.Words.Badge(w.call.Info())
			s.Tap(text)
		},
		"upgrade-consent": func(_ *testing.T, f *uitest.Fake, w *Window, s uitest.Screen) {
			relayed(f)
			s.Key(fyne.KeyD)
		},
		"upgrade-asking": func(_ *testing.T, f *uitest.Fake, _ *Window, _ uitest.Screen) {
			f.Change(relayed(f), func(c *phone.CallInfo) { c.Upgrade = phone.Asking })
		},
		"upgrade-asked": func(_ *testing.T, f *uitest.Fake, _ *Window, _ uitest.Screen) {
			f.Change(relayed(f), func(c *phone.CallInfo) { c.Upgrade = phone.Asked })
		},
		"upgrade-moving": func(_ *testing.T, f *uitest.Fake, _ *Window, _ uitest.Screen) {
			f.Change(relayed(f), func(c *phone.CallInfo) { c.Upgrade = phone.Moving })
		},
		"direct": func(_ *testing.T, f *uitest.Fake, _ *Window, _ uitest.Screen) {
			f.Connect(relayed(f), phone.Direct, phone.RelayNone, "203.0.113.7:40000", "192.168.1.20:40000")
		},
		"bound": func(_ *testing.T, f *uitest.Fake, w *Window, _ uitest.Screen) {
			_, _ = f.ImportTunnel("mullvad-se1", []byte(uitest.TunnelText))
			_ = f.UpdateSettings(func(s *settings.Settings) { s.Privacy.VPNDevice, s.Privacy.Tunnel = "tun9", true })
			w.main.open(pagePrefs)
		},
		"check": func(_ *testing.T, _ *uitest.Fake, w *Window, _ uitest.Screen) { w.main.open(pageCheck) },
		"check-passed": func(_ *testing.T, _ *uitest.Fake, w *Window, _ uitest.Screen) {
			w.main.open(pageCheck)
			w.main.check.Run()
		},
		"check-failed": func(_ *testing.T, f *uitest.Fake, w *Window, _ uitest.Screen) {
			f.SetReport(uitest.BrokenReport())
			w.main.open(pageCheck)
			w.main.check.Run()
		},
		"foreign": func(_ *testing.T, f *uitest.Fake, w *Window, _ uitest.Screen) {
			f.Fail(uitest.ErrShowsAddress)
			w.place(f.Person("Mei Lin").ID, false, w.fail)
		},
		"link":       func(_ *testing.T, _ *uitest.Fake, w *Window, _ uitest.Screen) { w.Open(stranger) },
		"link-known": func(_ *testing.T, f *uitest.Fake, w *Window, _ uitest.Screen) { w.Open(f.Person("Mei Lin").Address) },
		"link-call": func(_ *testing.T, _ *uitest.Fake, w *Window, s uitest.Screen) {
			w.Open(stranger)
			s.Tap(w.env.Words.T("link.call"))
		},
		"link-bad": func(_ *testing.T, _ *uitest.Fake, w *Window, _ uitest.Screen) { w.Open("https://example.org") },
		"add":      func(_ *testing.T, _ *uitest.Fake, w *Window, _ uitest.Screen) { w.main.contacts.Add() },
		"incoming": func(_ *testing.T, f *uitest.Fake, _ *Window, _ uitest.Screen) { f.Ring(f.Person("Mei Lin"), true) },
		"call": func(_ *testing.T, f *uitest.Fake, _ *Window, _ uitest.Screen) {
			id, _ := f.Call(f.Person("Mei Lin").ID, false)
			f.Connect(id, phone.Relay, phone.RelayElsewhere)
		},
		"ended": func(_ *testing.T, f *uitest.Fake, _ *Window, _ uitest.Screen) {
			id, _ := f.Call(f.Person("Mei Lin").ID, false)
			f.End(id, phone.NoAnswer)
		},
	}
}

// Every screen, in both languages, as markup.
func TestScreensLook(t *testing.T) {
	all := scenes()
	maps.Copy(all, safetyScenes())
	maps.Copy(all, doorScenes())
	maps.Copy(all, audienceScenes())
	maps.Copy(all, contactsScenes())
	maps.Copy(all, personScenes())
	for name, play := range all {
		for _, lang := range []string{"en", "fr"} {
			t.Run(name+"-"+lang, func(t *testing.T) {
				f := uitest.New()
				if lang == "fr" {
					french(f)
				}
				w, s := open(t, f)
				play(t, f, w, s)
				uitest.Markup(t, name+"-"+lang, test.RenderToMarkup(w.win.Canvas()))
			})
		}
	}
}

func TestWelcomeLook(t *testing.T) {
	for _, lang := range []string{"en", "fr"} {
		t.Run(lang, func(t *testing.T) {
			f := uitest.Fresh()
			_ = f.UpdateSettings(func(s *settings.Settings) { s.Language = lang })
			w, _ := open(t, f)
			uitest.Markup(t, "welcome-"+lang, test.RenderToMarkup(w.win.Canvas()))
		})
	}
}

func TestDialALink(t *testing.T) {
	f := uitest.New()
	w, s := open(t, f)
	s.Tap("Call a link")
	s.Tap("Audio call")
	require.True(t, s.Sees("Please paste a call address."))
	s.Type("paravent:…", "nonsense")
	s.Tap("Audio call")
	require.True(t, s.Sees("not a complete call address"))
	s.Type("paravent:…", "more nonsense")
	s.Tap("Leave a knock")
	require.True(t, s.Sees("not a complete call address"), "before any words are asked for")
	s.Type("paravent:…", f.Person("Mei Lin").Address)
	s.Tap("Leave a knock")
	require.True(t, s.Sees("Mei Lin"))
	s.Key(fyne.KeyEscape)
	s.Tap("Copy link")
	require.Equal(t, uitest.Link("camille"), w.app.Clipboard().Content())
	s.Type("paravent:…", uitest.Link("x"))
	s.Tap("Video call")
	require.Equal(t, []string{"call Paravent true"}, f.Log())
	require.True(t, s.Sees("Calling…"))
}

func TestOutgoingCall(t *testing.T) {
	f := uitest.New()
	w, s := open(t, f)
	s.Type("Search", "jonas")
	s.Tap("Video call")
	id := f.Calls()[0].ID
	f.Change(id, func(c *phone.CallInfo) { c.State = phone.Alerting })
	require.True(t, s.Sees("Ringing there…"))
	f.Connect(id, phone.Direct, phone.RelayNone, "203.0.113.7:40000")
	require.True(t, s.Sees("Direct: they can see 203.0.113.7"))
	s.Tap("Direct: they can see 203.0.113.7")
	require.True(t, s.Sees("straight to the other person"))
	require.True(t, s.Sees("203.0.113.7:40000"))
	s.Tap("Done")
	s.Tap("Mute")
	s.Tap("Camera off")
	s.Tap("Hold")
	require.True(t, s.Sees("On hold"))
	s.Tap("Resume")
	s.Tap("Hang up")
	require.Equal(t, []string{"call Jonas Weber true", "mute true false", "mute true true", "hold true", "hold false", "hangup"}, f.Log())
	require.True(t, s.Sees("You hung up."))
	f.Emit(phone.ReceiptReady{Receipt: phone.Receipt{Call: id, PeerSaw: []string{"203.0.113.7:4"}}})
	require.True(t, s.Sees("They saw 203.0.113.7."))
	s.Tap("What it showed")
	require.True(t, s.Sees("203.0.113.7:4"))
	s.Tap("Close")
	s.Tap("Call again")
	require.Len(t, f.Calls(), 1)
	f.End(f.Calls()[0].ID, phone.NoAnswer)
	require.True(t, s.Sees("No answer."))
	s.Tap("Close")
	require.Nil(t, w.ended)
	require.True(t, s.Sees("Contacts"))
}

func TestKeysDuringACall(t *testing.T) {
	f := uitest.New()
	w, s := open(t, f)
	id, _ := f.Call(f.Person("Mei Lin").ID, true)
	s.Key(fyne.KeyH) // not before it is connected
	f.Connect(id, phone.Relay, phone.RelayHere)
	require.True(t, s.Sees("Relayed by this computer: the relay hides nothing"))
	for _, k := range []fyne.KeyName{fyne.KeyM, fyne.KeyV, fyne.KeyH} {
		s.Key(k)
	}
	s.Key(fyne.KeyEscape)
	require.True(t, s.Sees("The call with Mei Lin will end."))
	s.Tap("Stay")
	require.Len(t, f.Calls(), 1)
	s.Key(fyne.KeyM) // the call's keys are back after the question
	w.closeKey()     // Ctrl+W; the test driver has no shortcuts
	require.Equal(t, []string{"call Mei Lin true", "mute true false", "mute true true", "hold true", "mute false true", "hangup"}, f.Log())
	s.Key(fyne.KeyEscape)
	require.Nil(t, w.ended)
}

func TestIncomingCall(t *testing.T) {
	for name, c := range map[string]struct {
		act  func(uitest.Screen)
		want string
	}{
		"enter":      {func(s uitest.Screen) { s.Key(fyne.KeyReturn) }, "answer true"},
		"escape":     {func(s uitest.Screen) { s.Key(fyne.KeyEscape) }, "decline"},
		"answer":     {func(s uitest.Screen) { s.Tap("Answer") }, "answer true"},
		"only audio": {func(s uitest.Screen) { s.Tap("Audio only") }, "answer false"},
		"decline":    {func(s uitest.Screen) { s.Tap("Decline") }, "decline"},
	} {
		t.Run(name, func(t *testing.T) {
			f := uitest.New()
			w, s := open(t, f)
			s.Tap("Add a contact") // rings over whatever is open
			f.Ring(f.Person("Mei Lin"), true)
			require.True(t, s.Sees("In your address book"))
			c.act(s)
			require.Equal(t, []string{c.want}, f.Log())
			require.Nil(t, w.ringing)
			require.Equal(t, strings.HasPrefix(c.want, "answer"), w.call != nil)
		})
	}
}

func TestUnknownCallerIsShownSafely(t *testing.T) {
	f := uitest.New()
	w, s := open(t, f)
	id := f.Ring(phone.Person{ID: "ff", Name: "Mum\u202e\n" + strings.Repeat("x", 100)}, false)
	require.True(t, s.Sees("Unknown: not in your address book"))
	require.False(t, s.Sees("\u202e"))
	require.True(t, s.Sees("…"))
	f.End(id, phone.Cancelled)
	f.AddHistory(phone.HistoryEntry{Kind: phone.HistoryCall, At: uitest.Now, Peer: phone.Person{ID: "ff"}, Reason: phone.Missed})
	f.Emit(phone.CallMissed{From: phone.Person{ID: "ff"}, At: uitest.Now})
	require.Nil(t, w.ringing)
	require.Equal(t, 1, w.main.nav[pageHistory].Count())
	s.Tap("History")
	require.Zero(t, w.main.nav[pageHistory].Count())
}

// A name alone lets nobody pass for a contact.
func TestANamesakeIsToldApart(t *testing.T) {
	f := uitest.New()
	w, s := open(t, f)
	told := w.env.Words.T("namesake")
	other := phone.Person{ID: "ff", Name: "Mei Lin", Namesake: true}
	id := f.Ring(other, false)
	require.True(t, s.Sees(told))
	f.End(id, phone.Cancelled)
	require.False(t, s.Sees(told))
	f.KnockAt(other, "It is me")
	require.True(t, s.Sees(told))
	f.Ring(f.Person("Mei Lin"), false)
	require.False(t, s.Sees(told))
}

func TestCallTakesThePlaceOfAGlare(t *testing.T) {
	f := uitest.New()
	w, _ := open(t, f)
	mine, _ := f.Call(f.Person("Mei Lin").ID, false)
	f.End(mine, phone.GlareLost)
	require.Nil(t, w.ended)
	theirs, _ := f.Call(f.Person("Mei Lin").ID, false)
	require.Equal(t, theirs, w.call.ID())
}

func TestChangePrivacy(t *testing.T) {
	f := uitest.New()
	w, s := open(t, f)
	s.Tap("Settings")
	s.Tap("Direct with contacts")
	require.Equal(t, settings.RouteContactsDirect, f.Settings().Privacy.Route)
	s.Tap("Cancel echo")
	require.False(t, f.Settings().Audio.EchoCancellation)
	f.Fail(settings.ErrBadValue)
	s.Tap("Always relay")
	require.Contains(t, w.main.banner.Text(), "not possible")
	require.Equal(t, settings.RouteContactsDirect, f.Settings().Privacy.Route)
}

// While lockdown is on, the settings show what is in force and let nobody
// change it; what was chosen comes back unharmed.
func TestLockdownOverridesAndGivesBack(t *testing.T) {
	f := uitest.New()
	chosen := f.Settings()
	chosen.Privacy.Route, chosen.Calls.Preconnect = settings.RouteDirect, true
	chosen.Calls.Audience = []settings.Audience{settings.AudienceEveryone}
	require.NoError(t, f.UpdateSettings(func(s *settings.Settings) { *s = chosen }))
	w, s := open(t, f)
	s.Tap("Settings")
	s.Tap("Lockdown")
	require.True(t, f.Settings().Privacy.Lockdown)
	require.True(t, s.Sees("this shows what is in force"))
	for name, on := range map[string]bool{"Private speech": true, "Connect while it rings": false} {
		require.Equal(t, on, s.Checked(name), name)
		s.Tap(name)
	}
	s.Tap("Direct with contacts")
	w.main.open(pageContacts)
	require.True(t, s.Sees("Lockdown: always through a relay"))
	require.False(t, s.Sees("Direct calls allowed"), "no claim that lockdown makes untrue")
	s.Tap("Settings")
	s.Tap("Lockdown")
	require.Equal(t, chosen, f.Settings())
	require.False(t, s.Checked("Private speech"))
	s.Tap("Private speech")
	s.Tap("Connect while it rings")
	require.True(t, f.Settings().Privacy.ConstantBitrate)
	require.False(t, f.Settings().Calls.Preconnect)
}

func TestLanguageSwitchesLive(t *testing.T) {
	f := uitest.New()
	w, s := open(t, f)
	s.Tap("Settings")
	french(f)
	require.True(t, s.Sees("Confidentialité des appels améliorée"))
	require.Equal(t, pagePrefs, w.main.page)
}

func TestServerLine(t *testing.T) {
	f := uitest.New()
	_, s := open(t, f)
	require.True(t, s.Sees("Online"))
	require.Nil(t, s.Find("Try again"))
	f.Emit(phone.ServerChanged{Err: phone.ErrDiskFull})
	require.True(t, s.Sees("Offline: The disk is full"))
	s.Tap("Try again")
	require.Equal(t, 1, f.Started())
	require.True(t, s.Sees("Online"))
}

func TestNoticeStaysUntilDismissed(t *testing.T) {
	f := uitest.New()
	w, s := open(t, f)
	f.Emit(phone.Notice{Err: settings.ErrBroken})
	require.True(t, s.Sees("kept aside"))
	s.Tap("Close")
	require.Empty(t, w.main.banner.Text())
}

// Strangers can cause passing notices at will: they never interrupt a call.
func TestPassingNoticeDoesNotInterrupt(t *testing.T) {
	f := uitest.New()
	w, s := open(t, f)
	id, err := f.Call(f.Person("Mei Lin").ID, false)
	require.NoError(t, err)
	f.Connect(id, phone.Relay, phone.RelayElsewhere)
	f.Emit(phone.Notice{Err: phone.ErrDiskFull, Passing: true})
	require.Nil(t, w.win.Canvas().Overlays().Top())
	require.NotEmpty(t, w.main.banner.Text(), "it is read after the call")
	f.Emit(phone.Notice{Err: phone.ErrDiskFull})
	require.NotNil(t, w.win.Canvas().Overlays().Top())
	require.True(t, s.Sees("disk is full"))
}

func TestFocusOrderReachesEverything(t *testing.T) {
	w, _ := open(t, uitest.New())
	c := w.win.Canvas()
	seen := map[fyne.Focusable]bool{}
	for range 60 {
		c.FocusNext()
		seen[c.Focused()] = true
	}
	for _, n := range w.main.nav {
		require.True(t, seen[n], n.Label())
	}
	require.Greater(t, len(seen), 15)
}

func TestCloseLetsGo(t *testing.T) {
	f := uitest.New()
	w, _ := open(t, f)
	require.Equal(t, 1, f.Subscribers())
	w.Close()
	w.Close()
	require.Zero(t, f.Subscribers())
	remote, local := f.Screens()
	require.Nil(t, remote)
	require.Nil(t, local)
	f.Emit(phone.ContactsChanged{})
}

// In the smallest window that French words allow, one still reads who it is.
func TestTheBadgesOfACallLeaveRoomForTheName(t *testing.T) {
	f := uitest.New()
	require.NoError(t, f.UpdateSettings(func(s *settings.Settings) { s.Language = "fr" }))
	w, _ := open(t, f)
	id, _ := f.Call(f.Person("Mei Lin").ID, false)
	f.Connect(id, phone.Relay, phone.RelaySameNAT)
	w.win.Resize(w.win.Canvas().Content().MinSize())
	var name *widgets.Line
	for _, o := range test.LaidOutObjects(w.win.Canvas().Content()) {
		if l, ok := o.(*widgets.Line); ok && l.Text() == "Mei Lin" {
			name = l
		}
	}
	require.NotNil(t, name)
	require.GreaterOrEqual(t, name.Size().Width, name.Width())
}
