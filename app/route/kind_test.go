package route

import (
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"paravent/app/phone"
)

var homeLocals = []netip.Prefix{
	netip.MustParsePrefix("127.0.0.1/8"),
	netip.MustParsePrefix("192.168.1.10/24"),
	netip.MustParsePrefix("10.8.0.2/32"), // a tunnel
	netip.MustParsePrefix("2a01:db8:1:2::10/64"),
	netip.MustParsePrefix("fd12:3456::10/64"),
	netip.MustParsePrefix("fe80::10/64"),
}

func home() []netip.Prefix { return homeLocals }

func TestP25ThreeStatements(t *testing.T) {
	rows := []struct {
		name, relay, seenAs string
		want                phone.Relaying
	}{
		{"no relay", "", "198.51.100.7", phone.RelayNone},
		{"loopback", "127.0.0.1", "127.0.0.1", phone.RelayHere},
		{"loopback, other address", "127.0.0.9", "127.0.0.1", phone.RelayHere},
		{"own LAN address", "192.168.1.10", "192.168.1.10", phone.RelayHere},
		{"own LAN address, mapped", "::ffff:192.168.1.10", "192.168.1.10", phone.RelayHere},
		{"own IPv6 address", "2a01:db8:1:2::10", "2a01:db8:1:2::10", phone.RelayHere},
		{"behind the same NAT", "198.51.100.7", "198.51.100.7", phone.RelaySameNAT},
		{"behind the same NAT, mapped", "198.51.100.7", "::ffff:198.51.100.7", phone.RelaySameNAT},
		{"same IPv6 subnet as this computer", "2a01:db8:1:2::99", "198.51.100.7", phone.RelaySameNAT},
		{"same IPv6 subnet as seen", "2a02:db8::1", "2a02:db8::2", phone.RelaySameNAT},
		{"not known how it is seen", "203.0.113.5", "", phone.RelaySameNAT},
		{"elsewhere", "203.0.113.5", "198.51.100.7", phone.RelayElsewhere},
		{"elsewhere over IPv6", "2a02:db8::1", "2a01:db8:1:2::10", phone.RelayElsewhere},
		{"another computer of the LAN", "192.168.1.20", "192.168.1.10", phone.RelayElsewhere},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			relay, _ := netip.ParseAddr(row.relay)
			seen, _ := netip.ParseAddr(row.seenAs)
			require.Equal(t, row.want, Kind(relay, homeLocals, seen))
		})
	}
}

func TestP25HiddenIsNeverClaimedForAnOwnAddress(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seen := netip.AddrFrom4([4]byte(rapid.SliceOfN(rapid.Byte(), 4, 4).Draw(t, "seen")))
		other := netip.AddrFrom4([4]byte(rapid.SliceOfN(rapid.Byte(), 4, 4).Draw(t, "other")))
		own := []netip.Addr{seen, homeLocals[rapid.IntRange(0, len(homeLocals)-1).Draw(t, "local")].Addr()}
		for _, relay := range own {
			require.NotEqual(t, phone.RelayElsewhere, Kind(relay, homeLocals, seen))
			require.NotEqual(t, phone.RelayElsewhere, Kind(relay, append(home(), netip.PrefixFrom(relay, 32)), other))
		}
	})
}

func TestOutsideIsBeyondARouter(t *testing.T) {
	for text, want := range map[string]bool{
		"192.168.1.10": false, "192.168.1.20": false, "::ffff:192.168.1.20": false, "127.0.0.1": false, "169.254.3.4": false,
		"fe80::1": false, "2a01:db8:1:2::99": false, "10.9.9.9": true, "203.0.113.5": true, "2a02:db8::1": true,
	} {
		require.Equal(t, want, Outside(netip.MustParseAddr(text), homeLocals), text)
	}
	require.False(t, Outside(netip.Addr{}, homeLocals))
}
