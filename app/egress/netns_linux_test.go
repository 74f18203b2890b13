package egress

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// Two ways lead from the phone's namespace to the world's, and the system
// prefers the first:
//
//	phone  wan0 10.81.1.2 ---- 10.81.1.1 w0  world
//	       vpn0 10.81.2.2 ---- 10.81.2.1 w1  (10.81.9.1, where the services are)
const (
	worldAddress = "10.81.9.1"
	echoPort     = 7000
	worldName    = "server.p8.test"
	late         = "answer late"
)

func init() { roles["world"] = world }

// world echoes UDP and TCP, and answers every question for a name with itself.
func world() error {
	udp, err := net.ListenPacket("udp4", net.JoinHostPort(worldAddress, strconv.Itoa(echoPort)))
	if err != nil {
		return err
	}
	tcp, err := net.Listen("tcp4", net.JoinHostPort(worldAddress, strconv.Itoa(echoPort)))
	if err != nil {
		return err
	}
	names, err := net.ListenPacket("udp4", net.JoinHostPort(worldAddress, "53"))
	if err != nil {
		return err
	}
	go serve(udp, func(p []byte) []byte {
		if string(p) == late {
			time.Sleep(100 * time.Millisecond)
		}
		return p
	})
	go serve(names, answer)
	go func() {
		for {
			c, err := tcp.Accept()
			if err != nil {
				return
			}
			go func() { _, _ = io.Copy(c, c) }()
		}
	}()
	fmt.Println("up")
	_, _ = io.Copy(io.Discard, os.Stdin) // until the test ends
	return nil
}

func serve(c net.PacketConn, reply func([]byte) []byte) {
	p := make([]byte, 1500)
	for {
		n, from, err := c.ReadFrom(p)
		if err != nil {
			return
		}
		_, _ = c.WriteTo(reply(p[:n]), from)
	}
}

func answer(question []byte) []byte {
	var m dnsmessage.Message
	if m.Unpack(question) != nil || len(m.Questions) != 1 {
		return nil
	}
	m.Response, m.Authoritative, m.Additionals = true, true, nil
	if q := m.Questions[0]; q.Type == dnsmessage.TypeA {
		m.Answers = []dnsmessage.Resource{{
			Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class, TTL: 1},
			Body:   &dnsmessage.AResource{A: netip.MustParseAddr(worldAddress).As4()},
		}}
	}
	reply, _ := m.Pack()
	return reply
}

// twoWays makes the namespaces, and runs the world. Cleaning up removes them.
func twoWays(t *testing.T) (phone string) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("network namespaces need root here")
	}
	id := strconv.Itoa(os.Getpid())
	phone, far := "pvp"+id, "pvw"+id
	if out, err := exec.Command("ip", "netns", "add", phone).CombinedOutput(); err != nil {
		t.Skipf("no network namespaces here: %v %s", err, out)
	}
	t.Cleanup(func() { _ = exec.Command("ip", "netns", "del", phone).Run() })
	ip(t, "netns", "add", far)
	t.Cleanup(func() { _ = exec.Command("ip", "netns", "del", far).Run() })
	resolv := filepath.Join("/etc/netns", phone)
	if err := os.MkdirAll(resolv, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(resolv) })
	if err := os.WriteFile(filepath.Join(resolv, "resolv.conf"), []byte("nameserver "+worldAddress+"\noptions timeout:1 attempts:1\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for i, name := range []string{"wan0", "vpn0"} {
		w := "w" + strconv.Itoa(i)
		ip(t, "link", "add", name, "netns", phone, "type", "veth", "peer", "name", w, "netns", far)
		for _, end := range [][2]string{{phone, name}, {far, w}} { // else IPv6 talks of its own accord
			inside(t, end[0], "sh", "-c", "echo 1 > /proc/sys/net/ipv6/conf/"+end[1]+"/disable_ipv6")
		}
		ip(t, "-n", phone, "addr", "add", fmt.Sprintf("10.81.%d.2/24", i+1), "dev", name)
		ip(t, "-n", far, "addr", "add", fmt.Sprintf("10.81.%d.1/24", i+1), "dev", w)
		ip(t, "-n", phone, "link", "set", name, "up")
		ip(t, "-n", far, "link", "set", w, "up")
		ip(t, "-n", phone, "route", "add", "default", "via", fmt.Sprintf("10.81.%d.1", i+1), "dev", name, "metric", strconv.Itoa(100*(i+1)))
	}
	ip(t, "-n", phone, "link", "set", "lo", "up")
	ip(t, "-n", far, "link", "set", "lo", "up")
	ip(t, "-n", far, "addr", "add", worldAddress+"/32", "dev", "lo")
	runWorld(t, far)
	return phone
}

func runWorld(t *testing.T, far string) {
	t.Helper()
	cmd := copyOfTest(t.Context(), far, "world")
	cmd.Stderr = os.Stderr
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
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "up\n" {
		t.Fatalf("the world said %q: %v", line, err)
	}
}

// copyOfTest runs this binary in a namespace.
func copyOfTest(ctx context.Context, ns, role string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "ip", append([]string{"netns", "exec", ns, os.Args[0]}, args...)...)
	cmd.Env = append(os.Environ(), roleVariable+"="+role)
	return cmd
}

func ip(t *testing.T, args ...string) {
	t.Helper()
	if out, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
		t.Fatalf("ip %v: %v %s", args, err, out)
	}
}

func inside(t *testing.T, ns string, args ...string) {
	t.Helper()
	ip(t, append([]string{"netns", "exec", ns}, args...)...)
}

// sent is how many packets left by a device.
func sent(t *testing.T, device string) int {
	t.Helper()
	b, err := os.ReadFile("/sys/class/net/" + device + "/statistics/tx_packets")
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(strings.TrimSpace(string(b)))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// P8: every kind of socket, and every question for a name, leaves by the
// device and not a single packet by the way that the system prefers; also once
// the device is gone.
func TestP08EverySocketLeavesByTheDevice(t *testing.T) {
	if os.Getenv(roleVariable) == "phone" {
		everySocket(t)
		return
	}
	phone := twoWays(t)
	out, err := copyOfTest(t.Context(), phone, "phone", "-test.run", "^"+t.Name()+"$", "-test.v").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if !strings.Contains(string(out), "--- PASS: "+t.Name()) {
		t.Fatalf("it did not run:\n%s", out)
	}
}

// ways are how a phone reaches the world, each by another kind of socket.
var ways = map[string]func(Network, string) error{
	"UDP listen": func(n Network, host string) error {
		to, err := n.Net().ResolveUDPAddr("udp4", net.JoinHostPort(host, strconv.Itoa(echoPort)))
		if err != nil {
			return err
		}
		c, err := n.Net().ListenPacket("udp4", "0.0.0.0:0")
		if err != nil {
			return err
		}
		defer func() { _ = c.Close() }()
		if _, err := c.WriteTo([]byte("x"), to); err != nil {
			return err
		}
		_ = c.SetReadDeadline(time.Now().Add(2 * time.Second))
		_, _, err = c.ReadFrom(make([]byte, 10))
		return err
	},
	"UDP dial":             func(n Network, host string) error { return echoOver(n, "udp4", host) },
	"TCP dial":             func(n Network, host string) error { return echoOver(n, "tcp4", host) },
	"TCP dial, any family": func(n Network, host string) error { return echoOver(n, "tcp", host) },
	"pion's dialer": func(n Network, host string) error {
		c, err := n.Net().CreateDialer(&net.Dialer{Timeout: 2 * time.Second}).Dial("tcp4", net.JoinHostPort(host, strconv.Itoa(echoPort)))
		if err != nil {
			return err
		}
		return echo(c)
	},
}

func echoOver(n Network, network, host string) error {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	c, err := n.DialContext(ctx, network, net.JoinHostPort(host, strconv.Itoa(echoPort)))
	if err != nil {
		return err
	}
	return echo(c)
}

func echo(c net.Conn) error {
	defer func() { _ = c.Close() }()
	if _, err := c.Write([]byte("x")); err != nil {
		return err
	}
	_ = c.SetReadDeadline(time.Now().Add(2 * time.Second))
	_, err := c.Read(make([]byte, 10))
	return err
}

func everySocket(t *testing.T) {
	out, err := openDevice("vpn0", 20*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	old, err := out.Net().ListenUDP("udp4", nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, way := range ways {
		for _, host := range []string{worldAddress, worldName} {
			if err := way(out, host); err != nil {
				t.Errorf("%s to %s: %v", name, host, err)
			}
		}
	}
	if n := sent(t, "vpn0"); n < 2*len(ways) {
		t.Errorf("%d packets left by the device", n)
	}
	if n := sent(t, "wan0"); n != 0 {
		t.Fatalf("%d packets left by the system's way", n)
	}
	onlyTheDevice(t, out)
	lateAnswers(t, out)
	ip(t, "link", "del", "vpn0")
	select {
	case <-out.Lost():
	case <-time.After(3 * time.Second):
		t.Fatal("nobody noticed that the device is gone")
	}
	if _, err := old.WriteTo([]byte("x"), &net.UDPAddr{IP: net.ParseIP(worldAddress), Port: echoPort}); err == nil {
		t.Error("a socket of a device that is gone still sends")
	}
	for name, way := range ways {
		for _, host := range []string{worldAddress, worldName} {
			if err := way(out, host); !errors.Is(err, ErrDeviceGone) {
				t.Errorf("%s to %s without the device: %v", name, host, err)
			}
		}
	}
	if _, err := openDevice("vpn0", time.Hour); !errors.Is(err, ErrDeviceMissing) {
		t.Errorf("opened again: %v", err)
	}
	if n := sent(t, "wan0"); n != 0 {
		t.Fatalf("%d packets left by the system's way once the device was gone", n)
	}
	for name, way := range ways { // else zero would prove nothing
		if err := way(System(), worldName); err != nil {
			t.Errorf("%s by the system's way: %v", name, err)
		}
	}
	if n := sent(t, "wan0"); n == 0 {
		t.Error("the counter of the system's way counts nothing")
	}
}

// lateAnswers come when their sockets are closed. The system would answer each
// with an ICMP error, by the way that it prefers.
func lateAnswers(t *testing.T, out Network) {
	t.Helper()
	to := &net.UDPAddr{IP: net.ParseIP(worldAddress), Port: echoPort}
	listening, err := out.Net().ListenUDP("udp4", nil)
	must(t, err)
	_, err = listening.WriteTo([]byte(late), to)
	must(t, err)
	dialled, err := out.Net().DialUDP("udp4", nil, to)
	must(t, err)
	_, err = dialled.Write([]byte(late))
	must(t, err)
	must(t, errors.Join(listening.Close(), dialled.Close()))
	must(t, echoOver(out, "udp4", worldAddress)) // the world answers in order: this one is the third
	if n := sent(t, "wan0"); n != 0 {
		t.Errorf("%d packets left by the system's way for late answers", n)
	}
}

func onlyTheDevice(t *testing.T, out Network) {
	t.Helper()
	want := netip.MustParsePrefix("10.81.2.2/24")
	if l := out.Locals(); len(l) != 1 || l[0] != want {
		t.Errorf("addresses %v, want %v", l, want)
	}
	list, err := out.Net().Interfaces()
	if err != nil || len(list) != 1 || list[0].Name != "vpn0" {
		t.Errorf("interfaces %v: %v", list, err)
	}
	if _, err := out.Net().InterfaceByName("wan0"); err == nil {
		t.Error("the other device can be found")
	}
	if _, err := out.DialContext(t.Context(), "tcp4", "127.0.0.1:1"); !errors.Is(err, ErrNotThisWay) {
		t.Errorf("loopback by the device: %v", err)
	}
}
