package uitest

import (
	"fmt"
	"slices"
	"strings"

	"paravent/app/phone"
)

// ErrBadLink has the code of the real fault for a link that is none.
var ErrBadLink = phone.NewFault("bad-address")

// ErrNotFound has the code of the real fault for what is no link and nobody's
// name.
var ErrNotFound = phone.NewFault("contact-not-found")

// ErrNameTaken has the code of the real fault for a name that somebody else has.
var ErrNameTaken = phone.NewFault("contact-name-taken")

// ErrShowsAddress has the code of the real fault that asks before somebody
// else's server sees this computer.
var ErrShowsAddress = phone.NewFault("server-here-shows-address")

// ErrKeyChanged has the code of the real fault that asks before a call with
// somebody whose key changed.
var ErrKeyChanged = phone.NewFault("contact-key-changed")

// ErrDirectRefused has the code of the real fault for a no of the other side.
var ErrDirectRefused = phone.NewFault("direct-refused")

// Ring makes a call come in.
func (f *Fake) Ring(from phone.Person, video bool) phone.CallID {
	id := phone.NewCallID()
	f.mu.Lock()
	info := phone.CallInfo{ID: id, Peer: from, Trust: f.trustLocked(from.ID), Video: video, State: phone.Ringing, Started: f.now()}
	f.calls = append(f.calls, info)
	f.mu.Unlock()
	f.Emit(phone.Incoming{Call: id, From: from, Video: video, Trust: info.Trust})
	f.Emit(phone.CallChanged{Call: info})
	return id
}

// Change changes a call as its other side or the network would.
func (f *Fake) Change(id phone.CallID, change func(*phone.CallInfo)) {
	f.mu.Lock()
	i := slices.IndexFunc(f.calls, func(c phone.CallInfo) bool { return c.ID == id })
	if i < 0 {
		f.mu.Unlock()
		return
	}
	change(&f.calls[i])
	info := f.calls[i]
	if info.State == phone.Ended {
		f.calls = slices.Delete(f.calls, i, i+1)
	}
	f.mu.Unlock()
	f.Emit(phone.CallChanged{Call: info})
}

// Connect makes a call's media flow by a route.
func (f *Fake) Connect(id phone.CallID, route phone.Route, kind phone.Relaying, peerSees ...string) {
	f.Change(id, func(c *phone.CallInfo) {
		c.State, c.Route, c.RelayKind, c.PeerSees, c.ConnectedAt = phone.Connected, route, kind, peerSees, f.now()
		c.Upgrade, c.WouldShow = phone.NoUpgrade, nil
		c.Safety = phone.Safety{State: phone.SafetyPending}
		if route == phone.Relay {
			c.WouldShow = []string{"192.168.1.20", "203.0.113.7"}
		}
	})
}

// End ends a call.
func (f *Fake) End(id phone.CallID, reason phone.EndReason) {
	f.Change(id, func(c *phone.CallInfo) { c.State, c.Reason = phone.Ended, reason })
}

// Person is a contact as the other end of a call.
func (f *Fake) Person(name string) phone.Person {
	for _, c := range f.Contacts() {
		if c.Name == name {
			return phone.Person{ID: c.ID, Name: c.Name, Contact: true, Address: c.Address}
		}
	}
	return phone.Person{ID: Link(name), Name: name, Address: Link(name)}
}

func (f *Fake) note(format string, args ...any) {
	f.log = append(f.log, fmt.Sprintf(format, args...))
}

// Call implements ui.Phone, as do the methods below.
func (f *Fake) Call(to string, video bool, consents ...phone.Consent) (phone.CallID, error) {
	f.mu.Lock()
	f.noteConsents(consents)
	err := f.takeErr()
	peer := phone.Person{ID: to, Name: "Paravent", Address: to}
	if i := f.find(to); i >= 0 {
		c := f.contacts[i]
		peer = phone.Person{ID: c.ID, Name: c.Name, Contact: true, Address: c.Address}
	} else if err == nil && !strings.HasPrefix(to, "paravent:") {
		err = ErrNotFound
	}
	if err != nil {
		f.mu.Unlock()
		return phone.CallID{}, err
	}
	f.note("call %s %v", peer.Name, video)
	info := phone.CallInfo{ID: phone.NewCallID(), Outgoing: true, Peer: peer, Trust: f.trustLocked(peer.ID), Video: video, State: phone.Proposing, Started: f.now()}
	f.calls = append(f.calls, info)
	f.mu.Unlock()
	f.Emit(phone.CallChanged{Call: info})
	return info.ID, nil
}

func (f *Fake) noteConsents(consents []phone.Consent) {
	for _, c := range consents {
		f.note("%s", map[phone.Consent]string{phone.ServerSees: "anyway", phone.KeyChanged: "changed"}[c])
	}
}

func (f *Fake) Answer(id phone.CallID, video bool, consents ...phone.Consent) error {
	f.mu.Lock()
	f.noteConsents(consents)
	f.mu.Unlock()
	return f.act(id, fmt.Sprintf("answer %v", video), func(c *phone.CallInfo) {
		c.State, c.Video = phone.Negotiating, c.Video && video
	})
}

func (f *Fake) Decline(id phone.CallID) error {
	return f.act(id, "decline", func(c *phone.CallInfo) { c.State, c.Reason = phone.Ended, phone.Declined })
}

func (f *Fake) Hangup(id phone.CallID) error {
	return f.act(id, "hangup", func(c *phone.CallInfo) { c.State, c.Reason = phone.Ended, phone.HungUp })
}

func (f *Fake) Mute(id phone.CallID, audioMuted, cameraOff bool) error {
	return f.act(id, fmt.Sprintf("mute %v %v", audioMuted, cameraOff), func(c *phone.CallInfo) {
		c.Muted, c.CameraOff = audioMuted, cameraOff
	})
}

func (f *Fake) Hold(id phone.CallID, on bool) error {
	return f.act(id, fmt.Sprintf("hold %v", on), func(c *phone.CallInfo) { c.Held = on })
}

// GoDirect and GoRelay move only what one side can: the test plays the other.
func (f *Fake) GoDirect(id phone.CallID) error {
	return f.act(id, "direct", func(c *phone.CallInfo) {
		if c.Upgrade == phone.Asked {
			c.Upgrade = phone.Moving
		} else {
			c.Upgrade = phone.Asking
		}
	})
}

func (f *Fake) GoRelay(id phone.CallID) error {
	return f.act(id, "relay", func(c *phone.CallInfo) {
		c.Upgrade = phone.NoUpgrade
		if c.Route == phone.Direct {
			c.Route, c.RelayKind, c.PeerSees = phone.Relay, phone.RelayElsewhere, nil
		}
	})
}

// Exposure counts on with every look, as a call under way does.
func (f *Fake) Exposure(id phone.CallID) phone.Receipt {
	f.mu.Lock()
	defer f.mu.Unlock()
	r := hiddenReceipt()
	for _, c := range f.calls {
		if c.ID == id && c.Route == phone.Direct {
			r = seenReceipt()
		}
	}
	f.looked++
	for i := range r.Traffic {
		r.Traffic[i].Packets += f.looked
	}
	r.Call = id
	return r
}

func (f *Fake) act(id phone.CallID, what string, change func(*phone.CallInfo)) error {
	f.mu.Lock()
	err := f.takeErr()
	f.note("%s", what)
	f.mu.Unlock()
	if err == nil {
		f.Change(id, change)
	}
	return err
}

func (f *Fake) Calls() []phone.CallInfo {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.calls)
}
