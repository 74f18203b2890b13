package lab

import (
	"bufio"
	"crypto/ecdh"
	"crypto/rand"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"
	"golang.zx2c4.com/wireguard/conn"
	"golang.zx2c4.com/wireguard/device"
	"golang.zx2c4.com/wireguard/tun"

	"paravent/settings"
)

// What tells a copy of this test binary that it is the VPN's provider: the
// configuration of its device, as WireGuard reads it.
const providerVariable = "PARAVENT_LAB_PROVIDER"

func init() { roles[providerVariable] = provide }

const (
	providerPort    = 51820
	providerDevice  = "prov0"
	providerAddress = "10.83.2.1"
	tunnelAddress   = "10.2.0.2"
	publicServer    = "83.149.67.211" // of the far side: looks like anybody's
)

// provide is a WireGuard provider in the namespace that it runs in, with a
// device of the system. It also looks at what comes by the device that the
// clear side of a tunnel must not use, and tells of it at the end.
func provide(config string) error {
	t, err := tun.CreateTUN(providerDevice, 1420)
	if err != nil {
		return err
	}
	d := device.NewDevice(t, conn.NewDefaultBind(), device.NewLogger(device.LogLevelSilent, ""))
	defer d.Close()
	if err := d.IpcSet(config); err != nil {
		return err
	}
	if err := d.Up(); err != nil {
		return err
	}
	for _, args := range [][]string{{"addr", "add", "10.2.0.1/24", "dev", providerDevice}, {"link", "set", providerDevice, "up"}} {
		if out, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
			return fmt.Errorf("ip %v: %w %s", args, err, out)
		}
	}
	var inside, strays atomic.Int64
	if err := sniff("w1", &inside, &strays); err != nil {
		return err
	}
	fmt.Println("up")
	_, _ = io.Copy(io.Discard, os.Stdin) // until the test ends
	fmt.Printf("%d %d\n", inside.Load(), strays.Load())
	return nil
}

// sniff counts the IPv4 packets that arrive by a device: those of the tunnel,
// and all others.
func sniff(name string, inside, strays *atomic.Int64) error {
	all := int(binary.BigEndian.Uint16(binary.NativeEndian.AppendUint16(nil, unix.ETH_P_IP)))
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_DGRAM, 0) // bound below: until then it hears nothing
	if err != nil {
		return err
	}
	device, err := net.InterfaceByName(name)
	if err == nil {
		err = unix.Bind(fd, &unix.SockaddrLinklayer{Protocol: uint16(all), Ifindex: device.Index})
	}
	if err != nil {
		return err
	}
	go func() {
		p := make([]byte, 2048)
		for {
			n, from, err := unix.Recvfrom(fd, p, 0)
			if err != nil {
				return
			}
			link, ok := from.(*unix.SockaddrLinklayer)
			if !ok || link.Pkttype == unix.PACKET_OUTGOING {
				continue
			}
			if isTunnel(p[:n]) {
				inside.Add(1)
			} else {
				strays.Add(1)
			}
		}
	}()
	return nil
}

func isTunnel(packet []byte) bool {
	if len(packet) < 20 || packet[9] != unix.IPPROTO_UDP {
		return false
	}
	udp := packet[4*int(packet[0]&15):]
	return len(udp) >= 8 && binary.BigEndian.Uint16(udp[2:]) == providerPort
}

// runProvider starts a provider that knows one client, and returns the
// client's file. tally ends the provider and tells what came by w1.
func runProvider(t *testing.T, far string) (file string, tally func() (inside, strays int)) {
	t.Helper()
	own, client := newKey(t), newKey(t)
	config := fmt.Sprintf("private_key=%s\nlisten_port=%d\npublic_key=%s\nallowed_ip=%s/32\n",
		hex.EncodeToString(own.Bytes()), providerPort, hex.EncodeToString(client.PublicKey().Bytes()), tunnelAddress)
	cmd := exec.CommandContext(t.Context(), "ip", "netns", "exec", far, os.Args[0])
	cmd.Env, cmd.Stderr = append(os.Environ(), providerVariable+"="+config), os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = in.Close(); _ = cmd.Wait() })
	lines := bufio.NewReader(out)
	if line, err := lines.ReadString('\n'); err != nil || line != "up\n" {
		t.Skipf("no TUN device here: %q, %v", line, err)
	}
	text := func(b []byte) string { return base64.StdEncoding.EncodeToString(b) }
	file = filepath.Join(t.TempDir(), "provider.conf")
	content := fmt.Sprintf("[Interface]\nPrivateKey = %s\nAddress = %s/32\nDNS = 10.2.0.1\n\n[Peer]\nPublicKey = %s\nAllowedIPs = 0.0.0.0/0\nEndpoint = %s:%d\n",
		text(client.Bytes()), tunnelAddress, text(own.PublicKey().Bytes()), providerAddress, providerPort)
	if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return file, func() (inside, strays int) {
		_ = in.Close()
		line, err := lines.ReadString('\n')
		if err == nil {
			_, err = fmt.Sscan(line, &inside, &strays)
		}
		if err != nil {
			t.Fatal(err)
		}
		return inside, strays
	}
}

func newKey(t *testing.T) *ecdh.PrivateKey {
	t.Helper()
	k, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// P8, with whole phones: through the tunnel and by the device that it is bound
// to, and nothing besides. A direct call shows the tunnel's address.
func TestP08WholePhoneLeavesByTheTunnel(t *testing.T) {
	near, far := twoWays(t)
	ip(t, "-n", far, "addr", "add", publicServer+"/32", "dev", "w0")
	file, tally := runProvider(t, far)
	server, stop, err := Launch{Binary: program("paravent-server"), Namespace: far, Args: []string{"--listen", publicServer, "--allow-private"}}.StartServer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	open := func(s *settings.Settings) { s.Privacy.Route = settings.RouteDirect }
	bob := phoneIn(t, far, "bob", server, open, "--answer", "auto")
	alice := phoneIn(t, near, "alice", server, func(s *settings.Settings) { open(s); s.Privacy.VPNDevice, s.Privacy.Tunnel = "vpn0", true })
	must(alice.Wait(0, "error", 10*time.Second, func(e Event) bool { return e.Text("code") == "wireguard-no-tunnel" }))(t)
	if n := left(t, near, "vpn0") + left(t, near, "wan0"); n != 0 {
		t.Errorf("%d packets left without the tunnel", n)
	}
	must(alice.Do("tunnel.import", Event{"path": file}))(t)
	alicesAddress := must(alice.Wait(0, "ready", 20*time.Second, nil))(t).Text("address")
	bobsAddress := must(bob.Wait(0, "ready", 20*time.Second, nil))(t).Text("address")
	must(alice.Do("contact.add", Event{"name": "Bob", "address": bobsAddress}))(t)
	must(bob.Do("contact.add", Event{"name": "Alice", "address": alicesAddress}))(t)
	for _, route := range []string{"relay", "direct"} {
		must(alice.Do("set", Event{"key": "privacy.route", "value": route}))(t)
		from, bobs := alice.Seen(), bob.Seen()
		call := must(alice.Do("call", Event{"to": "Bob"}))(t).Text("call")
		c := must(alice.Wait(from, "connected", 20*time.Second, func(e Event) bool { return e["accept_to_audio_ms"] != nil }))(t)
		seen := must(bob.Wait(bobs, "connected", 20*time.Second, nil))(t)
		if c.Text("route") != route || route == "direct" && !strings.HasPrefix(seen.Text("remote"), tunnelAddress+":") {
			t.Errorf("connected %v, the other side %v, want %s", c, seen, route)
		}
		if route == "direct" {
			break // this one loses its device
		}
		must(alice.Do("hangup", Event{"call": call}))(t)
		must(alice.Wait(from, "receipt", 20*time.Second, nil))(t)
	}
	loseDevice(t, near, alice)
	if n := left(t, near, "wan0"); n != 0 {
		t.Errorf("%d packets left by the way that the system prefers", n)
	}
	// Once the program ended, the system answers for it.
	if inside, strays := tally(); strays != 0 || inside < 100 {
		t.Errorf("by the device came %d packets of the tunnel and %d others", inside, strays)
	}
}
