package courier

import (
	"context"
	"fmt"
	"time"

	"paravent/app/identity"
	"paravent/app/phone"
	"paravent/app/seal"
)

// phase is how far the two exchanges of a call have come.
//
//	caller: inviting --- first reply opened -------------------------> joined
//	callee: knocked -- first Send --> answering -- first session opened --> joined
type phase uint8

const (
	inviting  phase = iota // caller: knocks
	knocked                // callee: said nothing yet
	answering              // callee: every message carries the answer
	joined                 // session envelopes
)

// conversation is the courier's side of one call. Guarded by Courier.mu.
type conversation struct {
	call  phone.CallID
	peer  identity.Address
	phase phase
	began time.Time

	invite   *seal.Invite   // caller, from the first knock on
	accepted *seal.Accepted // caller, from the first reply on
	knock    *seal.Knock    // callee: the first one
	answer   *seal.Answer   // callee, from the first Send on

	queue    []outgoing
	draining bool // a goroutine sends the queue
	over     bool // forgotten as soon as the queue is empty
}

type outgoing struct {
	ctx     context.Context
	payload []byte
	keep    bool
}

func (v *conversation) calling() bool { return v.knock == nil }

func (v *conversation) session() *seal.Session {
	switch {
	case v.accepted != nil:
		return v.accepted.Session()
	case v.answer != nil:
		return v.answer.Session()
	}
	return nil
}

// Send queues one message of a call and returns at once; the messages of one
// call leave in order. As long as this side called and heard no reply, they go
// as knocks and may hold seal.MaxKnockPayload bytes. ctx bounds the sending,
// not only this call, to at most ten seconds. keep asks the server to store it
// for an owner who is away. What fails later is told to OnUndeliverable.
func (c *Courier) Send(ctx context.Context, to identity.Address, call phone.CallID, payload []byte, keep bool) error {
	if len(payload) > seal.MaxSessionPayload {
		return fmt.Errorf("%w: %d bytes", seal.ErrTooBig, len(payload))
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.ctx.Err() != nil:
		return phone.ErrClosed
	case c.ended.has(call):
		return ErrNoCall
	}
	v := c.calls[call]
	if v == nil {
		v = &conversation{call: call, peer: to, phase: inviting, began: c.cfg.Now()}
		c.calls[call] = v
	}
	if v.peer.ID != to.ID {
		return ErrWrongPeer
	}
	if len(v.queue) >= maxQueued {
		return ErrOverload
	}
	v.queue = append(v.queue, outgoing{ctx, payload, keep})
	if !v.draining {
		v.draining = true
		c.wg.Go(func() { c.drain(v) })
	}
	return nil
}

// Post hands over one message that begins no call and is named by a fresh id, kept for an owner who is
// away, and returns once the server has it, which says nothing of the owner
// (P14). No reply to it is ever opened. It takes ten seconds at most. Errors
// are the client's, seal.ErrTooBig, ErrNoClient and phone.ErrClosed.
func (c *Courier) Post(ctx context.Context, to identity.Address, id phone.CallID, payload []byte) error {
	c.mu.Lock()
	if c.ctx.Err() != nil {
		c.mu.Unlock()
		return phone.ErrClosed
	}
	c.wg.Add(1) // under mu, so that Close waits for it
	client := c.client
	c.mu.Unlock()
	defer c.wg.Done()
	v := &conversation{call: id, peer: to, phase: inviting, over: true}
	return c.deliver(client, v, outgoing{ctx, payload, true})
}

// drain sends the queue of one call until it is empty.
func (c *Courier) drain(v *conversation) {
	for {
		c.mu.Lock()
		if len(v.queue) == 0 || c.ctx.Err() != nil {
			v.draining, v.queue = false, nil
			if v.over && c.calls[v.call] == v {
				delete(c.calls, v.call)
			}
			c.mu.Unlock()
			return
		}
		m := v.queue[0]
		v.queue = v.queue[1:]
		client := c.client
		c.mu.Unlock()
		err := c.deliver(client, v, m)
		switch {
		case c.ctx.Err() != nil:
		case err != nil:
			c.cfg.OnUndeliverable(v.call, err)
		default:
			c.mu.Lock()
			c.stats.Sent++
			c.mu.Unlock()
		}
	}
}

func (c *Courier) deliver(client Client, v *conversation, m outgoing) error {
	if client == nil {
		return ErrNoClient
	}
	ctx, cancel := context.WithTimeout(m.ctx, sendTimeout)
	defer cancel()
	defer context.AfterFunc(c.ctx, cancel)()
	env, err := c.seal(ctx, client, v, m.payload)
	if err != nil {
		return err
	}
	return client.Send(ctx, v.peer, env, m.keep)
}

// seal makes the envelope that fits the phase. Only the call's drain comes here.
func (c *Courier) seal(ctx context.Context, client Client, v *conversation, payload []byte) ([]byte, error) {
	now := c.cfg.Now()
	c.mu.Lock()
	phase := v.phase
	c.mu.Unlock()
	switch phase {
	case inviting:
		return c.knock(ctx, client, v, payload)
	case knocked:
		answer, err := v.knock.Answer(c.cfg.Identity)
		if err != nil {
			return nil, err
		}
		c.mu.Lock()
		v.answer, v.phase = answer, answering
		if !v.over {
			c.sessions[answer.Session().In()] = v
		}
		c.mu.Unlock()
		return answer.Seal(now, payload)
	case answering:
		return v.answer.Seal(now, payload)
	case joined:
		return v.session().Seal(now, payload)
	}
	panic("courier: unknown phase")
}

func (c *Courier) knock(ctx context.Context, client Client, v *conversation, payload []byte) ([]byte, error) {
	if len(payload) > seal.MaxKnockPayload { // before anything is asked of the server
		return nil, fmt.Errorf("%w: %d bytes in a knock", seal.ErrTooBig, len(payload))
	}
	bundle, err := c.bundle(ctx, client, v.peer)
	if err != nil {
		return nil, err
	}
	if v.invite == nil {
		invite, err := seal.NewInvite(c.cfg.Identity, v.peer.ID, v.peer.Door, v.call)
		if err != nil {
			return nil, err
		}
		c.mu.Lock()
		v.invite = invite
		if !v.over {
			c.replies[invite.Tag()] = v
		}
		c.mu.Unlock()
	}
	self := client.Self()
	back := seal.Return{Mailbox: self.Mailbox, Door: c.cfg.Door()}
	if self.Server.Pin != v.peer.Server.Pin {
		back.Server = self.Server
	}
	return v.invite.Knock(bundle, back, c.cfg.Now(), payload)
}

// deafenLocked makes whatever else arrives for a call unknown.
func (c *Courier) deafenLocked(v *conversation) {
	if v.invite != nil {
		delete(c.replies, v.invite.Tag())
	}
	if s := v.session(); s != nil {
		delete(c.sessions, s.In())
	}
}
