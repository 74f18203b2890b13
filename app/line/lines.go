// Package line joins one call to its media: it checks the relay, opens the
// microphone and the camera when the call says so, makes the connection
// through the plan and the gate of package route, and writes the receipt from
// what really left.
//
//	call.Manager -> Lines (call.Media) -> line: one goroutine that does slow things in order
//	                                        |-> route.Plan, route.Gate
//	                                        |-> legs: each a media.Session; one of them carries
//	                                        |-> audio.Endpoint, video.Endpoint, shared by the legs
//	             <- Sink: descriptions, candidates, media up and down
//
// Every method of Lines returns at once and may be called from any goroutine.
package line

import (
	"context"
	"net/netip"
	"slices"
	"sync"
	"time"

	"paravent/app/call"
	"paravent/app/egress"
	"paravent/app/phone"
	"paravent/app/receipt"
	"paravent/app/route"
	"paravent/media/audio"
	"paravent/media/video"
)

// Sink takes the results of slow work; *call.Manager satisfies it.
type Sink interface {
	RelayChecked(id phone.CallID, err error)
	Described(id phone.CallID, gen uint32, sdp string, err error)
	LocalCandidate(id phone.CallID, gen uint32, candidate string)
	MediaUp(id phone.CallID, gen uint32, proof call.Proof)
	MediaDown(id phone.CallID, gen uint32)
	MediaFailed(id phone.CallID, gen uint32, err error)
}

// Config is what Lines need of the phone.
type Config struct {
	Relays func(ctx context.Context) (route.Relays, error) // fresh credentials from the own server
	Audio  func() audio.Config                             // the sound devices, as chosen now
	Video  func() video.Config                             // the camera and the screens, as chosen now
	Locals func() []netip.Prefix                           // this computer's addresses, and the phone's own on its way out
	// Network is the way out for a call that begins now, or why there is none.
	Network func() (egress.Network, error)
	// ServerSees is this phone as its server sees it; the zero Addr where that is not known.
	ServerSees func() netip.Addr
	Emit       func(phone.Event)
	Now        func() time.Time
}

// Lines are the media of all calls; they implement call.Media.
type Lines struct {
	cfg  Config
	sink Sink // set by Use before the first call

	mu    sync.Mutex
	lines map[phone.CallID]*line // guarded by mu, as is the next
	gone  []phone.CallID         // the newest maxGone that were closed without a line, or retired
}

// maxGone is more than the calls that may still have a late job.
const maxGone = 256

var _ call.Media = (*Lines)(nil)

// New makes Lines; they open nothing until a call asks.
func New(cfg Config) *Lines {
	return &Lines{cfg: cfg, lines: map[phone.CallID]*line{}}
}

// Use says where results go. It is called once, before the first call.
func (l *Lines) Use(s Sink) { l.sink = s }

// do gives a job to the line of a call, which begins with the first one. A
// call that is over gets no line any more.
func (l *Lines) do(id phone.CallID, job func(*line)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := l.lines[id]
	if n == nil {
		if slices.Contains(l.gone, id) {
			return
		}
		n = newLine(id, l.cfg, l.sink)
		l.lines[id] = n
	}
	n.do(func() { job(n) })
}

// find returns the line of a call or, where it has none, sees to it that it
// gets none any more where it is over.
func (l *Lines) find(id phone.CallID, over bool) *line {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := l.lines[id]
	if n == nil && over {
		l.forgetLocked(id)
	}
	return n
}

func (l *Lines) forgetLocked(id phone.CallID) {
	delete(l.lines, id)
	if slices.Contains(l.gone, id) {
		return
	}
	if len(l.gone) >= maxGone {
		l.gone = l.gone[:copy(l.gone, l.gone[1:])]
	}
	l.gone = append(l.gone, id)
}

// CheckRelay implements call.Media.
func (l *Lines) CheckRelay(id phone.CallID) { l.do(id, (*line).checkRelay) }

// Open implements call.Media: from here on microphone and camera may open.
func (l *Lines) Open(id phone.CallID, role call.Role, withVideo bool, local call.Flags) {
	l.do(id, func(n *line) { n.openDevices(role, withVideo, local) })
}

// Offer implements call.Media.
func (l *Lines) Offer(id phone.CallID, m call.Making) {
	l.do(id, func(n *line) { n.offer(m) })
}

// Answer implements call.Media.
func (l *Lines) Answer(id phone.CallID, m call.Making, offer string) {
	l.do(id, func(n *line) { n.answer(m, offer) })
}

// Complete implements call.Media.
func (l *Lines) Complete(id phone.CallID, gen uint32, answer string) {
	l.do(id, func(n *line) { n.complete(gen, answer) })
}

// Candidate implements call.Media.
func (l *Lines) Candidate(id phone.CallID, gen uint32, candidate string) {
	l.do(id, func(n *line) { n.candidate(gen, candidate) })
}

// Carry implements call.Media.
func (l *Lines) Carry(id phone.CallID, gen uint32) {
	l.do(id, func(n *line) { n.carry(gen) })
}

// Drop implements call.Media.
func (l *Lines) Drop(id phone.CallID, gen uint32) {
	l.do(id, func(n *line) { n.drop(gen) })
}

// SetLocal implements call.Media.
func (l *Lines) SetLocal(id phone.CallID, local call.Flags) {
	l.do(id, func(n *line) { n.setLocal(local) })
}

// Close implements call.Media: when it returns, capture has stopped for good
// and nothing of the microphone or the camera leaves any more (P11). The
// sockets are closing and say goodbye on goroutines of their own.
func (l *Lines) Close(id phone.CallID) {
	if n := l.find(id, true); n != nil {
		n.close()
	}
}

// retireLimit bounds how long a device that hangs can hold up a receipt.
const retireLimit = 3 * time.Second

// Retire forgets a closed call and returns its final receipt. It waits until
// the sockets are closed, but not for a device that hangs.
func (l *Lines) Retire(id phone.CallID) phone.Receipt {
	n := l.find(id, true)
	if n == nil {
		return l.nothing(id)
	}
	n.close()
	select {
	case <-n.ended:
	case <-time.After(retireLimit):
	}
	l.mu.Lock()
	l.forgetLocked(id)
	l.mu.Unlock()
	return n.receipt()
}

// nothing is the receipt of a call that never had media: only the server saw
// this phone.
func (l *Lines) nothing(id phone.CallID) phone.Receipt {
	saw := l.cfg.ServerSees()
	return receipt.Build(receipt.Evidence{Call: id, At: l.cfg.Now(), ServerSaw: saw, Own: own(l.cfg.Locals(), saw)})
}

// Stats returns the figures of a connected call.
func (l *Lines) Stats(id phone.CallID) (phone.Stats, error) {
	n := l.find(id, false)
	if n == nil {
		return phone.Stats{}, phone.ErrNoSuchCall
	}
	return n.stats()
}

// Exposure tells what the peer of a call can see now.
func (l *Lines) Exposure(id phone.CallID) phone.Receipt {
	n := l.find(id, false)
	if n == nil {
		return l.nothing(id)
	}
	return n.receipt()
}

// WouldShow lists the addresses of this phone that a direct path would show
// the peer of a call.
func (l *Lines) WouldShow(id phone.CallID) []string {
	n := l.find(id, false)
	if n == nil {
		return nil
	}
	return n.wouldShow()
}
