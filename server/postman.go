package server

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"

	"paravent/server/wire"
)

const (
	postmanQueue = 1024
	// A mailbox receives at most this from everybody together (P15).
	inboxRate, inboxBurst = 100, 400
	// Deliveries start when the sender's answer is out, so that their work
	// does not show in its timing (P14). Nobody waits for the storing.
	deliverAfter = time.Millisecond
	keepAfter    = 10 * time.Millisecond
)

// letter is one envelope on its way.
type letter struct {
	to       string
	envelope []byte
	keep     bool
	posted   time.Time
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

func openPostman(b *broker, v *vault, log *slog.Logger) (*postman, error) {
	conn, err := b.dialInside() // not the services' own: their answers would wait in the same buffer
	if err != nil {
		return nil, err
	}
	p := &postman{conn: conn, broker: b, vault: v, log: log, inboxes: newLimiter(inboxRate, inboxBurst),
		out: make(chan letter, postmanQueue), away: make(chan letter, postmanQueue)}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	p.done.Go(func() { p.run(p.out, deliverAfter, p.deliver) })
	p.done.Go(func() { p.run(p.away, keepAfter, p.keep) })
	return p, nil
}

// post returns at once.
func (p *postman) post(l letter) {
	l.posted = time.Now()
	p.queue(p.out, l)
}

func (p *postman) queue(to chan letter, l letter) {
	select {
	case to <- l:
	default:
		p.dropped.Add(1)
	}
}

// run handles letters in order, each a fixed time after it was posted.
func (p *postman) run(from chan letter, after time.Duration, handle func(letter)) {
	for {
		select {
		case l := <-from:
			time.Sleep(after - time.Since(l.posted))
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
	if err := p.vault.keep(ctx, l.to, l.envelope); err != nil && p.ctx.Err() == nil {
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
	p.conn.Close()
}
