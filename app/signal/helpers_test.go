package signal

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"math/big"
	"runtime"
	"strings"
	"testing"
	"time"

	natsserver "github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"
	"github.com/stretchr/testify/require"

	"paravent/app/identity"
	"paravent/server"
	"paravent/server/wire"
)

const patience = 10 * time.Second // the longest that a test waits for an event

type state struct {
	online bool
	err    error
}

// testClient is a client and what it was told.
type testClient struct {
	*Client
	t      testing.TB
	states chan state
	envs   chan string
}

func openClient(t testing.TB, cfg Config) *testClient {
	c := &testClient{t: t, states: make(chan state, 100), envs: make(chan string, 100)}
	if cfg.Identity == nil {
		cfg.Identity = identity.New()
	}
	cfg.OnState = func(online bool, err error) { c.states <- state{online, err} }
	cfg.OnEnvelope = func(env []byte) { c.envs <- string(env) }
	var err error
	c.Client, err = Open(context.Background(), cfg)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, c.Close()) })
	return c
}

// want waits for the next change of state.
func (c *testClient) want(online bool) error {
	c.t.Helper()
	select {
	case s := <-c.states:
		require.Equal(c.t, online, s.online, "%v", s.err)
		return s.err
	case <-time.After(patience):
		require.FailNow(c.t, "no change of state")
		return nil
	}
}

func (c *testClient) receive() string {
	c.t.Helper()
	select {
	case env := <-c.envs:
		return env
	case <-time.After(patience):
		require.FailNow(c.t, "no envelope")
		return ""
	}
}

func openServer(t testing.TB, cfg server.Config) *server.Server {
	cfg.NoRelay = true
	s, err := server.Open(t.Context(), cfg)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

// rogue is a server that a test has in hand: a broker without any service.
type rogue struct {
	ns   *natsserver.Server
	conn *nats.Conn // to answer services with
	addr wire.Addr
}

// Check implements natsserver.Authentication: any phone that signs for this server.
func (r *rogue) Check(c natsserver.ClientAuthentication) bool {
	o := c.GetOpts()
	if o.Username == "test" {
		return true
	}
	key, err := nkeys.FromPublicKey(o.Nkey)
	if err != nil {
		return false
	}
	sig, err := base64.RawURLEncoding.DecodeString(o.Sig)
	return err == nil && key.Verify(wire.Hello(r.addr.Pin, c.GetNonce()), sig) == nil
}

func openRogue(t testing.TB) *rogue {
	cert, pin := certificate(t)
	r := &rogue{addr: wire.Addr{Pin: pin}}
	var err error
	r.ns, err = natsserver.NewServer(&natsserver.Options{Host: "127.0.0.1", Port: -1, NoSigs: true, NoLog: true, TLSHandshakeFirst: true,
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{cert}, NextProtos: []string{wire.ALPNNats}, MinVersion: tls.VersionTLS13}, TLSTimeout: 5,
		CustomClientAuthentication: r, AlwaysEnableNonce: true})
	require.NoError(t, err)
	r.ns.Start()
	t.Cleanup(func() { r.ns.Shutdown(); r.ns.WaitForShutdown() })
	require.True(t, r.ns.ReadyForConnections(patience))
	r.addr.HostPort = r.ns.Addr().String()
	r.conn, err = nats.Connect("", nats.InProcessServer(r.ns), nats.UserInfo("test", ""))
	require.NoError(t, err)
	t.Cleanup(r.conn.Close)
	return r
}

// answer has the rogue server answer a service.
func (r *rogue) answer(t testing.TB, service, reply string) <-chan []byte {
	asked := make(chan []byte, 10)
	_, err := r.conn.Subscribe(wire.Service(service, "*"), func(m *nats.Msg) {
		asked <- m.Data
		_ = m.Respond([]byte(reply))
	})
	require.NoError(t, err)
	require.NoError(t, r.conn.Flush())
	return asked
}

func certificate(t testing.TB) (tls.Certificate, wire.Pin) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	require.NoError(t, err)
	leaf, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, wire.PinOf(leaf)
}

// noLeak fails when goroutines of this package or of its NATS client outlive the test's body.
func noLeak(t testing.TB) func() {
	before := clientGoroutines()
	return func() {
		t.Helper()
		var after string
		for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
			if after = clientGoroutines(); strings.Count(after, "goroutine ") <= strings.Count(before, "goroutine ") {
				return
			}
		}
		require.Fail(t, "goroutines leaked", after)
	}
}

func clientGoroutines() string {
	b := make([]byte, 4<<20)
	b = b[:runtime.Stack(b, true)]
	var ours []string
	for _, g := range strings.Split(string(b), "\n\n") {
		if strings.Contains(g, "nats.go.(*Conn)") || strings.Contains(g, "signal.(*Client)") || strings.Contains(g, "signal.(*dialer)") {
			ours = append(ours, g)
		}
	}
	return strings.Join(ours, "\n\n")
}
