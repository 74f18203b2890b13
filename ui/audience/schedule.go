package audience

import (
	"reflect"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"paravent/settings"
	"paravent/ui/widgets"
)

// schedule is the quiet times of the week.
type schedule struct {
	screen *Screen
	card   fyne.CanvasObject
	rows   *fyne.Container
	add    *widgets.Button
	full   fyne.CanvasObject
	shown  []settings.Period
}

func newSchedule(s *Screen) *schedule {
	w := s.env.Words
	q := &schedule{screen: s, rows: container.NewVBox(), full: widgets.Hint(w.T("schedule.full"))}
	q.add = widgets.NewButton(w.T("schedule.add"), func() {
		newPeriodDialog(s.env, w.T("schedule.add"), settings.Period{Days: settings.Days, From: "22:00", To: "07:00"}, func(p settings.Period) error {
			return q.change(func(list []settings.Period) []settings.Period { return append(list, p) })
		})
	})
	q.card = widgets.Section(w.T("schedule.title"), widgets.Flush(widgets.Paragraph(w.T("schedule.about"))), q.rows, widgets.Gap(4), container.NewHBox(q.add), q.full)
	return q
}

func (q *schedule) object() fyne.CanvasObject { return q.card }

func (q *schedule) show(v view) {
	full := len(v.calls.DoNotDisturb.Schedule) >= settings.MaxPeriods
	allow(q.add, !full)
	setHidden(q.full, !full)
	if reflect.DeepEqual(q.shown, v.calls.DoNotDisturb.Schedule) {
		return
	}
	q.shown = v.calls.DoNotDisturb.Schedule
	q.rows.RemoveAll()
	for i, p := range q.shown {
		q.rows.Add(q.row(i, p))
	}
	q.rows.Refresh()
}

func (q *schedule) row(i int, p settings.Period) fyne.CanvasObject {
	w := q.screen.env.Words
	when := w.Days(p) + ", " + w.Times(p)
	edit := widgets.NewIconButton("edit", w.T("schedule.change-this", "when", when), func() { q.edit(i, p) })
	var remove *widgets.IconButton
	remove = widgets.NewIconButton("trash", w.T("schedule.remove", "when", when), func() { q.remove(i, p, remove) })
	text := container.NewVBox(widgets.NewLine(w.Days(p)).Bold().Cut(), widgets.NewLine(w.Times(p)).Small().Cut())
	return container.NewBorder(nil, nil, nil, container.NewHBox(edit, remove), text)
}

func (q *schedule) edit(i int, old settings.Period) {
	newPeriodDialog(q.screen.env, q.screen.env.Words.T("schedule.change"), old, func(p settings.Period) error {
		return q.change(func(list []settings.Period) []settings.Period {
			if at(list, i, old) {
				list[i] = p
				return list
			}
			return append(list, p)
		})
	})
}

// at tells whether p is where it was shown; the schedule may have changed since.
func at(list []settings.Period, i int, p settings.Period) bool {
	return i < len(list) && reflect.DeepEqual(list[i], p)
}

// remove takes a period away and offers to bring it back.
func (q *schedule) remove(i int, p settings.Period, button fyne.Focusable) {
	s := q.screen
	err := q.change(func(list []settings.Period) []settings.Period {
		if at(list, i, p) {
			return slices.Delete(list, i, i+1)
		}
		return list
	})
	s.env.Fail(err)
	if err != nil {
		return
	}
	s.passFocus(button, q.add)
	s.undo.Offer(s.env.Words.T("schedule.removed"), s.now(), func() {
		s.env.Fail(q.change(func(list []settings.Period) []settings.Period {
			return slices.Insert(list, min(i, len(list)), p)
		}))
	})
}

// change makes another schedule of a copy of the present one.
func (q *schedule) change(to func([]settings.Period) []settings.Period) error {
	s := q.screen
	err := s.phone.UpdateSettings(func(v *settings.Settings) {
		v.Calls.DoNotDisturb.Schedule = to(slices.Clone(v.Calls.DoNotDisturb.Schedule))
	})
	s.Reload()
	return err
}
