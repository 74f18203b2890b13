package people

import (
	"cmp"
	"slices"
	"strings"

	"paravent/app/phone"
)

// book holds the contacts in memory: by id, and in the order of their folded
// names, so that neither listing nor looking for a name goes through all of
// them. A listed value never changes; it is replaced.
type book struct {
	byID  map[string]*listed
	order []*listed
}

type listed struct {
	name string // folded
	phone.Contact
}

func newBook() book { return book{byID: map[string]*listed{}} }

// byName orders contacts by name without case and accents, then by id.
func byName(a, b *listed) int {
	return cmp.Or(strings.Compare(a.name, b.name), strings.Compare(a.ID, b.ID))
}

func (b *book) get(id string) (phone.Contact, bool) {
	if l, ok := b.byID[id]; ok {
		return l.Contact, true
	}
	return phone.Contact{}, false
}

func (b *book) len() int { return len(b.byID) }

// put adds contacts, or replaces those with the same ids.
func (b *book) put(contacts ...phone.Contact) {
	for _, c := range contacts {
		l := &listed{phone.Fold(c.Name), c}
		if len(contacts) == 1 {
			b.remove(c.ID)
			at, _ := slices.BinarySearchFunc(b.order, l, byName)
			b.order = slices.Insert(b.order, at, l)
		}
		b.byID[c.ID] = l
	}
	if len(contacts) > 1 { // many: one sorting is less than as many insertions
		b.order = b.order[:0]
		for _, l := range b.byID {
			b.order = append(b.order, l)
		}
		slices.SortFunc(b.order, byName)
	}
}

func (b *book) remove(id string) {
	l, ok := b.byID[id]
	if !ok {
		return
	}
	at, _ := slices.BinarySearchFunc(b.order, l, byName)
	b.order = slices.Delete(b.order, at, at+1)
	delete(b.byID, id)
}

// list is everybody, by name.
func (b *book) list() []phone.Contact {
	all := make([]phone.Contact, len(b.order))
	for i, l := range b.order {
		all[i] = l.Contact
	}
	return all
}

// named is everybody who has a name.
func (b *book) named(name string) []*listed {
	name = phone.Fold(name)
	from, _ := slices.BinarySearchFunc(b.order, name, func(l *listed, name string) int { return strings.Compare(l.name, name) })
	to := from
	for to < len(b.order) && b.order[to].name == name {
		to++
	}
	return b.order[from:to]
}
