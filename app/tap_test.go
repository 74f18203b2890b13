package app

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"paravent/server"
	"paravent/server/wire"
)

// tapped is a server whose key a test holds, so that the test can sit in a
// phone's connection and read what the server says to it.
type tapped struct {
	*server.Server
	cert tls.Certificate
}

func openTapped(t testing.TB) *tapped {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	tmpl := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	require.NoError(t, err)
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	dir := t.TempDir()
	write := func(name, kind string, b []byte) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: b}), 0o600))
		return path
	}
	s := openServer(t, server.Config{NoRelay: true, CertFile: write("cert", "CERTIFICATE", der), KeyFile: write("key", "PRIVATE KEY", pkcs8),
		Limits: server.Limits{Sends: 1000, Requests: 100, ConnRate: 1000}})
	return &tapped{Server: s, cert: tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}}
}

// frame is one message of the server to a phone.
type frame struct {
	kind  string        // "answer" to a request, "envelope" of another phone, or the protocol's own word
	body  string        // of an answer
	after time.Duration // since the request, of an answer
}

// tap is one phone's way to the server. It reads every frame that the phone
// receives; the protocol's keep-alives, which know of no call, are left out.
type tap struct {
	addr  wire.Addr
	delay time.Duration // what answers wait, for a test of the test

	mu     sync.Mutex
	asked  map[string]time.Time // guarded by mu; requests by reply subject
	frames []frame              // guarded by mu
	more   chan struct{}        // guarded by mu; closed by the next frame
}

func (s *tapped) tap(t testing.TB) *tap {
	t.Helper()
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{MinVersion: tls.VersionTLS13, NextProtos: []string{wire.ALPNNats}, Certificates: []tls.Certificate{s.cert}})
	require.NoError(t, err)
	p := &tap{addr: wire.Addr{HostPort: l.Addr().String(), Pin: s.Addr().Pin}, asked: map[string]time.Time{}, more: make(chan struct{})}
	var running sync.WaitGroup
	t.Cleanup(func() {
		_ = l.Close()
		running.Wait()
	})
	running.Go(func() {
		for {
			phone, err := l.Accept()
			if err != nil {
				return
			}
			running.Go(func() { p.carry(phone, s.Addr()) })
		}
	})
	return p
}

func (p *tap) carry(phone net.Conn, to wire.Addr) {
	defer phone.Close()
	upstream, err := tls.Dial("tcp", to.HostPort, wire.ClientTLS(to.Pin, wire.ALPNNats))
	if err != nil {
		return
	}
	defer upstream.Close()
	var up sync.WaitGroup
	defer up.Wait()
	up.Go(func() {
		defer upstream.Close()
		_ = pass(phone, upstream, p.request)
	})
	_ = pass(upstream, phone, p.answer)
	_ = phone.Close()
}

// pass copies NATS messages one by one; see sees each before it goes on.
func pass(from, to net.Conn, see func(words []string, body string)) error {
	r := bufio.NewReader(from)
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return err
		}
		words := strings.Fields(line)
		all, body := line, ""
		switch words[0] {
		case "PUB", "MSG", "HPUB", "HMSG":
			size, err := strconv.Atoi(words[len(words)-1])
			if err != nil {
				return err
			}
			b := make([]byte, size+2)
			if _, err := io.ReadFull(r, b); err != nil {
				return err
			}
			body = string(b[:size])
			all += string(b)
		}
		see(words, body)
		if _, err := to.Write([]byte(all)); err != nil {
			return err
		}
	}
}

func (p *tap) request(words []string, _ string) {
	if words[0] == "PUB" && len(words) == 4 {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.asked[words[2]] = time.Now()
	}
}

func (p *tap) answer(words []string, body string) {
	switch words[0] {
	case "INFO", "PING", "PONG", "+OK":
		return
	}
	time.Sleep(p.delay)
	p.mu.Lock()
	defer p.mu.Unlock()
	f := frame{kind: words[0], body: body}
	if len(words) > 1 {
		began, answers := p.asked[words[1]]
		switch {
		case answers:
			f.kind, f.after = "answer", time.Since(began)
			delete(p.asked, words[1])
		case strings.HasPrefix(words[1], "inbox."):
			f.kind, f.body = "envelope", ""
		}
	}
	p.frames = append(p.frames, f)
	close(p.more)
	p.more = make(chan struct{})
}

// take waits for n answers and returns every frame since the last take.
func (p *tap) take(n int) ([]frame, error) {
	late := time.After(20 * time.Second)
	for {
		p.mu.Lock()
		answers := 0
		for _, f := range p.frames {
			if f.kind == "answer" {
				answers++
			}
		}
		more := p.more
		if answers >= n {
			all := p.frames
			p.frames = nil
			p.mu.Unlock()
			return all, nil
		}
		p.mu.Unlock()
		select {
		case <-more:
		case <-late:
			return nil, fmt.Errorf("%d answers of %d", answers, n)
		}
	}
}
