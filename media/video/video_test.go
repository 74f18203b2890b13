package video

import (
	"image"
	"io"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"paravent/media/codec/vpx"
	"paravent/media/device"
	"paravent/media/y4m"
)

// packetsOf cuts frames as the sender does.
func packetsOf(frames [][]byte) []*rtp.Packet {
	var out capturedPackets
	s := newSender(&out, &counters{})
	start := time.Now()
	for i, f := range frames {
		s.mu.Lock()
		s.writeLocked(f, start.Add(time.Duration(i)*time.Second/30))
		s.mu.Unlock()
	}
	return out.packets
}

type capturedPackets struct {
	mu      sync.Mutex
	packets []*rtp.Packet
}

func (c *capturedPackets) WriteRTP(p *rtp.Packet) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.packets = append(c.packets, p.Clone())
	return nil
}

func randomFrames(random *rand.Rand, n, most int) [][]byte {
	frames := make([][]byte, n)
	for i := range frames {
		frames[i] = make([]byte, 1+random.IntN(most))
		for j := range min(len(frames[i]), 16) {
			frames[i][j] = byte(random.Uint32())
		}
	}
	return frames
}

func TestPacketsFitAndCarryTheFrame(t *testing.T) {
	frames := [][]byte{make([]byte, 1), make([]byte, maxPayload-1), make([]byte, maxPayload), make([]byte, 5*maxPayload)}
	var markers int
	var last *rtp.Packet
	for _, p := range packetsOf(frames) {
		require.LessOrEqual(t, len(p.Payload), maxPayload)
		if last != nil {
			require.Equal(t, last.SequenceNumber+1, p.SequenceNumber)
			require.Equal(t, last.Marker, last.Timestamp != p.Timestamp)
		}
		require.Equal(t, last == nil || last.Marker, p.Payload[0] == startOfFrame)
		if p.Marker {
			markers++
		}
		last = p
	}
	require.Equal(t, len(frames), markers)
}

// TestAssembler: packets that come late, twice and out of order, all within
// its patience, make the same frames in the same order.
func TestAssemblerOrders(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		frames := randomFrames(random, 12, 4*maxPayload)
		packets := packetsOf(frames)
		var arriving []*rtp.Packet
		arriving = append(arriving, packets[0])
		for i := range packets[1:] { // each may come up to 8 places late, some twice
			at := min(len(arriving), 1+i) - min(random.IntN(8), max(min(len(arriving), 1+i)-1, 0))
			arriving = append(arriving[:at], append([]*rtp.Packet{packets[i+1]}, arriving[at:]...)...)
			if random.IntN(10) == 0 {
				arriving = append(arriving, packets[i+1])
			}
		}
		var a assembler
		now, got := time.Unix(0, 0), [][]byte{}
		for _, p := range arriving {
			if !a.push(&p.Header, p.Payload) {
				t.Fatal("refused")
			}
			for frame, broken := a.pop(now); frame != nil || broken; frame, broken = a.pop(now) {
				if broken {
					t.Fatal("nothing is missing")
				}
				got = append(got, append([]byte(nil), frame...))
			}
		}
		if len(got) != len(frames) {
			t.Fatalf("%d frames of %d", len(got), len(frames))
		}
		for i := range frames {
			if string(got[i]) != string(frames[i]) {
				t.Fatalf("frame %d differs", i)
			}
		}
	})
}

// TestAssemblerGivesUp: with packets lost for good, every frame that comes out
// is one that went in, in order, and what is missing is told.
func TestAssemblerGivesUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		frames := randomFrames(random, 30, 4*maxPayload)
		var a assembler
		now, next := time.Unix(0, 0), 0
		shown, told := 0, false
		for i, p := range packetsOf(frames) {
			now = now.Add(20 * time.Millisecond)
			if i > 0 && random.IntN(15) == 0 {
				continue
			}
			a.push(&p.Header, p.Payload)
			for {
				frame, broken := a.pop(now)
				told = told || broken
				if frame == nil {
					break
				}
				skipped := 0
				for next < len(frames) && string(frames[next]) != string(frame) {
					next++
					skipped++
				}
				if next == len(frames) {
					t.Fatal("a frame came out that never went in")
				}
				if skipped > 0 && !told {
					t.Fatal("missing frames were not told")
				}
				told = false
				next++
				shown++
			}
		}
		if shown == 0 {
			t.Fatal("nothing came out")
		}
	})
}

func TestAssemblerJumpsToAnotherStream(t *testing.T) {
	var a assembler
	now := time.Unix(0, 0)
	one, two := packetsOf([][]byte{{1, 2, 3}}), packetsOf([][]byte{{4, 5, 6}})
	one[0].SequenceNumber, two[0].SequenceNumber = 10, 30000
	require.True(t, a.push(&one[0].Header, one[0].Payload))
	frame, _ := a.pop(now)
	require.Equal(t, []byte{1, 2, 3}, frame)
	require.True(t, a.push(&two[0].Header, two[0].Payload))
	frame, _ = a.pop(now)
	require.Equal(t, []byte{4, 5, 6}, frame)
}

// FuzzAssembler takes any packets at all.
func FuzzAssembler(f *testing.F) {
	f.Add([]byte{0x10, 1, 2, 0x10, 3, 4}, uint16(7))
	f.Fuzz(func(_ *testing.T, data []byte, seq uint16) {
		var a assembler
		now := time.Unix(0, 0)
		for i := 0; i+3 <= len(data); i += 3 {
			now = now.Add(time.Duration(data[i]) * time.Millisecond)
			seq += uint16(data[i+1]) * uint16(data[i+2]&7)
			a.push(&rtp.Header{SequenceNumber: seq, Marker: data[i+2]&8 != 0}, data[i:min(i+int(data[i+2]>>4), len(data))])
			for range 4 {
				a.pop(now)
			}
		}
	})
}

func TestQualityFollowsTheBitrate(t *testing.T) {
	hd, now := image.Pt(1280, 720), time.Unix(0, 0)
	var q quality
	step := func(bps int, passed time.Duration, size image.Point) int {
		for end := now.Add(passed); now.Before(end); now = now.Add(time.Second / 30) {
			q.choose(now, bps, size)
		}
		return q.scale
	}
	for _, s := range []struct {
		name   string
		bps    int
		passed time.Duration
		want   int
	}{
		{"a short dip changes nothing", 200_000, time.Second, 1},
		{"enough", 400_000, time.Second, 1},
		{"too little for long", 240_000, 2 * time.Second, 2},
		{"a little more is not ample", 450_000, 10 * time.Second, 2},
		{"ample, not for long", 600_000, 2 * time.Second, 2},
		{"and back", 300_000, time.Second, 2},
		{"ample", 600_000, 4 * time.Second, 1},
		{"next to nothing", 60_000, 5 * time.Second, 4},
		{"never below the last", 50_000, 5 * time.Second, 4},
		{"all the way up", 1_500_000, 8 * time.Second, 1},
	} {
		require.Equal(t, s.want, step(s.bps, s.passed, hd), s.name)
	}
	q = quality{}
	require.Equal(t, 1, step(50_000, 10*time.Second, image.Pt(176, 144)), "small pictures stay")
}

func TestConversion(t *testing.T) {
	for _, ratio := range []image.YCbCrSubsampleRatio{
		image.YCbCrSubsampleRatio420, image.YCbCrSubsampleRatio422, image.YCbCrSubsampleRatio444, image.YCbCrSubsampleRatio440,
	} {
		for _, size := range []image.Point{{64, 48}, {33, 17}} {
			src := image.NewYCbCr(image.Rect(0, 0, size.X, size.Y), ratio)
			for y := range size.Y {
				for x := range size.X {
					src.Y[src.YOffset(x, y)], src.Cb[src.COffset(x, y)], src.Cr[src.COffset(x, y)] = byte(3*x+y), byte(90+x), byte(200-2*y)
				}
			}
			var c converter
			got, err := c.i420(src)
			require.NoError(t, err)
			require.Equal(t, image.YCbCrSubsampleRatio420, got.SubsampleRatio)
			for y := range size.Y {
				for x := range size.X {
					want, have := src.YCbCrAt(x, y), got.YCbCrAt(x, y)
					require.Equal(t, want.Y, have.Y)
					require.InDelta(t, want.Cb, have.Cb, 2, "%v %v at %d,%d", ratio, size, x, y)
					require.InDelta(t, want.Cr, have.Cr, 4, "%v %v at %d,%d", ratio, size, x, y)
				}
			}
			moved, ok := src.SubImage(image.Rect(2, 2, size.X, size.Y)).(*image.YCbCr)
			require.True(t, ok)
			got, err = c.i420(moved)
			require.NoError(t, err)
			require.Equal(t, image.Rect(0, 0, size.X-2, size.Y-2), got.Rect)
			require.Equal(t, moved.YCbCrAt(2, 2).Y, got.Y[0])
		}
	}
	var c converter
	_, err := c.i420(image.NewYCbCr(image.Rect(0, 0, 64, 48), image.YCbCrSubsampleRatio410))
	require.ErrorIs(t, err, ErrFormat)
	_, err = c.i420(image.NewRGBA(image.Rect(0, 0, vpx.MaxSide+1, 10)))
	require.ErrorIs(t, err, ErrFormat)
	got, err := c.i420(image.NewRGBA(image.Rect(0, 0, 16, 16)))
	require.NoError(t, err)
	require.Equal(t, byte(0), got.Y[0])
}

func TestShrink(t *testing.T) {
	var c converter
	p := y4m.NewPicture(64, 32)
	for i := range p.Y {
		p.Y[i] = byte(i%64) * 2
	}
	for _, scale := range []int{1, 2, 4} {
		got := c.shrink(p, scale)
		require.Equal(t, image.Pt(64/scale, 32/scale), got.Rect.Size())
		require.InDelta(t, float64(2*scale)*3+float64(scale-1), float64(got.Y[3]), 1)
	}
	require.Equal(t, image.Pt(16, 8), c.shrink(y4m.NewPicture(33, 17), 2).Rect.Size(), "odd sides lose a pixel")
}

// testEndpoint sends to captured packets instead of a connection.
func testEndpoint(t *testing.T, cfg Config) (*Endpoint, *capturedPackets) {
	t.Helper()
	cfg.Width, cfg.Height, cfg.FPS, cfg.MaxKbps = 160, 120, 100, 500
	e, err := Open(cfg)
	require.NoError(t, err)
	out := &capturedPackets{}
	e.sender.track = out
	t.Cleanup(func() { _ = e.Close() })
	return e, out
}

func (c *capturedPackets) count() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.packets)
}

// signals is a screen that tells of every picture.
type signals chan image.Point

func (s signals) Show(p *image.YCbCr) {
	select {
	case s <- p.Rect.Size():
	default:
	}
}

func (s signals) await(t *testing.T, n int) {
	t.Helper()
	for range n {
		select {
		case <-s:
		case <-time.After(20 * time.Second):
			t.Fatal("no picture")
		}
	}
}

// TestNothingLeavesBeforeSending holds P10: the camera may be open and shown
// here, but no frame leaves.
func TestNothingLeavesBeforeSending(t *testing.T) {
	local := make(signals, 1000)
	e, out := testEndpoint(t, Config{Camera: device.CameraSpec{Kind: device.CameraPattern}, Local: local})
	require.NoError(t, e.StartCapture())
	e.ForceKeyframe()
	local.await(t, 20)
	require.NoError(t, e.SetMuted(true))
	require.NoError(t, e.SetMuted(false))
	local.await(t, 5)
	require.Zero(t, out.count())
	require.Zero(t, e.Stats().FramesSent)
	e.SetSending(true)
	require.Eventually(t, func() bool { return e.Stats().FramesSent > 5 }, 20*time.Second, time.Millisecond)
	e.SetSending(false)
	e.StopCapture()
	sent := out.count()
	require.NoError(t, e.StartCapture())
	local.await(t, 20)
	require.Equal(t, sent, out.count())
}

// TestStopCaptureIsAtOnce holds P11's part here.
func TestStopCaptureIsAtOnce(t *testing.T) {
	local := make(signals, 1000)
	e, out := testEndpoint(t, Config{Camera: device.CameraSpec{Kind: device.CameraPattern}, Local: local})
	e.SetSending(true)
	for range 5 {
		require.NoError(t, e.StartCapture())
		local.await(t, 3)
		e.StopCapture()
		sent := out.count()
		e.StopCapture()
		e.ForceKeyframe()
		time.Sleep(30 * time.Millisecond) // three pictures would have come
		require.Equal(t, sent, out.count())
	}
	require.NoError(t, e.Close())
	require.ErrorIs(t, e.StartCapture(), ErrClosed)
	require.ErrorIs(t, e.SetMuted(true), ErrClosed)
}

// loop feeds one endpoint's packets to another's Receive.
type loop struct {
	packets chan []byte
	drop    func(*rtp.Packet) bool
}

func (l *loop) WriteRTP(p *rtp.Packet) error {
	if l.drop != nil && l.drop(p) {
		return nil
	}
	raw, err := p.Marshal()
	if err == nil {
		l.packets <- raw
	}
	return err
}

func (l *loop) Read(b []byte) (int, interceptor.Attributes, error) {
	raw, ok := <-l.packets
	if !ok {
		return 0, nil, io.EOF
	}
	return copy(b, raw), nil, nil
}

func TestCameraOffShowsBlack(t *testing.T) {
	var mu sync.Mutex
	var last *image.YCbCr
	shown := make(signals, 1000)
	screen := screenFunc(func(p *image.YCbCr) {
		mu.Lock()
		last = y4m.NewPicture(p.Rect.Dx(), p.Rect.Dy())
		copy(last.Y, p.Y[:p.Rect.Dx()])
		mu.Unlock()
		shown.Show(p)
	})
	e, _ := testEndpoint(t, Config{Camera: device.CameraSpec{Kind: device.CameraPattern}})
	other, _ := testEndpoint(t, Config{Remote: screen})
	l := &loop{packets: make(chan []byte, 10000)}
	e.sender.track = l
	received := make(chan error, 1)
	go func() { received <- other.Receive(l, e.ForceKeyframe) }()
	e.SetSending(true)
	require.NoError(t, e.StartCapture())
	shown.await(t, 5)
	require.NoError(t, e.SetMuted(true))
	before := e.Stats().FramesSent
	require.Eventually(t, func() bool {
		mu.Lock()
		defer mu.Unlock()
		return last.Rect.Size() == image.Pt(320, 180) && last.Y[0] == 16 && last.Y[100] == 16
	}, 20*time.Second, time.Millisecond, "a black picture")
	e.ForceKeyframe() // too soon after the last black frame
	require.Equal(t, before, e.Stats().FramesSent)
	require.NoError(t, e.SetMuted(false))
	require.Eventually(t, func() bool { return other.Stats().Width == 160 }, 20*time.Second, time.Millisecond)
	e.StopCapture()
	close(l.packets)
	require.NoError(t, <-received)
}

type screenFunc func(*image.YCbCr)

func (f screenFunc) Show(p *image.YCbCr) { f(p) }

// TestLossIsHealedByAKeyframe: what is shown is never a picture that was
// decoded without what came before it, and a keyframe is asked for.
func TestLossIsHealedByAKeyframe(t *testing.T) {
	seen := make(chan uint16, 10000)
	screen := screenFunc(func(p *image.YCbCr) {
		n, ok := device.FrameNumber(p)
		if !ok {
			t.Error("a broken picture was shown")
			return
		}
		seen <- n
	})
	e, _ := testEndpoint(t, Config{Camera: device.CameraSpec{Kind: device.CameraPattern}})
	other, _ := testEndpoint(t, Config{Remote: screen})
	count := 0
	l := &loop{packets: make(chan []byte, 10000), drop: func(*rtp.Packet) bool {
		count++
		return count == 40
	}}
	e.sender.track = l
	asked := make(chan struct{}, 100)
	go func() {
		_ = other.Receive(l, func() {
			asked <- struct{}{}
			e.ForceKeyframe()
		})
	}()
	e.SetSending(true)
	require.NoError(t, e.StartCapture())
	select {
	case <-asked:
	case <-time.After(20 * time.Second):
		t.Fatal("no keyframe was asked for")
	}
	for len(seen) > 0 {
		<-seen
	}
	for range 10 {
		select {
		case <-seen:
		case <-time.After(20 * time.Second):
			t.Fatal("pictures did not come back")
		}
	}
	e.StopCapture()
	close(l.packets)
	require.NotZero(t, other.Stats().Lost)
	require.NotZero(t, other.Stats().Keyframes)
}

// TestKeyframeFloodIsBounded: a peer that asks all the time does not make
// every frame a keyframe.
func TestKeyframeFloodIsBounded(t *testing.T) {
	local := make(signals, 1000)
	e, out := testEndpoint(t, Config{Camera: device.CameraSpec{Kind: device.CameraPattern}})
	e.cfg.Local = screenFunc(func(p *image.YCbCr) {
		local.Show(p)
		go e.ForceKeyframe()
	})
	e.SetSending(true)
	start := time.Now()
	require.NoError(t, e.StartCapture())
	local.await(t, 100)
	e.StopCapture()
	most := 2 + int(time.Since(start)/keyframeGap)
	keys := 0
	for _, p := range out.packets {
		if p.Payload[0] == startOfFrame && p.Payload[1]&1 == 0 {
			keys++
		}
	}
	require.LessOrEqual(t, keys, most)
	require.NotZero(t, keys)
}

func TestBacklogDropsPictures(t *testing.T) {
	local := make(signals, 1000)
	e, out := testEndpoint(t, Config{Camera: device.CameraSpec{Kind: device.CameraPattern}, Local: local})
	e.SetBacklog(func() time.Duration { return time.Second })
	e.SetSending(true)
	require.NoError(t, e.StartCapture())
	local.await(t, 10)
	e.StopCapture()
	require.Zero(t, out.count())
	require.NotZero(t, e.Stats().Overflowed)
}

func TestMissingCameraIsTold(t *testing.T) {
	e, _ := testEndpoint(t, Config{Camera: device.CameraSpec{Kind: device.CameraFile, Path: "none.y4m"}})
	require.ErrorIs(t, e.StartCapture(), device.ErrCameraOpen)
	off, _ := testEndpoint(t, Config{})
	require.NoError(t, off.StartCapture(), "a camera that is off is no error")
	require.NoError(t, off.SetMuted(false))
	_, err := Open(Config{Width: 0, Height: 10, FPS: 30, MaxKbps: 1})
	require.ErrorIs(t, err, ErrConfig)
}

// P11: a camera that is slow to open holds up neither hanging up nor muting,
// and nothing stays open behind them.
func TestP11StopOvertakesASlowOpening(t *testing.T) {
	for _, stop := range []func(*Endpoint){
		func(e *Endpoint) { e.StopCapture() },
		func(e *Endpoint) { _ = e.SetMuted(true) },
		func(e *Endpoint) { _ = e.Close() },
	} {
		e, err := Open(Config{Camera: device.CameraSpec{Kind: device.CameraPattern}, Width: 1280, Height: 720, FPS: 30, MaxKbps: 1000})
		if err != nil {
			t.Fatal(err)
		}
		started := make(chan error, 1)
		go func() { started <- e.StartCapture() }() // painting the pattern takes a while
		for !e.is(captureStarting) {
			runtime.Gosched()
		}
		stop(e)
		if err := <-started; err != nil {
			t.Errorf("start: %v", err)
		}
		if e.is(captureRunning) || e.is(captureStarting) {
			t.Error("the camera is on")
		}
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	}
}

func (e *Endpoint) is(s captureState) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.state == s
}

func TestVerbsMayRace(t *testing.T) {
	e, _ := testEndpoint(t, Config{Camera: device.CameraSpec{Kind: device.CameraPattern}, Local: make(signals, 1)})
	var all sync.WaitGroup
	for i := range 4 {
		all.Go(func() {
			random := rand.New(rand.NewPCG(uint64(i), 0))
			for range 30 {
				switch random.IntN(7) {
				case 0:
					_ = e.StartCapture()
				case 1:
					e.StopCapture()
				case 2:
					_ = e.SetMuted(random.IntN(2) == 0)
				case 3:
					e.SetSending(random.IntN(2) == 0)
				case 4:
					e.SetBitrate(random.IntN(1_000_000))
				case 5:
					e.ForceKeyframe()
				case 6:
					e.Stats()
				}
			}
		})
	}
	all.Wait()
	require.NoError(t, e.Close())
}

func BenchmarkReceive720p(b *testing.B) {
	encoder, err := vpx.NewEncoder(1280, 720, 1_500_000)
	require.NoError(b, err)
	defer encoder.Close()
	var frames [][]byte
	track, err := device.OpenCamera(device.CameraSpec{Kind: device.CameraPattern}, device.CameraFormat{Width: 1280, Height: 720, FPS: 120}, nil)
	require.NoError(b, err)
	reader := track.NewReader(false)
	for n := range 30 {
		img, _, err := reader.Read()
		require.NoError(b, err)
		frame, _, err := encoder.Encode(img.(*image.YCbCr), time.Duration(n)*time.Second/30, time.Second/30, false)
		require.NoError(b, err)
		frames = append(frames, append([]byte(nil), frame...))
	}
	_ = track.Close()
	packets := packetsOf(frames)
	e, err := Open(Config{Width: 1280, Height: 720, FPS: 30, MaxKbps: 1500})
	require.NoError(b, err)
	decoder, err := vpx.NewDecoder()
	require.NoError(b, err)
	r := &receiver{endpoint: e, decoder: decoder, requestKey: func() {}}
	b.ReportAllocs()
	n, seq := 0, uint16(0)
	buf := make([]byte, maxPacket)
	for b.Loop() { // one frame
		for marker := false; !marker; n++ {
			p := packets[n%len(packets)]
			p.SequenceNumber, marker = seq, p.Marker
			seq++
			size, err := p.MarshalTo(buf)
			if err != nil {
				b.Fatal(err)
			}
			r.take(time.Now(), buf[:size])
		}
	}
}
