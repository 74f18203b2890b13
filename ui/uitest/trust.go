package uitest

import "paravent/app/phone"

// ErrOtherCode has the code of the real fault for a code that is not the contact's.
var ErrOtherCode = phone.NewFault("code-of-somebody-else")

// Verify implements ui.Phone, as do the methods below.
func (f *Fake) Verify(contact string) error { return f.trust("verify", contact, phone.Verified) }

func (f *Fake) Distrust(contact string) error { return f.trust("distrust", contact, phone.Changed) }

func (f *Fake) CompareCode(contact, scanned string) error {
	who, err := f.WhoseLink(scanned)
	if err != nil {
		return err
	}
	if who.ID != contact {
		return ErrOtherCode
	}
	return f.Verify(contact)
}

func (f *Fake) ReplaceAddress(contact, link string) (phone.Contact, error) {
	who, err := f.WhoseLink(link)
	f.mu.Lock()
	if err == nil {
		err = f.takeErr()
	}
	i := f.find(contact)
	if err != nil || i < 0 {
		f.mu.Unlock()
		return phone.Contact{}, err
	}
	c := &f.contacts[i]
	c.Address = link
	if who.ID != c.ID {
		c.ID, c.Trust = who.ID, phone.Changed
		c.Permission, c.Route = phone.PermissionInherit, phone.RouteInherit
	}
	changed := *c
	f.mu.Unlock()
	f.Emit(phone.ContactsChanged{})
	return changed, nil
}

func (f *Fake) trust(what, contact string, t phone.Trust) error {
	f.mu.Lock()
	err := f.takeErr()
	i := f.find(contact)
	if err == nil && i >= 0 {
		f.note("%s %s", what, f.contacts[i].Name)
		f.contacts[i].Trust = t
	}
	f.mu.Unlock()
	f.retell()
	return err
}

// retell tells of all calls anew, with what the address book knows now.
func (f *Fake) retell() {
	f.mu.Lock()
	var ids []phone.CallID
	for _, c := range f.calls {
		ids = append(ids, c.ID)
	}
	f.mu.Unlock()
	for _, id := range ids {
		f.Change(id, func(c *phone.CallInfo) {
			c.Trust = f.trustLocked(c.Peer.ID)
			c.Peer.Contact = c.Trust != ""
		})
	}
}

// trustLocked must be called with mu held.
func (f *Fake) trustLocked(id string) phone.Trust {
	if i := f.find(id); i >= 0 {
		return f.contacts[i].Trust
	}
	return ""
}

// Agree makes a call have its safety words.
func (f *Fake) Agree(id phone.CallID, code [4]byte) {
	f.Change(id, func(c *phone.CallInfo) { c.Safety = phone.Safety{State: phone.SafetyReady, Code: code} })
}
