package route

import (
	"testing"

	"github.com/stretchr/testify/require"

	"paravent/app/phone"
	"paravent/settings"
)

// P01: being made ready while it rings is off by default, and for nobody but
// people whom one follows or has verified.
func TestP01PrepareTable(t *testing.T) {
	on := settings.Defaults()
	on.Calls.Preconnect = true
	locked := on
	locked.Privacy.Lockdown = true
	rows := map[string]struct {
		s         settings.Settings
		c         phone.Contact
		isContact bool
		want      bool
	}{
		"default":               {settings.Defaults(), phone.Contact{Favourite: true, Trust: phone.Verified}, true, false},
		"stranger":              {on, phone.Contact{Favourite: true, Trust: phone.Verified}, false, false},
		"contact":               {on, phone.Contact{Trust: phone.Unverified}, true, false},
		"favourite":             {on, phone.Contact{Favourite: true, Trust: phone.Unverified}, true, true},
		"verified":              {on, phone.Contact{Trust: phone.Verified}, true, true},
		"favourite, changed":    {on, phone.Contact{Favourite: true, Trust: phone.Changed}, true, false},
		"favourite, blocked":    {on, phone.Contact{Favourite: true, Blocked: true}, true, false},
		"lockdown":              {locked, phone.Contact{Favourite: true, Trust: phone.Verified}, true, false},
		"lockdown, as in force": {locked.Effective(), phone.Contact{Favourite: true, Trust: phone.Verified}, true, false},
	}
	for name, row := range rows {
		require.Equal(t, row.want, Prepare(row.s, row.c, row.isContact), name)
	}
}

// P04: lockdown and a changed key forbid to agree to a direct path.
func TestP04MayGoDirectTable(t *testing.T) {
	s := settings.Defaults()
	locked := s
	locked.Privacy.Lockdown = true
	require.True(t, MayGoDirect(s, phone.Contact{}, false))
	require.True(t, MayGoDirect(s, phone.Contact{Route: phone.RouteRelay, Trust: phone.Unverified}, true))
	require.False(t, MayGoDirect(s, phone.Contact{Trust: phone.Changed}, true))
	require.False(t, MayGoDirect(s, phone.Contact{Blocked: true}, true))
	require.False(t, MayGoDirect(locked, phone.Contact{Trust: phone.Verified}, true))
	require.False(t, MayGoDirect(locked, phone.Contact{}, false))
}
