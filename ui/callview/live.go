package callview

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"paravent/app/phone"
	"paravent/ui/receipt"
	"paravent/ui/widgets"
)

// live is the receipt of the call under way, shown over it.
type live struct {
	dialog  *widgets.Dialog
	view    *receipt.View
	meaning *widget.Label
	asking  bool // an answer is awaited
}

// showLive opens the receipt behind the badge.
func (s *Screen) showLive() {
	if s.live != nil {
		return
	}
	w := s.env.Words
	l := &live{meaning: widgets.Paragraph(w.BadgeDetails(s.info))}
	l.view = receipt.NewView(w, phone.Receipt{}, true)
	scroll := container.NewVScroll(l.view.Object())
	scroll.SetMinSize(fyne.NewSize(480, 350))
	done := widgets.NewButton(w.T("done"), func() { l.dialog.Hide() })
	done.Importance = widget.HighImportance
	title, _ := w.Badge(s.info)
	l.dialog = widgets.NewDialog(s.env.Window, title, 580,
		container.NewBorder(widgets.Flush(l.meaning), nil, nil, nil, scroll), done)
	l.dialog.OnClose(func() { s.live = nil })
	s.live = l
	s.refreshLive()
}

// retell says anew what the badge means, after the call took another way.
func (s *Screen) retell(badge string) {
	if s.live != nil {
		s.live.dialog.SetTitle(badge)
		s.live.meaning.SetText(s.env.Words.BadgeDetails(s.info))
	}
}

// refreshLive asks for what the call showed so far, at most once at a time and
// away from the drawing goroutine: it looks at counters of the system.
func (s *Screen) refreshLive() {
	l := s.live
	if l == nil || l.asking {
		return
	}
	l.asking = true
	id := s.info.ID
	s.env.Spawn(func() func() {
		r := s.phone.Exposure(id)
		return func() {
			l.asking = false
			l.view.Set(r)
		}
	})
}
