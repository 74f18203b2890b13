package egress

import (
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestP08ReadsWhatTheKernelShows(t *testing.T) {
	root := t.TempDir()
	write := func(device, file, text string) {
		t.Helper()
		path := filepath.Join(root, device, file)
		must(t, os.MkdirAll(filepath.Dir(path), 0o755))
		must(t, os.WriteFile(path, []byte(text), 0o644))
	}
	write("eth0", "type", "1\n")
	write("eth0", "device/vendor", "0x8086\n")
	write("wlan0", "uevent", "DEVTYPE=wlan\nINTERFACE=wlan0\n")
	write("wlan0", "device/vendor", "0x8086\n")
	write("any", "uevent", "DEVTYPE=wireguard\nINTERFACE=any\n")
	write("any", "type", "65534\n")
	write("tun3", "tun_flags", "0x1001\n")
	write("none", "type", "65534\n")
	write("vnet0", "tun_flags", "0x1002\n")
	write("vnet0", "brport/state", "3\n")
	write("docker0", "uevent", "DEVTYPE=bridge\n")
	for name, want := range map[string]kind{
		"eth0": wired, "wlan0": wireless, "any": wireGuard, "tun3": tunnel, "none": tunnel, "vnet0": virtual,
		"docker0": virtual, "missing": virtual, "../eth0": wired,
	} {
		if k := kindIn(root, name); k != want {
			t.Errorf("%s is %v, want %v", name, k, want)
		}
	}
}

// What comes late for a connection must not be answered by the system.
func TestP08ClosedConnectionIsHeardOut(t *testing.T) {
	out, err := openDevice("lo", time.Hour)
	must(t, err)
	defer func() { _ = out.Close() }()
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	must(t, err)
	defer func() { _ = l.Close() }()
	near, err := out.DialContext(t.Context(), "tcp4", l.Addr().String())
	must(t, err)
	far, err := l.Accept()
	must(t, err)
	_, err = far.Write([]byte("never read"))
	must(t, err)
	must(t, near.Close())
	if _, err := near.Read(make([]byte, 1)); !errors.Is(err, net.ErrClosed) {
		t.Errorf("its owner reads on: %v", err)
	}
	if n, err := far.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Errorf("the other side read %d bytes, %v; want the end", n, err)
	}
	for range 20 { // the second write after a reset fails
		if _, err := far.Write([]byte("late")); err != nil {
			t.Fatalf("the system answered with a reset: %v", err)
		}
	}
	must(t, far.Close())
}

// A stub on this computer would ask by whatever way the system chooses.
func TestP08AsksTheServersBehindAStub(t *testing.T) {
	file := filepath.Join(t.TempDir(), "resolv.conf")
	must(t, os.WriteFile(file, []byte("# comment\nsearch lan\nnameserver 127.0.0.53\nnameserver 10.8.0.1\n"), 0o644))
	if a, ok := firstServer(file, "nameserver "); !ok || a.String() != "10.8.0.1" {
		t.Errorf("server %v %v", a, ok)
	}
	if a, ok := firstServer(filepath.Join(t.TempDir(), "missing"), "DNS="); ok {
		t.Errorf("server %v of no file", a)
	}
	if s := nameServer("192.0.2.1:53", 1); s != "192.0.2.1:53" {
		t.Errorf("replaced %s", s)
	}
}
