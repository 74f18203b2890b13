package ui

import (
	"fmt"

	"fyne.io/fyne/v2"

	"paravent/ui/words"
)

// showTitle reads the profile's name, for the title.
func (w *Window) showTitle() {
	w.env.Spawn(func() func() {
		name := w.phone.ProfileName()
		return func() {
			w.profile = name
			w.titled()
		}
	})
}

// titled counts in the title what was missed, and names the profile but for the
// default one.
func (w *Window) titled() {
	title := titleOf(w.env.Words, w.profile)
	if n := w.phone.Unseen(); n > 0 {
		title = fmt.Sprintf("(%d) %s", n, title)
	}
	if w.win.Title() != title {
		w.win.SetTitle(title)
	}
}

// titleOf is the title of a window of a profile.
func titleOf(w words.Words, profile string) string {
	if profile == "" {
		return "Paravent"
	}
	return w.Name(profile) + " – Paravent"
}

// watchAttention notices when the person turns to another program: what is
// missed then was not seen, whatever page is open.
func (w *Window) watchAttention() {
	turn := func(away bool) func() {
		return func() {
			fyne.Do(func() {
				if w.away != away && !w.closed {
					w.away = away
					w.reload()
				}
			})
		}
	}
	w.app.Lifecycle().SetOnExitedForeground(turn(true))
	w.app.Lifecycle().SetOnEnteredForeground(turn(false))
}

// looking tells whether the person sees the main screens.
func (w *Window) looking() bool {
	return !w.away && w.ringing == nil && w.call == nil && w.ended == nil
}
