package ui

import (
	"os"
	"path/filepath"
	"testing"

	"fyne.io/fyne/v2"
	"github.com/stretchr/testify/require"

	"paravent/app/phone"
	"paravent/settings"
	"paravent/ui/uitest"
)

// openOwn opens the page with the own address.
func openOwn(t *testing.T, f *uitest.Fake) (*Window, uitest.Screen) {
	t.Helper()
	w, s := open(t, f)
	w.main.open(pageDial)
	return w, s
}

func TestOwnAddressIsCopiedWithWords(t *testing.T) {
	for _, f := range []*uitest.Fake{uitest.New(), french(uitest.New())} {
		w, s := openOwn(t, f)
		words := w.env.Words
		s.Tap(words.T("own.copy"))
		require.Equal(t, uitest.Link("camille"), w.app.Clipboard().Content())
		s.Tap(words.T("own.copy-text"))
		require.Equal(t, words.T("own.text", "link", uitest.Link("camille")), w.app.Clipboard().Content())
		require.Contains(t, w.app.Clipboard().Content(), words.T("dial.title"), "it names the page to paste it on")
		require.True(t, s.Sees(words.T("own.text-copied")))
		_, err := f.NewAddress()
		require.NoError(t, err)
		require.False(t, s.Sees(words.T("own.text-copied")), "this was about the address before")
		s.Tap(words.T("own.copy"))
		require.Equal(t, uitest.Link("camille, once more"), w.app.Clipboard().Content())
	}
}

func TestOwnAddressIsSaved(t *testing.T) {
	home := atHome(t)
	f := uitest.New()
	_, s := openOwn(t, f)
	s.Tap("Save as picture…")
	s.Tap("Save")
	written, err := os.ReadFile(filepath.Join(home, "paravent-address.png"))
	require.NoError(t, err)
	want, err := f.Code(uitest.Link("camille"))
	require.NoError(t, err)
	require.Equal(t, want, written)
	require.True(t, s.Sees("Saved as paravent-address.png"))

	s.Tap("Save as contact card…")
	s.Tap("Save")
	written, err = os.ReadFile(filepath.Join(home, "paravent-address.vcf"))
	require.NoError(t, err)
	require.Contains(t, string(written), uitest.Link("camille"))
	require.True(t, s.Sees("Saved as paravent-address.vcf"))
}

func TestANewAddressIsTold(t *testing.T) {
	f := uitest.New()
	w, s := openOwn(t, f)
	s.Tap("New address")
	w.win.Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn}) // the refusal has the focus
	require.Equal(t, uitest.Link("camille"), f.Self().Address)
	s.Tap("New address")
	s.Tap("New address")
	require.NotEqual(t, uitest.Link("camille"), f.Self().Address)
	require.True(t, s.Sees("This is your new address."))
}

func TestOwnCardThatCannotBeMade(t *testing.T) {
	f := uitest.New()
	w, s := openOwn(t, f)
	f.Fail(phone.ErrDiskFull)
	s.Tap("Save as contact card…")
	require.Contains(t, w.main.banner.Text(), "disk is full")
	require.Nil(t, w.win.Canvas().Overlays().Top())
}

func TestOwnCodeIsShownLarge(t *testing.T) {
	w, s := openOwn(t, uitest.New())
	s.Tap("Show it large")
	top := w.win.Canvas().Overlays().Top()
	require.NotNil(t, top)
	s.Key(fyne.KeyEscape)
	require.Nil(t, w.win.Canvas().Overlays().Top())
}

// The code is drawn away from the drawing goroutine; the last address wins.
func TestOwnCodeIsDrawnApart(t *testing.T) {
	f := uitest.New()
	w, s, a := openApart(t, f)
	w.main.open(pageDial)
	require.NotNil(t, s.Find("Show it large"))
	s.Tap("Show it large")
	require.Nil(t, w.win.Canvas().Overlays().Top(), "there is nothing to show yet")
	a.settle(t)
	s.Tap("Show it large")
	require.NotNil(t, w.win.Canvas().Overlays().Top())
}

func TestOwnAddressBeforeTheServerWasReached(t *testing.T) {
	f := uitest.Fresh()
	require.NoError(t, f.UpdateSettings(func(s *settings.Settings) {
		s.Name, s.Language = "Camille", "en"
		s.Server = settings.Server{Mode: settings.ServerRemote, Address: uitest.ServerAddress}
	}))
	_, s := openOwn(t, f)
	require.True(t, s.Sees("once the server has been reached"))
	require.Nil(t, s.Find("Copy link"))
	require.NoError(t, f.Start())
	require.False(t, s.Sees("once the server has been reached"))
	require.NotNil(t, s.Find("Copy link"))
}
