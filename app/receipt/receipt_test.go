package receipt

import (
	"net/netip"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"paravent/app/phone"
)

func at(list ...string) []netip.AddrPort {
	var out []netip.AddrPort
	for _, s := range list {
		out = append(out, netip.MustParseAddrPort(s))
	}
	return out
}

func TestP07ReceiptTable(t *testing.T) {
	id, none := phone.NewCallID(), []string{}
	relay, seen := at("203.0.113.5:50000"), at("198.51.100.7:4000")
	rows := map[string]struct {
		e        Evidence
		peer     []string
		relaySaw []string
		hidden   bool
		kind     phone.Relaying
	}{
		"refused before anything": {Evidence{}, none, none, true, phone.RelayNone},
		"relayed": {
			Evidence{Route: phone.Relay, Relayed: relay, RelayKind: phone.RelayElsewhere, RelaySaw: seen},
			none, []string{"198.51.100.7:4000"}, true, phone.RelayElsewhere,
		},
		"relayed by this computer": {
			Evidence{Route: phone.Relay, Relayed: relay, RelayKind: phone.RelayHere, RelaySaw: seen},
			[]string{"203.0.113.5:50000"}, []string{"198.51.100.7:4000"}, false, phone.RelayHere,
		},
		"relayed behind the same NAT": {
			Evidence{Route: phone.Relay, Relayed: relay, RelayKind: phone.RelaySameNAT},
			[]string{"203.0.113.5:50000"}, none, false, phone.RelaySameNAT,
		},
		"direct": {
			Evidence{
				Route: phone.Direct, Shown: at("192.168.1.10:6000", "198.51.100.7:6000", "192.168.1.10:6000"), Relayed: relay,
				RelayKind: phone.RelayElsewhere, Local: netip.MustParseAddrPort("198.51.100.7:7777"),
				RelaySaw: []netip.AddrPort{netip.AddrPortFrom(netip.MustParseAddr("198.51.100.7"), 0)},
			},
			[]string{"192.168.1.10:6000", "198.51.100.7:6000", "198.51.100.7:7777"}, []string{"198.51.100.7"}, false, phone.RelayElsewhere,
		},
		"direct allowed, relay used": {
			Evidence{Route: phone.Relay, Shown: at("192.168.1.10:6000"), Relayed: relay, RelayKind: phone.RelayElsewhere},
			[]string{"192.168.1.10:6000"}, none, false, phone.RelayElsewhere,
		},
		"unanswered, relay checked": {
			Evidence{RelaySaw: seen}, none, []string{"198.51.100.7:4000"}, true, phone.RelayNone,
		},
		"direct behind a NAT": {
			Evidence{
				Route: phone.Direct, Shown: at("192.168.1.10:6000"), Local: netip.MustParseAddrPort("192.168.1.10:6000"),
				Public: netip.MustParseAddr("198.51.100.7"),
			},
			[]string{"192.168.1.10:6000", "198.51.100.7"}, none, false, phone.RelayNone,
		},
		"direct behind a NAT, port known": {
			Evidence{Route: phone.Direct, Shown: at("198.51.100.7:6000"), Public: netip.MustParseAddr("198.51.100.7")},
			[]string{"198.51.100.7:6000"}, none, false, phone.RelayNone,
		},
		"direct, mapped": {
			Evidence{Route: phone.Direct, Shown: at("[::ffff:192.168.1.10]:6000")},
			[]string{"192.168.1.10:6000"}, none, false, phone.RelayNone,
		},
		"kind unknown": {
			Evidence{Route: phone.Relay, Relayed: relay}, none, none, false, phone.RelayNone,
		},
	}
	for name, row := range rows {
		t.Run(name, func(t *testing.T) {
			row.e.Call = id
			require.Equal(t, phone.Receipt{
				Call: id, Route: row.e.Route, PeerSaw: row.peer, RelaySaw: row.relaySaw, Hidden: row.hidden, RelayKind: row.kind,
				ServerSaw: none, KeptHidden: none, Traffic: []phone.Traffic{},
			}, Build(row.e))
		})
	}
}

func TestP07SocketCountersOverrule(t *testing.T) {
	own := []netip.Addr{netip.MustParseAddr("192.168.1.10"), netip.MustParseAddr("198.51.100.7")}
	relay, home := netip.MustParseAddrPort("203.0.113.5:443"), netip.MustParseAddrPort("192.168.1.10:6000")
	relayed := Evidence{
		Route: phone.Relay, Relayed: at("203.0.113.5:50000"), RelayKind: phone.RelayElsewhere, Own: own, Public: own[1], ServerSaw: own[1],
		Flows: []Flow{{Local: home, To: relay, Role: ToRelay, Packets: 3, Bytes: 300}, {Local: at("192.168.1.10:6001")[0], To: relay, Role: ToRelay, Packets: 1, Bytes: 9}},
	}
	r := Build(relayed)
	require.True(t, r.Hidden)
	require.Equal(t, []string{"192.168.1.10", "198.51.100.7"}, r.KeptHidden)
	require.Equal(t, []string{"198.51.100.7"}, r.ServerSaw)
	require.Equal(t, []phone.Traffic{{To: "203.0.113.5:443", Role: "relay", Packets: 4, Bytes: 309}}, r.Traffic)
	for _, role := range []Role{ToPeer, Other} { // one packet past the relay, and nothing is hidden
		strayed := relayed
		strayed.Flows = append(strayed.Flows[:2:2], Flow{Local: home, To: netip.MustParseAddrPort("203.0.113.99:4000"), Role: role, Packets: 1, Bytes: 60})
		r = Build(strayed)
		require.False(t, r.Hidden)
		require.Equal(t, []string{"192.168.1.10:6000", "198.51.100.7"}, r.PeerSaw)
		require.Empty(t, r.KeptHidden)
	}
	silent := relayed
	silent.Flows = append(silent.Flows[:2:2], Flow{Local: home, To: netip.MustParseAddrPort("203.0.113.99:4000"), Role: ToPeer})
	require.True(t, Build(silent).Hidden, "a socket that sent nothing showed nothing")
}

func TestP25TheWorstRelayCounts(t *testing.T) {
	order := []phone.Relaying{"", phone.RelayNone, phone.RelayElsewhere, phone.RelaySameNAT, phone.RelayHere}
	for i, a := range order {
		for j, b := range order {
			require.Equal(t, order[max(i, j)], Worse(a, b))
		}
	}
}

func TestP25HiddenMeansThatNothingWasShown(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		addrs := rapid.SliceOfN(rapid.SampledFrom(at("192.168.1.10:1", "198.51.100.7:2", "[2a01:db8::1]:3")), 0, 3)
		kind := rapid.SampledFrom([]phone.Relaying{"", phone.RelayNone, phone.RelayElsewhere, phone.RelayHere, phone.RelaySameNAT})
		e := Evidence{
			Route: rapid.SampledFrom([]phone.Route{phone.NoRoute, phone.Relay, phone.Direct}).Draw(t, "route"),
			Shown: addrs.Draw(t, "shown"), Relayed: addrs.Draw(t, "relayed"), RelayKind: kind.Draw(t, "kind"),
		}
		r := Build(e)
		if r.Hidden {
			require.Empty(t, r.PeerSaw)
			require.Empty(t, e.Shown)
			require.True(t, len(e.Relayed) == 0 || e.RelayKind == phone.RelayElsewhere)
		}
		for _, a := range e.Shown {
			require.Contains(t, r.PeerSaw, a.String())
		}
	})
}
