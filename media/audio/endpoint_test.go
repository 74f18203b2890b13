package audio

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtp"

	"paravent/media/device"
	"paravent/media/mediatest"
	"paravent/media/wav"
)

func open(t testing.TB, config Config) *Endpoint {
	t.Helper()
	e, err := Open(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	return e
}

// sent collects what an endpoint writes.
type sent struct {
	mu      sync.Mutex
	packets []*rtp.Packet
}

func (s *sent) WriteRTP(p *rtp.Packet) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.packets = append(s.packets, p.Clone())
	return nil
}

// during runs the fake clock and returns the packets written meanwhile.
func (s *sent) during(d time.Duration) []*rtp.Packet {
	synctest.Wait()
	before := len(s.all())
	time.Sleep(d)
	synctest.Wait()
	return s.all()[before:]
}

func (s *sent) all() []*rtp.Packet {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.packets
}

var toneMic = device.MicSpec{Kind: device.MicTone, Hz: 440}

func capturing(t *testing.T, config Config) (*Endpoint, *sent) {
	t.Helper()
	e, out := open(t, config), &sent{}
	e.sender.track = out
	if err := e.StartCapture(); err != nil {
		t.Fatal(err)
	}
	return e, out
}

// loudness decodes packets and returns the level of what they hold.
func loudness(t *testing.T, packets []*rtp.Packet) float64 {
	t.Helper()
	p, err := newPlayout(func() time.Duration { return 0 })
	if err != nil {
		t.Fatal(err)
	}
	for i, packet := range packets {
		if i > 3 { // the decoder's memory of what was before has faded
			p.decode(packet.Payload)
		}
		p.line.compact()
		p.line.at = p.line.end
	}
	return level(p.line.samples[:p.line.end])
}

func TestNothingLeavesUnlessSending(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, out := capturing(t, Config{Mic: toneMic})
		if n := len(out.during(time.Second)); n != 0 {
			t.Errorf("%d packets before SetSending", n)
		}
		e.SetSending(true)
		packets := out.during(time.Second)
		if n := len(packets); n < 99 || n > 101 {
			t.Errorf("%d packets in a second", n)
		}
		if !packets[0].Marker || packets[1].Marker {
			t.Error("the first packet after a pause, and only it, carries the marker")
		}
		if db := loudness(t, packets); db < -20 {
			t.Errorf("tone at %.0f dB", db)
		}
		e.SetSending(false)
		if n := len(out.during(time.Second)); n > 1 {
			t.Errorf("%d packets after SetSending(false)", n)
		}
		_ = e.Close()
	})
}

func TestMutedSendsOnlySilence(t *testing.T) {
	for name, mute := range map[string]func(*Endpoint, bool){"muted": (*Endpoint).SetMuted, "held": (*Endpoint).SetHeld} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				e, out := capturing(t, Config{Mic: toneMic})
				e.SetSending(true)
				out.during(time.Second)
				mute(e, true)
				packets := out.during(5 * time.Second)
				if n := len(packets); n < 10 || n > 20 {
					t.Errorf("%d packets in five seconds", n)
				}
				if db := loudness(t, packets); db > -70 {
					t.Errorf("%.0f dB leave", db)
				}
				if got := e.Stats().LevelDB; got != silenceDB {
					t.Errorf("level %v", got)
				}
				last := packets[len(packets)-1]
				mute(e, false)
				again := out.during(time.Second)
				if again[0].SequenceNumber != last.SequenceNumber+1 {
					t.Error("a pause must not look like loss")
				}
				if loudness(t, again) < -20 {
					t.Error("still silent")
				}
				_ = e.Close()
			})
		})
	}
}

// P20: what a packet's length tells must be nothing.
func TestP20ConstantBitrate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := mediatest.SpeechFile(t)
		e, out := capturing(t, Config{Mic: device.MicSpec{Kind: device.MicFile, Path: path}, ConstantBitrate: true})
		e.SetSending(true)
		packets := out.during(3 * time.Second)
		e.SetMuted(true)
		packets = append(packets, out.during(3*time.Second)...)
		if n := len(packets); n < 598 || n > 602 {
			t.Errorf("%d packets in six seconds", n)
		}
		for i, p := range packets {
			if len(p.Payload) != len(packets[0].Payload) {
				t.Fatalf("packet %d has %d bytes, the first %d", i, len(p.Payload), len(packets[0].Payload))
			}
		}
		_ = e.Close()
	})
}

func TestStopCaptureIsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e, out := capturing(t, Config{Mic: toneMic})
		e.SetSending(true)
		out.during(time.Second)
		e.StopCapture()
		e.StopCapture()
		if n := len(out.during(time.Second)); n != 0 {
			t.Errorf("%d packets after StopCapture", n)
		}
		if err := e.StartCapture(); err != nil {
			t.Fatal(err)
		}
		if n := len(out.during(time.Second)); n < 99 {
			t.Errorf("%d packets after starting again", n)
		}
		_ = e.Close()
		if err := e.StartCapture(); !errors.Is(err, ErrClosed) {
			t.Errorf("start after close: %v", err)
		}
		if err := e.StartPlayback(); !errors.Is(err, ErrClosed) {
			t.Errorf("play after close: %v", err)
		}
	})
}

func TestMissingDevicesAreTyped(t *testing.T) {
	e := open(t, Config{
		Mic:     device.MicSpec{Kind: device.MicFile, Path: filepath.Join(t.TempDir(), "none.wav")},
		Speaker: device.SpeakerSpec{Kind: device.SpeakerFile, Path: filepath.Join(t.TempDir(), "no", "folder.wav")},
	})
	if err := e.StartCapture(); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
	if err := e.StartPlayback(); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}

// Speech from a file to a file, through a bad link, and first sound told once.
func TestFileToFile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		heard := filepath.Join(t.TempDir(), "heard.wav")
		firsts := make(chan time.Time, 8)
		pipe := mediatest.NewPipe(mediatest.LinkConfig{Loss: 0.05, Delay: 20 * time.Millisecond, Jitter: 3 * time.Millisecond})
		alice := open(t, Config{Mic: device.MicSpec{Kind: device.MicFile, Path: mediatest.SpeechFile(t)}})
		alice.sender.track = pipe
		bob := open(t, Config{
			Speaker:      device.SpeakerSpec{Kind: device.SpeakerFile, Path: heard},
			OnFirstSound: func(at time.Time) { firsts <- at },
		})
		received := make(chan error, 1)
		go func() { received <- bob.Receive(pipe) }()
		start := time.Now()
		if err := errors.Join(bob.StartPlayback(), alice.StartCapture()); err != nil {
			t.Fatal(err)
		}
		alice.SetSending(true)
		time.Sleep(15 * time.Second)
		synctest.Wait()
		_ = alice.Close()
		_ = bob.Close()
		pipe.Close()
		if err := <-received; err != nil {
			t.Errorf("Receive: %v", err)
		}
		if len(firsts) != 1 {
			t.Fatalf("%d first sounds", len(firsts))
		}
		if took := (<-firsts).Sub(start); took < 20*time.Millisecond || took > 100*time.Millisecond {
			t.Errorf("first sound after %v", took)
		}
		sound, err := wav.Load(heard)
		if err != nil {
			t.Fatal(err)
		}
		if got := mediatest.Compare(mediatest.Speech(), sound); got.ESTOI < 0.9 {
			t.Errorf("%+v", got)
		}
		stats := bob.Stats()
		if stats.Received < 1300 || stats.Lost == 0 || stats.Delay > 60*time.Millisecond {
			t.Errorf("%+v", stats)
		}
	})
}

// broken gives packets that are not Opus, and then fails.
type broken struct{ left int }

var errBroken = errors.New("broken")

func (b *broken) ReadRTP() (*rtp.Packet, interceptor.Attributes, error) {
	if b.left--; b.left < 0 {
		return nil, nil, errBroken
	}
	payloads := [][]byte{nil, {0xff}, {0xff, 0x3f}, {0x03, 0xff, 0, 1}, {0xfc, 1, 2, 3}}
	return &rtp.Packet{
		Header:  rtp.Header{SequenceNumber: uint16(b.left * 77), Timestamp: uint32(b.left * 4711)},
		Payload: payloads[b.left%len(payloads)],
	}, nil, nil
}

func TestBrokenPacketsAreSurvived(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := open(t, Config{})
		if err := e.StartPlayback(); err != nil {
			t.Fatal(err)
		}
		if err := e.Receive(&broken{left: 1000}); !errors.Is(err, errBroken) {
			t.Error(err)
		}
		time.Sleep(3 * time.Second)
		_ = e.Close()
	})
}

func TestFailureOfAMicrophoneIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		told := make(chan error, 2)
		e := open(t, Config{Mic: toneMic, OnFailure: func(err error) { told <- err }})
		capture, err := device.OpenMic(toneMic)
		if err != nil {
			t.Fatal(err)
		}
		capture.Close()
		e.runCapture(capture, toneMic) // ended by us: no failure
		synctest.Wait()
		if len(told) != 0 {
			t.Error(<-told)
		}
		e.speakerFailed(device.SpeakerSpec{}, device.ErrDeviceGone)
		if err := <-told; !errors.Is(err, device.ErrDeviceGone) {
			t.Error(err)
		}
	})
}

// A named device gives way to the default one; a stand-in never becomes a real device.
func TestReplaceTakesTheDefaultOfItsKind(t *testing.T) {
	named := Config{
		Mic:     device.MicSpec{Kind: device.MicDevice, Name: "gone"},
		Speaker: device.SpeakerSpec{Kind: device.SpeakerDevice, Name: "gone"},
	}
	e := open(t, named)
	e.End() // nothing opens: only the choice is looked at
	for _, failure := range []error{ErrMicrophone, ErrSpeaker} {
		if err := e.Replace(failure); !errors.Is(err, ErrClosed) {
			t.Error(err)
		}
	}
	if e.config.Mic != (device.MicSpec{Kind: device.MicDevice}) || e.config.Speaker != (device.SpeakerSpec{Kind: device.SpeakerDevice}) {
		t.Errorf("%+v", e.config)
	}
	tone := open(t, Config{Mic: toneMic})
	if err := tone.Replace(ErrMicrophone); err != nil || tone.config.Mic != toneMic {
		t.Error(err, tone.config.Mic)
	}
	if err := tone.Replace(errBroken); !errors.Is(err, errBroken) {
		t.Error(err)
	}
	_ = tone.Close()
}

func TestLossReportsSteerTheEncoder(t *testing.T) {
	e := open(t, Config{})
	for fraction, want := range map[float64]int32{0: lossFloor, 0.05: lossFloor, 0.12: 12, 0.2: lossCeiling, 1: lossCeiling} {
		e.SetPeerLoss(fraction)
		if got := e.sender.lossGoal.Load(); got != want {
			t.Errorf("%v: %d", fraction, got)
		}
	}
}

func FuzzReceive(f *testing.F) {
	f.Add(uint16(1), uint32(1), []byte{0xfc, 1, 2, 3}, uint16(2), uint32(481), []byte{0x48})
	f.Add(uint16(65535), uint32(1<<31), []byte{0x03, 0x3f}, uint16(0), uint32(0), []byte{})
	f.Fuzz(func(t *testing.T, s1 uint16, t1 uint32, p1 []byte, s2 uint16, t2 uint32, p2 []byte) {
		now := time.Duration(0)
		p, err := newPlayout(func() time.Duration { return now })
		if err != nil {
			t.Fatal(err)
		}
		out := make([]int16, 480)
		for _, packet := range []rtp.Packet{
			{Header: rtp.Header{SequenceNumber: s1, Timestamp: t1}, Payload: p1},
			{Header: rtp.Header{SequenceNumber: s2, Timestamp: t2}, Payload: p2},
			{Header: rtp.Header{SequenceNumber: s2 + 2, Timestamp: t2 + 960}, Payload: p1},
		} {
			p.put(&packet)
			for range 5 {
				p.fill(out)
				now += 10 * time.Millisecond
			}
		}
	})
}

// BenchmarkEndpoint is ten milliseconds of sound through encoder, jitter buffer
// and decoder; cores is the share of a core at real time.
func BenchmarkEndpoint(b *testing.B) {
	speech := mediatest.Speech()
	now := time.Duration(0)
	p, err := newPlayout(func() time.Duration { return now })
	if err != nil {
		b.Fatal(err)
	}
	s, err := newSender(putter{p}, frameSamples, false)
	if err != nil {
		b.Fatal(err)
	}
	s.out.Store(uint32(speaking))
	chunk, out := make([]int16, device.Chunk), make([]int16, device.Chunk)
	b.ReportAllocs()
	for i := range b.N {
		at := i * device.Chunk % (len(speech) - device.Chunk)
		copy(chunk, speech[at:])
		s.push(chunk)
		p.fill(out)
		now += device.Period
	}
	b.ReportMetric(float64(b.Elapsed())/float64(b.N)/float64(device.Period), "cores")
}

// putter is a link that delivers at once.
type putter struct{ p *playout }

func (w putter) WriteRTP(packet *rtp.Packet) error {
	w.p.put(packet)
	return nil
}
