package server

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"
	"github.com/stretchr/testify/require"

	"paravent/server/wire"
)

const soon = 5 * time.Second // the longest that a test waits for an event

func startServer(t testing.TB, cfg Config) *Server {
	t.Helper()
	orDefault(&cfg.Limits.ConnRate, 1000)
	s, err := Open(t.Context(), cfg)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

// testPhone is a phone's connection, as app/signal makes it.
type testPhone struct {
	t       testing.TB
	nc      *nats.Conn
	key     nkeys.KeyPair
	mailbox string
	inbox   *nats.Subscription
	errs    chan error // what the broker complained of
}

func newKey(t testing.TB) (nkeys.KeyPair, string) {
	t.Helper()
	key, err := nkeys.CreateUser()
	require.NoError(t, err)
	mailbox, err := key.PublicKey()
	require.NoError(t, err)
	return key, mailbox
}

// phoneOptions are what a phone of this key tells the given server.
func phoneOptions(key nkeys.KeyPair, mailbox string, at wire.Addr) []nats.Option {
	return []nats.Option{
		nats.Nkey(mailbox, func(nonce []byte) ([]byte, error) { return key.Sign(wire.Hello(at.Pin, nonce)) }),
		nats.Secure(wire.ClientTLS(at.Pin, wire.ALPNNats)), nats.TLSHandshakeFirst(), nats.NoReconnect(),
		nats.CustomInboxPrefix(wire.Replies(mailbox)), nats.Timeout(soon),
	}
}

func dialPhone(t testing.TB, at wire.Addr) *testPhone {
	t.Helper()
	key, mailbox := newKey(t)
	return dialAs(t, at, key, mailbox)
}

func dialAs(t testing.TB, at wire.Addr, key nkeys.KeyPair, mailbox string, more ...nats.Option) *testPhone {
	t.Helper()
	p := &testPhone{t: t, key: key, mailbox: mailbox, errs: make(chan error, 100)}
	opts := append(phoneOptions(key, mailbox, at), nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { p.errs <- err }))
	nc, err := nats.Connect("tls://"+at.HostPort, append(opts, more...)...)
	require.NoError(t, err)
	t.Cleanup(nc.Close)
	p.nc = nc
	return p
}

// listen subscribes to the phone's own mailbox.
func (p *testPhone) listen() *testPhone {
	p.t.Helper()
	sub, err := p.nc.SubscribeSync(wire.Inbox(p.mailbox))
	require.NoError(p.t, err)
	require.NoError(p.t, p.nc.Flush())
	p.inbox = sub
	return p
}

// ask makes a request and reads the answer into reply.
func (p *testPhone) ask(service string, req, reply any) {
	p.t.Helper()
	require.NoError(p.t, p.try(service, req, reply))
}

func (p *testPhone) try(service string, req, reply any) error {
	body, err := json.Marshal(req)
	if err != nil {
		return err
	}
	m, err := p.nc.Request(wire.Service(service, p.mailbox), body, soon)
	if err != nil {
		return err
	}
	return json.Unmarshal(m.Data, reply)
}

func (p *testPhone) send(to, text string, keep bool) wire.Reply {
	p.t.Helper()
	var r wire.Reply
	p.ask(wire.ServiceSend, wire.Send{To: to, Envelope: []byte(text), Keep: keep}, &r)
	return r
}

// receive waits for the next envelope.
func (p *testPhone) receive() string {
	p.t.Helper()
	m, err := p.inbox.NextMsg(soon)
	require.NoError(p.t, err)
	return string(m.Data)
}

func (p *testPhone) takeBox() []string {
	p.t.Helper()
	var all []string
	for {
		var r wire.BoxReply
		p.ask(wire.ServiceBox, wire.Box{}, &r)
		require.Empty(p.t, r.Err)
		for _, e := range r.Envelopes {
			all = append(all, string(e))
		}
		if !r.More {
			return all
		}
	}
}

// complaint waits for the broker's next complaint about the phone.
func (p *testPhone) complaint() error {
	p.t.Helper()
	require.NoError(p.t, p.nc.Flush()) // the broker has seen all that was sent before
	select {
	case err := <-p.errs:
		return err
	case <-time.After(soon):
		return errors.New("the broker did not complain")
	}
}

// eventually waits until a condition holds that no event announces.
func eventually(t testing.TB, what string, condition func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), soon)
	defer cancel()
	for !condition() {
		select {
		case <-ctx.Done():
			t.Fatalf("did not happen: %s", what)
		case <-time.After(2 * time.Millisecond):
		}
	}
}

func tlsClient(c net.Conn, at wire.Addr) *tls.Conn {
	return tls.Client(c, wire.ClientTLS(at.Pin, wire.ALPNNats))
}

// readAll reads until the server ends the connection.
func readAll(t testing.TB, c net.Conn) string {
	t.Helper()
	require.NoError(t, c.SetReadDeadline(time.Now().Add(soon)))
	text, err := io.ReadAll(c)
	require.NotErrorIs(t, err, os.ErrDeadlineExceeded)
	return string(text)
}
