package app

import (
	"context"
	"errors"

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
		err = p.a.courier.Send(context.Background(), address, id, payload, keep)
	}
	if err != nil {
		p.a.undeliverable(id, err)
	}
}

// Forget implements call.Courier.
func (p post) Forget(id phone.CallID) { p.a.courier.Forget(id) }

// received comes from the courier, one message at a time.
func (a *App) received(r courier.Received) {
	from := call.Party{ID: call.PeerID(r.From.ID.String()), Address: r.From.String()}
	a.calls.Receive(call.Received{From: from, Call: r.Call, Payload: r.Payload, Stranger: r.Stranger, Kept: r.Kept})
}

// undeliverable sorts why a message did not leave. Only what no repetition can
// mend ends the call; the link repeats the rest.
func (a *App) undeliverable(id phone.CallID, err error) {
	switch {
	case errors.Is(err, signal.ErrUnknownAddress), errors.Is(err, seal.ErrBadPrekey), errors.Is(err, identity.ErrBadAddress):
		a.calls.SendFailed(id, phone.Unreachable, err)
	case errors.Is(err, signal.ErrServerUnreachable), errors.Is(err, courier.ErrNoClient), errors.Is(err, signal.ErrPeerServer):
		a.calls.SendFailed(id, phone.ServerUnreachable, err)
	}
}

// problem reports what the courier dropped: a forged, replayed or unreadable
// envelope is worth knowing, and never answered.
func (a *App) problem(err error) { a.emit(phone.Notice{Err: err}) }
