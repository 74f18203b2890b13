package server

import (
	"context"
	"encoding/json"
	"io"
	"log"
	"net"
	"net/http"
	"time"

	"github.com/coder/websocket"
)

// Health is what GET /health answers. It says nothing about anybody.
type Health struct {
	Status string `json:"status"` // "ok"
	Relay  bool   `json:"relay"`  // a relay is offered and runs
}

// web serves HTTP/1.1 inside the one port: /health, and /ws for phones that
// only get out by WebSocket.
type web struct {
	server *http.Server
	guests *handover
	tunnel *tunnel
	health func() Health

	ctx    context.Context // ends WebSockets
	cancel context.CancelFunc
	done   chan struct{}
}

func openWeb(addr net.Addr, patience time.Duration, t *tunnel, health func() Health) *web {
	w := &web{guests: newHandover(addr), tunnel: t, health: health, done: make(chan struct{})}
	w.ctx, w.cancel = context.WithCancel(context.Background())
	mux := http.NewServeMux()
	mux.HandleFunc("GET /health", w.serveHealth)
	mux.HandleFunc("GET /ws", w.serveSocket)
	w.server = &http.Server{Handler: mux, ReadTimeout: patience, WriteTimeout: patience,
		IdleTimeout: 2 * patience, MaxHeaderBytes: 8 << 10, ErrorLog: log.New(io.Discard, "", 0),
		ConnContext: func(ctx context.Context, c net.Conn) context.Context { return context.WithValue(ctx, guestKey{}, c) }}
	go func() {
		defer close(w.done)
		_ = w.server.Serve(w.guests)
	}()
	return w
}

// guestKey finds the connection of a request in its context.
type guestKey struct{}

// take is the front's door for web connections.
func (w *web) take(g *guest) { w.guests.put(g) }

func (w *web) serveHealth(rw http.ResponseWriter, _ *http.Request) {
	rw.Header().Set("Content-Type", "application/json")
	rw.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(rw).Encode(w.health())
}

// serveSocket accepts any origin: what lets a phone in is its signature, and
// there is no cookie that a foreign page could ride on.
func (w *web) serveSocket(rw http.ResponseWriter, r *http.Request) {
	g, ok := r.Context().Value(guestKey{}).(*guest)
	if !ok {
		http.Error(rw, "no connection", http.StatusInternalServerError)
		return
	}
	ws, err := websocket.Accept(rw, r, &websocket.AcceptOptions{InsecureSkipVerify: true})
	if err != nil {
		return // Accept has answered
	}
	_ = g.SetDeadline(time.Time{})
	w.tunnel.carry(&brisk{websocket.NetConn(w.ctx, ws, websocket.MessageBinary), g}, g.from)
}

// brisk closes the connection under a WebSocket without its closing handshake,
// which would wait seconds for a peer that has gone.
type brisk struct {
	net.Conn
	under net.Conn
}

func (b *brisk) Close() error {
	_ = b.under.Close()
	return b.Conn.Close()
}

// Close ends all requests and WebSockets.
func (w *web) Close() error {
	w.cancel()
	err := w.server.Close()
	<-w.done
	return err
}
