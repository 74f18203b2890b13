package server

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"time"

	natsd "github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"paravent/server/wire"
)

const (
	phonesAccount = "PHONES" // all mailboxes and services
	systemAccount = "SYSTEM" // the broker's own events; nobody connects to it
)

// broker is the embedded nats-server. It listens nowhere: phones come in
// through connect, this server's own parts through dialInside.
type broker struct {
	nats     *natsd.Server
	account  *natsd.Account
	password string
}

func openBroker(cert tls.Certificate, storeDir string, persistent bool, limits Limits, phones *roster) (*broker, error) {
	b := &broker{password: rand.Text()}
	gate := &gatekeeper{pin: wire.PinOf(cert.Leaf), password: b.password, roster: phones}
	ns, err := natsd.NewServer(brokerOptions(cert, storeDir, persistent, limits, gate))
	if err != nil {
		return nil, storeError(err)
	}
	b.nats = ns
	if b.account, err = ns.LookupAccount(phonesAccount); err != nil {
		return nil, fmt.Errorf("broker: %w", err)
	}
	gate.account = b.account // the broker made a copy; nobody connects before Start
	ns.Start()
	if !ns.ReadyForConnections(startTimeout) {
		b.Close()
		return nil, fmt.Errorf("%w: the broker did not start", ErrStore)
	}
	if err := b.account.EnableJetStream(nil, nil); err != nil {
		b.Close()
		return nil, storeError(err)
	}
	return b, nil
}

func brokerOptions(cert tls.Certificate, storeDir string, persistent bool, limits Limits, gate natsd.Authentication) *natsd.Options {
	o := &natsd.Options{
		ServerName: "paravent", DontListen: true, NoSigs: true, NoLog: true,
		Accounts: []*natsd.Account{natsd.NewAccount(phonesAccount), natsd.NewAccount(systemAccount)}, SystemAccount: systemAccount,
		CustomClientAuthentication: gate,
		AlwaysEnableNonce:          true,
		AuthTimeout:                limits.Handshake.Seconds(),
		ProxyProtocol:              true, // how a tunnel tells the phone's address
		// The front did the TLS. Stock clients want to read tls_available all
		// the same, which the broker says only where it has a certificate.
		TLSConfig: &tls.Config{MinVersion: tls.VersionTLS13, Certificates: []tls.Certificate{cert}}, TLSTimeout: limits.Handshake.Seconds(),

		MaxConn:        limits.Conns + 16, // the front counts phones; the rest is this server itself
		MaxPayload:     maxPayload,
		MaxControlLine: 2048, // holds a CONNECT line of about 500 bytes
		MaxSubs:        16,   // of one connection
		MaxSubTokens:   8,
		MaxPending:     1 << 20,
		WriteDeadline:  5 * time.Second,

		PingInterval:          15 * time.Second, // a dead network is noticed in 45 s; also keeps NAT bindings
		MaxPingsOut:           2,
		DisableShortFirstPing: true,
		NoFastProducerStall:   true, // a slow phone loses messages instead of slowing who writes to it; phones acknowledge end to end
		MaxClosedClients:      1,    // the default remembers the addresses of the last 10,000 clients

		JetStream: true, StoreDir: storeDir, DisableJetStreamBanner: true,
		JetStreamMaxMemory: 128 << 20, JetStreamMaxStore: 2 << 30,
	}
	if persistent {
		o.SyncInterval = 10 * time.Second
	}
	return o
}

// connect opens a broker connection for a phone at the given address. The
// caller reads from it before it sends anything but announce's line: the pipe
// has no buffer and the broker speaks first.
func (b *broker) connect() (net.Conn, error) {
	c, err := b.nats.InProcessConn()
	if err != nil {
		return nil, fmt.Errorf("broker: %w", err)
	}
	return c, nil
}

// dialInside connects one of this server's own parts, for as long as the
// broker runs.
func (b *broker) dialInside() (*nats.Conn, error) {
	nc, err := nats.Connect("", nats.InProcessServer(b.nats), nats.UserInfo(insider, b.password),
		nats.NoEcho(), nats.MaxReconnects(-1), nats.ReconnectWait(50*time.Millisecond), nats.CustomInboxPrefix("_S"))
	if err != nil {
		return nil, fmt.Errorf("broker: %w", err)
	}
	return nc, nil
}

// online says whether a phone listens to the mailbox right now.
func (b *broker) online(mailbox string) bool {
	return b.account.SubscriptionInterest(wire.Inbox(mailbox))
}

// listensTo says whether the given client would receive a message on subject.
func (b *broker) listensTo(client uint64, subject string) bool {
	info, err := b.nats.Connz(&natsd.ConnzOptions{CID: client, Subscriptions: true})
	if err != nil || len(info.Conns) != 1 {
		return false
	}
	for _, pattern := range info.Conns[0].Subs {
		if natsd.SubjectMatchesFilter(subject, pattern) {
			return true
		}
	}
	return false
}

// Close ends all connections and stops the broker.
func (b *broker) Close() {
	b.nats.Shutdown()
	b.nats.WaitForShutdown()
}

// errNoAnswer is a broker that ended while being asked.
var errNoAnswer = errors.New("the broker did not answer")

// flush waits until the broker has all subscriptions of a connection.
func flush(ctx context.Context, nc *nats.Conn) error {
	if err := nc.FlushWithContext(ctx); err != nil {
		return fmt.Errorf("%w: %w", errNoAnswer, err)
	}
	return nil
}
