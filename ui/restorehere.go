package ui

import (
	"paravent/ui/backup"
)

// RestoreHere puts a backup in the place of the window's phone, which nobody
// has set up. The phone that goes on is the one it returns, also with an error.
// It takes seconds, and runs away from the drawing goroutine.
type RestoreHere func(path, passphrase string) (Phone, error)

// OfferRestore has the first start offer to restore a backup by f. Drawing
// goroutine, before Show, and before anything was typed.
func (w *Window) OfferRestore(f RestoreHere) {
	w.restoreHere = f
	if w.asks != nil {
		w.begin()
	}
}

// askBackup asks for a backup on the first start.
func (w *Window) askBackup() {
	words := w.env.Words
	backup.Restore(w.env, backup.Target{
		Title: words.T("restore.title"), Do: words.T("restore.do"), Now: w.world.now(),
		Read: w.phone.ReadBackup,
		Restore: func(_, path, passphrase string) (func(), error) {
			next, err := w.restoreHere(path, passphrase)
			return func() { w.continueWith(next, err == nil) }, err
		},
	})
}

// continueWith is the window of another phone from now on. Where that is
// somebody's, it speaks their language and shows their people.
func (w *Window) continueWith(next Phone, restored bool) {
	if w.closed {
		return
	}
	if next != w.phone {
		w.cancel()
		w.phone = next
		w.listen()
	}
	if !restored {
		return
	}
	w.speak()
	w.begin()
	w.showTitle()
	if w.main != nil {
		w.start(func() {})
	}
}

// listen gives the phone where its pictures and events go.
func (w *Window) listen() {
	w.phone.SetScreens(w.remote.Screen(), w.local.Screen())
	w.cancel = w.phone.Subscribe(newPump(w.handle).put)
}
