package app

import (
	"errors"
	"time"

	"paravent/app/call"
	"paravent/app/phone"
)

// observer turns what calls report into events, history and ringing.
type observer struct{ a *App }

var _ call.Observer = observer{}

// Incoming implements call.Observer.
func (o observer) Incoming(s call.Snapshot) {
	o.a.ringer.start(s.ID, ringIncoming)
	known, _ := o.a.people.Find(string(s.Peer.ID))
	o.a.emit(phone.Incoming{Call: s.ID, From: o.a.person(string(s.Peer.ID), s.Peer.Address, s.Name), Video: s.Video, Trust: known.Trust})
}

// CallChanged implements call.Observer.
func (o observer) CallChanged(s call.Snapshot) {
	switch {
	case s.State == phone.Alerting:
		o.a.ringer.start(s.ID, ringBack)
	case s.State != phone.Ringing:
		o.a.ringer.stop(s.ID)
	}
	if s.State != phone.Ended { // Ended tells that
		o.a.emit(phone.CallChanged{Call: o.a.info(s)})
	}
}

// Ended implements call.Observer. The end is told at once, so that it comes
// before whatever happens next; closing sockets takes a moment, so that the
// receipt follows from a goroutine of its own.
func (o observer) Ended(s call.Snapshot) {
	o.a.ringer.stop(s.ID)
	o.a.emit(phone.CallChanged{Call: o.a.info(s)})
	o.a.ending.Go(func() { o.a.ended(s) })
}

func (a *App) ended(s call.Snapshot) {
	receipt := a.lines.Retire(s.ID)
	peer := a.person(string(s.Peer.ID), s.Peer.Address, s.Name)
	a.record(historyEntry(peer, s, receipt))
	if s.Reason != phone.GlareLost { // the other call goes on and has the receipt
		a.emit(phone.ReceiptReady{Receipt: receipt})
	}
	a.emit(phone.HistoryChanged{})
}

func historyEntry(peer phone.Person, s call.Snapshot, r phone.Receipt) phone.HistoryEntry {
	e := phone.HistoryEntry{Kind: phone.HistoryCall, Call: s.ID, At: s.Started, Outgoing: s.Outgoing, Peer: peer, Video: s.Video,
		Reason: s.Reason, Route: r.Route, Receipt: &r}
	if !s.ConnectedAt.IsZero() {
		e.Lasted = s.EndedAt.Sub(s.ConnectedAt)
	}
	return e
}

// Missed implements call.Observer. A call that rang is in the history by its
// Ended; the others get their line here.
func (o observer) Missed(m call.MissedCall) {
	from := o.a.person(string(m.From.ID), m.From.Address, m.Name)
	told := !o.a.blocked(from.ID)
	if m.Why != call.Unanswered {
		_, told = o.a.record(phone.HistoryEntry{Kind: phone.HistoryCall, Call: m.Call, At: m.At, Peer: from, Video: m.Video,
			Reason: phone.Missed, Silenced: m.Why == call.Silenced})
		o.a.emit(phone.HistoryChanged{})
	}
	if told && m.Why != call.Silenced { // who may not ring shows in the history only
		o.a.emit(phone.CallMissed{From: from, At: m.At})
	}
}

// Notice implements call.Observer.
func (o observer) Notice(_ call.Snapshot, err error) {
	o.a.emit(phone.Notice{Err: err, Passing: !errors.Is(err, call.ErrRelayFailed)})
}

// info is what faces see of a call.
func (a *App) info(s call.Snapshot) phone.CallInfo {
	exposed := a.lines.Exposure(s.ID)
	var wouldShow []string
	if s.State == phone.Connected && s.Route == phone.Relay {
		wouldShow = a.lines.WouldShow(s.ID)
	}
	known, _ := a.people.Find(string(s.Peer.ID))
	return phone.CallInfo{
		ID: s.ID, Outgoing: s.Outgoing, Trust: known.Trust, Safety: s.Safety, Peer: a.person(string(s.Peer.ID), s.Peer.Address, s.Name),
		State: s.State, Reason: s.Reason, Err: fault(s.Err), Video: s.Video,
		Muted: s.Local.Muted, CameraOff: s.Local.CameraOff, Held: s.Local.Held,
		PeerMuted: s.Remote.Muted, PeerCameraOff: s.Remote.CameraOff, PeerHeld: s.Remote.Held,
		Route: s.Route, RelayKind: exposed.RelayKind, PeerSees: exposed.PeerSaw, Upgrade: s.Upgrade, WouldShow: wouldShow,
		Started: s.Started, ConnectedAt: s.ConnectedAt,
	}
}

// sampleStats tells the figures of connected calls once a second.
func (a *App) sampleStats() {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-a.stop:
			return
		case <-tick.C:
		}
		for _, s := range a.calls.Calls() {
			if s.State != phone.Connected {
				continue
			}
			if figures, err := a.lines.Stats(s.ID); err == nil {
				a.emit(phone.StatsSampled{Call: s.ID, Stats: figures})
			}
		}
	}
}
