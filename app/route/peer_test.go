package route

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
	"github.com/stretchr/testify/require"

	"paravent/app/phone"
)

// testPeer is one side of a call: a PeerConnection whose words all go through its gate.
type testPeer struct {
	t     *testing.T
	pc    *webrtc.PeerConnection
	gate  *Gate
	track *webrtc.TrackLocalStaticRTP
	up    chan struct{}
	heard chan *rtp.Packet
	// all that left, and all errors of the gate
	mu   sync.Mutex
	left []string
	errs []error
	// local candidates that passed the gate, then ""
	out chan string
}

func newPeer(t *testing.T, plan Plan) *testPeer {
	t.Helper()
	p := &testPeer{t: t, gate: NewGate(plan, nil), up: make(chan struct{}), heard: make(chan *rtp.Packet, 1), out: make(chan string, 64)}
	ctx, cancel := context.WithCancel(t.Context())
	engine, config, err := plan.Settings(ctx)
	require.NoError(t, err)
	media := &webrtc.MediaEngine{}
	require.NoError(t, media.RegisterDefaultCodecs())
	api := webrtc.NewAPI(webrtc.WithSettingEngine(engine), webrtc.WithMediaEngine(media))
	p.pc, err = api.NewPeerConnection(config)
	require.NoError(t, err)
	t.Cleanup(func() { cancel(); _ = p.pc.Close() })
	opus := webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2}
	p.track, err = webrtc.NewTrackLocalStaticRTP(opus, "microphone", "stream-of-"+t.Name())
	require.NoError(t, err)
	_, err = p.pc.AddTrack(p.track)
	require.NoError(t, err)
	p.listen()
	return p
}

func (p *testPeer) listen() {
	var once sync.Once
	p.pc.OnConnectionStateChange(func(s webrtc.PeerConnectionState) {
		if s == webrtc.PeerConnectionStateConnected {
			once.Do(func() { close(p.up) })
		}
	})
	p.pc.OnTrack(func(tr *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
		if pkt, _, err := tr.ReadRTP(); err == nil {
			p.heard <- pkt
		}
	})
	p.pc.OnICECandidate(func(c *webrtc.ICECandidate) {
		line := ""
		if c != nil {
			line = c.ToJSON().Candidate
		}
		line, err := p.gate.OutCandidate(line)
		p.note(line, err)
		if err == nil || c == nil {
			p.out <- line
		}
	})
}

func (p *testPeer) note(line string, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err != nil {
		p.errs = append(p.errs, err)
	} else if line != "" {
		p.left = append(p.left, line)
	}
}

// everything is what the other side was told, and what the gate refused.
func (p *testPeer) everything() ([]string, []error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string{}, p.left...), append([]error{}, p.errs...)
}

// describe makes this side's description; it leaves through the gate.
func (p *testPeer) describe(make func() (webrtc.SessionDescription, error)) string {
	d, err := make()
	require.NoError(p.t, err)
	require.NoError(p.t, p.pc.SetLocalDescription(d))
	out, err := p.gate.OutSDP(p.pc.LocalDescription().SDP)
	require.NoError(p.t, err, p.pc.LocalDescription().SDP)
	p.note(out, nil)
	return out
}

func (p *testPeer) offer() string {
	return p.describe(func() (webrtc.SessionDescription, error) { return p.pc.CreateOffer(nil) })
}

func (p *testPeer) accept(typ webrtc.SDPType, sdp string) {
	in, err := p.gate.InSDP(sdp)
	require.NoError(p.t, err)
	require.NoError(p.t, p.pc.SetRemoteDescription(webrtc.SessionDescription{Type: typ, SDP: in}))
}

// feed gives this side the other's candidates until they end.
func (p *testPeer) feed(from *testPeer) {
	for line := range from.out {
		if line == "" {
			return
		}
		in, keep, err := p.gate.InCandidate(line)
		if err == nil && keep {
			mid := "0"
			_ = p.pc.AddICECandidate(webrtc.ICECandidateInit{Candidate: in, SDPMid: &mid})
		}
	}
}

// call connects a to b and passes one RTP packet each way.
func call(t *testing.T, a, b *testPeer) {
	t.Helper()
	b.accept(webrtc.SDPTypeOffer, a.offer())
	a.accept(webrtc.SDPTypeAnswer, b.describe(func() (webrtc.SessionDescription, error) { return b.pc.CreateAnswer(nil) }))
	go a.feed(b)
	go b.feed(a)
	for _, p := range []*testPeer{a, b} {
		select {
		case <-p.up:
		case <-time.After(15 * time.Second):
			_, errs := p.everything()
			t.Fatalf("not connected; gate refused %v", errs)
		}
	}
	talk(t, a, b)
	talk(t, b, a)
}

// talk repeats a packet until the other side has heard it.
func talk(t *testing.T, from, to *testPeer) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(10 * time.Second)
	for n := uint16(0); ; n++ {
		require.NoError(t, from.track.WriteRTP(&rtp.Packet{
			Header:  rtp.Header{Version: 2, SequenceNumber: n, Timestamp: uint32(n) * 480},
			Payload: []byte("hello"),
		}))
		select {
		case pkt := <-to.heard:
			require.Equal(t, "hello", string(pkt.Payload))
			return
		case <-tick.C:
		case <-deadline:
			t.Fatal("no packet heard")
		}
	}
}

func mustPlan(t testing.TB, route phone.Route, r Relays, opts Options) Plan {
	t.Helper()
	p, err := NewPlan(route, r, opts)
	require.NoError(t, err)
	return p
}

// candidateTypes lists the types of all candidates in texts.
func candidateTypes(texts []string) map[string]int {
	types := map[string]int{}
	for _, text := range texts {
		for line := range strings.Lines(text) {
			if _, after, ok := strings.Cut(line, " typ "); ok {
				types[strings.Fields(after)[0]]++
			}
		}
	}
	return types
}
