package app

import (
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"paravent/app/call"
	"paravent/app/card"
	"paravent/app/identity"
	"paravent/app/people"
	"paravent/app/phone"
)

// Why a vCard is skipped, beside ErrOwnContact, ErrNameTaken and
// identity.ErrBadAddress.
var (
	ErrCardNoAddress = phone.NewFault("card-no-address") // it has no call address
	ErrCardNoName    = phone.NewFault("card-no-name")    // nothing of its name can be shown
	ErrCardRepeated  = phone.NewFault("card-repeated")   // the same person stands before in the file
	ErrCardCut       = phone.NewFault("card-cut")        // it is not complete
)

// ExportContacts writes the address book as vCards: names and addresses. What
// the person granted or refused stays here, and so do people who are blocked
// or whose key changed: elsewhere they would be contacts like any other.
func (a *App) ExportContacts(w io.Writer) error {
	var cards []card.Card
	for _, c := range a.people.Contacts() {
		if !c.Blocked && c.Trust != phone.Changed {
			cards = append(cards, card.Card{Name: c.Name, Links: []string{c.Address}})
		}
	}
	return fault(card.Write(w, cards))
}

// ExportOwn writes one's own vCard. Without a server there is no address for
// it (ErrNoServer).
func (a *App) ExportOwn(w io.Writer) error {
	self := a.Self()
	if self.Address == "" {
		return ErrNoServer
	}
	return fault(card.Write(w, []card.Card{{Name: self.Name, Links: []string{self.Address}}}))
}

// ImportContacts adds the people of a file of vCards to the address book, all
// in one transaction; on error nothing changed. Nothing is granted by it: who
// is new is unverified and no favourite, whoever was blocked stays so, and
// people who are known only get the address of the file. Errors are those of
// package card, people.ErrTooMany, and those of writing.
func (a *App) ImportContacts(r io.Reader) (phone.Import, error) {
	cards, err := card.Read(r)
	if err != nil {
		return phone.Import{}, err
	}
	i := importer{a: a, names: map[string]string{}, seen: map[string]bool{}}
	for _, c := range a.people.Contacts() {
		i.names[phone.Fold(c.Name)] = c.ID
	}
	for _, c := range cards {
		i.take(c)
	}
	if err := a.putContacts(i.changed...); err != nil {
		return phone.Import{}, err
	}
	if len(i.changed) > 0 {
		a.contactsChanged()
	}
	return i.result, nil
}

// UndoImport takes back what ImportContacts did: who is in the address book by
// it is removed as by RemoveContact, and who got another address gets the one
// before, and is otherwise left as they are now.
func (a *App) UndoImport(done phone.Import) error {
	var back []phone.Contact
	for _, before := range done.Before {
		if c, known := a.people.Find(before.ID); known {
			c.Address = before.Address
			back = append(back, c)
		}
	}
	var leaving []string
	for _, id := range done.NewIDs {
		if _, known := a.people.Find(id); !known {
			continue
		}
		if err := a.keepBlocked(id); err != nil {
			return err
		}
		leaving = append(leaving, id)
	}
	if err := a.putContacts(back...); err != nil {
		return err
	}
	if err := a.people.Remove(leaving...); err != nil {
		return err
	}
	a.contactsChanged()
	return nil
}

// importer decides about each card in turn, and changes nothing.
type importer struct {
	a       *App
	names   map[string]string // folded, of the address book and of the cards before: whose they are
	seen    map[string]bool   // ids in the file
	changed []phone.Contact
	result  phone.Import
}

func (i *importer) take(c card.Card) {
	name := importName(c.Name)
	if err := i.decide(name, c); err != nil {
		i.result.Skipped = append(i.result.Skipped, phone.Skipped{Name: name, Why: phone.CodeOf(err)})
	}
}

func (i *importer) decide(name string, c card.Card) error {
	if c.Cut {
		return ErrCardCut
	}
	address, err := addressOf(c)
	if err != nil {
		return err
	}
	id := address.ID.String()
	switch {
	case address.ID == i.a.me.ID():
		return ErrOwnContact
	case i.seen[id]:
		return ErrCardRepeated
	}
	if known, isKnown := i.a.people.Find(id); isKnown {
		i.update(known, address.String())
		return nil
	}
	if name == "" {
		return ErrCardNoName
	}
	if _, taken := i.names[phone.Fold(name)]; taken {
		return ErrNameTaken
	}
	i.names[phone.Fold(name)], i.seen[id] = id, true
	i.changed = append(i.changed, phone.Contact{ID: id, Name: name, Address: address.String()})
	i.result.Added++
	i.result.NewIDs = append(i.result.NewIDs, id)
	return nil
}

// update gives somebody in the address book the address of the file.
func (i *importer) update(known phone.Contact, address string) {
	i.seen[known.ID] = true
	if known.Address == address {
		i.result.Same++
		return
	}
	i.result.Before = append(i.result.Before, known)
	i.result.Updated++
	known.Address = address
	i.changed = append(i.changed, known)
}

// addressOf is the first address of a card that can be read.
func addressOf(c card.Card) (identity.Address, error) {
	var bad error = ErrCardNoAddress
	for _, link := range c.Links {
		address, err := identity.ReadLink(link)
		if err == nil {
			return address, nil
		}
		if errors.Is(bad, ErrCardNoAddress) {
			bad = err
		}
	}
	return identity.Address{}, bad
}

// importName makes a card's name one that an address book takes: what shows
// nothing or turns text around is dropped, and the rest cut at whole characters.
func importName(name string) string {
	name = call.CleanText(name)
	for len(name) > people.MaxName {
		_, n := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-n]
	}
	return strings.TrimSpace(name)
}
