package route

import (
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"paravent/app/identity"
	"paravent/app/phone"
	"paravent/app/signal"
	"paravent/server"
	"paravent/server/wire"
)

// realRelays asks a server of ours for a relay, as a fresh phone.
func realRelays(t *testing.T, s *server.Server) Relays {
	t.Helper()
	return grantOf(t, s, identity.New())
}

// grantOf asks a server of ours for a relay, as the phone of this identity.
func grantOf(t *testing.T, s *server.Server, me *identity.Identity) Relays {
	t.Helper()
	online := make(chan struct{}, 1)
	client, err := signal.Open(t.Context(), signal.Config{
		Server: s.Addr(), Identity: me,
		OnState: func(ok bool, _ error) {
			if ok {
				select {
				case online <- struct{}{}:
				default:
				}
			}
		},
		OnEnvelope: func([]byte) {},
	})
	require.NoError(t, err)
	t.Cleanup(func() { _ = client.Close() })
	select {
	case <-online:
	case <-time.After(10 * time.Second):
		t.Fatal("the server was not reached")
	}
	grant, err := client.Turn(t.Context())
	require.NoError(t, err)
	return RelaysFrom(grant, s.Addr().Pin)
}

func openServer(t *testing.T) *server.Server {
	t.Helper()
	s, err := server.Open(t.Context(), server.Config{})
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func TestRealServerRelaysACall(t *testing.T) {
	s := openServer(t)
	grantA, grantB := realRelays(t, s), realRelays(t, s)
	require.NotEqual(t, grantA.Username, grantB.Username)
	targets, err := grantA.targets()
	require.NoError(t, err)
	require.Len(t, targets, 2, "TLS and UDP")
	for _, grant := range []Relays{grantA, grantB} {
		proof, err := CheckRelay(t.Context(), grant, Options{})
		require.NoError(t, err)
		require.Equal(t, phone.RelayHere, Kind(proof.Relayed.Addr(), Locals(), proof.SeenAs.Addr()))
	}
	a := newPeer(t, mustPlan(t, phone.Relay, grantA, Options{}))
	b := newPeer(t, mustPlan(t, phone.Relay, grantB, Options{}))
	begun := time.Now()
	call(t, a, b)
	t.Logf("offer to first packets both ways through the relay: %v", time.Since(begun))
	for _, p := range []*testPeer{a, b} {
		left, errs := p.everything()
		require.Empty(t, errs)
		require.Len(t, candidateTypes(left), 1)
		require.Empty(t, p.gate.Shown())
		requireNoLocal(t, left, netip.MustParseAddr("127.0.0.1"))
	}
}

func TestRealServerDirectCall(t *testing.T) {
	s := openServer(t)
	a := newPeer(t, mustPlan(t, phone.Direct, realRelays(t, s), Options{}))
	b := newPeer(t, mustPlan(t, phone.Direct, realRelays(t, s), Options{}))
	begun := time.Now()
	call(t, a, b)
	t.Logf("offer to first packets both ways, direct: %v", time.Since(begun))
	pair, err := a.pc.SCTP().Transport().ICETransport().GetSelectedCandidatePair()
	require.NoError(t, err)
	require.NotEqual(t, typRelay, pair.Local.Typ.String())
	require.NotEmpty(t, a.gate.Shown())
}

func TestP09RealServerStopsRelaying(t *testing.T) {
	s := openServer(t)
	grant := realRelays(t, s)
	s.StopRelay()
	begun := time.Now()
	_, err := CheckRelay(t.Context(), grant, Options{})
	t.Logf("relay down noticed after %v", time.Since(begun))
	require.ErrorIs(t, err, ErrRelayUnavailable)
	require.Less(t, time.Since(begun), 5*time.Second)
}

func TestRealServerWithAnotherPinIsRefused(t *testing.T) {
	s := openServer(t)
	grant := realRelays(t, s)
	grant.Pin[0] ^= 1
	grant.URIs = grant.URIs[:1] // TLS
	_, err := CheckRelay(t.Context(), grant, Options{})
	require.ErrorIs(t, err, ErrRelayUnavailable)
	require.ErrorIs(t, err, wire.ErrWrongPin)
}
