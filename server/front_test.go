package server

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/stretchr/testify/require"

	"paravent/server/wire"
)

func httpClient(s *Server) *http.Client {
	return &http.Client{Timeout: soon, Transport: &http.Transport{DisableKeepAlives: true, TLSClientConfig: wire.ClientTLS(s.Addr().Pin, wire.ALPNHTTP)}}
}

func TestHealth(t *testing.T) {
	s := startServer(t, Config{})
	get := func(path string) (int, Health) {
		r, err := httpClient(s).Get("https://" + s.Addr().HostPort + path)
		require.NoError(t, err)
		defer r.Body.Close() //nolint:errcheck // test
		require.Empty(t, r.Header.Get("Server"), "no version strings")
		var h Health
		_ = json.NewDecoder(r.Body).Decode(&h)
		return r.StatusCode, h
	}
	code, h := get("/health")
	require.Equal(t, http.StatusOK, code)
	require.Equal(t, Health{Status: "ok", Relay: true}, h)
	code, _ = get("/")
	require.Equal(t, http.StatusNotFound, code)
	s.StopRelay()
	_, h = get("/health")
	require.Equal(t, Health{Status: "ok", Relay: false}, h)
}

// dialSocket connects a phone by WebSocket.
func dialSocket(t *testing.T, s *Server) *testPhone {
	t.Helper()
	key, mailbox := newKey(t)
	nc, err := nats.Connect("wss://"+s.Addr().HostPort,
		nats.Nkey(mailbox, func(nonce []byte) ([]byte, error) { return key.Sign(wire.Hello(s.Addr().Pin, nonce)) }),
		nats.Secure(wire.ClientTLS(s.Addr().Pin, wire.ALPNHTTP)), nats.ProxyPath("/ws"), nats.NoReconnect(),
		nats.CustomInboxPrefix(wire.Replies(mailbox)), nats.Timeout(soon))
	require.NoError(t, err)
	t.Cleanup(nc.Close)
	return &testPhone{t: t, nc: nc, key: key, mailbox: mailbox, errs: make(chan error, 10)}
}

func TestPhoneByWebSocket(t *testing.T) {
	s := startServer(t, Config{Limits: Limits{Handshake: time.Second}})
	a, b := dialSocket(t, s).listen(), dialPhone(t, s.Addr()).listen()
	text := strings.Repeat("long", 3000)
	require.Empty(t, a.send(b.mailbox, text, false).Err)
	require.Equal(t, text, b.receive())
	require.Empty(t, b.send(a.mailbox, text, false).Err)
	require.Equal(t, text, a.receive())
	var r wire.TurnReply
	a.ask(wire.ServiceTurn, struct{}{}, &r)
	require.Equal(t, "127.0.0.1", r.SeenAs)
	time.Sleep(1200 * time.Millisecond) // past the deadline of an HTTP request
	require.Empty(t, a.send(b.mailbox, "still there", false).Err)
	a.nc.Close()
	eventually(t, "a closed WebSocket is forgotten", func() bool { return s.Stats().Clients == 1 })
}

func TestOldTLSRefused(t *testing.T) {
	s := startServer(t, Config{})
	conf := wire.ClientTLS(s.Addr().Pin, wire.ALPNNats)
	conf.MinVersion, conf.MaxVersion = tls.VersionTLS12, tls.VersionTLS12
	_, err := tls.Dial("tcp", s.Addr().HostPort, conf)
	require.Error(t, err)
}

// dawdle reports how long the server lets a connection live that sends only
// what start sends.
func dawdle(t *testing.T, s *Server, start func(net.Conn) net.Conn) time.Duration {
	t.Helper()
	c, err := net.Dial("tcp", s.Addr().HostPort)
	require.NoError(t, err)
	defer c.Close() //nolint:errcheck // test
	began := time.Now()
	in := start(c)
	require.NoError(t, in.SetReadDeadline(time.Now().Add(2*soon)))
	_, err = io.Copy(io.Discard, in)
	require.NotErrorIs(t, err, os.ErrDeadlineExceeded, "the server did not end it")
	return time.Since(began)
}

func TestSlowClientsAreEnded(t *testing.T) {
	s := startServer(t, Config{Limits: Limits{Handshake: 300 * time.Millisecond}})
	over := func(alpn string, text string) func(net.Conn) net.Conn {
		return func(c net.Conn) net.Conn {
			conf := wire.ClientTLS(s.Addr().Pin, alpn)
			if alpn == "" {
				conf.NextProtos = nil
			}
			tc := tls.Client(c, conf)
			_, err := io.WriteString(tc, text)
			require.NoError(t, err)
			return tc
		}
	}
	for name, start := range map[string]func(net.Conn) net.Conn{
		"silent":              func(c net.Conn) net.Conn { return c },
		"half a client hello": func(c net.Conn) net.Conn { _, _ = c.Write([]byte{0x16, 3, 1, 2, 0, 1}); return c },
		"no TLS":              func(c net.Conn) net.Conn { _, _ = c.Write([]byte("GET / HTTP/1.1\r\n\r\n")); return c },
		"TLS, then silent":    over("", ""),
		"no hello":            over(wire.ALPNNats, ""),
		"half a hello":        over(wire.ALPNNats, "CONNECT {"),
		"half a request":      over(wire.ALPNHTTP, "GET /health HTTP/1.1\r\nX: "),
	} {
		require.Less(t, dawdle(t, s, start), soon, name)
	}
	eventually(t, "their places are free", func() bool { return s.Stats().Connections == 0 && s.Stats().Clients == 0 })
}

func TestConnectionLimits(t *testing.T) {
	refused := func(s *Server) bool {
		c, err := tls.Dial("tcp", s.Addr().HostPort, wire.ClientTLS(s.Addr().Pin, wire.ALPNNats))
		if err != nil {
			return true
		}
		_ = c.Close()
		return false
	}
	for name, limits := range map[string]Limits{"from one address": {ConnsPerIP: 3}, "in all": {Conns: 3}} {
		s := startServer(t, Config{Limits: limits})
		var phones []*testPhone
		for range 3 {
			phones = append(phones, dialPhone(t, s.Addr()))
		}
		require.True(t, refused(s), name)
		phones[0].nc.Close()
		eventually(t, "a place is free again: "+name, func() bool { return !refused(s) })
	}
	s := startServer(t, Config{Limits: Limits{ConnRate: 1}}) // bursts of 5
	n := 0
	for range 20 {
		if refused(s) {
			n++
		}
	}
	require.GreaterOrEqual(t, n, 12)
	require.GreaterOrEqual(t, s.Stats().Refused, int64(12))
}

// A phone that floods is slowed by its own network; others are not.
func TestFloodIsPaced(t *testing.T) {
	s := startServer(t, Config{Limits: Limits{ConnBytes: 64 << 10}})
	a, b := dialPhone(t, s.Addr()), dialPhone(t, s.Addr()).listen()
	began := time.Now()
	chunk := make([]byte, 32<<10)
	for range 8 { // 256 KB: a burst of 128 and then 64 a second
		require.NoError(t, a.nc.Publish(wire.Service("send", a.mailbox), chunk))
	}
	require.Empty(t, b.send(b.mailbox, "quick", false).Err)
	require.Less(t, time.Since(began), time.Second)
	require.NoError(t, a.nc.FlushTimeout(2*soon))
	require.Greater(t, time.Since(began), 1500*time.Millisecond)
}

func TestCertificateOfACAIsUsed(t *testing.T) {
	text, err := newCertificate(time.Now())
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "both.pem")
	require.NoError(t, os.WriteFile(file, text, 0o600))
	s := startServer(t, Config{CertFile: file, KeyFile: file})
	want, err := tls.X509KeyPair(text, text)
	require.NoError(t, err)
	require.Equal(t, wire.PinOf(want.Leaf), s.Addr().Pin)
	dialPhone(t, s.Addr())
}

func TestCertificateTellsNothing(t *testing.T) {
	now := time.Date(2031, 5, 17, 13, 45, 12, 345, time.FixedZone("x", 7200))
	text, err := newCertificate(now)
	require.NoError(t, err)
	cert, err := tls.X509KeyPair(text, text)
	require.NoError(t, err)
	require.Equal(t, time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC), cert.Leaf.NotBefore)
	require.Equal(t, "CN=server", cert.Leaf.Subject.String())
	require.Equal(t, "CN=server", cert.Leaf.Issuer.String())
	require.Equal(t, []string{"server"}, cert.Leaf.DNSNames)
	require.Empty(t, cert.Leaf.IPAddresses)
}

// busyServer has every kind of connection on it, some of them stuck.
func busyServer(t *testing.T) (*Server, func()) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), soon)
	defer cancel()
	s, err := Open(ctx, Config{Dir: t.TempDir()})
	require.NoError(t, err)
	a, b := dialPhone(t, s.Addr()).listen(), dialSocket(t, s).listen()
	a.send(b.mailbox, "x", true)
	c1, r1 := allocate(t, s, 0)
	c2, r2 := allocate(t, s, 1)
	raw, err := net.Dial("tcp", s.Addr().HostPort) // never says a word
	require.NoError(t, err)
	var r wire.Reply
	silent, err := net.Listen("tcp", "127.0.0.1:0") // another server that never answers
	require.NoError(t, err)
	asked := make(chan struct{})
	go func() {
		defer close(asked)
		body, _ := json.Marshal(wire.Send{To: a.mailbox, Envelope: []byte("x")})
		_ = a.try(wire.ServiceForward, wire.Forward{Server: wire.Addr{HostPort: silent.Addr().String()}.String(), Service: "send", Body: body}, &r)
	}()
	held, err := silent.Accept()
	require.NoError(t, err)
	return s, func() {
		a.nc.Close()
		b.nc.Close()
		<-asked
		for _, c := range []io.Closer{r1, r2, raw, held, silent} {
			_ = c.Close()
		}
		c1.Close()
		c2.Close()
	}
}

func TestCloseIsQuickWhateverRuns(t *testing.T) {
	s, tidy := busyServer(t)
	began := time.Now()
	require.NoError(t, s.Close())
	took := time.Since(began)
	t.Logf("Close took %v", took.Round(time.Millisecond))
	require.Less(t, took, 2*time.Second)
	require.NoError(t, s.Close(), "twice")
	_, err := net.Dial("tcp", s.Addr().HostPort)
	require.Error(t, err)
	tidy()
}

func TestCloseLeavesNoGoroutine(t *testing.T) {
	run := func() { // a test of its own, so that its clients are gone after it
		t.Run("", func(t *testing.T) {
			s, tidy := busyServer(t)
			require.NoError(t, s.Close())
			tidy()
		})
	}
	run() // what libraries start once and keep
	before := runtime.NumGoroutine()
	run()
	ctx, cancel := context.WithTimeout(context.Background(), 2*soon)
	defer cancel()
	for runtime.NumGoroutine() > before {
		select {
		case <-ctx.Done():
			buf := make([]byte, 1<<20)
			t.Fatalf("%d goroutines more:\n%s", runtime.NumGoroutine()-before, buf[:runtime.Stack(buf, true)])
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func TestOpenFailureLeavesNothingBehind(t *testing.T) {
	dir := t.TempDir()
	busy, err := net.ListenPacket("udp4", "127.0.0.1:0")
	require.NoError(t, err)
	cfg := Config{Dir: dir, TURNPort: busy.LocalAddr().(*net.UDPAddr).Port}
	_, err = Open(t.Context(), cfg)
	require.ErrorIs(t, err, ErrPortInUse)
	require.NoError(t, busy.Close())
	startServer(t, cfg)
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = Open(canceled, Config{})
	require.True(t, errors.Is(err, context.Canceled), err)
}
