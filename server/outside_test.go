package server

import (
	"fmt"
	"net"
	"testing"

	"github.com/pion/logging"
	"github.com/pion/turn/v5"
	"github.com/stretchr/testify/require"
)

// TestOutsideRelayTakesTheGrants: a TURN server that shares the secret, and
// keeps to the REST convention as coturn does, takes the credentials.
func TestOutsideRelayTakesTheGrants(t *testing.T) {
	udp, err := net.ListenPacket("udp4", "127.0.0.1:0")
	require.NoError(t, err)
	outside, err := turn.NewServer(turn.ServerConfig{
		Realm: realm, AuthHandler: turn.LongTermTURNRESTAuthHandler("shared", logging.NewDefaultLoggerFactory().NewLogger("turn")),
		LoggerFactory: &logging.DefaultLoggerFactory{DefaultLogLevel: logging.LogLevelDisabled},
		PacketConnConfigs: []turn.PacketConnConfig{{PacketConn: udp, RelayAddressGenerator: &turn.RelayAddressGeneratorStatic{
			RelayAddress: net.IPv4(127, 0, 0, 1), Address: "127.0.0.1"}}},
	})
	require.NoError(t, err)
	t.Cleanup(func() { _ = outside.Close() })
	uri := fmt.Sprintf("turn:%s?transport=udp", udp.LocalAddr())
	for secret, accepted := range map[string]bool{"shared": true, "another": false} {
		s := startServer(t, Config{RelayURIs: []string{uri}, RelaySecret: secret})
		g := grantFor(t, s)
		require.Equal(t, []string{uri}, g.URIs)
		_, err = dialTurn(t, s.Addr(), uri, g.Username, g.Password).Allocate()
		require.Equal(t, accepted, err == nil, "%s: %v", secret, err)
		require.False(t, s.health().Relay, "none of its own")
	}
}

func TestBadOutsideRelays(t *testing.T) {
	for _, cfg := range []Config{
		{RelayURIs: []string{"turn:198.51.100.7:3478?transport=udp"}},
		{RelaySecret: "alone"},
		{RelayURIs: []string{"stun:198.51.100.7:3478"}, RelaySecret: "s"},
		{RelayURIs: []string{"turns:198.51.100.7:3478?transport=udp"}, RelaySecret: "s"},
		{RelayURIs: []string{"nonsense"}, RelaySecret: "s"},
		{RelayURIs: []string{"turn:198.51.100.7:3478?transport=udp"}, RelaySecret: "s", NoRelay: true},
	} {
		_, err := Open(t.Context(), cfg)
		require.ErrorIs(t, err, ErrConfig)
	}
}
