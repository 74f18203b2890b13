package hostile

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"paravent/app/call"
	"paravent/app/courier"
	"paravent/app/identity"
	"paravent/app/phone"
	"paravent/app/signal"
	"paravent/server/wire"
)

// ErrOffline says that the server could not be reached in time.
var ErrOffline = errors.New("the hostile peer found no server")

// Config says who the peer is and what it does.
type Config struct {
	Server wire.Addr
	Name   string
	Script Script
}

// Script is what the peer does wrong. The zero value does everything right,
// but for wishing the widest route and telling its own addresses on any.
type Script struct {
	Answer   bool                               // answers calls that come
	Wish     phone.Route                        // NoRoute: Direct
	Video    bool                               // calls with pictures
	Describe func(kind Kind, sdp string) string // has the last word about each description
	Trickle  []string                           // candidates told one by one after a description
	TTL      time.Duration                      // how long its calls ring; 0: 45 s
	Race     bool                               // tries a handshake from sockets that are no part of the call
}

// Peer is one hostile phone.
type Peer struct {
	cfg     Config
	me      *identity.Identity
	client  *signal.Client
	courier *courier.Courier
	calls   *call.Manager
	stage   *stage
	log     *Log

	known     chan struct{} // closed once client is set
	published chan error

	mu    sync.Mutex
	ended map[phone.CallID]phone.EndReason // guarded by mu
}

// Open makes a peer with a fresh identity and waits until others can reach it.
func Open(ctx context.Context, cfg Config) (*Peer, error) {
	if cfg.Script.Wish == phone.NoRoute {
		cfg.Script.Wish = phone.Direct
	}
	p := &Peer{cfg: cfg, me: identity.New(), log: newLog(), known: make(chan struct{}),
		published: make(chan error, 1), ended: map[phone.CallID]phone.EndReason{}}
	var err error
	p.courier, err = courier.Open(courier.Config{
		Identity: p.me, Store: &memory{values: map[string][]byte{}}, OnMessage: p.received,
		OnUndeliverable: func(id phone.CallID, err error) { p.calls.SendFailed(id, phone.ServerUnreachable, err) },
		OnProblem:       func(error) {},
		OnPublished:     p.onPublished,
	})
	if err != nil {
		return nil, err
	}
	p.stage = newStage(p)
	p.calls = call.New(call.Config{
		Self: call.PeerID(p.me.ID().String()), Courier: tap{p}, Media: p.stage, Policy: welcome{p}, Observer: watcher{p},
		Name: func() string { return cfg.Name }, TTL: cfg.Script.TTL,
	})
	p.client, err = signal.Open(context.WithoutCancel(ctx), signal.Config{
		Server: cfg.Server, Identity: p.me, OnEnvelope: p.courier.Receive,
		OnState: func(online bool, _ error) { <-p.known; p.courier.Online(online) },
	})
	if err != nil {
		close(p.known)
		return nil, errors.Join(err, p.courier.Close())
	}
	p.courier.Attach(p.client)
	close(p.known)
	select {
	case err = <-p.published:
	case <-ctx.Done():
		err = ctx.Err()
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%w: %w", ErrOffline, err), p.Close())
	}
	return p, nil
}

func (p *Peer) onPublished(_ courier.Client, err error) {
	select {
	case p.published <- err:
	default:
	}
}

// Address is the link under which others call this peer.
func (p *Peer) Address() string { return p.client.Self().String() }

// ID is this peer's identity key in hexadecimal digits.
func (p *Peer) ID() string { return p.me.ID().String() }

// Log is what the peer learned so far.
func (p *Peer) Log() *Log { return p.log }

// Call rings a link.
func (p *Peer) Call(to string) (phone.CallID, error) {
	a, err := identity.ParseAddress(to)
	if err != nil {
		return phone.CallID{}, err
	}
	return p.calls.Place(call.Party{ID: call.PeerID(a.ID.String()), Address: to}, p.cfg.Script.Video, p.cfg.Script.Wish)
}

// Hangup ends a call.
func (p *Peer) Hangup(id phone.CallID) { _ = p.calls.Hangup(id) } // it may be over already

// Send sends a payload of a call as it is: a knock as long as the other side
// gave no answer, else sealed in the session.
func (p *Peer) Send(to string, id phone.CallID, payload []byte) error {
	a, err := identity.ParseAddress(to)
	if err != nil {
		return err
	}
	return p.courier.Send(context.Background(), a, id, payload, false)
}

// Flush waits until everything was handed to the server.
func (p *Peer) Flush(ctx context.Context) { p.courier.Flush(ctx) }

// Ended tells how a call ended; NotEnded while it goes on.
func (p *Peer) Ended(id phone.CallID) phone.EndReason {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.ended[id]
}

// Await waits until the log, or the end of a call, makes holds true.
func (p *Peer) Await(ctx context.Context, holds func() bool) error {
	for {
		changed := p.log.changed()
		if holds() {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Close ends everything of this peer.
func (p *Peer) Close() error {
	p.calls.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	p.courier.Flush(ctx)
	cancel()
	p.stage.close()
	return errors.Join(p.client.Close(), p.courier.Close())
}
