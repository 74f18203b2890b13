package app

import (
	"net/netip"
	"os"
	"strconv"
	"testing"

	"golang.org/x/sys/unix"

	"paravent/app/phone"
	"paravent/server"
)

// P8: the connection to the server is tied to the device as everything else is.
func TestP08ConnectionToTheServerIsTied(t *testing.T) {
	s := openServer(t, server.Config{})
	_, w, err := startWith(t, "a", s.Addr().String(), byLoopback)
	if err != nil {
		t.Fatal(err)
	}
	wait(t, w, func(e phone.ServerChanged) bool { return e.Online })
	at, err := netip.ParseAddrPort(s.Addr().HostPort)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, fd := range socketsTo(t, at.Port()) {
		found++
		if device, err := unix.GetsockoptString(fd, unix.SOL_SOCKET, unix.SO_BINDTODEVICE); err != nil || device != "lo" {
			t.Errorf("tied to %q: %v", device, err)
		}
	}
	if found == 0 {
		t.Error("no connection to the server was found")
	}
}

// socketsTo are this process's sockets that are connected to an IPv4 port.
func socketsTo(t *testing.T, port uint16) []int {
	t.Helper()
	files, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	var list []int
	for _, f := range files {
		fd, err := strconv.Atoi(f.Name())
		if err != nil {
			continue
		}
		peer, err := unix.Getpeername(fd)
		if at, ok := peer.(*unix.SockaddrInet4); err == nil && ok && at.Port == int(port) {
			list = append(list, fd)
		}
	}
	return list
}
