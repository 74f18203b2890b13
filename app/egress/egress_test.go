package egress

import (
	"errors"
	"net"
	"net/netip"
	"testing"
	"time"

	"paravent/app/phone"
)

// listen opens a socket on loopback that takes what is sent to it.
func listen(t *testing.T) *net.UDPConn {
	t.Helper()
	c, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func TestMeterCountsEveryWayToSend(t *testing.T) {
	m := NewMeter(System())
	a, b := listen(t).LocalAddr().(*net.UDPAddr), listen(t).LocalAddr().(*net.UDPAddr)
	p := make([]byte, 100)
	any4 := &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)}

	udp, err := m.Net().ListenUDP("udp4", any4)
	must(t, err)
	for range 3 {
		_, err = udp.WriteTo(p, a)
		must(t, err)
		_, err = udp.(addrPortConn).WriteToAddrPort(p, b.AddrPort())
		must(t, err)
	}
	_, err = udp.WriteToUDP(p, a)
	must(t, err)
	_, _, err = udp.WriteMsgUDP(p, nil, a)
	must(t, err)
	local := addrPort(udp.LocalAddr())
	must(t, udp.Close())

	packets, err := m.Net().ListenPacket("udp4", "127.0.0.1:0")
	must(t, err)
	_, err = packets.WriteTo(p, a)
	must(t, err)
	config, err := m.Net().CreateListenConfig(nil).ListenPacket(t.Context(), "udp4", "127.0.0.1:0")
	must(t, err)
	_, err = config.WriteTo(p, a)
	must(t, err)
	dialled, err := m.Net().DialUDP("udp4", nil, b)
	must(t, err)
	_, err = dialled.Write(p)
	must(t, err)
	other, err := m.Net().Dial("udp4", b.String())
	must(t, err)
	_, err = other.Write(p)
	must(t, err)

	total := map[netip.AddrPort]uint64{}
	for _, f := range m.Traffic() {
		total[f.Remote] += f.Packets
		if f.Bytes != 100*f.Packets || !f.Local.IsValid() {
			t.Errorf("%+v", f)
		}
		if f.Local == local && f.Remote == a.AddrPort() && f.Packets != 5 {
			t.Errorf("%+v, want 5 packets", f)
		}
	}
	if total[a.AddrPort()] != 7 || total[b.AddrPort()] != 5 || len(total) != 2 {
		t.Errorf("counted %v, want 7 to %v and 5 to %v", total, a, b)
	}
}

func TestMeterCountsStreams(t *testing.T) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	must(t, err)
	defer func() { _ = l.Close() }()
	to := l.Addr().(*net.TCPAddr)
	m := NewMeter(System())
	one, err := m.DialContext(t.Context(), "tcp4", to.String())
	must(t, err)
	defer func() { _ = one.Close() }()
	two, err := m.Net().DialTCP("tcp4", nil, to)
	must(t, err)
	defer func() { _ = two.Close() }()
	for _, c := range []net.Conn{one, two} {
		_, err := c.Write(make([]byte, 10))
		must(t, err)
	}
	flows := m.Traffic()
	if len(flows) != 2 {
		t.Fatalf("flows %v", flows)
	}
	for _, f := range flows {
		if f.Remote != to.AddrPort() || f.Packets != 1 || f.Bytes != 10 {
			t.Errorf("%+v", f)
		}
	}
}

// What media sends most must cost nothing.
func TestMeterAllocatesNothingForAPacket(t *testing.T) {
	m := NewMeter(System())
	to := listen(t).LocalAddr().(*net.UDPAddr).AddrPort()
	c, err := m.Net().ListenUDP("udp4", nil)
	must(t, err)
	defer func() { _ = c.Close() }()
	fast, p := c.(addrPortConn), make([]byte, 200)
	if n := testing.AllocsPerRun(200, func() { _, _ = fast.WriteToAddrPort(p, to) }); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

func TestMeterIsBounded(t *testing.T) {
	m := NewMeter(System())
	for i := range 2 * maxFlows {
		m.flow(ends{remote: netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)}), 1)}).wrote(1, nil)
	}
	packets := uint64(0)
	for _, f := range m.Traffic() {
		packets += f.Packets
	}
	if n := len(m.Traffic()); n > maxFlows+1 || packets != 2*maxFlows {
		t.Errorf("%d flows with %d packets", n, packets)
	}
}

func TestP08RecognisesDevices(t *testing.T) {
	const eth = net.FlagUp | net.FlagBroadcast | net.FlagMulticast
	const ptp = net.FlagUp | net.FlagPointToPoint | net.FlagMulticast
	for _, row := range []struct {
		facts facts
		vpn   bool
		title string
	}{
		{facts{"eth0", eth, wired}, false, "Ethernet (eth0)"},
		{facts{"enp3s0", eth, wired}, false, "Ethernet (enp3s0)"},
		{facts{"wlan0", eth, wireless}, false, "Wi-Fi (wlan0)"},
		{facts{"en0", eth, unknownKind}, false, "en0"},
		{facts{"Ethernet", eth, unknownKind}, false, "Ethernet"},
		{facts{"docker0", eth, virtual}, false, "docker0"},
		{facts{"br-vpnlab", eth, virtual}, false, "br-vpnlab"},
		{facts{"wg0", ptp, wireGuard}, true, "WireGuard (wg0)"},
		{facts{"home", ptp, wireGuard}, true, "WireGuard (home)"},
		{facts{"wg-lab", ptp, unknownKind}, true, "WireGuard (wg-lab)"},
		{facts{"wg0-mullvad", ptp, wireGuard}, true, "Mullvad VPN (wg0-mullvad)"},
		{facts{"nordlynx", ptp, wireGuard}, true, "NordVPN (nordlynx)"},
		{facts{"NordLynx", eth, unknownKind}, true, "NordVPN (NordLynx)"},
		{facts{"nordtun", ptp, tunnel}, true, "NordVPN (nordtun)"},
		{facts{"proton0", ptp, wireGuard}, true, "Proton VPN (proton0)"},
		{facts{"tailscale0", ptp, tunnel}, true, "Tailscale (tailscale0)"},
		{facts{"tun0", ptp, tunnel}, true, "VPN (tun0)"},
		{facts{"corporate", ptp, tunnel}, true, "VPN (corporate)"},
		{facts{"tap0", eth, tunnel}, true, "VPN (tap0)"},
		{facts{"ppp0", ptp, virtual}, true, "PPP (ppp0)"},
		{facts{"utun4", ptp, unknownKind}, true, "VPN (utun4)"},
		{facts{"odd0", ptp, virtual}, true, "VPN (odd0)"},
		{facts{"tunstall", eth, wired}, false, "Ethernet (tunstall)"},
	} {
		d := recognise(row.facts)
		if d.VPN != row.vpn || d.Title != row.title || d.Name != row.facts.name || !d.Up {
			t.Errorf("%+v is %+v, want VPN %v %q", row.facts, d, row.vpn, row.title)
		}
	}
	if d := recognise(facts{name: "wg0", kind: wireGuard}); d.Up {
		t.Error("a device that is down is called up")
	}
}

func TestDevicesAreListedWithoutLoopback(t *testing.T) {
	for _, d := range Devices() {
		if d.Name == "" || d.Title == "" || d.Addresses == nil || d.Name == "lo" {
			t.Errorf("%+v", d)
		}
	}
}

// P8: whatever is wrong with a device, there is a typed fault and no network.
func TestP08FailsClosed(t *testing.T) {
	for _, name := range []string{"", "no-such-device", "../../etc", "a name that is far too long for a device", "eth0\x00", "lo/../wan"} {
		n, err := Device(t.Context(), name)
		if n != nil || !errors.Is(err, ErrDeviceMissing) {
			t.Errorf("%q: %v, %v", name, n, err)
		}
		if phone.CodeOf(err) != "network-device-missing" {
			t.Errorf("%q: code %s", name, phone.CodeOf(err))
		}
	}
}

// A closed network opens nothing, and never what the system would choose.
func TestP08ClosedNetworkOpensNothing(t *testing.T) {
	out, err := openDevice("lo", 10*time.Millisecond)
	if err != nil {
		t.Skipf("no loopback device by this name: %v", err)
	}
	if err := errors.Join(out.Close(), out.Close()); err != nil {
		t.Fatal(err)
	}
	to := listen(t).LocalAddr().(*net.UDPAddr)
	for name, open := range map[string]func() error{
		"listen": func() error { _, err := out.Net().ListenUDP("udp4", nil); return err },
		"packet": func() error { _, err := out.Net().ListenPacket("udp4", "0.0.0.0:0"); return err },
		"dial":   func() error { _, err := out.Net().DialUDP("udp4", nil, to); return err },
		"tcp": func() error {
			_, err := out.Net().DialTCP("tcp4", nil, &net.TCPAddr{IP: to.IP, Port: to.Port})
			return err
		},
		"context": func() error { _, err := out.DialContext(t.Context(), "tcp4", to.String()); return err },
		"name":    func() error { _, err := out.Net().ResolveUDPAddr("udp4", "paravent.invalid:1"); return err },
		"list":    func() error { _, err := out.Net().Interfaces(); return err },
	} {
		if err := open(); !errors.Is(err, net.ErrClosed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if l := out.Locals(); len(l) != 0 {
		t.Errorf("addresses %v", l)
	}
	select {
	case <-out.Lost():
		t.Error("closing is no loss")
	default:
	}
}

// Names to listen on would be resolved by the system.
func TestListensOnLiteralAddressesOnly(t *testing.T) {
	if _, err := System().Net().ListenPacket("udp4", "localhost:0"); err == nil {
		t.Error("listened on a name")
	}
	if _, err := System().Net().ListenTCP("tcp4", nil); err == nil {
		t.Error("a call accepts connections")
	}
}

func TestSystemIsNeverLost(t *testing.T) {
	s := System()
	select {
	case <-s.Lost():
		t.Error("lost")
	default:
	}
	if len(s.Locals()) == 0 {
		t.Error("this computer has no address")
	}
	if _, err := s.Net().InterfaceByName("no-such-device"); err == nil {
		t.Error("found a device that is not there")
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// P7: pion would send from link-local addresses without a word in any
// description, and the receipt would not know.
func TestP07NoInterfaceOffersLinkLocalAddresses(t *testing.T) {
	all, err := net.Interfaces()
	must(t, err)
	for _, f := range all {
		i, err := describe(f)
		must(t, err)
		addrs, _ := i.Addrs() // an error says that it has none
		for _, a := range addrs {
			if n, ok := a.(*net.IPNet); !ok || n.IP.IsLinkLocalUnicast() {
				t.Errorf("%s offers %v", f.Name, a)
			}
		}
	}
}
