package media

import (
	"image"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"
	"github.com/stretchr/testify/require"

	"paravent/media/audio"
	"paravent/media/device"
	"paravent/media/video"
)

const patience = 20 * time.Second // for what must happen; a failing test waits that long

// side is one phone's media in a test.
type side struct {
	session *Session
	audio   *audio.Endpoint
	video   *video.Endpoint
	screen  *watch
	states  chan State
}

// watch is a screen that tells which numbers of the pattern camera it saw.
type watch struct {
	mu    sync.Mutex
	seen  chan uint16 // newest numbers; full: dropped
	sizes map[image.Point]int
	taps  []func(*image.YCbCr)
}

func newWatch() *watch { return &watch{seen: make(chan uint16, 4096), sizes: map[image.Point]int{}} }

func (w *watch) Show(p *image.YCbCr) {
	w.mu.Lock()
	w.sizes[p.Rect.Size()]++
	for _, tap := range w.taps {
		tap(p)
	}
	w.mu.Unlock()
	if n, ok := device.FrameNumber(p); ok {
		select {
		case w.seen <- n:
		default:
		}
	}
}

// drain forgets what was seen until now.
func (w *watch) drain() {
	for len(w.seen) > 0 {
		<-w.seen
	}
}

// await waits for n more pictures.
func (w *watch) await(t testing.TB, n int) (last uint16) {
	t.Helper()
	for range n {
		select {
		case last = <-w.seen:
		case <-time.After(patience):
			t.Fatal("no picture came")
		}
	}
	return last
}

type setup struct {
	camera        string
	width, height int
	kbps          int
	noVideo       bool
	audio         *audio.Config // nil: a tone
	local         video.Screen  // of the offerer
	engine        func(offerer bool) webrtc.SettingEngine
	offer, answer func(sdp string) string // tampering on the way
}

func loopbackEngine(bool) webrtc.SettingEngine {
	se := webrtc.SettingEngine{}
	se.SetIncludeLoopbackCandidate(true)
	se.SetIPFilter(func(ip net.IP) bool { return ip.IsLoopback() && ip.To4() != nil })
	se.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	se.SetHostAcceptanceMinWait(0)
	se.SetDTLSInsecureSkipHelloVerify(true)
	return se
}

func (c setup) open(t testing.TB, offerer bool, candidate func(string)) *side {
	t.Helper()
	s := &side{screen: newWatch(), states: make(chan State, 64)}
	var err error
	sound := audio.Config{Mic: device.MicSpec{Kind: device.MicTone, Hz: 440}}
	if c.audio != nil {
		sound = *c.audio
	}
	s.audio, err = audio.Open(sound)
	require.NoError(t, err)
	if !c.noVideo {
		camera, err := device.ParseCamera(c.camera)
		require.NoError(t, err)
		cfg := video.Config{Camera: camera, Width: c.width, Height: c.height, FPS: 30, MaxKbps: c.kbps, Remote: s.screen}
		if offerer {
			cfg.Local = c.local
		}
		s.video, err = video.Open(cfg)
		require.NoError(t, err)
	}
	t.Cleanup(s.close)
	s.session = c.session(t, s, offerer, candidate)
	s.session.Listen(s.audio, s.video)
	require.NoError(t, s.session.Speak(true))
	return s
}

// session makes one of the sessions that a side may have.
func (c setup) session(t testing.TB, s *side, offerer bool, candidate func(string)) *Session {
	t.Helper()
	cfg := Config{
		Engine: c.engine(offerer), Offerer: offerer,
		OnCandidate: candidate, OnState: func(st State) { s.states <- st },
	}
	if !c.noVideo {
		cfg.Pictures = c.kbps * 1000
	}
	made, err := Open(cfg)
	require.NoError(t, err)
	t.Cleanup(func() { _ = made.Close() })
	return made
}

func (s *side) close() {
	_ = s.session.Close()
	if s.video != nil {
		_ = s.video.Close()
	}
	_ = s.audio.Close()
}

func (s *side) capture(t testing.TB) {
	t.Helper()
	require.NoError(t, s.audio.StartCapture())
	require.NoError(t, s.audio.StartPlayback())
	if s.video != nil {
		require.NoError(t, s.video.StartCapture())
	}
}

// pair makes two sides that know each other's candidates, not yet negotiated.
func (c setup) pair(t testing.TB) (a, b *side) {
	t.Helper()
	if c.engine == nil {
		c.engine = loopbackEngine
	}
	if c.camera == "" {
		c.camera = "pattern"
	}
	if c.width == 0 {
		c.width, c.height = 320, 180
	}
	if c.kbps == 0 {
		c.kbps = 800
	}
	toA, toB := make(chan string, 64), make(chan string, 64)
	a = c.open(t, true, func(s string) { toB <- s })
	b = c.open(t, false, func(s string) { toA <- s })
	carry(t, toA, a.session)
	carry(t, toB, b.session)
	return a, b
}

// carry gives a session the candidates of the other side.
func carry(t testing.TB, from chan string, to *Session) {
	stop := make(chan struct{})
	t.Cleanup(func() { close(stop) })
	go func() {
		for {
			select {
			case <-stop:
				return
			case s := <-from:
				_ = to.AddCandidate(s) // closed at the end
			}
		}
	}()
}

func (c setup) negotiate(t testing.TB, a, b *side, restart bool) {
	t.Helper()
	offer, err := a.session.Offer(restart)
	require.NoError(t, err)
	if c.offer != nil {
		offer = c.offer(offer)
	}
	answer, err := b.session.Answer(offer)
	require.NoError(t, err)
	if c.answer != nil {
		answer = c.answer(answer)
	}
	require.NoError(t, a.session.Complete(answer))
}

func (c setup) connect(t testing.TB) (a, b *side) {
	t.Helper()
	a, b = c.pair(t)
	a.capture(t)
	b.capture(t)
	c.negotiate(t, a, b, false)
	a.await(t, Up)
	b.await(t, Up)
	return a, b
}

func (s *side) await(t testing.TB, want State) {
	t.Helper()
	limit := time.After(patience)
	for {
		select {
		case got := <-s.states:
			if got == want {
				return
			}
		case <-limit:
			t.Fatalf("state %v never came", want)
		}
	}
}

// eventually waits until the condition holds.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	require.Eventually(t, holds, patience, 10*time.Millisecond, what)
}

func TestSoundAndPicturesGoBothWays(t *testing.T) {
	a, b := setup{}.connect(t)
	a.screen.await(t, 30)
	b.screen.await(t, 30)
	for _, s := range []*side{a, b} {
		eventually(t, "sound arrives", func() bool { return s.session.Stats().Audio.Received > 50 })
		_, _, relayed, ok := s.session.SelectedPair()
		require.True(t, ok)
		require.False(t, relayed)
	}
}
