package app

import (
	"context"
	"errors"
	"slices"

	"paravent/app/call"
	"paravent/app/courier"
	"paravent/app/identity"
	"paravent/app/phone"
	"paravent/app/seal"
	"paravent/app/signal"
)

// post carries call messages to the courier; it is the call's Courier.
type post struct{ a *App }

var _ call.Courier = post{}

// Send implements call.Courier.
func (p post) Send(to call.Party, id phone.CallID, payload []byte, keep bool) {
	address, err := identity.ParseAddress(to.Address)
	if err == nil {
		p.a.trace.write("sent", to.ID, id, payload)
		err = p.a.courier.Send(context.Background(), address, id, payload, keep)
	}
	if err != nil {
		p.a.undeliverable(id, err)
	}
}

// Forget implements call.Courier.
func (p post) Forget(id phone.CallID) {
	p.a.mu.Lock()
	delete(p.a.limited, id)
	p.a.mu.Unlock()
	p.a.courier.Forget(id)
}

// received comes from the courier, one message at a time.
func (a *App) received(r courier.Received) {
	from := call.Party{ID: call.PeerID(r.From.ID.String()), Address: r.From.String()}
	a.trace.write("received", from.ID, r.Call, r.Payload)
	a.calls.Receive(call.Received{From: from, Call: r.Call, Payload: r.Payload, Stranger: r.Stranger, HasLink: r.HasLink, Kept: r.Kept})
}

// undeliverable sorts why a message did not leave. Only what no repetition can
// mend ends the call; the link repeats the rest.
func (a *App) undeliverable(id phone.CallID, err error) {
	switch {
	case isAny(err, signal.ErrUnknownAddress, seal.ErrBadPrekey, identity.ErrBadAddress):
		a.calls.SendFailed(id, phone.Unreachable, err)
	case isAny(err, signal.ErrServerUnreachable, signal.ErrPeerServer, signal.ErrServerRefused, signal.ErrServiceOff, courier.ErrNoClient),
		errors.Is(err, signal.ErrRateLimited) && a.limitedTooOften(id):
		a.calls.SendFailed(id, phone.ServerUnreachable, err)
	case isAny(err, signal.ErrTooBig, seal.ErrTooBig):
		a.calls.SendFailed(id, phone.NegotiationFailed, err)
	}
}

// maxLimited is how often the server may refuse a call's first message for the
// rate before the call gives up. With the link's repetitions that is about
// eight seconds: a burst passes, a limit that lasts is told.
const maxLimited = 5

// limitedTooOften counts for calls of which nothing was heard yet.
func (a *App) limitedTooOften(id phone.CallID) bool {
	if s, ok := a.calls.Snapshot(id); !ok || s.State != phone.Proposing {
		return false
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.limited[id]++
	return a.limited[id] >= maxLimited
}

// problem reports what the courier dropped or could not do. What others can
// cause at will is not worth a word: a silenced caller repeats the message
// that got no answer, and a flood would only fill the window. The courier
// counts it.
func (a *App) problem(err error) {
	if isAny(err, courier.ErrNoCall, courier.ErrOverload, courier.ErrWrongPeer, seal.ErrReplayed) {
		return
	}
	a.emit(phone.Notice{Err: err, Passing: isAny(err, passing...)})
}

// passing are problems about which a person can do nothing.
var passing = []error{
	seal.ErrMalformed, seal.ErrForged, seal.ErrUnknown, seal.ErrExpired, seal.ErrTooBig, courier.ErrNoClient,
	signal.ErrServerUnreachable, signal.ErrServerRefused, signal.ErrRateLimited, signal.ErrTooBig, signal.ErrServiceOff,
}

func isAny(err error, targets ...error) bool {
	return slices.ContainsFunc(targets, func(t error) bool { return errors.Is(err, t) })
}
