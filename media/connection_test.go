package media

import (
	"encoding/binary"
	"errors"
	"image"
	"io"
	"math"
	"net"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"
	"github.com/stretchr/testify/require"

	"paravent/media/device"
	"paravent/media/y4m"
)

// TestP23WrongFingerprintDeliversNothing: for both DTLS roles and both
// ways in which a description may have been changed.
func TestP23WrongFingerprintDeliversNothing(t *testing.T) {
	line := regexp.MustCompile(`a=fingerprint:sha-256 [0-9A-F:]+`)
	forge := func(sdp string) string {
		return line.ReplaceAllString(sdp, "a=fingerprint:sha-256 "+strings.TrimSuffix(strings.Repeat("AB:", 32), ":"))
	}
	for _, role := range []webrtc.DTLSRole{webrtc.DTLSRoleClient, webrtc.DTLSRoleServer} {
		for _, tampered := range []string{"offer", "answer"} {
			t.Run("answerer is "+role.String()+", wrong "+tampered, func(t *testing.T) {
				c := setup{engine: func(offerer bool) webrtc.SettingEngine {
					se := loopbackEngine(offerer)
					require.NoError(t, se.SetAnsweringDTLSRole(role))
					return se
				}}
				if tampered == "offer" {
					c.offer = forge
				} else {
					c.answer = forge
				}
				a, b := c.pair(t)
				for _, s := range []*side{a, b} {
					s.capture(t)
					s.session.SetHeld(false) // as every call does
				}
				c.negotiate(t, a, b, false)
				victim := map[string]*side{"offer": b, "answer": a}[tampered]
				victim.await(t, Failed)
				for _, s := range []*side{a, b} { // the other one's DTLS may have been through
					st := s.session.Stats()
					require.Zero(t, st.Audio.Received)
					require.Zero(t, st.Video.PacketsReceived)
					require.Empty(t, s.screen.seen)
				}
				require.Zero(t, victim.session.Stats().Audio.Sent)
				require.Zero(t, victim.session.Stats().Video.PacketsSent)
			})
		}
	}
}

// TestFileToFile sends a y4m file and compares what arrives with it.
func TestFileToFile(t *testing.T) {
	in, out := filepath.Join(t.TempDir(), "in.y4m"), filepath.Join(t.TempDir(), "out.y4m")
	format := device.CameraFormat{Width: 320, Height: 180, FPS: 30}
	sent := record(t, in, format, 30)
	screen, err := device.OpenScreen(device.ScreenSpec{Kind: device.ScreenFile, Path: out}, format)
	require.NoError(t, err)
	c := setup{camera: "file:" + in, kbps: 1500}
	a, b := c.pair(t)
	b.screen.taps = append(b.screen.taps, screen.Show)
	a.capture(t)
	c.negotiate(t, a, b, false)
	b.screen.await(t, 75) // more than twice through the file
	require.NoError(t, b.session.Close())
	require.NoError(t, screen.Close())

	r, err := y4m.Open(out)
	require.NoError(t, err)
	defer r.Close()
	got, sum, count := y4m.NewPicture(320, 180), 0.0, 0
	for ; ; count++ {
		if err := r.Next(got); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		n, ok := device.FrameNumber(got)
		require.True(t, ok)
		sum += psnr(sent[n], got)
	}
	require.GreaterOrEqual(t, count, 75)
	t.Logf("%d pictures, mean PSNR %.1f dB", count, sum/float64(count))
	require.Greater(t, sum/float64(count), 30.0)
}

// record writes what the pattern camera shows to a file, and returns it.
func record(t *testing.T, path string, format device.CameraFormat, n int) map[uint16]*image.YCbCr {
	t.Helper()
	fast := format
	fast.FPS = 200
	track, err := device.OpenCamera(device.CameraSpec{Kind: device.CameraPattern}, fast, nil)
	require.NoError(t, err)
	defer track.Close()
	w, err := y4m.Create(path, y4m.Header{Width: format.Width, Height: format.Height, Num: format.FPS, Den: 1})
	require.NoError(t, err)
	reader, all := track.NewReader(true), map[uint16]*image.YCbCr{}
	for range n {
		img, _, err := reader.Read()
		require.NoError(t, err)
		p := y4m.NewPicture(format.Width, format.Height)
		src := img.(*image.YCbCr)
		copy(p.Y, src.Y)
		copy(p.Cb, src.Cb)
		copy(p.Cr, src.Cr)
		number, ok := device.FrameNumber(p)
		require.True(t, ok)
		all[number] = p
		require.NoError(t, w.Write(p))
	}
	require.NoError(t, w.Close())
	return all
}

func psnr(a, b *image.YCbCr) float64 {
	sum := 0.0
	for i := range a.Y {
		d := float64(a.Y[i]) - float64(b.Y[i])
		sum += d * d
	}
	return 10 * math.Log10(255*255/(sum/float64(len(a.Y))+1e-9))
}

func TestRestartKeepsTheCall(t *testing.T) {
	c := setup{}
	a, b := c.connect(t)
	b.screen.await(t, 5)
	before, _, _, ok := a.session.SelectedPair()
	require.True(t, ok)
	offer, err := a.session.Offer(true)
	require.NoError(t, err)
	eventually(t, "the new candidates come before the offer", func() bool {
		b.session.mu.Lock()
		defer b.session.mu.Unlock()
		return len(b.session.pending) > 0
	})
	answer, err := b.session.Answer(offer)
	require.NoError(t, err)
	require.NoError(t, a.session.Complete(answer))
	eventually(t, "another path is in use", func() bool {
		now, _, _, ok := a.session.SelectedPair()
		return ok && now != before
	})
	b.screen.drain()
	a.screen.drain()
	a.screen.await(t, 15)
	b.screen.await(t, 15)
}

// TestMuteAndHoldNeedNoNegotiation: only endpoints are touched.
func TestMuteAndHoldNeedNoNegotiation(t *testing.T) {
	a, b := setup{}.connect(t)
	b.screen.await(t, 5)
	require.NoError(t, a.video.SetMuted(true))
	eventually(t, "the black picture arrives", func() bool { st := b.video.Stats(); return st.Width == 320 && b.screen.sizes320() })
	a.audio.SetMuted(true)
	b.screen.drain()
	require.NoError(t, a.video.SetMuted(false))
	a.audio.SetMuted(false)
	b.screen.await(t, 10)

	a.session.SetHeld(true)
	sent := a.session.Stats().Video.FramesSent
	heard := b.session.Stats().Audio.Received
	eventually(t, "the other side goes on", func() bool { return a.session.Stats().Audio.Received > 0 && len(a.screen.seen) > 20 })
	require.LessOrEqual(t, a.session.Stats().Video.FramesSent, sent+1)
	a.session.SetHeld(false)
	b.screen.drain()
	b.screen.await(t, 10)
	eventually(t, "sound is back", func() bool { return b.session.Stats().Audio.Received > heard+20 })
}

// sizes320 tells whether any picture came.
func (w *watch) sizes320() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.sizes[image.Pt(320, 180)] > 0
}

func TestSoundOnlyCallHasNoVideoLine(t *testing.T) {
	offers := setup{engine: loopbackEngine, camera: "pattern", width: 320, height: 180, kbps: 800}
	a := offers.open(t, true, func(string) {})
	deaf := offers
	deaf.noVideo = true
	b := deaf.open(t, false, func(string) {})
	offer, err := a.session.Offer(false)
	require.NoError(t, err)
	answer, err := b.session.Answer(offer)
	require.NoError(t, err)
	require.Contains(t, answer, "m=video 0 ", "the line is refused")
	require.ErrorIs(t, a.session.Complete(answer), ErrSDP)
	plain := deaf.open(t, true, func(string) {})
	offer, err = plain.session.Offer(false)
	require.NoError(t, err)
	require.NotContains(t, offer, "m=video")
	require.NotContains(t, offer, "transport-cc")
}

func TestP21DescriptionsOfTwoCallsShareNoName(t *testing.T) {
	c := setup{engine: loopbackEngine, camera: "pattern", width: 320, height: 180, kbps: 800}
	name := regexp.MustCompile(`cname:(\S+)`)
	seen := map[string]bool{}
	for range 2 {
		offer, err := c.open(t, true, func(string) {}).session.Offer(false)
		require.NoError(t, err)
		for _, m := range name.FindAllStringSubmatch(offer, -1) {
			require.False(t, seen[m[1]], "P21: %s", m[1])
			seen[m[1]] = true
		}
	}
	require.NotEmpty(t, seen)
}

func TestBadInputIsRefused(t *testing.T) {
	c := setup{engine: loopbackEngine, camera: "pattern", width: 320, height: 180, kbps: 800}
	s := c.open(t, false, func(string) {}).session
	_, err := s.Answer("v=0\r\nnonsense")
	require.ErrorIs(t, err, ErrSDP)
	require.ErrorIs(t, s.Complete("nonsense"), ErrRole)
	_, err = s.Offer(false)
	require.ErrorIs(t, err, ErrRole)
	caller := c.open(t, true, func(string) {}).session
	_, err = caller.Answer("v=0\r\n")
	require.ErrorIs(t, err, ErrRole)
	_, err = caller.Offer(false)
	require.NoError(t, err)
	require.ErrorIs(t, caller.Complete("nonsense"), ErrSDP)
	for range maxPending {
		require.NoError(t, s.AddCandidate("candidate:1 1 udp 1 127.0.0.1 9 typ host"))
	}
	require.ErrorIs(t, s.AddCandidate("candidate:1 1 udp 1 127.0.0.1 9 typ host"), ErrCandidate)
	require.NoError(t, s.Close())
	require.ErrorIs(t, s.AddCandidate("x"), ErrClosed)
}

func TestCloseMayRaceWithEverything(t *testing.T) {
	for range 4 {
		c := setup{}
		a, b := c.pair(t)
		a.capture(t)
		b.capture(t)
		var all sync.WaitGroup
		all.Go(func() {
			if offer, err := a.session.Offer(false); err == nil {
				if answer, err := b.session.Answer(offer); err == nil {
					_ = a.session.Complete(answer)
				}
			}
		})
		for _, s := range []*side{a, b} {
			all.Go(func() {
				_ = s.session.Stats()
				s.session.SetHeld(true)
				_ = s.session.Close()
				_ = s.session.Close()
				s.session.SetHeld(false)
				_ = s.session.Stats()
			})
		}
		all.Wait()
		a.close()
		b.close()
	}
}

func TestNothingIsLeftRunning(t *testing.T) {
	call := func() {
		a, b := setup{}.connect(t)
		b.screen.await(t, 3)
		a.close()
		b.close()
	}
	call() // what is started once for all stays
	before := runtime.NumGoroutine()
	for range 3 {
		call()
	}
	// The deliverers of candidates end with the test: two for each pair.
	for deadline := time.Now().Add(20 * time.Second); runtime.NumGoroutine() > before+3*2; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			buf := make([]byte, 1<<20)
			t.Fatalf("%d goroutines, %d before:\n%s", runtime.NumGoroutine(), before, buf[:runtime.Stack(buf, true)])
		}
	}
}

func TestPacerLetsSoundPass(t *testing.T) {
	p := newPacer(100_000, func(uint16, int) {})
	defer p.Close()
	order := make(chan string, 100)
	p.addStream(streamInfo(1, "video/VP8"), rtpWriterFunc(func() { order <- "picture" }))
	p.addStream(streamInfo(2, "audio/opus"), rtpWriterFunc(func() { order <- "sound" }))
	for range 50 {
		_, err := p.Write(header(1), make([]byte, 1000), nil)
		require.NoError(t, err)
	}
	_, err := p.Write(header(2), make([]byte, 100), nil)
	require.NoError(t, err)
	waiting := p.backlog()
	require.Greater(t, waiting, 500*time.Millisecond)
	for first := 0; first < 10; first++ {
		if <-order == "sound" {
			require.NoError(t, p.Close())
			_, err = p.Write(header(1), []byte{1}, nil)
			require.ErrorIs(t, err, io.ErrClosedPipe)
			return
		}
	}
	t.Fatal("sound waited behind pictures")
}

// TestP22StrangersReachNoHandshake: DTLS records from a port that ICE
// has not validated change nothing, before, during and after the handshake.
func TestP22StrangersReachNoHandshake(t *testing.T) {
	c := setup{}
	a, b := c.pair(t)
	a.capture(t)
	b.capture(t)
	port := regexp.MustCompile(`127\.0\.0\.1 (\d+) typ host`)
	_, err := a.session.Offer(false)
	require.NoError(t, err)
	var target string
	eventually(t, "a candidate is found", func() bool {
		m := port.FindStringSubmatch(a.session.pc.LocalDescription().SDP)
		if m != nil {
			target = "127.0.0.1:" + m[1]
		}
		return m != nil
	})
	stranger, err := net.Dial("udp4", target)
	require.NoError(t, err)
	defer stranger.Close()
	alert := []byte{21, 0xfe, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 40} // fatal: handshake failure
	hello := append([]byte{22, 0xfe, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 60, 1}, make([]byte, 59)...)
	stop := make(chan struct{})
	var attack sync.WaitGroup
	attack.Go(func() {
		for number := uint32(1); ; number++ { // numbers that were seen would be thrown away as copies
			select {
			case <-stop:
				return
			case <-time.After(100 * time.Microsecond):
				for _, record := range [][]byte{alert, hello} {
					binary.BigEndian.PutUint32(record[7:], number)
					_, _ = stranger.Write(record)
				}
			}
		}
	})
	answer, err := b.session.Answer(a.session.pc.LocalDescription().SDP)
	require.NoError(t, err)
	require.NoError(t, a.session.Complete(answer))
	a.await(t, Up)
	b.await(t, Up)
	a.screen.await(t, 20)
	b.screen.await(t, 20)
	close(stop)
	attack.Wait()
	require.Equal(t, Up, a.session.state)
}
