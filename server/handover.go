package server

import (
	"net"
	"sync"
)

// handover is a net.Listener whose connections come from the front.
type handover struct {
	addr  net.Addr
	conns chan net.Conn
	end   chan struct{}
	once  sync.Once
}

func newHandover(addr net.Addr) *handover {
	return &handover{addr: addr, conns: make(chan net.Conn), end: make(chan struct{})}
}

// put passes a connection on, or closes it when nobody accepts any more.
func (h *handover) put(c net.Conn) {
	select {
	case h.conns <- c:
	case <-h.end:
		_ = c.Close()
	}
}

func (h *handover) Accept() (net.Conn, error) {
	select {
	case c := <-h.conns:
		return c, nil
	case <-h.end:
		return nil, net.ErrClosed
	}
}

func (h *handover) Close() error {
	h.once.Do(func() { close(h.end) })
	return nil
}

func (h *handover) Addr() net.Addr { return h.addr }
