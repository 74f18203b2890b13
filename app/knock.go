package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"paravent/app/call"
	"paravent/app/door"
	"paravent/app/identity"
	"paravent/app/phone"
)

// ErrNoKnock says that the entry of the history is no knock.
var ErrNoKnock = phone.NewFault("no-such-knock")

// doorkeeper is the call's Door: what strangers leave, and who is let in.
type doorkeeper struct{ a *App }

var _ call.Door = doorkeeper{}

// MayKnock implements call.Door.
func (d doorkeeper) MayKnock(from call.Party, hasLink bool) bool {
	return policy(d).mayKnock(from, hasLink)
}

// Knocked implements call.Door. It makes no sound and answers nothing.
func (d doorkeeper) Knocked(k call.Knock) {
	from := d.a.person(string(k.From.ID), k.From.Address, k.Name)
	entry, _ := d.a.record(phone.HistoryEntry{Kind: phone.HistoryKnock, Text: k.Text, Call: k.Call, At: k.At, Peer: from})
	d.a.emit(phone.Knocked{Entry: entry, From: from, Text: k.Text})
	d.a.emit(phone.HistoryChanged{})
}

// Awaits implements call.Door.
func (d doorkeeper) Awaits(from call.Party) bool { return d.a.door.Awaits(string(from.ID), time.Now()) }

// Welcomed implements call.Door.
func (d doorkeeper) Welcomed(w call.Welcome) {
	d.a.emit(phone.Admitted{From: d.a.person(string(w.From.ID), w.From.Address, ""), Until: w.Until})
}

// Rang implements call.Door.
func (d doorkeeper) Rang(from call.Party) {
	if err := d.a.door.Use(string(from.ID)); err != nil {
		d.a.emit(phone.Notice{Err: err})
	}
	d.a.emit(phone.DoorChanged{})
}

// Knock leaves at most phone.MaxKnock characters at the door of somebody whom
// one may not ring, or who does not answer. It returns once the server took
// the message, in ten seconds at most; nothing ever tells whether it was read
// (P14). to is as in Call.
func (a *App) Knock(to, text string, consents ...phone.Consent) error {
	payload, err := call.EncodeKnock(text, a.settings.Current().Name, time.Now())
	if err != nil {
		return err
	}
	c, address, err := a.whereToKnock(to, consents)
	if err != nil {
		return err
	}
	now := time.Now()
	if err := a.door.Knocked(c.ID, now); err != nil { // before the welcome can be here
		return err
	}
	id := phone.NewCallID()
	if err := a.leave(address, id, payload); err != nil {
		return err
	}
	a.record(phone.HistoryEntry{Kind: phone.HistoryKnock, Text: call.CleanText(text), Call: id, At: now,
		Outgoing: true, Peer: a.person(c.ID, c.Address, "")})
	a.emit(phone.HistoryChanged{})
	return nil
}

func (a *App) whereToKnock(to string, consents []phone.Consent) (c phone.Contact, address identity.Address, err error) {
	if !a.settings.Current().Calls.Enabled {
		return c, address, ErrCallsOff
	}
	c, _, err = a.find(to)
	switch {
	case err != nil:
		return c, address, err
	case c.ID == a.me.ID().String():
		return c, address, call.ErrOwnAddress
	case a.blocked(c.ID):
		return c, address, ErrBlockedByYou
	case c.Trust == phone.Changed && !slices.Contains(consents, phone.KeyChanged):
		return c, address, ErrKeyChanged
	}
	if err := a.unreachable(); err != nil {
		return c, address, err
	}
	if address, err = identity.ParseAddress(c.Address); err != nil {
		return c, address, err
	}
	return c, address, a.consentedToServer(c.Address, consents)
}

// leave hands one message of no call to the server.
func (a *App) leave(to identity.Address, id phone.CallID, payload []byte) error {
	a.trace.write("sent", call.PeerID(to.ID.String()), id, payload)
	return fault(promote(a.courier.Post(context.Background(), to, id, payload)))
}

// Admit lets somebody who knocked ring once within the hour, and tells them
// so: entry is HistoryEntry.ID. On error nothing changes.
func (a *App) Admit(entry uint64, consents ...phone.Consent) error {
	all := a.people.History(0)
	i := slices.IndexFunc(all, func(e phone.HistoryEntry) bool { return e.ID == entry })
	if i < 0 || all[i].Kind != phone.HistoryKnock || all[i].Outgoing {
		return fmt.Errorf("%w: %d", ErrNoKnock, entry)
	}
	who := a.person(all[i].Peer.ID, all[i].Peer.Address, all[i].Peer.Name)
	if a.blocked(who.ID) {
		return ErrBlockedByYou
	}
	if err := a.unreachable(); err != nil {
		return err
	}
	address, err := identity.ParseAddress(who.Address)
	if err == nil {
		err = a.consentedToServer(who.Address, consents)
	}
	if err != nil {
		return err
	}
	now := time.Now()
	if err := a.door.Admit(phone.Admission{Who: who, Until: now.Add(phone.AdmitFor)}, now); err != nil {
		return err
	}
	if err := a.leave(address, phone.NewCallID(), call.EncodeWelcome(phone.AdmitFor, now)); err != nil {
		return errors.Join(err, a.door.Withdraw(who.ID)) // they would never know
	}
	a.emit(phone.DoorChanged{})
	return nil
}

// Admitted lists who may ring once now.
func (a *App) Admitted() []phone.Admission { return a.door.Admitted(time.Now()) }

// Withdraw takes back what Admit gave. The other person is not told.
func (a *App) Withdraw(id string) error {
	if err := a.door.Withdraw(id); err != nil {
		return err
	}
	a.emit(phone.DoorChanged{})
	return nil
}

// NewAddress retires the links given out so far for strangers: the new one is
// returned ("" before a server was ever reached). Contacts keep calling by
// whatever link they hold.
func (a *App) NewAddress() (string, error) {
	if err := a.door.Renew(); err != nil {
		return "", err
	}
	a.telling.Lock()
	defer a.telling.Unlock()
	self := a.Self()
	if self.Online {
		a.emit(phone.ServerChanged{Online: true, Address: self.Address, Server: self.Server})
	}
	return self.Address, nil
}

// openDoor reads what is known of people outside. A damaged store that was
// begun afresh lost its token: a fresh one keeps the door shut for old links.
func (a *App) openDoor(fresh bool) error {
	d, notice, err := door.Open(a.people.Blobs("door"), fresh)
	if err != nil {
		return err
	}
	a.note(notice)
	a.door = d
	return nil
}
