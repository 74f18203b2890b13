// Package scan obtains a call address from a QR code for whoever asks: from a
// picture in a file, or with the camera. Drawing goroutine only.
package scan

import (
	"bytes"
	"context"
	"io"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"paravent/app/phone"
	"paravent/ui/widgets"
)

// Phone is what scanning needs. Both take their time and are called away from
// the drawing goroutine; the camera is closed when ScanCode returns, which it
// does soon after ctx ends.
type Phone interface {
	ReadCode(r io.Reader) (link string, err error)
	ScanCode(ctx context.Context, show phone.Screen) (link string, err error)
}

// maxPicture is what is read of a file at most. The phone takes less, and says
// so better than a file that cannot be read.
const maxPicture = 64 << 20

// pictures are the kinds of file that the phone reads.
var pictures = []string{".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".tif", ".tiff"}

// Bar offers both ways in a row, and tells below it what came of a picture.
// While it is there, a picture may also be dropped on the window.
type Bar struct {
	env    widgets.Env
	phone  Phone
	got    func(link string)
	grown  func()
	object fyne.CanvasObject

	picture, camera *widgets.Button
	busy            *widgets.Line
	problem         *widget.Label
	closed          bool
}

// NewBar makes the row; got is given each address that was found, and grown runs
// when something below the row came or went. The one who shows it calls Close
// when it goes.
func NewBar(env widgets.Env, p Phone, got func(link string), grown func()) *Bar {
	w := env.Words
	b := &Bar{env: env, phone: p, got: got, grown: grown, busy: widgets.NewLine(w.T("scan.looking")).Small(), problem: widgets.Problem()}
	b.picture = widgets.NewButton(w.T("scan.picture"), b.choose)
	b.camera = widgets.NewButton(w.T("scan.camera"), func() {
		b.say(nil)
		withCamera(env, p, b.found)
	})
	b.busy.Hide()
	b.object = container.NewVBox(container.NewGridWithColumns(2, b.picture, b.camera), b.busy, b.problem)
	env.Window.SetOnDropped(func(_ fyne.Position, files []fyne.URI) { b.dropped(files) })
	return b
}

// Object is the row.
func (b *Bar) Object() fyne.CanvasObject { return b.object }

// Close ends it: nothing is found any more.
func (b *Bar) Close() {
	if !b.closed {
		b.closed = true
		b.env.Window.SetOnDropped(nil)
	}
}

// inPlace is the window's env, but failures are told below the row.
func (b *Bar) inPlace() widgets.Env {
	env := b.env
	env.Fail = b.say
	return env
}

func (b *Bar) choose() {
	b.say(nil)
	widgets.OpenFile(b.inPlace(), b.env.Words.T("scan.picture-title"), pictures, maxPicture, b.read)
}

// dropped reads the first of the files that were dropped on the window.
func (b *Bar) dropped(files []fyne.URI) {
	if len(files) == 0 || b.picture.Disabled() {
		return
	}
	b.say(nil)
	widgets.ReadFile(b.inPlace(), files[0], maxPicture, b.read)
}

func (b *Bar) read(_ string, content []byte) {
	b.wait(true)
	b.env.Spawn(func() func() {
		link, err := b.phone.ReadCode(bytes.NewReader(content))
		return func() {
			b.wait(false)
			b.say(err)
			if err == nil {
				b.found(link)
			}
		}
	})
}

func (b *Bar) wait(on bool) {
	if on {
		b.picture.Disable()
		b.camera.Disable()
		b.busy.Show()
	} else {
		b.picture.Enable()
		b.camera.Enable()
		b.busy.Hide()
	}
	b.grown()
}

func (b *Bar) say(err error) {
	text := ""
	if err != nil {
		text = b.env.Words.Error(err)
	}
	widgets.SetProblem(b.problem, text)
	b.grown()
}

func (b *Bar) found(link string) {
	if !b.closed {
		b.got(link)
	}
}
