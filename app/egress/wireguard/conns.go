package wireguard

import (
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"sync/atomic"
	"time"

	"gvisor.dev/gvisor/pkg/tcpip/adapters/gonet"
)

// ended gives the errors of the tunnel's connections the meaning that those of
// package net have.
type ended struct {
	stack  *stack
	closed atomic.Bool
}

func (e *ended) explain(err error) error {
	var timeout net.Error
	switch {
	case err == nil:
		return nil
	case e.closed.Load() || e.stack.closed.Load():
		return net.ErrClosed
	case errors.As(err, &timeout) && timeout.Timeout():
		return os.ErrDeadlineExceeded
	}
	return err
}

// udpConn is a UDP socket inside the tunnel.
type udpConn struct {
	*gonet.UDPConn
	ended
	leads func(netip.Addr) bool
}

// Close ends waiting calls as well.
func (c *udpConn) Close() error {
	c.closed.Store(true)
	return c.UDPConn.Close()
}

func (c *udpConn) ReadFrom(p []byte) (int, net.Addr, error) {
	n, from, err := c.ReadFromUDP(p)
	if err != nil {
		return n, nil, err
	}
	return n, from, nil
}

func (c *udpConn) ReadFromUDP(p []byte) (int, *net.UDPAddr, error) {
	n, from, err := c.UDPConn.ReadFrom(p)
	addr, _ := from.(*net.UDPAddr)
	return n, addr, c.explain(err)
}

func (c *udpConn) ReadMsgUDP(p, _ []byte) (n, oobn, flags int, addr *net.UDPAddr, err error) {
	n, addr, err = c.ReadFromUDP(p)
	return n, 0, 0, addr, err
}

func (c *udpConn) Read(p []byte) (int, error) {
	n, err := c.UDPConn.Read(p)
	return n, c.explain(err)
}

func (c *udpConn) Write(p []byte) (int, error) {
	n, err := c.UDPConn.Write(p)
	return n, c.explain(err)
}

// WriteTo fails for an address that the tunnel does not lead to.
func (c *udpConn) WriteTo(p []byte, addr net.Addr) (int, error) {
	to := addrPort(addr)
	if !c.leads(to.Addr()) {
		return 0, &net.OpError{Op: "write", Net: "udp", Err: ErrNotCovered}
	}
	n, err := c.UDPConn.WriteTo(p, net.UDPAddrFromAddrPort(to))
	return n, c.explain(err)
}

func (c *udpConn) WriteToUDP(p []byte, addr *net.UDPAddr) (int, error) {
	if addr == nil {
		return c.Write(p)
	}
	return c.WriteTo(p, addr)
}

func (c *udpConn) WriteMsgUDP(p, oob []byte, addr *net.UDPAddr) (n, oobn int, err error) {
	if len(oob) > 0 {
		return 0, 0, errNotSupported
	}
	n, err = c.WriteToUDP(p, addr)
	return n, 0, err
}

func (c *udpConn) SetReadBuffer(int) error  { return errNotSupported }
func (c *udpConn) SetWriteBuffer(int) error { return errNotSupported }

// tcpConn is a TCP connection inside the tunnel.
type tcpConn struct {
	*gonet.TCPConn
	ended
}

// Close ends waiting calls as well.
func (c *tcpConn) Close() error {
	c.closed.Store(true)
	return c.TCPConn.Close()
}

func (c *tcpConn) Read(p []byte) (int, error) {
	n, err := c.TCPConn.Read(p)
	return n, c.explain(err)
}

func (c *tcpConn) Write(p []byte) (int, error) {
	n, err := c.TCPConn.Write(p)
	return n, c.explain(err)
}

func (c *tcpConn) ReadFrom(r io.Reader) (int64, error) {
	return io.Copy(struct{ io.Writer }{c}, r)
}

// SetNoDelay is as it is: nothing is delayed.
func (c *tcpConn) SetNoDelay(on bool) error {
	if !on {
		return errNotSupported
	}
	return nil
}

func (c *tcpConn) SetLinger(int) error                    { return errNotSupported }
func (c *tcpConn) SetKeepAlive(bool) error                { return errNotSupported }
func (c *tcpConn) SetKeepAlivePeriod(time.Duration) error { return errNotSupported }
func (c *tcpConn) SetReadBuffer(int) error                { return errNotSupported }
func (c *tcpConn) SetWriteBuffer(int) error               { return errNotSupported }
