package desktop

import (
	"context"
	"errors"
	"os"

	"fyne.io/fyne/v2"

	"paravent/app"
	"paravent/app/instance"
	"paravent/app/script"
	"paravent/settings"
	"paravent/ui"
)

// desk is one run of the program with a window. Drawing goroutine, but
// for obey and attend.
type desk struct {
	gui   fyne.App
	start Start
	own   *owner
	front front
	spawn func(work func() (done func())) // nil but in tests
}

// front is the window that is open: that of the phone, or the gate before it.
type front interface {
	Open(link string)
	Raise()
}

// begin opens the window: that of the phone or, where err keeps it from opening,
// the gate.
func (d *desk) begin(phone *app.App, err error) {
	if err != nil {
		d.wait(err)
	} else {
		d.show(ui.New(d.gui, phone), phone)
	}
	if d.start.link != "" {
		d.front.Open(d.start.link)
	}
}

// obey does what standard input says until that ends. Any goroutine.
func (d *desk) obey(face *script.Face) {
	_ = face.Run(context.Background(), os.Stdin)
	fyne.Do(d.gui.Quit)
}

// show shows the window of the phone, and starts the phone.
func (d *desk) show(window *ui.Window, phone *app.App) {
	d.front = window
	if !d.start.scripted { // a script goes on talking to the phone it began with
		window.OfferRestore(d.own.restoreHere)
	}
	window.Show()
	// Without a name the window asks for one first, and starts the phone then.
	if now := phone.Settings(); now.Server.Mode != settings.ServerUnset && (now.Name != "" || d.start.scripted) {
		go func() { _ = phone.Start() }() // a failure reaches the window as an event
	}
}

// wait shows why the phone does not open, until it does.
func (d *desk) wait(err error) {
	profile := d.start.options.Profile
	var opened *app.App
	gate := ui.NewGate(d.gui, ui.Opening{
		Folder: profile, Profile: app.NameOfProfile(profile), Language: settings.Read(profile).Language, Err: err, Spawn: d.spawn,
		Open: func(passphrase string) (ui.Phone, error) {
			p, err := d.own.open(passphrase)
			if errors.Is(err, errHanded) {
				fyne.Do(d.gui.Quit)
			}
			if err != nil {
				return nil, err
			}
			opened = p
			return p, nil
		},
		Opened: func(window *ui.Window) { d.show(window, opened) },
	})
	d.front = gate
	gate.Show()
}

// attend does what later starts of the profile and the system ask of this
// window, until the profile is given up.
func (d *desk) attend(requests <-chan instance.Request, links <-chan string) {
	for {
		var r instance.Request
		select {
		case next, ok := <-requests:
			if !ok {
				return
			}
			r = next
		case link := <-links:
			r = instance.Opening(link)
		}
		fyne.Do(func() {
			switch r.Do {
			case instance.Open:
				d.front.Open(r.Link)
			case instance.Show:
				d.front.Raise()
			}
		})
	}
}
