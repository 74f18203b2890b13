// Package desktop joins the phone to its window: what the command line asks
// for, the one process of a profile, links from outside, and the life of both.
// Only main uses it.
//
//	command line -> Parse -> Run -> owner: claim -> another window has it: handed over, the end
//	                                  '-> app.Open -> desk: ui.New -> Fyne's loop -> Close
//	                                         '-> locked, or something in the way: ui.Gate -> owner -> ui.Window
//	later starts, the system's links -> desk -> window asks
//	first start, "I have a backup" -> owner: app.RestoreHere -> the window goes on with another phone
package desktop

import (
	"errors"
	"os"

	"fyne.io/fyne/v2"

	"paravent/app/identity"
	"paravent/app/instance"
	"paravent/app/script"
)

// Run opens the phone and its window, and returns when the window closes, or
// when another window of the profile came forward instead. Only a script is told
// by an error what keeps the phone from opening; people see it in the window.
func Run(s Start, newGUI func() fyne.App) error {
	own := newOwner(s)
	phone, err := own.open("")
	if err != nil && (s.scripted || errors.Is(err, errHanded)) {
		own.close()
		if s.scripted {
			return err
		}
		return nil
	}
	startNoBus()
	d := &desk{gui: newGUI(), start: s, own: own}
	var face *script.Face
	if s.scripted {
		face = script.New(phone, os.Stdout, s.answer)
		defer face.Attach()() // after close, which has last events to tell
	}
	defer own.close()
	links := systemLinks()
	d.begin(phone, err)
	own.attended(func(requests <-chan instance.Request) { go d.attend(requests, links) })
	if face != nil {
		go d.obey(face)
	}
	d.gui.Run()
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
