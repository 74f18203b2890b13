package app

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"paravent/app/call"
	"paravent/app/identity"
	"paravent/app/phone"
	"paravent/app/route"
	"paravent/settings"
)

// Faults of commands.
var (
	ErrNotFound     = phone.NewFault("contact-not-found")
	ErrCallsOff     = phone.NewFault("calls-switched-off")
	ErrKeyChanged   = phone.NewFault("contact-key-changed")
	ErrBlockedByYou = phone.NewFault("contact-blocked-by-you")
)

// Call rings somebody: to is a contact's id or name, or a paravent: link. It
// returns at once with the call's id; what becomes of it is told by events.
// consents are what the person agreed to after ErrShowsAddress or ErrKeyChanged;
// one never stands for the other.
func (a *App) Call(to string, video bool, consents ...phone.Consent) (phone.CallID, error) {
	if !a.settings.Current().Calls.Enabled {
		return phone.CallID{}, ErrCallsOff
	}
	c, isContact, err := a.find(to)
	switch {
	case err != nil:
		return phone.CallID{}, err
	case a.blocked(c.ID):
		return phone.CallID{}, ErrBlockedByYou
	case c.Trust == phone.Changed && !slices.Contains(consents, phone.KeyChanged):
		return phone.CallID{}, ErrKeyChanged
	}
	if err := a.unreachable(); err != nil {
		return phone.CallID{}, err
	}
	if err := a.consentedToServer(c.Address, consents); err != nil {
		return phone.CallID{}, err
	}
	wish := route.Wish(a.choices(), c, isContact)
	a.scan.end(ErrScanInCall)
	return a.calls.Place(call.Party{ID: call.PeerID(c.ID), Address: c.Address}, video, wish)
}

// find reads a link or looks up a contact. A link of a contact is that contact.
func (a *App) find(to string) (c phone.Contact, isContact bool, err error) {
	if c, ok := a.people.Find(to); ok {
		return c, true, nil
	}
	address, err := identity.ReadLink(to)
	if err != nil {
		if looksLikeLink(to) {
			return c, false, err
		}
		return c, false, fmt.Errorf("%w: %.60q", ErrNotFound, to)
	}
	if c, ok := a.people.Find(address.ID.String()); ok {
		c.Address = address.String()
		return c, true, nil
	}
	return phone.Contact{ID: address.ID.String(), Address: address.String()}, false, nil
}

// Answer accepts a ringing call; the camera opens only with video. consents
// are as in Call. On error it goes on ringing.
func (a *App) Answer(id phone.CallID, video bool, consents ...phone.Consent) error {
	if s, ok := a.calls.Snapshot(id); ok {
		if err := a.mayAnswer(s.Peer, consents); err != nil {
			return err
		}
	}
	a.ringer.stop(id)
	a.scan.end(ErrScanInCall)
	return a.calls.Answer(id, video)
}

func (a *App) mayAnswer(peer call.Party, consents []phone.Consent) error {
	c, _ := a.people.Find(string(peer.ID))
	if c.Trust == phone.Changed && !slices.Contains(consents, phone.KeyChanged) {
		return ErrKeyChanged
	}
	return a.consentedToServer(peer.Address, consents)
}

// Decline refuses a ringing call.
func (a *App) Decline(id phone.CallID) error {
	a.ringer.stop(id)
	return a.calls.Decline(id)
}

// Hangup ends a call in any state; microphone and camera are closed when it
// returns.
func (a *App) Hangup(id phone.CallID) error { return a.calls.Hangup(id) }

// Mute switches one's own microphone and camera.
func (a *App) Mute(id phone.CallID, audioMuted, cameraOff bool) error {
	return a.change(id, func(f *call.Flags) { f.Muted, f.CameraOff = audioMuted, cameraOff })
}

// Hold stops sending and playing without ending the call.
func (a *App) Hold(id phone.CallID, on bool) error {
	return a.change(id, func(f *call.Flags) { f.Held = on })
}

// GoDirect asks the other side of a relayed call for a direct path, or agrees
// to its asking: only when both did does it learn CallInfo.WouldShow.
func (a *App) GoDirect(id phone.CallID) error { return a.calls.GoDirect(id) }

// GoRelay refuses or withdraws the asking, or takes a direct call back to the
// relay.
func (a *App) GoRelay(id phone.CallID) error { return a.calls.GoRelay(id) }

// tightenCalls takes calls off the direct path that is now forbidden.
func (a *App) tightenCalls() {
	for _, s := range a.calls.Calls() {
		if !(policy{a}).MayGoDirect(s.Peer) {
			_ = a.calls.GoRelay(s.ID) // one that is relayed stays as it is
		}
	}
}

// retellCalls tells of calls anew: what is known of the other side changed.
func (a *App) retellCalls() {
	for _, s := range a.calls.Calls() {
		a.calls.Retell(s.ID)
	}
}

func (a *App) change(id phone.CallID, alter func(*call.Flags)) error {
	s, ok := a.calls.Snapshot(id)
	if !ok {
		return phone.ErrNoSuchCall
	}
	f := s.Local
	alter(&f)
	return a.calls.SetLocal(id, f)
}

// Calls are the calls that have not ended.
func (a *App) Calls() []phone.CallInfo {
	list := []phone.CallInfo{}
	for _, s := range a.calls.Calls() {
		list = append(list, a.info(s))
	}
	return list
}

// Exposure is what a call showed of this phone so far.
func (a *App) Exposure(id phone.CallID) phone.Receipt { return a.lines.Exposure(id) }

// Stats returns the figures of a connected call.
func (a *App) Stats(id phone.CallID) (phone.Stats, error) { return a.lines.Stats(id) }

// choices are what is in force: what the person chose, or the strictest of it
// in lockdown.
func (a *App) choices() settings.Settings { return a.settings.Current().Effective() }

// Settings are the person's choices as they are now; a server given for this
// run stands in place of the chosen one.
func (a *App) Settings() settings.Settings {
	s := a.settings.Current()
	s.Server.Mode, s.Server.Address = a.serverChoice(s.Server)
	return s
}

// UpdateSettings changes and saves choices; on error nothing changes.
func (a *App) UpdateSettings(change func(*settings.Settings)) error {
	return a.settingsChanged(a.settings.Update(change))
}

// GetSetting reads one choice by its dotted name.
func (a *App) GetSetting(key string) (json.RawMessage, error) {
	v, err := a.settings.Get(key)
	return v, fault(err)
}

// SetSetting changes and saves one choice by its dotted name.
func (a *App) SetSetting(key string, value json.RawMessage) error {
	return a.settingsChanged(a.settings.Set(key, value))
}

func (a *App) settingsChanged(err error) error {
	if err != nil {
		return fault(err)
	}
	a.reconsider()
	a.tightenCalls()
	a.sweeper().sweep(time.Now())
	a.emit(phone.SettingsChanged{})
	return nil
}
