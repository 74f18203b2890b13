package desktop

import (
	"path/filepath"
	"testing"

	"fyne.io/fyne/v2/test"
	"github.com/stretchr/testify/require"

	"paravent/app"
	"paravent/app/identity"
	"paravent/app/instance"
	"paravent/app/people"
	"paravent/settings"
	"paravent/ui"
	"paravent/ui/uitest"
)

// locked is what the command line says of a profile whose key has a passphrase.
func locked(t *testing.T) (s Start, id string) {
	t.Helper()
	dir := t.TempDir()
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path="+dir+"/no-bus")
	t.Setenv(app.PassphraseVariable, "")
	s.options.Profile = filepath.Join(dir, "profile")
	a, err := app.Open(s.options)
	require.NoError(t, err)
	require.NoError(t, a.UpdateSettings(func(v *settings.Settings) { v.Language = "fr" }))
	require.NoError(t, a.ProtectKey("", passphrase))
	require.NoError(t, a.Close())
	return s, a.Self().ID
}

// What the window does with a real phone whose profile is locked.
func TestALockedProfileIsOpenedInTheWindow(t *testing.T) {
	s, id := locked(t)
	own := newOwner(s)
	phone, err := own.open("")
	require.ErrorIs(t, err, identity.ErrLocked)
	gui := test.NewTempApp(t)
	d := &desk{gui: gui, start: s, own: own, spawn: func(work func() func()) { work()() }}
	d.begin(phone, err)
	require.IsType(t, &ui.Gate{}, d.front)
	windows := gui.Driver().AllWindows()
	screen := uitest.Screen{T: t, Window: windows[len(windows)-1]}
	require.True(t, screen.Sees("Ce profil est verrouillé"), "in the language of the profile")

	var asked <-chan instance.Request
	own.attended(func(requests <-chan instance.Request) { asked = requests })
	require.NotNil(t, asked, "later starts reach the gate")

	screen.Type("Celle choisie dans les réglages", "not this one")
	screen.Tap("Déverrouiller")
	require.True(t, screen.Sees("Ce n’est pas la bonne phrase secrète"))
	screen.Type("Celle choisie dans les réglages", passphrase)
	screen.Tap("Déverrouiller")
	require.IsType(t, &ui.Window{}, d.front)
	require.Equal(t, id, own.phone.Self().ID)
	require.Equal(t, windows, gui.Driver().AllWindows(), "the same window")
	d.front.(*ui.Window).Close()
	own.close()
	_, err = own.open(passphrase)
	require.Error(t, err, "closed with the window")
}

func TestAScriptIsToldWhatIsWrong(t *testing.T) {
	s, _ := locked(t)
	s.scripted, s.options.Unattended = true, true
	require.ErrorIs(t, Run(s, nil), identity.ErrLocked)
	first, err := instance.Take(s.options.Profile)
	require.NoError(t, err, "the profile was given up")
	require.NoError(t, first.Close())
}

// A phone elsewhere that has the profile keeps this one out only as long as it
// runs.
func TestAProfileInUseOpensOnceItIsFree(t *testing.T) {
	var s Start
	s.options.Profile, s.options.Unattended = t.TempDir(), true
	holder, err := app.Open(s.options)
	require.NoError(t, err)
	own := newOwner(s)
	defer own.close()
	_, err = own.open("")
	require.ErrorIs(t, err, people.ErrInUse)
	require.NoError(t, holder.Close())
	_, err = own.open("")
	require.NoError(t, err)
}
