package hostile

import (
	"context"
	"sync"

	"paravent/app/call"
	"paravent/app/courier"
	"paravent/app/identity"
	"paravent/app/phone"
)

// tap is the way of this peer's own messages to the courier.
type tap struct{ p *Peer }

var _ call.Courier = tap{}

// Send implements call.Courier.
func (t tap) Send(to call.Party, id phone.CallID, payload []byte, keep bool) {
	address, err := identity.ParseAddress(to.Address)
	if err == nil {
		err = t.p.courier.Send(context.Background(), address, id, payload, keep)
	}
	if err != nil {
		t.p.calls.SendFailed(id, phone.Unreachable, err)
	}
}

// Forget implements call.Courier.
func (t tap) Forget(id phone.CallID) { t.p.courier.Forget(id) }

// received writes a message down before the call gets it.
func (p *Peer) received(r courier.Received) {
	p.log.message(r.Call, r.Payload)
	from := call.Party{ID: call.PeerID(r.From.ID.String()), Address: r.From.String()}
	p.calls.Receive(call.Received{From: from, Call: r.Call, Payload: r.Payload, Stranger: r.Stranger, Kept: r.Kept})
}

// welcome lets everybody ring, by the widest route.
type welcome struct{ p *Peer }

var _ call.Policy = welcome{}

// Decide implements call.Policy.
func (w welcome) Decide(call.Party, call.Proposal) call.Verdict {
	return call.Verdict{Ring: true, TellRinging: true, Wish: w.p.cfg.Script.Wish}
}

// Wish implements call.Policy.
func (w welcome) Wish(call.Party) phone.Route { return w.p.cfg.Script.Wish }

// Prepare implements call.Policy: it would like to be ready early.
func (w welcome) Prepare(call.Party) bool { return true }

// MayGoDirect implements call.Policy.
func (w welcome) MayGoDirect(call.Party) bool { return true }

// watcher answers and remembers ends.
type watcher struct{ p *Peer }

var _ call.Observer = watcher{}

// Incoming implements call.Observer.
func (w watcher) Incoming(s call.Snapshot) {
	if w.p.cfg.Script.Answer {
		_ = w.p.calls.Answer(s.ID, s.Video) // it may be over already
	}
}

// CallChanged implements call.Observer.
func (w watcher) CallChanged(call.Snapshot) {}

// Ended implements call.Observer.
func (w watcher) Ended(s call.Snapshot) {
	w.p.mu.Lock()
	w.p.ended[s.ID] = s.Reason
	w.p.mu.Unlock()
	w.p.log.touch()
}

// Notice implements call.Observer.
func (w watcher) Notice(call.Snapshot, error) {}

// Missed implements call.Observer.
func (w watcher) Missed(call.MissedCall) {}

// memory is a courier.Store that forgets everything with the peer.
type memory struct {
	mu     sync.Mutex
	values map[string][]byte
}

// Get implements courier.Store.
func (m *memory) Get(key string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.values[key], nil
}

// Put implements courier.Store.
func (m *memory) Put(key string, value []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.values[key] = value
	return nil
}

// Delete implements courier.Store.
func (m *memory) Delete(key string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.values, key)
	return nil
}
