package wire

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"math/big"
	"net"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAddrRoundTrip(t *testing.T) {
	for _, hostPort := range []string{"127.0.0.1:4443", "phone.example:443", "[2001:db8::1]:443"} {
		a := Addr{HostPort: hostPort, Pin: Pin{1, 2, 31: 255}}
		b, err := ParseAddr("  " + a.String() + "\n")
		require.NoError(t, err)
		require.Equal(t, a, b)
	}
}

func TestParseAddrRefuses(t *testing.T) {
	pin := strings.SplitN(Addr{HostPort: "h:1"}.String(), "#", 2)[1]
	for _, s := range []string{"", "h:1", "#" + pin, "h#" + pin, ":1#" + pin, "h:#" + pin, "h:1#", "h:1#" + pin[1:], "h:1#" + pin + "A",
		"h:1#" + pin + "#" + pin, "h:1#!" + pin[1:], "1:2:3#" + pin, strings.Repeat("h", 400) + ":1#" + pin} {
		_, err := ParseAddr(s)
		require.ErrorIs(t, err, ErrBadAddress, "%q", s)
	}
}

func FuzzParseAddr(f *testing.F) {
	f.Add(Addr{HostPort: "127.0.0.1:443", Pin: Pin{7}}.String())
	f.Add("[::1]:1#AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
	f.Add("h:1#")
	f.Fuzz(func(t *testing.T, s string) {
		a, err := ParseAddr(s)
		if err != nil {
			return
		}
		b, err := ParseAddr(a.String())
		if err != nil || a != b {
			t.Fatalf("%q -> %q -> %v, %v", s, a, b, err)
		}
	})
}

func TestHelloIsBoundToServerAndNonce(t *testing.T) {
	h := Hello(Pin{1}, []byte("nonce"))
	require.True(t, bytes.HasPrefix(h, []byte("paravent-connect-v1\x00")))
	require.NotEqual(t, h, Hello(Pin{2}, []byte("nonce")))
	require.NotEqual(t, h, Hello(Pin{1}, []byte("other")))
}

func TestClientTLSAcceptsOnlyThePin(t *testing.T) {
	cert := selfSigned(t)
	pin := PinOf(cert.Leaf)
	wrong := pin
	wrong[31] ^= 1
	for _, c := range []struct {
		pin  Pin
		want error
	}{{pin, nil}, {wrong, ErrWrongPin}, {Pin{}, ErrWrongPin}} {
		client, server := net.Pipe()
		go func() {
			_ = tls.Server(server, &tls.Config{Certificates: []tls.Certificate{cert}, NextProtos: []string{ALPNNats}}).Handshake()
			_ = server.Close()
		}()
		tc := tls.Client(client, ClientTLS(c.pin, ALPNNats))
		require.ErrorIs(t, tc.Handshake(), c.want)
		if c.want == nil {
			require.Equal(t, ALPNNats, tc.ConnectionState().NegotiatedProtocol)
			require.EqualValues(t, tls.VersionTLS13, tc.ConnectionState().Version)
		}
		_ = client.Close()
	}
}

func TestSubjects(t *testing.T) {
	require.Equal(t, "inbox.U", Inbox("U"))
	require.Equal(t, "_R.U", Replies("U"))
	require.Equal(t, "svc.send.U", Service(ServiceSend, "U"))
}

func selfSigned(t *testing.T) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{SerialNumber: big.NewInt(1)}, &x509.Certificate{SerialNumber: big.NewInt(1)}, &key.PublicKey, key)
	require.NoError(t, err)
	leaf, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
}
