package server

import (
	"net"
	"strings"
	"testing"
	"time"

	"github.com/pion/stun/v4"
	"github.com/pion/turn/v5"
	"github.com/stretchr/testify/require"

	"paravent/server/wire"
)

func TestP17UsernameIsRandomAndTellsNothing(t *testing.T) {
	s := startServer(t, Config{})
	p := dialPhone(t, s.Addr())
	seen := map[string]bool{}
	for range 10 {
		var r wire.TurnReply
		p.ask(wire.ServiceTurn, struct{}{}, &r)
		_, name, ok := strings.Cut(r.Username, ":")
		require.True(t, ok)
		require.NotContains(t, r.Username, p.mailbox)
		require.False(t, seen[name])
		for old := range seen {
			require.NotEqual(t, old[:16], name[:16], "no common prefix")
			require.NotEqual(t, old[len(old)-16:], name[len(name)-16:], "no common suffix")
		}
		seen[name] = true
		require.True(t, strings.HasPrefix(r.URIs[0], "turns:"), "TLS first: there the name is not in clear")
		owner, ok := s.relay.mint.owner(name)
		require.True(t, ok)
		require.Len(t, owner, 2*ownerLen)
	}
}

func TestForgedCredentialsRefused(t *testing.T) {
	s := startServer(t, Config{})
	g := grantFor(t, s)
	expiry, name, _ := strings.Cut(g.Username, ":")
	elsewhere, err := newMint(nil)
	require.NoError(t, err)
	foreignUser, foreignPassword := elsewhere.issue("somebody", time.Hour)
	later := strings.Replace(g.Username, expiry, "9999999999", 1)
	for what, c := range map[string][2]string{
		"wrong password":      {g.Username, "guess"},
		"expiry moved":        {later, g.Password},
		"of another server":   {foreignUser, foreignPassword},
		"name made up":        {expiry + ":me", s.relay.mint.password(expiry + ":me")},
		"name without time":   {name, g.Password},
		"expiry not a number": {"soon:" + name, g.Password},
		"overlong":            {expiry + ":" + strings.Repeat("a", 200), g.Password},
		"empty":               {":", ""},
	} {
		_, err := dialTurn(t, s.Addr(), g.URIs[1], c[0], c[1]).Allocate()
		require.Error(t, err, what)
	}
	require.Zero(t, s.Stats().Allocations)
	_, err = dialTurn(t, s.Addr(), g.URIs[1], g.Username, g.Password).Allocate()
	require.NoError(t, err, "the genuine ones work")
}

func TestExpiryGatesOnlyAllocate(t *testing.T) {
	s := startServer(t, Config{})
	user, password := s.relay.mint.issue("mailbox", time.Second)
	uri := s.relay.uris[1]
	c := dialTurn(t, s.Addr(), uri, user, password)
	r, err := c.Allocate()
	require.NoError(t, err)
	time.Sleep(2100 * time.Millisecond) // the clock that counts is in the username, in whole seconds
	_, err = dialTurn(t, s.Addr(), uri, user, password).Allocate()
	require.Error(t, err, "no new allocation")
	require.NoError(t, c.CreatePermission(&net.UDPAddr{IP: net.IPv4(8, 8, 8, 8), Port: 1}), "the live one goes on")
	require.NoError(t, r.Close())
}

func TestMintChecksEveryMethod(t *testing.T) {
	m, err := newMint(nil)
	require.NoError(t, err)
	user, _ := m.issue("mailbox", -time.Minute)
	for method, want := range map[stun.Method]bool{stun.MethodAllocate: false, stun.MethodRefresh: true, stun.MethodCreatePermission: true, stun.MethodChannelBind: true} {
		_, _, ok := m.check(&turn.RequestAttributes{Username: user, Realm: realm, Method: method})
		require.Equal(t, want, ok, method)
	}
	_, _, ok := m.check(&turn.RequestAttributes{Username: user, Realm: "elsewhere", Method: stun.MethodRefresh})
	require.False(t, ok)
}

func FuzzMintCheck(f *testing.F) {
	m, err := newMint(nil)
	require.NoError(f, err)
	user, _ := m.issue("mailbox", time.Hour)
	for _, seed := range []string{user, "", ":", "1:", "9999999999:AAAA", "-1:x", strings.Repeat("9", 40) + ":x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		_, _, ok := m.check(&turn.RequestAttributes{Username: name, Realm: realm, Method: stun.MethodRefresh})
		_, sealed, _ := strings.Cut(name, ":")
		_, own, _ := strings.Cut(user, ":")
		if ok && sealed != own {
			t.Fatalf("accepted %q", name)
		}
	})
}
