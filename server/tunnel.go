package server

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// stuckAfter is how long a phone may leave sent bytes unread.
const stuckAfter = 10 * time.Second

// tunnel joins phones' connections to the broker's pipes.
type tunnel struct {
	broker *broker
	roster *roster
	bytes  int // a second, from one phone
}

// carry runs until either side closes, and closes both.
//
//	phone -> pace -> broker
//	phone <--------- broker
func (t *tunnel) carry(phone net.Conn, from netip.AddrPort) {
	defer phone.Close() //nolint:errcheck // nothing is left to lose
	inside, err := t.broker.connect()
	if err != nil {
		return
	}
	t.roster.enter(from)
	defer t.roster.leave(from)
	var back sync.WaitGroup
	back.Go(func() {
		_, _ = io.CopyBuffer(&hurried{phone}, onlyReader{inside}, make([]byte, 4096))
		_ = phone.Close()
		_ = inside.Close()
	})
	if _, err := io.WriteString(inside, announce(from)); err == nil {
		slow := &paced{from: phone, limit: rate.NewLimiter(rate.Limit(t.bytes), max(t.bytes, maxPayload))}
		_, _ = io.CopyBuffer(onlyWriter{inside}, slow, make([]byte, 4096))
	}
	_ = inside.Close()
	back.Wait() // the broker's last words reach the phone before its connection ends
}

// announce tells the broker the phone's address (PROXY protocol, version 1),
// before the phone's own first byte, so that no phone can claim another.
func announce(from netip.AddrPort) string {
	family, here := "TCP4", "127.0.0.1"
	if from.Addr().Is6() {
		family, here = "TCP6", "::1"
	}
	return fmt.Sprintf("PROXY %s %s %s %d 1\r\n", family, from.Addr(), here, from.Port())
}

// onlyReader and onlyWriter hide ReadFrom and WriteTo, which would leave the
// small buffer unused.
type (
	onlyReader struct{ io.Reader }
	onlyWriter struct{ io.Writer }
)

// paced reads no faster than its limit; the rest waits in the phone's network.
type paced struct {
	from  io.Reader
	limit *rate.Limiter
}

func (p *paced) Read(b []byte) (int, error) {
	n, err := p.from.Read(b)
	if n > 0 {
		if werr := p.limit.WaitN(context.Background(), n); werr != nil && err == nil {
			err = werr
		}
	}
	return n, err
}

// hurried gives up on a reader that does not read.
type hurried struct{ net.Conn }

func (h *hurried) Write(b []byte) (int, error) {
	if err := h.SetWriteDeadline(time.Now().Add(stuckAfter)); err != nil {
		return 0, err
	}
	return h.Conn.Write(b)
}
