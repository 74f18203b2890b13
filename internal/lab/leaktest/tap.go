//go:build linux

package leaktest

import (
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// tap records every packet of one device until it is closed. Any goroutine may
// use it.
type tap struct {
	// set at construction
	place, dev string
	bare       bool // frames begin with the IP header
	file       *os.File
	done       chan struct{}

	mu     sync.Mutex
	frames []frame // guarded by mu
}

const (
	tapBuffer = 32 << 20
	tapSnap   = 64 << 10
)

// openTap begins to record. place names the tap in reports.
func openTap(place, ns, dev string) (*tap, error) {
	t := &tap{place: place, dev: dev, done: make(chan struct{})}
	err := within(ns, func() error {
		ifi, err := net.InterfaceByName(dev)
		if err != nil {
			return err
		}
		fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
		if err != nil {
			return err
		}
		// SO_RCVBUFFORCE needs more than a user namespace gives; what is lost is told by lost.
		if unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, tapBuffer) != nil {
			_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF, tapBuffer)
		}
		t.file = os.NewFile(uintptr(fd), place)
		return unix.Bind(fd, &unix.SockaddrLinklayer{Protocol: htons(unix.ETH_P_ALL), Ifindex: ifi.Index})
	})
	if err != nil {
		return nil, fmt.Errorf("recording at %s: %w", place, err)
	}
	go t.read()
	return t, nil
}

func htons(v uint16) uint16 { return v<<8 | v>>8 }

func (t *tap) read() {
	defer close(t.done)
	raw, err := t.file.SyscallConn()
	if err != nil {
		return
	}
	buf := make([]byte, tapSnap)
	for {
		var n int
		var from unix.Sockaddr
		var failed error
		err := raw.Read(func(fd uintptr) bool {
			n, from, failed = unix.Recvfrom(int(fd), buf, 0)
			return !errors.Is(failed, unix.EAGAIN)
		})
		switch {
		case err != nil:
			return // closed
		case failed != nil:
			continue // the device went down, and may come back
		}
		ll, ok := from.(*unix.SockaddrLinklayer)
		f := frame{time.Now(), ok && ll.Pkttype == unix.PACKET_OUTGOING, append([]byte(nil), buf[:n]...)}
		t.mu.Lock()
		t.frames = append(t.frames, f)
		t.mu.Unlock()
	}
}

// take returns what was recorded since the last take, and how many packets
// were lost for want of room.
func (t *tap) take() (frames []frame, lost int, err error) {
	if err := t.settle(); err != nil {
		return nil, 0, err
	}
	raw, err := t.file.SyscallConn()
	if err != nil {
		return nil, 0, err
	}
	var stats *unix.TpacketStats
	var failed error
	err = raw.Control(func(fd uintptr) {
		stats, failed = unix.GetsockoptTpacketStats(int(fd), unix.SOL_PACKET, unix.PACKET_STATISTICS)
	})
	if err = errors.Join(err, failed); err != nil {
		return nil, 0, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	frames, t.frames = t.frames, nil
	return frames, int(stats.Drops), nil
}

// settle waits until everything that the system recorded was read.
func (t *tap) settle() error {
	raw, err := t.file.SyscallConn()
	if err != nil {
		return err
	}
	quiet := 0 // looks in a row: the reader may hold one packet that it just took
	for deadline := time.Now().Add(5 * time.Second); time.Now().Before(deadline); time.Sleep(2 * time.Millisecond) {
		waiting, failed := 0, error(nil)
		err := raw.Control(func(fd uintptr) { waiting, failed = unix.IoctlGetInt(int(fd), unix.TIOCINQ) })
		if err = errors.Join(err, failed); err != nil {
			return err
		}
		if quiet++; waiting != 0 {
			quiet = 0
		}
		if quiet == 3 {
			return nil
		}
	}
	return fmt.Errorf("recording at %s: packets never stop", t.place)
}

func (t *tap) close() {
	_ = t.file.Close()
	<-t.done
}
