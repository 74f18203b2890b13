//go:build linux

package leaktest

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"strings"

	"golang.org/x/sys/unix"
)

// The hosts of the network; each is a namespace.
const (
	phoneA   = "phone-a"
	phoneB   = "phone-b"
	homeA    = "home-a"
	homeB    = "home-b"
	internet = "internet"
	serverAt = "server"
	relayAt  = "relay"
	vpnAt    = "vpn"
)

// The addresses. They look like anybody's, since the rules of phone and server
// refuse the ranges that are set aside for examples; no packet with them can
// leave the namespaces.
var (
	serverIP = netip.MustParseAddr("83.149.67.211")
	relayIP  = netip.MustParseAddr("84.97.141.58")
	vpnIP    = netip.MustParseAddr("85.214.39.173")

	siteA = site{phone: phoneA, home: homeA, lan: pfx("192.168.87.23/24"), gateway: pfx("192.168.87.1/24"), public: pfx("81.173.94.37/24"),
		lan6: pfx("2a0b:a1c5:7e11:31::23/64"), gateway6: pfx("2a0b:a1c5:7e11:31::1/64")}
	siteB = site{phone: phoneB, home: homeB, lan: pfx("10.61.143.29/24"), gateway: pfx("10.61.143.1/24"), public: pfx("82.201.53.146/24"),
		lan6: pfx("2a0c:b2d6:8f22:47::29/64"), gateway6: pfx("2a0c:b2d6:8f22:47::1/64")}
)

func pfx(s string) netip.Prefix { return netip.MustParsePrefix(s) }

// site is a home: a phone behind a router that translates addresses.
type site struct {
	phone, home    string
	lan, gateway   netip.Prefix
	public         netip.Prefix
	lan6, gateway6 netip.Prefix
}

// places are where the packets of a home are recorded.
func (s site) places() []string { return []string{s.phone, s.home + "-in", s.home + "-out"} }

// link is a pair of devices.
type link struct {
	left, leftDev, right, rightDev string
	leftIP, rightIP                []netip.Prefix
}

// buildNetwork makes the namespaces, joins them and sets the routers' rules.
func buildNetwork() error {
	for _, name := range []string{phoneA, phoneB, homeA, homeB, internet, serverAt, relayAt, vpnAt} {
		if err := addHost(name); err != nil {
			return err
		}
	}
	for _, l := range links() {
		if err := l.make(); err != nil {
			return err
		}
	}
	for _, s := range []site{siteA, siteB} {
		if err := s.open(); err != nil {
			return err
		}
	}
	for host, ip := range map[string]netip.Addr{serverAt: serverIP, relayAt: relayIP, vpnAt: vpnIP} {
		if err := ipBatch(host, "route add default via "+ispOf(ip).Addr().String()); err != nil {
			return err
		}
	}
	return nil
}

// ispOf is the internet's end of a public subnet.
func ispOf(a netip.Addr) netip.Prefix {
	b := a.As4()
	b[3] = 1
	return netip.PrefixFrom(netip.AddrFrom4(b), 24)
}

func links() []link {
	list := []link{
		{serverAt, "eth0", internet, serverAt, []netip.Prefix{netip.PrefixFrom(serverIP, 24)}, []netip.Prefix{ispOf(serverIP)}},
		{relayAt, "eth0", internet, relayAt, []netip.Prefix{netip.PrefixFrom(relayIP, 24)}, []netip.Prefix{ispOf(relayIP)}},
	}
	list = append(list, link{vpnAt, "eth0", internet, vpnAt, []netip.Prefix{netip.PrefixFrom(vpnIP, 24)}, []netip.Prefix{ispOf(vpnIP)}})
	for _, s := range []site{siteA, siteB} {
		list = append(list,
			link{s.phone, "eth0", s.home, "lan", []netip.Prefix{s.lan}, []netip.Prefix{s.gateway, s.gateway6}},
			link{s.home, "wan", internet, s.home, []netip.Prefix{s.public}, []netip.Prefix{ispOf(s.public.Addr())}})
	}
	return list
}

func addHost(name string) error {
	if err := ip("", "netns", "add", name); err != nil {
		return err
	}
	err := within(name, func() error {
		for _, file := range []string{"ipv6/conf/all/accept_dad", "ipv6/conf/default/accept_dad"} {
			if err := sysctl(file, "0"); err != nil {
				return err
			}
		}
		return sysctl("ipv6/conf/all/forwarding", "0")
	})
	if err != nil {
		return err
	}
	return ipBatch(name, "link set lo up")
}

// forwards makes a host a router.
func forwards(name string) error {
	return within(name, func() error {
		if err := sysctl("ipv4/ip_forward", "1"); err != nil {
			return err
		}
		return sysctl("ipv6/conf/all/forwarding", "1")
	})
}

func sysctl(file, value string) error {
	return os.WriteFile("/proc/sys/net/"+file, []byte(value), 0o600)
}

func (l link) make() error {
	err := ip("", "link", "add", l.leftDev, "netns", l.left, "type", "veth", "peer", "name", l.rightDev, "netns", l.right)
	if err != nil {
		return err
	}
	if err := ipBatch(l.left, device(l.leftDev, l.leftIP)...); err != nil {
		return err
	}
	return ipBatch(l.right, device(l.rightDev, l.rightIP)...)
}

func device(dev string, addrs []netip.Prefix) []string {
	var lines []string
	for _, a := range addrs {
		lines = append(lines, fmt.Sprintf("addr add %s dev %s%s", a, dev, map[bool]string{true: " nodad"}[a.Addr().Is6()]))
	}
	return append(lines, "link set "+dev+" up")
}

// natRules are those of the usual home router: what was not asked for from
// inside does not come in, and the home shows one address.
const natRules = `
table ip nat {
	chain post { type nat hook postrouting priority srcnat; oifname "wan" masquerade; }
}
table inet guard {
	chain input { type filter hook input priority filter; meta l4proto ipv6-icmp accept; iifname "wan" ct state new drop; }
	chain forward { type filter hook forward priority filter; iifname "wan" ct state new drop; }
}`

// open makes a home's router translate and route.
func (s site) open() error {
	if err := forwards(s.home); err != nil {
		return err
	}
	if err := ip(natRules, "netns", "exec", s.home, "nft", "-f", "-"); err != nil {
		return err
	}
	if err := ipBatch(s.home, "route add default via "+ispOf(s.public.Addr()).Addr().String()); err != nil {
		return err
	}
	if err := ipBatch(s.phone, "route add default via "+s.gateway.Addr().String()); err != nil {
		return err
	}
	return forwards(internet)
}

// setIPv6 gives a home's phone a global IPv6 address and a way out, or takes
// them away.
func (s site) setIPv6(on bool) error {
	if !on {
		return ipBatch(s.phone, "addr del "+s.lan6.String()+" dev eth0")
	}
	via := func(dev, host string) string {
		return "route replace " + s.lan6.Masked().String() + " dev " + dev + " via " + host
	}
	homeLL, err := linkLocal(s.home, "wan")
	if err != nil {
		return err
	}
	ispLL, err := linkLocal(internet, s.home)
	if err != nil {
		return err
	}
	if err := ipBatch(internet, via(s.home, homeLL)); err != nil {
		return err
	}
	if err := ipBatch(s.home, "route replace default dev wan via "+ispLL); err != nil {
		return err
	}
	return ipBatch(s.phone, "addr add "+s.lan6.String()+" dev eth0 nodad", "route replace default dev eth0 via "+s.gateway6.Addr().String())
}

// ipBatch gives lines to `ip -batch` inside a namespace.
func ipBatch(ns string, lines ...string) error {
	return ip(strings.Join(lines, "\n")+"\n", "-n", ns, "-batch", "-")
}

// ip runs the ip command with input.
func ip(input string, args ...string) error {
	cmd := exec.Command("ip", args...)
	cmd.Stdin = strings.NewReader(input)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("ip %s: %w: %s %s", strings.Join(args, " "), err, out, input)
	}
	return nil
}

// within runs f on a thread inside a namespace. The thread is never used again.
func within(ns string, f func() error) error {
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		h, err := os.Open("/run/netns/" + ns)
		if err == nil {
			err = unix.Setns(int(h.Fd()), unix.CLONE_NEWNET)
			_ = h.Close()
		}
		if err == nil {
			err = f()
		}
		done <- err
	}()
	return <-done
}

// linkLocal is the address that a device gave itself.
func linkLocal(ns, dev string) (addr string, err error) {
	err = within(ns, func() error {
		ifi, err := net.InterfaceByName(dev)
		if err != nil {
			return err
		}
		addrs, err := ifi.Addrs()
		for _, a := range addrs {
			if n, ok := a.(*net.IPNet); ok && n.IP.To4() == nil && n.IP.IsLinkLocalUnicast() {
				addr = n.IP.String()
			}
		}
		if err == nil && addr == "" {
			err = fmt.Errorf("%s of %s has no link-local address", dev, ns)
		}
		return err
	})
	return addr, err
}
