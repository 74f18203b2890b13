package route

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"math/big"
	"net"
	"net/netip"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/logging"
	"github.com/pion/turn/v5"
	"github.com/stretchr/testify/require"

	"paravent/server/wire"
)

// relayServer is a TURN server over UDP, TLS and plain TCP on one loopback address.
type relayServer struct {
	Relays
	udp, tls, tcp int // ports
	allocations   atomic.Int32
	server        *turn.Server
}

func selfSigned(t testing.TB) (tls.Certificate, wire.Pin) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	tpl := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, tpl, tpl, &key.PublicKey, key)
	require.NoError(t, err)
	cert, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, wire.PinOf(cert)
}

func startRelay(t testing.TB, host string) *relayServer {
	t.Helper()
	cert, pin := selfSigned(t)
	r := &relayServer{}
	listen := net.JoinHostPort(host, "0")
	udp, err := net.ListenPacket("udp", listen)
	require.NoError(t, err)
	tcp, err := tls.Listen("tcp", listen, &tls.Config{Certificates: []tls.Certificate{cert}, NextProtos: []string{wire.ALPNTurn}})
	require.NoError(t, err)
	clear, err := net.Listen("tcp", listen)
	require.NoError(t, err)
	relay := &turn.RelayAddressGeneratorStatic{RelayAddress: net.ParseIP(host), Address: host}
	quiet := logging.NewDefaultLoggerFactory()
	quiet.DefaultLogLevel = logging.LogLevelDisabled
	r.server, err = turn.NewServer(turn.ServerConfig{
		Realm: "test", LoggerFactory: quiet,
		AuthHandler: func(ra *turn.RequestAttributes) (string, []byte, bool) {
			return ra.Username, turn.GenerateAuthKey(ra.Username, ra.Realm, "secret"), ra.Username == "user"
		},
		EventHandler: turn.EventHandler{OnAllocationCreated: func(_, _ net.Addr, _, _, _ string, _ net.Addr, _ int) {
			r.allocations.Add(1)
		}},
		PacketConnConfigs: []turn.PacketConnConfig{{PacketConn: udp, RelayAddressGenerator: relay}},
		ListenerConfigs:   []turn.ListenerConfig{{Listener: tcp, RelayAddressGenerator: relay}, {Listener: clear, RelayAddressGenerator: relay}},
	})
	require.NoError(t, err)
	t.Cleanup(r.stop)
	r.udp, r.tls, r.tcp = udp.LocalAddr().(*net.UDPAddr).Port, tcp.Addr().(*net.TCPAddr).Port, clear.Addr().(*net.TCPAddr).Port
	r.Relays = Relays{Username: "user", Password: "secret", Pin: pin, SeenAs: netip.MustParseAddr(host)}
	r.URIs = []string{r.overTLS(host), r.overUDP(host)}
	return r
}

func (r *relayServer) stop() { _ = r.server.Close() }

func bracketed(host string) string {
	if netip.MustParseAddr(host).Is6() {
		return "[" + host + "]"
	}
	return host
}

func (r *relayServer) overTLS(host string) string {
	return fmt.Sprintf("turns:%s:%d?transport=tcp", bracketed(host), r.tls)
}

func (r *relayServer) overUDP(host string) string {
	return fmt.Sprintf("turn:%s:%d?transport=udp", bracketed(host), r.udp)
}

func (r *relayServer) overTCP(host string) string {
	return fmt.Sprintf("turn:%s:%d?transport=tcp", bracketed(host), r.tcp)
}

// only keeps one way to reach the relay: "tls", "udp" or "tcp".
func (r *relayServer) only(way string) Relays {
	rel, host := r.Relays, r.SeenAs.String()
	rel.URIs = []string{map[string]string{"tls": r.overTLS(host), "udp": r.overUDP(host), "tcp": r.overTCP(host)}[way]}
	return rel
}
