package uitest

import (
	"errors"
	"io"
	"slices"
	"strings"

	"paravent/app/phone"
)

// ErrNoCards has the code of the real fault.
var ErrNoCards = phone.NewFault("cards-none")

// ExportContacts writes a name and a link a line: the fake's vCards.
func (f *Fake) ExportContacts(w io.Writer) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.takeErr(); err != nil {
		return err
	}
	var failed error
	for _, c := range f.contacts {
		if !c.Blocked && c.Trust != phone.Changed {
			_, err := io.WriteString(w, c.Name+"\t"+c.Address+"\n")
			failed = errors.Join(failed, err)
		}
	}
	return failed
}

// ImportContacts reads what ExportContacts wrote. Links of people who are here
// already are known by the name before them; a line without a link is skipped.
func (f *Fake) ImportContacts(r io.Reader) (phone.Import, error) {
	text, err := io.ReadAll(r)
	f.mu.Lock()
	err = errors.Join(err, f.takeErr())
	var done phone.Import
	if !strings.Contains(string(text), "\t") {
		err = errors.Join(err, ErrNoCards)
	}
	if err == nil {
		for line := range strings.Lines(string(text)) {
			name, link, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
			f.take(&done, name, link)
		}
	}
	f.mu.Unlock()
	f.Emit(phone.ContactsChanged{})
	return done, err
}

// take must be called with mu held.
func (f *Fake) take(done *phone.Import, name, link string) {
	c := contact(name)
	i := f.find(c.ID)
	switch {
	case link != "" && !strings.HasPrefix(link, "paravent:"):
		done.Skipped = append(done.Skipped, phone.Skipped{Name: name, Why: "bad-address"})
	case link == "":
		done.Skipped = append(done.Skipped, phone.Skipped{Name: name, Why: "card-no-address"})
	case i < 0:
		c.Address = link
		f.file(c)
		done.Added++
		done.NewIDs = append(done.NewIDs, c.ID)
	case f.contacts[i].Address == link:
		done.Same++
	default:
		done.Before = append(done.Before, f.contacts[i])
		f.contacts[i].Address = link
		done.Updated++
	}
}

// UndoImport implements ui.Phone.
func (f *Fake) UndoImport(done phone.Import) error {
	f.mu.Lock()
	err := f.takeErr()
	if err == nil {
		f.contacts = slices.DeleteFunc(f.contacts, func(c phone.Contact) bool { return slices.Contains(done.NewIDs, c.ID) })
		for _, before := range done.Before {
			f.contacts[f.find(before.ID)].Address = before.Address
		}
	}
	f.mu.Unlock()
	f.Emit(phone.ContactsChanged{})
	return err
}
