// Package desktop joins the phone to its window: what the command line asks
// for, the one process of a profile, links from outside, and the life of both.
// Only main uses it.
//
//	command line -> Parse -> Claim -> another window has it: handed over, the end
//	                             |-> Run: app.Open -> ui.New -> Fyne's loop -> Close
//	later starts, the system's links -> Run -> window asks
//	first start, "I have a backup" -> owner: app.RestoreHere -> the window goes on with another phone
package desktop

import (
	"context"
	"os"

	"fyne.io/fyne/v2"

	"paravent/app"
	"paravent/app/identity"
	"paravent/app/instance"
	"paravent/app/script"
	"paravent/settings"
	"paravent/ui"
)

// Run opens the phone and its window, and returns when the window closes.
func Run(gui fyne.App, s Start, first *instance.Instance) error {
	defer func() { _ = first.Close() }()
	phone, err := app.Open(s.options)
	if err != nil {
		return err
	}
	face := script.New(phone, os.Stdout, s.answer)
	if s.scripted {
		defer face.Attach()() // after Close, which has last events to tell
	}
	own := &owner{phone: phone}
	defer own.close()
	startNoBus()
	links := systemLinks()
	window := ui.New(gui, phone)
	if !s.scripted { // a script goes on talking to the phone it began with
		window.OfferRestore(own.restoreHere)
	}
	window.Show()
	if s.link != "" {
		window.Open(s.link)
	}
	go attend(first.Requests(), links, window)
	if s.scripted {
		go func() {
			_ = face.Run(context.Background(), os.Stdin)
			fyne.Do(gui.Quit)
		}()
	}
	// Without a name the window asks for one first, and starts the phone then.
	if now := phone.Settings(); now.Server.Mode != settings.ServerUnset && (now.Name != "" || s.scripted) {
		go func() { _ = phone.Start() }() // a failure reaches the window as an event
	}
	gui.Run()
	return nil
}

// startNoBus keeps Fyne from having dbus-launch start a bus that nobody ends: it
// asks no further where the address leads nowhere.
func startNoBus() {
	if !identity.HasSessionBus() {
		_ = os.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
	}
}

// systemLinks are those that the system opens from now on.
func systemLinks() <-chan string {
	links := make(chan string, maxLinks)
	onSystemLink(func(link string) {
		select {
		case links <- link:
		default: // nobody opens so many by hand
		}
	})
	return links
}

// maxLinks bounds the links of the system that wait for the window.
const maxLinks = 8

// attend does what later starts of the profile and the system ask of this
// window, until the profile is given up.
func attend(requests <-chan instance.Request, links <-chan string, window *ui.Window) {
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
				window.Open(r.Link)
			case instance.Show:
				window.Raise()
			}
		})
	}
}
