package server

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func BenchmarkOpenClose(b *testing.B) {
	for b.Loop() {
		s, err := Open(b.Context(), Config{})
		require.NoError(b, err)
		require.NoError(b, s.Close())
	}
}

// BenchmarkDelivery is the way of an envelope from phone to phone.
func BenchmarkDelivery(b *testing.B) {
	s := startServer(b, Config{Limits: Limits{Sends: 1e6, ConnBytes: 1 << 30}})
	p, q := dialPhone(b, s.Addr()), dialPhone(b, s.Addr()).listen()
	s.postman.inboxes.burst, s.postman.inboxes.rate = 1e9, 1e9
	for b.Loop() {
		p.send(q.mailbox, "sealed", false)
		q.receive()
	}
}

// BenchmarkRelay is the way of a media packet through two relays, one by UDP
// and one by TLS.
func BenchmarkRelay(b *testing.B) {
	s := startServer(b, Config{Limits: Limits{RelayBytes: 1 << 30}})
	ca, from := allocate(b, s, 1)
	cb, to := allocate(b, s, 0)
	require.NoError(b, ca.CreatePermission(to.LocalAddr()))
	require.NoError(b, cb.CreatePermission(from.LocalAddr()))
	packet, buf := make([]byte, 1200), make([]byte, 1500)
	b.SetBytes(int64(len(packet)))
	for b.Loop() {
		_, err := from.WriteTo(packet, to.LocalAddr())
		require.NoError(b, err)
		require.NoError(b, to.SetReadDeadline(time.Now().Add(soon)))
		_, _, err = to.ReadFrom(buf)
		require.NoError(b, err)
	}
}
