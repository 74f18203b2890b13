package lab

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"paravent/settings"
)

// Two ways lead from the phone to everybody else, and the system prefers the
// first. The other person and the server live behind both:
//
//	alice  wan0 10.83.1.2 ---- 10.83.1.1 w0  far: bob, and the server at 10.83.9.1
//	       vpn0 10.83.2.2 ---- 10.83.2.1 w1
const farServer = "10.83.9.1"

// twoWays makes the namespaces of Alice and of everybody else.
func twoWays(t *testing.T) (near, far string) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("network namespaces need root here")
	}
	id := strconv.Itoa(os.Getpid())
	near, far = "pln"+id, "plf"+id
	if out, err := exec.Command("ip", "netns", "add", near).CombinedOutput(); err != nil {
		t.Skipf("no network namespaces here: %v %s", err, out)
	}
	t.Cleanup(func() { _ = exec.Command("ip", "netns", "del", near).Run() })
	ip(t, "netns", "add", far)
	t.Cleanup(func() { _ = exec.Command("ip", "netns", "del", far).Run() })
	for i, name := range []string{"wan0", "vpn0"} {
		w := "w" + strconv.Itoa(i)
		ip(t, "link", "add", name, "netns", near, "type", "veth", "peer", "name", w, "netns", far)
		for _, end := range [][2]string{{near, name}, {far, w}} { // else IPv6 talks of its own accord
			ip(t, "netns", "exec", end[0], "sh", "-c", "echo 1 > /proc/sys/net/ipv6/conf/"+end[1]+"/disable_ipv6")
		}
		ip(t, "-n", near, "addr", "add", fmt.Sprintf("10.83.%d.2/24", i+1), "dev", name)
		ip(t, "-n", far, "addr", "add", fmt.Sprintf("10.83.%d.1/24", i+1), "dev", w)
		ip(t, "-n", far, "link", "set", w, "up")
		ip(t, "-n", near, "link", "set", name, "up")
		routeBy(t, near, i)
	}
	for _, ns := range []string{near, far} {
		ip(t, "-n", ns, "link", "set", "lo", "up")
	}
	ip(t, "-n", far, "addr", "add", farServer+"/32", "dev", "lo")
	return near, far
}

// routeBy leads everything by one of the two ways, wan0 preferred.
func routeBy(t *testing.T, near string, i int) {
	t.Helper()
	ip(t, "-n", near, "route", "replace", "default", "via", fmt.Sprintf("10.83.%d.1", i+1), "dev", []string{"wan0", "vpn0"}[i], "metric", strconv.Itoa(100*(i+1)))
}

func ip(t *testing.T, args ...string) string {
	t.Helper()
	out, err := exec.Command("ip", args...).CombinedOutput()
	if err != nil {
		t.Fatalf("ip %v: %v %s", args, err, out)
	}
	return string(out)
}

// left is how many packets a device sent so far.
func left(t *testing.T, ns, device string) int {
	t.Helper()
	out := ip(t, "netns", "exec", ns, "cat", "/sys/class/net/"+device+"/statistics/tx_packets")
	n, err := strconv.Atoi(strings.TrimSpace(out))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// phoneIn starts a phone in a namespace with a profile made beforehand.
func phoneIn(t *testing.T, ns, name, server string, choose func(*settings.Settings), args ...string) *Phone {
	t.Helper()
	profile := filepath.Join(t.TempDir(), name)
	if err := os.MkdirAll(profile, 0o700); err != nil {
		t.Fatal(err)
	}
	store, _, err := settings.Open(profile)
	if err == nil {
		err = store.Update(choose)
	}
	if err != nil {
		t.Fatal(err)
	}
	p, err := Launch{Binary: program("paravent-headless"), Namespace: ns, Args: append([]string{
		"--profile", profile, "--name", name, "--server", server,
		"--mic", "tone:440", "--speaker", "null", "--camera", "off", "--screen", "null",
	}, args...)}.StartPhone(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Quit)
	return p
}

// P8, with whole phones: whatever a phone does that is bound to a device, no
// packet leaves by another; also when the device goes away in a call, and
// while it is away.
func TestP08WholePhoneLeavesByTheDevice(t *testing.T) {
	near, far := twoWays(t)
	server, stop, err := Launch{Binary: program("paravent-server"), Namespace: far, Args: []string{"--listen", farServer, "--allow-private"}}.StartServer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	open := func(s *settings.Settings) { s.Privacy.Route = settings.RouteDirect }
	bob := phoneIn(t, far, "bob", server, open, "--answer", "auto")
	alice := phoneIn(t, near, "alice", server, func(s *settings.Settings) { open(s); s.Privacy.VPNDevice = "vpn0" })
	bobsAddress := must(bob.Wait(0, "ready", 20*time.Second, nil))(t).Text("address")
	alicesAddress := must(alice.Wait(0, "ready", 20*time.Second, nil))(t).Text("address")
	must(alice.Do("contact.add", Event{"name": "Bob", "address": bobsAddress}))(t)
	must(bob.Do("contact.add", Event{"name": "Alice", "address": alicesAddress}))(t)

	for _, route := range []string{"relay", "direct"} {
		must(alice.Do("set", Event{"key": "privacy.route", "value": route}))(t)
		before, from := left(t, near, "vpn0"), alice.Seen()
		call := must(alice.Do("call", Event{"to": "Bob"}))(t).Text("call")
		c := must(alice.Wait(from, "connected", 20*time.Second, nil))(t)
		if c.Text("route") != route || route == "direct" && !strings.HasPrefix(c.Text("local"), "10.83.2.2:") {
			t.Errorf("connected %v, want %s from 10.83.2.2", c, route)
		}
		must(alice.Wait(from, "connected", 20*time.Second, func(e Event) bool { return e["accept_to_audio_ms"] != nil }))(t)
		if n := left(t, near, "vpn0") - before; n < 20 {
			t.Errorf("%s: only %d packets left by the device", route, n)
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
	must(alice.Do("set", Event{"key": "privacy.vpn_device", "value": ""}))(t) // else zero would prove nothing
	must(alice.Wait(alice.Seen()-1, "ready", 20*time.Second, nil))(t)
	if n := left(t, near, "wan0"); n == 0 {
		t.Error("the counter of the other way counts nothing")
	}
}

// loseDevice takes the device away in a call, and gives it back.
func loseDevice(t *testing.T, near string, alice *Phone) {
	t.Helper()
	from := alice.Seen()
	begun := time.Now()
	ip(t, "-n", near, "link", "set", "vpn0", "down")
	ended := must(alice.Wait(from, "ended", 5*time.Second, nil))(t)
	if ended.Text("reason") != "network-lost" || ended.Text("code") != "network-device-gone" {
		t.Errorf("ended %v", ended)
	}
	t.Logf("the call ended after %v", time.Since(begun))
	must(alice.Wait(from, "error", 5*time.Second, func(e Event) bool { return e.Text("code") == "network-device-gone" }))(t)
	for range 3 { // it is tried again meanwhile, and must not be tried by another way
		if r, err := alice.Do("call", Event{"to": "Bob"}); err == nil || !strings.HasPrefix(r.Text("code"), "network-device-") {
			t.Errorf("a call without the device: %v, %v", r, err)
		}
		time.Sleep(700 * time.Millisecond) // a quiet time has no event to wait for
	}
	if n := left(t, near, "wan0"); n != 0 {
		t.Fatalf("%d packets left by the other way once the device was gone", n)
	}
	from = alice.Seen()
	ip(t, "-n", near, "link", "set", "vpn0", "up")
	routeBy(t, near, 1)
	must(alice.Wait(from, "ready", 20*time.Second, nil))(t)
}
