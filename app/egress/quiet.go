package egress

import (
	"errors"
	"io"
	"net"
	"os"
	"sync/atomic"
	"time"
)

// What arrives for a socket that is closed makes the system itself answer: an
// ICMP error, or a TCP reset. Such an answer belongs to no socket, so that it
// leaves by the way that the system prefers. A socket that is tied to a device
// therefore stays with the system for a while after its owner closed it.
const (
	quietUDP = 20 * time.Second // more than a peer goes on that did not hear of the end
	quietTCP = 5 * time.Second  // for the other side to close as well
	goodbye  = time.Second      // of this, what closing the way out waits for: after it the program may end, and its sockets with it
)

// partings counts streams that wait for the other side to close as well.
type partings struct{ open atomic.Int64 }

// await waits for them, but not longer than goodbye.
func (p *partings) await() {
	for deadline := time.Now().Add(goodbye); p.open.Load() > 0 && time.Now().Before(deadline); {
		time.Sleep(5 * time.Millisecond)
	}
}

// quiet wraps a socket that is tied to a device.
func quiet(conn net.Conn, p *partings) net.Conn {
	switch c := conn.(type) {
	case *net.UDPConn:
		return quietPackets{addrPortUDP{c}}
	case *net.TCPConn:
		return quietStream{c, p}
	}
	return conn
}

// quietPackets swallows what arrives late.
type quietPackets struct{ addrPortUDP }

// Close ends the socket for its owner at once.
func (c quietPackets) Close() error {
	rest, err := c.File() // the same socket once more
	if err == nil {
		time.AfterFunc(quietUDP, func() { _ = rest.Close() })
	}
	return c.UDPConn.Close()
}

// quietStream says goodbye and hears the other side out.
type quietStream struct {
	*net.TCPConn
	partings *partings
}

// Close ends the socket for its owner at once.
func (c quietStream) Close() error {
	rest, err := c.File()
	if err != nil {
		return c.TCPConn.Close()
	}
	_ = c.CloseWrite() // fails where the other side did so already
	c.partings.open.Add(1)
	go func() {
		hearOut(rest)
		c.partings.open.Add(-1)
	}()
	return c.TCPConn.Close()
}

func hearOut(rest *os.File) {
	err := rest.SetReadDeadline(time.Now().Add(quietTCP))
	if err == nil {
		_, err = io.Copy(io.Discard, rest)
	}
	_ = errors.Join(err, rest.Close()) // nobody is left to be told
}
