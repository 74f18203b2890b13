package ui

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"github.com/stretchr/testify/require"

	"paravent/app/phone"
	"paravent/ui/uitest"
	"paravent/ui/words"
)

var (
	errLocked      = phone.NewFault("identity-locked")
	errPeopleInUse = phone.NewFault("people-in-use")
)

// lock is a profile that opens with one passphrase, or never where something is
// in the way.
type lock struct {
	phone  *uitest.Fake
	inWay  error
	tried  []string
	opened []*Window
}

func (l *lock) open(passphrase string) (Phone, error) {
	l.tried = append(l.tried, passphrase)
	switch {
	case l.inWay != nil:
		return nil, l.inWay
	case passphrase == "":
		return nil, errLocked
	case passphrase != uitest.Passphrase:
		return nil, uitest.ErrWrongPassphrase
	}
	return l.phone, nil
}

// gateOf opens the gate of l, which speaks the language of its settings.
func gateOf(t *testing.T, l *lock, err error, real world) (*Gate, uitest.Screen) {
	t.Helper()
	t.Setenv("PARAVENT_RENDER", "raster")
	g := newGate(test.NewTempApp(t), Opening{
		Folder: "/home/camille/.config/paravent", Profile: "Choir\u202e", Language: l.phone.Settings().Language, Err: err, Open: l.open,
		Opened: func(w *Window) { l.opened = append(l.opened, w); t.Cleanup(w.Close) },
	}, real)
	g.Show()
	return g, uitest.Screen{T: t, Window: g.win}
}

func typeIn(s uitest.Screen, w words.Words, passphrase string) {
	s.Type(w.T("unlock.passphrase-hint"), passphrase)
	s.Key(fyne.KeyReturn)
}

func TestGateScreens(t *testing.T) {
	for lang, f := range map[string]func() *uitest.Fake{"en": uitest.New, "fr": func() *uitest.Fake { return french(uitest.New()) }} {
		l := &lock{phone: f()}
		g, s := gateOf(t, l, errLocked, still())
		require.Equal(t, "Choir – Paravent", g.win.Title())
		typeIn(s, g.env.Words, "not this one")
		uitest.Markup(t, "unlock-"+lang, test.RenderToMarkup(s.Window.Canvas()))
		_, s = gateOf(t, l, errPeopleInUse, still())
		uitest.Markup(t, "unopened-"+lang, test.RenderToMarkup(s.Window.Canvas()))
	}
}

func TestTheRightPassphraseOpensThePhoneInTheSameWindow(t *testing.T) {
	l := &lock{phone: uitest.New()}
	g, s := gateOf(t, l, errLocked, still())
	link := uitest.Link("somebody")
	g.Open(link)
	require.False(t, s.Sees("Nobody can recover"), "nobody has forgotten anything yet")
	s.Key(fyne.KeyReturn)
	require.True(t, s.Sees("Please type the passphrase"))
	require.Empty(t, l.tried)
	typeIn(s, g.env.Words, "not this one")
	require.True(t, s.Sees("The passphrase is wrong"))
	require.True(t, s.Sees("/home/camille/.config/paravent"))
	require.Equal(t, s.Entries()[0], s.Entry(g.env.Words.T("unlock.passphrase-hint")))
	require.Empty(t, l.opened)

	typeIn(s, g.env.Words, uitest.Passphrase)
	require.Equal(t, []string{"not this one", uitest.Passphrase}, l.tried)
	require.Len(t, l.opened, 1)
	require.Same(t, g.win, l.opened[0].win)
	require.Equal(t, link, l.opened[0].link, "the link that waited is asked about")
	require.False(t, s.Sees("locked"))
	s.Key(fyne.KeyEscape) // that of the question
	require.Equal(t, 1, l.phone.Subscribers(), "the gate's keys went with it")
}

func TestUnlockingShowsWhatIsTypedOnlyWhenAsked(t *testing.T) {
	_, s := gateOf(t, &lock{phone: uitest.New()}, errLocked, still())
	require.True(t, s.Entries()[0].Password)
	s.Tap("Show what I type")
	require.False(t, s.Entries()[0].Password)
}

func TestUnlockingIsBusyAndMayBeLeftMeanwhile(t *testing.T) {
	var slow held
	real := still()
	real.spawn = slow.spawn
	l := &lock{phone: uitest.New()}
	g, s := gateOf(t, l, errLocked, real)
	typeIn(s, g.env.Words, uitest.Passphrase)
	require.True(t, s.Sees("Unlocking"))
	require.True(t, s.Entries()[0].Disabled())
	s.Tap("Unlock")
	require.Len(t, slow, 1, "one try at a time")
	s.Tap("Quit")
	slow.letGo()
	require.Empty(t, l.opened, "no window for somebody who left")
}

func TestWhatKeepsAProfileShutIsSaidAndTriedAgain(t *testing.T) {
	l := &lock{phone: uitest.New(), inWay: phone.ErrDiskFull}
	g, s := gateOf(t, l, errPeopleInUse, still())
	require.True(t, s.Sees("seems to be running already"))
	require.Empty(t, s.Entries())
	s.Key(fyne.KeyReturn) // Try again has the focus
	require.True(t, s.Sees("disk is full"))
	l.inWay = nil
	s.Key(fyne.KeyReturn) // it has the focus again
	require.True(t, s.Sees("This profile is locked"), "one thing after the other")
	typeIn(s, g.env.Words, uitest.Passphrase)
	require.Len(t, l.opened, 1)
}

func TestEscapeLeavesTheGate(t *testing.T) {
	for _, err := range []error{errLocked, errPeopleInUse} {
		g, s := gateOf(t, &lock{phone: uitest.New()}, err, still())
		s.Key(fyne.KeyEscape)
		require.True(t, g.gone)
	}
}
