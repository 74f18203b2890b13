package egress

import (
	"cmp"
	"net"
	"slices"
	"strings"

	"paravent/app/phone"
	"paravent/app/route"
)

// facts are what the system tells of a network device, besides its addresses.
type facts struct {
	name  string
	flags net.Flags
	kind  kind
}

// kind is what the system knows of how a device is made.
type kind uint8

const (
	unknownKind kind = iota // the system does not say
	wired
	wireless
	wireGuard
	tunnel // packets go to a program: TUN, TAP
	virtual
)

// Devices lists the network devices of this computer, VPNs first, then what is
// up; loopback leads nowhere and is left out.
func Devices() []phone.NetworkDevice {
	found, err := net.Interfaces()
	if err != nil {
		return nil
	}
	list := make([]phone.NetworkDevice, 0, len(found))
	for _, f := range found {
		if f.Flags&net.FlagLoopback != 0 {
			continue
		}
		d := recognise(facts{name: f.Name, flags: f.Flags, kind: kindOf(f.Name)})
		if addrs, err := f.Addrs(); err == nil {
			for _, p := range route.Prefixes(addrs) {
				d.Addresses = append(d.Addresses, p.Addr().String())
			}
		}
		list = append(list, d)
	}
	slices.SortStableFunc(list, func(a, b phone.NetworkDevice) int {
		return cmp.Or(order(a.VPN, b.VPN), order(a.Up, b.Up), strings.Compare(a.Name, b.Name))
	})
	return list
}

// order puts what holds before what does not.
func order(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// brands are the names by which VPN programs call their devices. What stands
// first is found first: wg0-mullvad is Mullvad's.
var brands = []struct{ part, title string }{
	{"nordlynx", "NordVPN"}, {"nordtun", "NordVPN"}, {"mullvad", "Mullvad VPN"}, {"proton", "Proton VPN"}, {"pvpn", "Proton VPN"},
	{"tailscale", "Tailscale"}, {"surfshark", "Surfshark"}, {"expressvpn", "ExpressVPN"}, {"ivpn", "IVPN"}, {"cloudflare", "WARP"},
	{"openvpn", "OpenVPN"}, {"wireguard", "WireGuard"}, {"zerotier", "ZeroTier"},
}

// prefixes are the usual names of tunnels, each followed by a number or a name
// of the person's own.
var prefixes = []struct{ prefix, title string }{
	{"wg", "WireGuard"}, {"tun", "VPN"}, {"tap", "VPN"}, {"ppp", "PPP"}, {"utun", "VPN"}, {"ipsec", "IPsec"}, {"zt", "ZeroTier"},
}

// recognise tells what a device is, from facts alone.
func recognise(f facts) phone.NetworkDevice {
	d := phone.NetworkDevice{Name: f.name, Up: f.flags&net.FlagUp != 0, Addresses: []string{}}
	title, vpn := tunnelTitle(f)
	d.VPN = vpn
	switch {
	case vpn:
	case f.kind == wireless:
		title = "Wi-Fi"
	case f.kind == wired:
		title = "Ethernet"
	}
	d.Title = f.name
	if title != "" && !strings.EqualFold(title, f.name) {
		d.Title = title + " (" + f.name + ")"
	}
	return d
}

func tunnelTitle(f facts) (title string, vpn bool) {
	name := strings.ToLower(f.name)
	for _, b := range brands {
		if strings.Contains(name, b.part) {
			return b.title, true
		}
	}
	if f.kind == wireGuard {
		return "WireGuard", true
	}
	for _, p := range prefixes {
		if strings.HasPrefix(name, p.prefix) && f.kind != wired && f.kind != wireless {
			return p.title, true
		}
	}
	pointToPoint := f.flags&net.FlagPointToPoint != 0 && f.flags&net.FlagBroadcast == 0
	if f.kind == tunnel || pointToPoint {
		return "VPN", true
	}
	return "", false
}
