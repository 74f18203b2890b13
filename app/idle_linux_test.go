package app

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"paravent/server"
)

// apart names the environment variable that tells a copy of this test that it
// runs in a network namespace of its own.
const apart = "PARAVENT_TEST_APART"

// P24: a fresh phone that nobody uses speaks to its own server and to nobody
// else. It runs in a network with a way to the world, on which every packet of
// every device is looked at.
func TestP24IdlePhoneSpeaksToItsServerOnly(t *testing.T) {
	if os.Getenv(apart) == "" {
		runApart(t)
		return
	}
	wire := listenEverywhere(t)
	s := openServer(t, server.Config{})
	own, err := netip.ParseAddrPort(s.Addr().HostPort)
	if err != nil {
		t.Fatal(err)
	}
	a, _ := openPhone(t, "alice", s.Addr().String())
	time.Sleep(3 * time.Second) // what it does of its own accord
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	seen := wire.packets(t)
	if len(seen) < 10 {
		t.Errorf("%d packets: not even those of the server were seen", len(seen))
	}
	for _, p := range seen {
		if !p.between(own) {
			t.Errorf("%v", p)
		}
	}
	shout(t)
	if stray := wire.packets(t); len(stray) == 0 {
		t.Error("a packet for the world was not seen: this test shows nothing")
	}
}

// runApart runs this test's copy in a new network.
func runApart(t *testing.T) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, "-test.run", "^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), apart+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET}
	if uid := os.Getuid(); uid != 0 {
		cmd.SysProcAttr.Cloneflags |= syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{HostID: uid, Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}}
	}
	out, err := cmd.CombinedOutput()
	switch {
	case errors.Is(err, syscall.EPERM), errors.Is(err, syscall.ENOSPC):
		t.Skip("no network namespaces here: ", err)
	case err != nil:
		t.Errorf("%v\n%s", err, out)
	case strings.Contains(string(out), "--- SKIP"):
		t.Skipf("%s", out)
	}
}

// everywhere is a socket that gets the packets of every device.
type everywhere int

// listenEverywhere makes a network with a default route and listens to it.
func listenEverywhere(t *testing.T) everywhere {
	t.Helper()
	for _, line := range []string{
		"link set lo up", "link add way type veth peer name world", "addr add 10.24.0.2/24 dev way", "link set way up", "link set world up",
		"route add default via 10.24.0.1",
	} {
		if out, err := exec.Command("ip", strings.Fields("-4 "+line)...).CombinedOutput(); err != nil {
			t.Skipf("ip %s: %v %s", line, err, out)
		}
	}
	every := uint16(syscall.ETH_P_ALL<<8 | syscall.ETH_P_ALL>>8)
	fd, err := syscall.Socket(syscall.AF_PACKET, syscall.SOCK_DGRAM|syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC, int(every))
	if err != nil {
		t.Skip("no packets can be seen here: ", err)
	}
	t.Cleanup(func() { _ = syscall.Close(fd) })
	_ = syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_RCVBUF, 4<<20)
	return everywhere(fd)
}

// shout sends one packet to the world.
func shout(t *testing.T) {
	t.Helper()
	c, err := net.Dial("udp4", "203.0.113.1:9")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	if _, err := c.Write([]byte("hello")); err != nil {
		t.Fatal(err)
	}
}

// sighting is one packet.
type sighting struct {
	ethertype, protocol int
	from, to            netip.AddrPort
}

func (s sighting) String() string {
	return fmt.Sprintf("a packet of ethertype %#x, protocol %d, from %v to %v", s.ethertype, s.protocol, s.from, s.to)
}

// between tells whether it is of a TCP connection with the server.
func (s sighting) between(server netip.AddrPort) bool {
	return s.protocol == syscall.IPPROTO_TCP && (s.from == server || s.to == server)
}

// packets are those seen since the last time. The kernel's own talk of IPv6
// neighbours and groups is left out.
func (e everywhere) packets(t *testing.T) []sighting {
	t.Helper()
	var list []sighting
	p := make([]byte, 65536)
	for {
		n, from, err := syscall.Recvfrom(int(e), p, 0)
		if err != nil {
			return list
		}
		link, ok := from.(*syscall.SockaddrLinklayer)
		if !ok {
			t.Fatalf("from %T", from)
		}
		s := read(p[:n])
		s.ethertype = int(link.Protocol<<8 | link.Protocol>>8)
		if s.protocol != syscall.IPPROTO_ICMPV6 && s.protocol != syscall.IPPROTO_HOPOPTS {
			list = append(list, s)
		}
	}
}

// read takes the addresses out of an IP packet.
func read(p []byte) (s sighting) {
	var from, to netip.Addr
	head := 40
	switch {
	case len(p) >= 20 && p[0]>>4 == 4:
		s.protocol, head = int(p[9]), int(p[0]&15)*4
		from, to = netip.AddrFrom4([4]byte(p[12:16])), netip.AddrFrom4([4]byte(p[16:20]))
	case len(p) >= 40 && p[0]>>4 == 6:
		s.protocol = int(p[6])
		from, to = netip.AddrFrom16([16]byte(p[8:24])), netip.AddrFrom16([16]byte(p[24:40]))
	default:
		s.protocol = -1
		return s
	}
	if len(p) >= head+4 {
		s.from = netip.AddrPortFrom(from, binary.BigEndian.Uint16(p[head:]))
		s.to = netip.AddrPortFrom(to, binary.BigEndian.Uint16(p[head+2:]))
	}
	return s
}
