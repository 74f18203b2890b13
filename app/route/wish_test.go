package route

import (
	"testing"

	"github.com/stretchr/testify/require"

	"paravent/app/phone"
	"paravent/settings"
)

func TestP05DefaultsHideTheAddress(t *testing.T) {
	s := settings.Defaults()
	require.Equal(t, phone.Relay, Wish(s, phone.Contact{}, false))
	require.Equal(t, phone.Relay, Wish(s, phone.Contact{Route: phone.RouteInherit, Favourite: true, Trust: phone.Verified}, true))
}

func TestP05WishTable(t *testing.T) {
	const r, d = phone.Relay, phone.Direct
	rows := []struct {
		policy                                    settings.RoutePolicy
		stranger, inherit, relay, direct, changed phone.Route
	}{
		{settings.RouteRelay, r, r, r, d, r},
		{settings.RouteContactsDirect, r, d, r, d, r},
		{settings.RouteDirect, d, d, r, d, r},
		{"a policy of a later version", r, r, r, d, r},
		{"", r, r, r, d, r},
	}
	for _, row := range rows {
		t.Run(string(row.policy), func(t *testing.T) {
			s := settings.Defaults()
			s.Privacy.Route = row.policy
			require.Equal(t, row.stranger, Wish(s, phone.Contact{}, false), "stranger")
			require.Equal(t, row.stranger, Wish(s, phone.Contact{Route: phone.RouteDirect}, false), "a choice counts only for contacts")
			require.Equal(t, row.inherit, Wish(s, phone.Contact{Route: phone.RouteInherit}, true), "inherit")
			require.Equal(t, row.inherit, Wish(s, phone.Contact{}, true), "unset")
			require.Equal(t, row.relay, Wish(s, phone.Contact{Route: phone.RouteRelay}, true), "relay")
			require.Equal(t, row.direct, Wish(s, phone.Contact{Route: phone.RouteDirect}, true), "direct")
			require.Equal(t, row.changed, Wish(s, phone.Contact{Route: phone.RouteDirect, Trust: phone.Changed}, true), "changed key")
			require.Equal(t, r, Wish(s, phone.Contact{Route: "sideways"}, true), "unknown choice")
		})
	}
}

func TestP04StricterWishWins(t *testing.T) {
	for _, a := range []phone.Route{phone.NoRoute, phone.Relay, phone.Direct} {
		for _, b := range []phone.Route{phone.NoRoute, phone.Relay, phone.Direct} {
			got := phone.Stricter(a, b)
			require.Equal(t, got, phone.Stricter(b, a))
			require.LessOrEqual(t, got, a)
			require.LessOrEqual(t, got, b)
		}
	}
}
