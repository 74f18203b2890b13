package signal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"

	"paravent/app/identity"
	"paravent/app/phone"
	"paravent/server/wire"
)

// forwardSlack lets the own server report that the other one did not answer,
// for which it waits as long as a phone waits for it.
const forwardSlack = 2 * time.Second

// boxRounds bounds TakeBox: a box that never ends is a broken server.
const boxRounds = 20

// All requests wait for the connection, at most as long as their context or
// Config.Timeout allows. Their errors are the faults of this package and
// phone.ErrClosed.

// Send hands an envelope to the mailbox of to; keep asks its server to store
// it for an owner who is away. A nil error means that the server took it, and
// nothing about whether anybody is there. An address on another server is
// reached through this phone's own server, which hides this phone from it (P26).
func (c *Client) Send(ctx context.Context, to identity.Address, env []byte, keep bool) error {
	if len(env) > wire.MaxEnvelope {
		return fmt.Errorf("%w: %d bytes", ErrTooBig, len(env))
	}
	return c.ask(ctx, to.Server, wire.ServiceSend, wire.Send{To: to.Mailbox, Envelope: env, Keep: keep}, &wire.Reply{})
}

// PublishPrekey stores this phone's bundle at its server.
func (c *Client) PublishPrekey(ctx context.Context, bundle []byte) error {
	q := wire.PrekeyRequest{Put: &wire.PrekeyPut{Bundle: bundle}}
	return c.ask(ctx, c.self.Server, wire.ServicePrekey, q, &wire.PrekeyReply{})
}

// FetchPrekey asks for the bundle of an address, which may be on another
// server. ErrUnknownAddress: its server knows no such mailbox.
func (c *Client) FetchPrekey(ctx context.Context, of identity.Address) ([]byte, error) {
	var a wire.PrekeyReply
	q := wire.PrekeyRequest{Get: &wire.PrekeyGet{Of: of.Mailbox}}
	err := c.ask(ctx, of.Server, wire.ServicePrekey, q, &a)
	return a.Bundle, err
}

// TakeBox takes out what was kept while this phone was away, oldest first.
// What was taken is returned even with an error: the server has it no more.
func (c *Client) TakeBox(ctx context.Context) (all [][]byte, err error) {
	for range boxRounds {
		var a wire.BoxReply
		if err = c.ask(ctx, c.self.Server, wire.ServiceBox, wire.Box{}, &a); err != nil {
			break
		}
		all = append(all, a.Envelopes...)
		if !a.More {
			break
		}
	}
	return all, err
}

// Turn asks for a relay.
func (c *Client) Turn(ctx context.Context) (wire.TurnReply, error) {
	var a wire.TurnReply
	err := c.ask(ctx, c.self.Server, wire.ServiceTurn, struct{}{}, &a)
	return a, err
}

// ask makes a request of a server, through the own one where it is another.
func (c *Client) ask(ctx context.Context, server wire.Addr, service string, q, answer any) error {
	body, err := json.Marshal(q)
	if err != nil {
		return err
	}
	if server.Pin != c.self.Server.Pin {
		f := wire.Forward{Server: server.String(), Service: service, Body: body}
		if body, err = json.Marshal(f); err != nil {
			return err
		}
		service = wire.ServiceForward
	}
	timeout := c.cfg.Timeout
	if service == wire.ServiceForward {
		timeout += forwardSlack
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	reply, err := c.request(ctx, wire.Service(service, c.self.Mailbox), body)
	if err != nil {
		return err
	}
	var head wire.Reply
	if err := errors.Join(json.Unmarshal(reply, &head), json.Unmarshal(reply, answer)); err != nil {
		return fmt.Errorf("%w: answer: %w", ErrServerRefused, err)
	}
	return refusal(head.Err)
}

func (c *Client) request(ctx context.Context, subject string, body []byte) ([]byte, error) {
	nc, err := c.connection(ctx)
	if err != nil {
		return nil, err
	}
	m, err := nc.RequestWithContext(ctx, subject, body)
	switch {
	case err == nil:
		return m.Data, nil
	case c.ctx.Err() != nil:
		return nil, phone.ErrClosed
	case errors.Is(err, nats.ErrNoResponders):
		return nil, ErrServiceOff
	case errors.Is(err, nats.ErrMaxPayload):
		return nil, ErrTooBig
	}
	return nil, fmt.Errorf("%w: %w", ErrServerUnreachable, err)
}
