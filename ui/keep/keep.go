// Package keep is the choice of how long the history is kept. Drawing goroutine
// only.
package keep

import (
	"strconv"
	"time"

	"paravent/app/phone"
	"paravent/settings"
	"paravent/ui/widgets"
)

// Phone is what the choice needs.
type Phone interface {
	Settings() settings.Settings
	History(limit int) []phone.HistoryEntry
}

// NewChoice shows the choices. What would delete entries is asked about first;
// then save gets the change and tells whether it was made.
func NewChoice(env widgets.Env, p Phone, now func() time.Time, save func(func(*settings.Settings)) bool) *widgets.Choice {
	w := env.Words
	var options []widgets.Option
	for _, k := range settings.HistoryKeeps() {
		o := widgets.Option{ID: string(k), Title: w.Keep(k)}
		if k == settings.KeepNever {
			o.Detail = w.T("keep.never-detail")
		}
		options = append(options, o)
	}
	var choice *widgets.Choice
	change := func(to settings.HistoryKeep) {
		save(func(s *settings.Settings) { s.History.Keep = to })
		choice.Select(string(p.Settings().History.Keep))
	}
	choice = widgets.NewChoice(options, string(p.Settings().History.Keep), func(id string) {
		to := settings.HistoryKeep(id)
		n := tooOld(p.History(0), to, now())
		if n == 0 {
			change(to)
			return
		}
		choice.Select(string(p.Settings().History.Keep)) // until it was agreed to
		title := w.T("keep.ask-title")
		if to == settings.KeepNever {
			title = w.T("keep.ask-all-title")
		}
		widgets.Ask(env.Window, title, w.T("keep.ask", "count", strconv.Itoa(n)),
			w.T("keep.delete"), w.T("cancel"), func() { change(to) })
	})
	return choice
}

// tooOld counts the entries that would be deleted.
func tooOld(list []phone.HistoryEntry, k settings.HistoryKeep, now time.Time) (n int) {
	since := k.Since(now)
	for _, e := range list {
		if k == settings.KeepNever || e.At.Before(since) {
			n++
		}
	}
	return n
}
