package contact

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"paravent/app/phone"
	"paravent/ui/widgets"
)

// head is who it is, and the ways to reach them.
type head struct {
	screen *Screen
	body   fyne.CanvasObject

	face                *widgets.Avatar
	name, state         *widgets.Line
	mark                *widgets.Icon
	back, star          *widgets.IconButton
	audio, video, knock *widgets.Button
}

func newHead(s *Screen) *head {
	w := s.env.Words
	h := &head{screen: s, face: widgets.NewAvatar(48), name: widgets.NewLine("").Sized("headingText").Bold().Cut(),
		state: widgets.NewLine("").Small().Cut(), mark: widgets.NewIcon("shield", "subtle", 16)}
	h.star = widgets.NewIconButton("star", w.T("contacts.star"), func() {
		s.save(func(c *phone.Contact) { c.Favourite = !c.Favourite })
	})
	h.audio = widgets.NewButton(w.T("call.audio"), func() { s.ways.Call(s.contact.ID, false) })
	h.audio.Importance = widget.HighImportance
	h.video = widgets.NewButton(w.T("call.video"), func() { s.ways.Call(s.contact.ID, true) })
	h.knock = widgets.NewButton(w.T("knock.leave"), func() { s.ways.Knock(s.contact.ID, s.contact.Name) })
	h.back = widgets.NewIconButton("back", w.T("contact.back"), s.leave)
	second := container.NewBorder(nil, nil, container.NewHBox(h.mark, widgets.Gap(2)), nil, h.state)
	text := container.NewVBox(h.name, second, widgets.Gap(2), container.NewHBox(h.audio, h.video, h.knock))
	lead := container.NewHBox(container.NewCenter(h.back), widgets.Gap(4), container.NewCenter(h.face), widgets.Gap(8))
	h.body = container.NewBorder(nil, nil, container.NewVBox(lead), container.NewVBox(h.star), text)
	return h
}

func (h *head) object() fyne.CanvasObject { return h.body }

func (h *head) set(c phone.Contact) {
	w := h.screen.env.Words
	h.face.SetPerson(h.screen.name(), c.ID)
	h.name.SetText(h.screen.name())
	look := looks(c.Trust)
	h.mark.Set(look.icon, look.color)
	h.state.SetText(w.T(look.title))
	h.state.SetColor(look.color)
	if c.Favourite {
		h.star.Set("star-full", w.T("contacts.unstar"), theme.ColorNameWarning)
	} else {
		h.star.Set("star", w.T("contacts.star"), "subtle")
	}
	for _, b := range []*widgets.Button{h.audio, h.video, h.knock} {
		if c.Blocked {
			b.Disable()
		} else {
			b.Enable()
		}
	}
}
