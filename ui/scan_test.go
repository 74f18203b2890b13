package ui

import (
	"context"
	"image"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/storage"
	"fyne.io/fyne/v2/test"
	"github.com/stretchr/testify/require"

	"paravent/app/phone"
	"paravent/ui/uitest"
)

// apart runs slow work on goroutines of its own; the test runs what follows.
type apart chan func()

func (a apart) spawn(work func() func()) {
	go func() { a <- work() }()
}

// settle waits for one piece of work.
func (a apart) settle(t *testing.T) {
	t.Helper()
	select {
	case done := <-a:
		if done != nil {
			done()
		}
	case <-time.After(5 * time.Second):
		t.Fatal("the work does not end")
	}
}

// openApart is open, but slow work takes its time.
func openApart(t *testing.T, f *uitest.Fake) (*Window, uitest.Screen, apart) {
	t.Helper()
	a := make(apart, 1)
	w, s := openWith(t, f, a.spawn)
	return w, s, a
}

// camera shows one picture, and then sees link or, where there is none, looks
// until it is stopped.
type camera struct {
	link   string
	opened chan struct{}
	closed chan struct{}
}

func newCamera(link string) *camera {
	return &camera{link: link, opened: make(chan struct{}), closed: make(chan struct{})}
}

func (c *camera) see(ctx context.Context, show phone.Screen) (string, error) {
	defer close(c.closed)
	p := image.NewYCbCr(image.Rect(0, 0, 320, 180), image.YCbCrSubsampleRatio420)
	uitest.Bars(p, 0)
	show.Show(p)
	close(c.opened)
	if c.link != "" {
		return c.link, nil
	}
	<-ctx.Done()
	return "", ctx.Err()
}

// isClosed fails where the camera stays open.
func (c *camera) isClosed(t *testing.T) {
	t.Helper()
	select {
	case <-c.closed:
	case <-time.After(5 * time.Second):
		t.Fatal("the camera stays open")
	}
}

// files makes a home folder with these files.
func files(t *testing.T, contents map[string]string) (home string) {
	t.Helper()
	home = t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("USERPROFILE", home)
	for name, content := range contents {
		require.NoError(t, os.WriteFile(filepath.Join(home, name), []byte(content), 0o600))
	}
	return home
}

func TestAddressFromAPicture(t *testing.T) {
	files(t, map[string]string{"zoe.png": uitest.Link("zoe"), "cat.JPG": "a cat", "notes.txt": uitest.Link("zoe"), "big.png": strings.Repeat("x", 10<<20+1)})
	_, s := open(t, uitest.New())
	pick := func(name string) {
		s.Tap("From a picture…")
		require.False(t, s.Sees("notes.txt"), "only pictures are offered")
		s.PickFile(name)
		s.Tap("Open")
	}
	s.Tap("Add a contact")
	pick("cat.JPG")
	require.True(t, s.Sees("There is no QR code in this picture"))
	require.Empty(t, s.Entry("paravent:…").Text)
	pick("big.png")
	require.True(t, s.Sees("This picture is too large."))
	pick("zoe.png")
	require.False(t, s.Sees("too large"))
	require.Equal(t, uitest.Link("zoe"), s.Entry("paravent:…").Text)
}

// A picture may also be dropped on the window, while somebody asks for one.
func TestAddressFromADroppedPicture(t *testing.T) {
	home := files(t, map[string]string{"zoe.png": uitest.Link("zoe")})
	w, s := open(t, uitest.New())
	win := &dropped{Window: w.win}
	w.env.Window = win
	w.main = newShell(w)
	w.main.contacts.Add()
	win.drop([]fyne.URI{storage.NewFileURI(filepath.Join(home, "nothing.png"))})
	require.True(t, s.Sees("could not be read"))
	win.drop(nil)
	win.drop([]fyne.URI{storage.NewFileURI(filepath.Join(home, "zoe.png"))})
	require.Equal(t, uitest.Link("zoe"), s.Entry("paravent:…").Text)
	s.Tap("Cancel")
	require.Nil(t, win.drop, "nobody asks any more")
}

// dropped is a window on which tests drop files.
type dropped struct {
	fyne.Window
	drop func([]fyne.URI)
}

func (d *dropped) SetOnDropped(f func(fyne.Position, []fyne.URI)) {
	d.drop = nil
	if f != nil {
		d.drop = func(files []fyne.URI) { f(fyne.Position{}, files) }
	}
}

func TestAddressFromTheCamera(t *testing.T) {
	f := uitest.New()
	c := newCamera(uitest.Link("zoe"))
	f.OnScan(c.see)
	w, s := open(t, f)
	s.Tap("Add a contact")
	s.Tap("With the camera…")
	c.isClosed(t)
	require.True(t, s.Sees("Ask the person for their call address"), "the camera's dialog is gone")
	require.Equal(t, uitest.Link("zoe"), s.Entry("paravent:…").Text)
	test.Type(w.win.Canvas().Focused(), "Zoé")
	s.Key(fyne.KeyReturn)
	require.Equal(t, uitest.Link("zoe"), contactOf(f, "Zoé").Address)
}

func TestNoCamera(t *testing.T) {
	f := uitest.New()
	_, s := open(t, f)
	s.Tap("Add a contact")
	s.Tap("With the camera…")
	require.True(t, s.Sees("The chosen camera is not plugged in."))
	c := newCamera(uitest.Link("zoe"))
	f.OnScan(c.see)
	s.Tap("Try again")
	require.Equal(t, uitest.Link("zoe"), s.Entry("paravent:…").Text)
}

// Whatever takes the camera's dialog away closes the camera, and what it sees
// meanwhile changes nothing.
func TestP10TheCameraClosesWithItsDialog(t *testing.T) {
	for name, leave := range map[string]func(*uitest.Fake, *Window, uitest.Screen){
		"cancel": func(_ *uitest.Fake, _ *Window, s uitest.Screen) { s.Tap("Cancel") },
		"escape": func(_ *uitest.Fake, _ *Window, s uitest.Screen) { s.Key(fyne.KeyEscape) },
		"ring":   func(f *uitest.Fake, _ *Window, _ uitest.Screen) { f.Ring(f.Person("Mei Lin"), true) },
		"close":  func(_ *uitest.Fake, w *Window, _ uitest.Screen) { w.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			f := uitest.New()
			c := newCamera("")
			f.OnScan(c.see)
			w, s, work := openApart(t, f)
			s.Tap("Add a contact")
			s.Tap("With the camera…")
			<-c.opened
			require.True(t, s.Sees("Hold the other person’s QR code"))
			require.False(t, s.Sees("Opening the camera…"), "it shows what it sees")
			leave(f, w, s)
			c.isClosed(t)
			for len(work) > 0 {
				work.settle(t)
			}
			if name == "cancel" || name == "escape" {
				require.True(t, s.Sees("Ask the person for their call address"))
				require.Empty(t, s.Entry("paravent:…").Text)
			}
		})
	}
}

// Whoever is in the address book is not added twice, but shown.
func TestTheLinkOfAContact(t *testing.T) {
	f := uitest.New()
	_, s := open(t, f)
	s.Tap("Add a contact")
	s.Entry("paravent:…").SetText(" " + uitest.Link("zoe"))
	require.False(t, s.Sees("in your address book already"))
	s.Entry("paravent:…").SetText(f.Person("Mei Lin").Address)
	require.True(t, s.Sees("This is the call address of Mei Lin, who is in your address book already."))
	s.Type("As you want to see it", "Mei Lin 2")
	s.Tap("Add") // disabled
	require.Len(t, f.Contacts(), 8)
	s.Tap("Show")
	require.False(t, s.Sees("Ask the person for their call address"))
	require.True(t, s.Sees("Calls with this person"))
}
