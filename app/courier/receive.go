package courier

import (
	"fmt"
	"time"

	"paravent/app/identity"
	"paravent/app/phone"
	"paravent/app/seal"
	"paravent/server/wire"
)

// Receive takes an envelope from the server, as signal.Config.OnEnvelope
// reports it. Knocks are opened later, and dropped when too many wait.
func (c *Courier) Receive(env []byte) {
	kind, err := seal.KindOf(env)
	switch {
	case err != nil:
		c.drop(err)
	case kind == seal.KindKnock:
		select {
		case c.knocks <- arrival{env: env}:
		default:
			c.drop(fmt.Errorf("%w: knocks", ErrOverload))
		}
	default:
		c.open(kind, arrival{env: env})
	}
}

// receiveKept takes an envelope from the box. It waits for room: there are few.
func (c *Courier) receiveKept(env []byte) {
	kind, err := seal.KindOf(env)
	switch {
	case err != nil:
		c.drop(err)
	case kind == seal.KindKnock:
		select {
		case c.knocks <- arrival{env, true}:
		case <-c.ctx.Done():
		}
	default:
		c.open(kind, arrival{env, true})
	}
}

// openKnocks is the goroutine that opens knocks.
func (c *Courier) openKnocks() {
	for {
		select {
		case <-c.ctx.Done():
			return
		case a := <-c.knocks:
			r, err := c.openKnock(a)
			c.tell(r, err)
		}
	}
}

// open opens a reply or a session envelope.
func (c *Courier) open(kind seal.Kind, a arrival) {
	c.mu.Lock()
	r, err := c.openLocked(kind, a.env)
	c.mu.Unlock()
	r.Kept = a.kept
	c.tell(r, err)
}

func (c *Courier) tell(r Received, err error) {
	if err != nil {
		c.drop(err)
		return
	}
	c.mu.Lock()
	c.stats.Received++
	c.mu.Unlock()
	c.telling.Lock()
	defer c.telling.Unlock()
	if c.ctx.Err() == nil {
		c.cfg.OnMessage(r)
	}
}

func (c *Courier) openLocked(kind seal.Kind, env []byte) (r Received, err error) {
	var v *conversation
	if kind == seal.KindReply {
		v, r.Payload, r.Sent, err = c.openReplyLocked(env)
	} else {
		v, r.Payload, r.Sent, err = c.openSessionLocked(env)
	}
	if err == nil {
		r.From, r.Call = v.peer, v.call
	}
	return r, err
}

func (c *Courier) openKnock(a arrival) (Received, error) {
	find := func(id uint32) *seal.Prekey {
		c.mu.Lock()
		defer c.mu.Unlock()
		return c.prekeys.Find(id)
	}
	k, err := seal.OpenKnock(c.cfg.Identity.ID(), find, a.env)
	if err != nil {
		return Received{}, err
	}
	changed, err := c.replay.Admit(k.Replay, k.Sent, c.cfg.Now())
	if err != nil {
		return Received{}, err
	}
	if err := c.cfg.Store.Put(chunkKey(changed), c.replay.Chunk(changed)); err != nil {
		c.problem(err) // a call must not be lost because the disk is full
	}
	from, err := c.meet(k)
	late := c.cfg.Now().Sub(k.Sent) > liveFor
	return Received{From: from, Call: k.Call, Payload: k.Payload, Sent: k.Sent,
		Stranger: true, HasLink: k.Door.Same(c.cfg.Door()), Kept: a.kept || late}, err
}

// meet finds or makes the conversation that a knock belongs to. The first
// knock of a call fixes its caller and the caller's key.
func (c *Courier) meet(k *seal.Knock) (identity.Address, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch v := c.calls[k.Call]; {
	case c.ended.has(k.Call):
		return identity.Address{}, fmt.Errorf("%w: it ended", ErrNoCall)
	case c.client == nil:
		return identity.Address{}, ErrNoClient
	case k.From == c.cfg.Identity.ID():
		return identity.Address{}, fmt.Errorf("%w: from this phone itself", ErrWrongPeer)
	case v != nil && (v.calling() || !k.Continues(v.knock)):
		return identity.Address{}, fmt.Errorf("%w: knock", ErrWrongPeer)
	case v != nil:
		return v.peer, nil
	}
	from := identity.Address{ID: k.From, Mailbox: k.Back.Mailbox, Server: k.Back.Server, Door: k.Back.Door}
	if from.Server == (wire.Addr{}) {
		from.Server = c.client.Self().Server
	}
	c.makeRoomLocked()
	first := *k
	first.Payload = nil // the receiver's alone
	c.calls[k.Call] = &conversation{call: k.Call, peer: from, phase: knocked, knock: &first, began: c.cfg.Now()}
	return from, nil
}

// makeRoomLocked forgets the oldest call to which this phone said nothing,
// when there are too many: strangers cannot fill the memory (P15).
func (c *Courier) makeRoomLocked() {
	var oldest *conversation
	pending := 0
	for _, v := range c.calls {
		if v.phase != knocked || v.draining {
			continue
		}
		if pending++; oldest == nil || v.began.Before(oldest.began) {
			oldest = v
		}
	}
	if pending >= maxPending {
		delete(c.calls, oldest.call)
	}
}

// openReplyLocked opens a callee's message that carries its answer.
func (c *Courier) openReplyLocked(env []byte) (v *conversation, payload []byte, sent time.Time, err error) {
	tag, err := seal.TagOf(env)
	if err != nil {
		return nil, nil, sent, err
	}
	if v = c.replies[tag]; v == nil {
		return nil, nil, sent, fmt.Errorf("%w: reply", ErrNoCall)
	}
	if v.accepted != nil {
		payload, sent, err = v.accepted.Open(env)
		return v, payload, sent, err
	}
	accepted, err := v.invite.Accept(env)
	if err != nil {
		return nil, nil, sent, err
	}
	if payload, sent, err = accepted.Open(env); err != nil {
		return nil, nil, sent, err
	}
	v.accepted, v.phase = accepted, joined
	c.sessions[accepted.Session().In()] = v
	return v, payload, sent, nil
}

func (c *Courier) openSessionLocked(env []byte) (v *conversation, payload []byte, sent time.Time, err error) {
	id, err := seal.SessionOf(env)
	if err != nil {
		return nil, nil, sent, err
	}
	if v = c.sessions[id]; v == nil {
		return nil, nil, sent, fmt.Errorf("%w: session", ErrNoCall)
	}
	if payload, sent, err = v.session().Open(env); err != nil {
		return nil, nil, sent, err
	}
	v.phase = joined // the caller has the answer
	return v, payload, sent, nil
}

// problem reports err at most once a minute for each fault.
func (c *Courier) problem(err error) {
	now := c.cfg.Now()
	c.mu.Lock()
	tell := c.problems.tell(phone.CodeOf(err), now)
	c.mu.Unlock()
	if tell {
		c.cfg.OnProblem(err)
	}
}

func (c *Courier) drop(err error) {
	c.mu.Lock()
	c.stats.Dropped++
	c.mu.Unlock()
	c.problem(err)
}
