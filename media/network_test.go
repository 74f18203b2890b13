package media

import (
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/logging"
	"github.com/pion/transport/v5/vnet"
	"github.com/pion/webrtc/v4"
	"github.com/stretchr/testify/require"
)

// wire is an emulated network between the two sides of a test.
type wire struct {
	router *vnet.Router
	nets   map[bool]*vnet.Net // by offerer
	dead   atomic.Bool        // nothing passes
	deaf   atomic.Bool        // nothing passes to the offerer
	loss   atomic.Int64       // percent of the chunks
}

// newWire makes a network; bps limits what each side receives, 0 not.
func newWire(t testing.TB, bps int) *wire {
	t.Helper()
	w := &wire{nets: map[bool]*vnet.Net{}}
	var err error
	w.router, err = vnet.NewRouter(&vnet.RouterConfig{CIDR: "192.0.2.0/24", LoggerFactory: logging.NewDefaultLoggerFactory()})
	require.NoError(t, err)
	for offerer, ip := range map[bool]string{true: "192.0.2.1", false: "192.0.2.2"} {
		n, err := vnet.NewNet(&vnet.NetConfig{StaticIPs: []string{ip}})
		require.NoError(t, err)
		w.nets[offerer] = n
		var nic vnet.NIC = n
		if bps > 0 {
			queue, err := vnet.NewQueue(n, vnet.NewTBFQueue(bps, 4000, int64(bps/8/2))) // half a second long
			require.NoError(t, err)
			t.Cleanup(func() { _ = queue.Close() })
			nic = queue
		}
		require.NoError(t, w.router.AddNet(nic))
	}
	var mu sync.Mutex
	random := rand.New(rand.NewPCG(1, 2))
	w.router.AddChunkFilter(func(c vnet.Chunk) bool {
		mu.Lock()
		defer mu.Unlock()
		deaf := w.deaf.Load() && strings.HasPrefix(c.DestinationAddr().String(), "192.0.2.1:")
		return !deaf && !w.dead.Load() && int64(random.IntN(100)) >= w.loss.Load()
	})
	require.NoError(t, w.router.Start())
	t.Cleanup(func() { _ = w.router.Stop() })
	return w
}

func (w *wire) engine(offerer bool) webrtc.SettingEngine {
	se := webrtc.SettingEngine{}
	se.SetNet(w.nets[offerer])
	se.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	se.SetHostAcceptanceMinWait(0)
	se.SetDTLSInsecureSkipHelloVerify(true)
	se.SetICETimeouts(500*time.Millisecond, 10*time.Second, 100*time.Millisecond)
	return se
}

// TestSlowLinkDoesNotCollapse: about 430 kbit/s of pictures meet a link of 300.
// Smaller ones need less than it has, so that the target grows again until the
// full size is tried, but never beyond half again of what arrives.
func TestSlowLinkDoesNotCollapse(t *testing.T) {
	const link, most = 300_000, 1.5*300_000 + 10_000
	w := newWire(t, link)
	a, b := setup{engine: w.engine, width: 960, height: 540, kbps: 1500}.connect(t)
	a.screen.await(t, 60) // past the start
	b.screen.await(t, 60)
	for _, s := range []*side{a, b} {
		s.screen.drain()
		before, start := s.session.Stats(), time.Now()
		s.screen.await(t, 120)
		after, passed := s.session.Stats(), time.Since(start).Seconds()
		kbps := float64(after.Video.BytesReceived-before.Video.BytesReceived) * 8 / 1000 / passed
		t.Logf("%.0f pictures a second, %.0f kbit/s of %d, %d packets of pictures lost, sound: %d of %d lost",
			120/passed, kbps, after.Bitrate/1000, after.Video.Lost, after.Audio.Lost, after.Audio.Received)
		// How many pictures this computer can make is not the question here: what
		// the link bears is.
		require.Greater(t, after.Bitrate, link/3)
		require.Less(t, after.Audio.Lost, after.Audio.Received/20, "sound is not starved")
		require.Less(t, float64(after.Bitrate), most)
	}
}

func TestPicturesComeBackAfterALossyWhile(t *testing.T) {
	w := newWire(t, 0)
	a, b := setup{engine: w.engine}.connect(t)
	b.screen.await(t, 20)
	w.loss.Store(10)
	b.screen.await(t, 60)
	w.loss.Store(0)
	w.dead.Store(true)
	from := a.session.Stats().Video.FramesSent
	eventually(t, "a second's pictures are lost", func() bool { return a.session.Stats().Video.FramesSent > from+30 })
	// Small pictures are so few packets that all are sent again in time, and no
	// keyframe is needed, unless the requests for them are lost too.
	asked := b.session.Stats().Video.Keyframes
	w.deaf.Store(true)
	w.dead.Store(false)
	eventually(t, "a keyframe is asked for", func() bool { return b.session.Stats().Video.Keyframes > asked })
	b.screen.drain()
	w.deaf.Store(false)
	b.screen.await(t, 30)
}

func TestDownAndUpAgain(t *testing.T) {
	w := newWire(t, 0)
	a, b := setup{engine: w.engine, noVideo: true}.connect(t)
	w.dead.Store(true)
	a.await(t, Down)
	b.await(t, Down)
	w.dead.Store(false)
	a.await(t, Up)
	b.await(t, Up)
}

func TestCloseIsBoundedOnADeadNetwork(t *testing.T) {
	w := newWire(t, 0)
	a, b := setup{engine: w.engine}.connect(t)
	b.screen.await(t, 5)
	w.dead.Store(true)
	start := time.Now()
	_ = a.session.Close()
	require.Less(t, time.Since(start), closeTime+500*time.Millisecond)
}
