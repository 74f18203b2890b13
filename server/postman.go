package server

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"

	"github.com/nats-io/nats.go"

	"paravent/server/wire"
)

const (
	postmanQueue = 1024
	// A mailbox receives at most this from everybody together (P15).
	inboxRate, inboxBurst = 100, 400
)

// letter is one envelope on its way.
type letter struct {
	to       string
	envelope []byte
	keep     bool
}

// postman delivers envelopes behind the send service's back: one goroutine
// hands them to phones, a second one keeps those for absent owners, so that a
// slow disk delays nobody's call. Full queues drop and count.
type postman struct {
	conn    *nats.Conn
	broker  *broker
	vault   *vault
	log     *slog.Logger
	inboxes *limiter
	out     chan letter
	away    chan letter
	dropped atomic.Int64
	ctx     context.Context // ends the two goroutines
	cancel  context.CancelFunc
	done    sync.WaitGroup
}

func openPostman(conn *nats.Conn, b *broker, v *vault, log *slog.Logger) *postman {
	p := &postman{conn: conn, broker: b, vault: v, log: log, inboxes: newLimiter(inboxRate, inboxBurst),
		out: make(chan letter, postmanQueue), away: make(chan letter, postmanQueue)}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	p.done.Go(func() { p.run(p.out, p.deliver) })
	p.done.Go(func() { p.run(p.away, p.keep) })
	return p
}

// post returns at once.
func (p *postman) post(l letter) { p.queue(p.out, l) }

func (p *postman) queue(to chan letter, l letter) {
	select {
	case to <- l:
	default:
		p.dropped.Add(1)
	}
}

func (p *postman) run(from chan letter, handle func(letter)) {
	for {
		select {
		case l := <-from:
			handle(l)
		case <-p.ctx.Done():
			return
		}
	}
}

func (p *postman) deliver(l letter) {
	if !p.inboxes.allow(l.to) {
		p.dropped.Add(1)
		return
	}
	if l.keep && !p.broker.online(l.to) {
		p.queue(p.away, l)
		return
	}
	p.publish(l)
}

// keep stores, then looks again: an owner who came in between has emptied the
// box already and would not look once more. Phones drop the copy as a replay.
func (p *postman) keep(l letter) {
	ctx, cancel := context.WithTimeout(p.ctx, vaultTimeout)
	defer cancel()
	if err := p.vault.keep(ctx, l.to, l.envelope); err != nil {
		p.dropped.Add(1)
		p.log.Error("a missed call cannot be stored", "error", err)
	}
	if p.broker.online(l.to) {
		p.publish(l)
	}
}

func (p *postman) publish(l letter) {
	if err := p.conn.Publish(wire.Inbox(l.to), l.envelope); err != nil {
		p.dropped.Add(1)
	}
}

// Close drops what still waits.
func (p *postman) Close() {
	p.cancel()
	p.done.Wait()
}
