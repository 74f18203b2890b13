package contacts

import (
	"slices"
	"strconv"

	"paravent/app/phone"
)

// Remove takes a contact out of the address book and offers to bring back, with
// all that was granted and found out, them and whoever was removed while the
// offer stood.
func (s *Screen) Remove(c phone.Contact) {
	err := s.phone.RemoveContact(c.ID)
	s.env.Fail(err)
	if err != nil {
		return
	}
	if !s.undo.Visible() {
		s.removed = nil
	}
	s.removed = append(s.removed, c)
	back := slices.Clone(s.removed)
	w := s.env.Words
	text := w.T("contacts.removed", "name", w.Name(c.Name))
	if len(back) > 1 {
		text = w.T("contacts.removed-count", "count", strconv.Itoa(len(back)))
	}
	s.undo.Offer(text, s.now(), func() {
		for _, c := range back {
			s.env.Fail(s.phone.PutContact(c))
		}
		s.Reload()
		s.env.Window.Canvas().Focus(s.list)
	})
	s.Reload()
}

// Undo takes the last removal back, while that is offered.
func (s *Screen) Undo() { s.undo.Take() }
