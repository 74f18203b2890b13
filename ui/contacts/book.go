package contacts

import (
	"slices"

	"paravent/app/phone"
)

// book is the address book as it is searched: a key press neither reads it nor
// folds its names again.
type book struct {
	all   []phone.Contact // by name
	names phone.Finder    // of all
}

// take takes the contacts as they are now. Their names are folded again only
// where one changed.
func (b *book) take(all []phone.Contact) {
	same := slices.EqualFunc(b.all, all, func(x, y phone.Contact) bool { return x.Name == y.Name })
	b.all = all
	if same {
		return
	}
	names := make([]string, len(all))
	for i, c := range all {
		names[i] = c.Name
	}
	b.names = phone.NewFinder(names)
}

// find is who matches query and has what is wanted: favourites first, then in
// the order of phone.Finder.
func (b *book) find(query string, has func(phone.Contact) bool) []phone.Contact {
	found, others := []phone.Contact(nil), []phone.Contact(nil)
	for _, i := range b.names.Find(query) {
		switch c := b.all[i]; {
		case !has(c):
		case c.Favourite:
			found = append(found, c)
		default:
			others = append(others, c)
		}
	}
	return append(found, others...)
}
