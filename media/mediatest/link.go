package mediatest

import (
	"cmp"
	"io"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtp"
)

// LinkConfig says what a network does to packets. The zero value passes them at once.
type LinkConfig struct {
	Delay   time.Duration // of every packet
	Jitter  time.Duration // standard deviation added on top (never less than Delay)
	Loss    float64       // share of packets lost, 0 to 1
	Burst   float64       // mean length of a loss; up to 1 means independent losses
	Reorder float64       // share of packets that take another 30 ms
	Seed    uint64
}

const reorderBy = 30 * time.Millisecond

// Link decides the fate of packets. It is a pure value: one goroutine at a time.
type Link struct {
	config LinkConfig
	random *rand.Rand
	losing bool
	last   time.Duration
}

// NewLink makes a link that behaves the same for the same config.
func NewLink(config LinkConfig) *Link {
	return &Link{config: config, random: rand.New(rand.NewPCG(config.Seed, 1))}
}

// Pass tells when a packet sent at now arrives; false when it is lost. Packets
// overtake each other only by Reorder.
func (l *Link) Pass(now time.Duration) (arrival time.Duration, ok bool) {
	if l.lose() {
		return 0, false
	}
	jitter := time.Duration(max(0, l.random.NormFloat64()) * float64(l.config.Jitter))
	arrival = now + l.config.Delay + jitter
	if l.random.Float64() < l.config.Reorder {
		return arrival + reorderBy, true
	}
	l.last = max(l.last, arrival)
	return l.last, true
}

// lose follows Gilbert's two-state model.
func (l *Link) lose() bool {
	burst := max(1, l.config.Burst)
	if l.config.Loss >= 1 {
		return true
	}
	if burst == 1 {
		return l.random.Float64() < l.config.Loss
	}
	if l.losing {
		l.losing = l.random.Float64() >= 1/burst
	} else {
		l.losing = l.random.Float64() < l.config.Loss/(1-l.config.Loss)/burst
	}
	return l.losing
}

// Pipe is a Link in real time: what WriteRTP takes, ReadRTP gives. Both may be
// used from different goroutines; it works in a testing/synctest bubble too.
type Pipe struct {
	mu      sync.Mutex // guards link and waiting
	link    *Link
	waiting []delivery
	start   time.Time
	wake    chan struct{}
	done    chan struct{}
	closer  sync.Once
}

type delivery struct {
	at     time.Duration
	packet *rtp.Packet
}

// NewPipe makes an open pipe.
func NewPipe(config LinkConfig) *Pipe {
	return &Pipe{link: NewLink(config), start: time.Now(), wake: make(chan struct{}, 1), done: make(chan struct{})}
}

// WriteRTP sends a copy of packet. It never blocks.
func (p *Pipe) WriteRTP(packet *rtp.Packet) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	at, ok := p.link.Pass(time.Since(p.start))
	if !ok {
		return nil
	}
	p.waiting = append(p.waiting, delivery{at, packet.Clone()})
	slices.SortStableFunc(p.waiting, func(a, b delivery) int { return cmp.Compare(a.at, b.at) })
	select {
	case p.wake <- struct{}{}:
	default:
	}
	return nil
}

// ReadRTP blocks until the next packet arrives; io.EOF after Close.
func (p *Pipe) ReadRTP() (*rtp.Packet, interceptor.Attributes, error) {
	for {
		packet, wait := p.next()
		if packet != nil {
			return packet, nil, nil
		}
		timer := time.NewTimer(wait)
		select {
		case <-p.done:
			timer.Stop()
			return nil, nil, io.EOF
		case <-p.wake:
			timer.Stop()
		case <-timer.C:
		}
	}
}

func (p *Pipe) next() (*rtp.Packet, time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.waiting) == 0 {
		return nil, time.Hour
	}
	first := p.waiting[0]
	if wait := first.at - time.Since(p.start); wait > 0 {
		return nil, wait
	}
	p.waiting = p.waiting[1:]
	return first.packet, 0
}

// Close ends ReadRTP.
func (p *Pipe) Close() { p.closer.Do(func() { close(p.done) }) }
