package media

import (
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/transport/v5"
	"github.com/pion/transport/v5/stdnet"
	"github.com/pion/webrtc/v4"
	"github.com/stretchr/testify/require"

	"paravent/media/audio"
	"paravent/media/device"
	"paravent/media/mediatest"
)

// eavesdropper keeps what a phone's sockets send, as the network sees it.
type eavesdropper struct {
	transport.Net
	mu      sync.Mutex
	packets [][]byte
}

func (e *eavesdropper) ListenUDP(network string, a *net.UDPAddr) (transport.UDPConn, error) {
	c, err := e.Net.ListenUDP(network, a)
	return &overheard{c, e}, err
}

type overheard struct {
	transport.UDPConn
	e *eavesdropper
}

func (o *overheard) WriteTo(p []byte, to net.Addr) (int, error) {
	o.e.mu.Lock()
	o.e.packets = append(o.e.packets, append([]byte{}, p...))
	o.e.mu.Unlock()
	return o.UDPConn.WriteTo(p, to)
}

// sound are the encrypted packets of sound that left.
func (e *eavesdropper) sound() []rtp.Header {
	var list []rtp.Header
	e.each(func(h rtp.Header, _ int) { list = append(list, h) })
	return list
}

// sizes counts the packets of sound by their length on the wire.
func (e *eavesdropper) sizes() map[int]int {
	sizes := map[int]int{}
	e.each(func(_ rtp.Header, size int) { sizes[size]++ })
	return sizes
}

func (e *eavesdropper) each(f func(h rtp.Header, size int)) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, p := range e.packets {
		var h rtp.Header
		if len(p) > 12 && p[0]>>6 == 2 && p[1]&0x7f == payloadOpus {
			if _, err := h.Unmarshal(p); err == nil {
				f(h, len(p))
			}
		}
	}
}

// overheardCall makes a call of sound whose caller is listened to.
func overheardCall(t *testing.T, sound *audio.Config) (*side, *eavesdropper) {
	t.Helper()
	n, err := stdnet.NewNet()
	require.NoError(t, err)
	e := &eavesdropper{Net: n}
	c := setup{noVideo: true, audio: sound, engine: func(offerer bool) webrtc.SettingEngine {
		se := loopbackEngine(offerer)
		if offerer {
			se.SetNet(e)
		}
		return se
	}}
	a, _ := c.connect(t)
	return a, e
}

// TestP20PacketsOnTheWireAreAllAlike: with private speech, speech and silence,
// a muted microphone and a held call look the same to whoever sees packets.
func TestP20PacketsOnTheWireAreAllAlike(t *testing.T) {
	a, e := overheardCall(t, &audio.Config{Mic: device.MicSpec{Kind: device.MicFile, Path: mediatest.SpeechFile(t)}, ConstantBitrate: true})
	for _, change := range []func(){
		func() {}, func() { a.audio.SetMuted(true) }, func() { a.session.SetHeld(true) }, func() { a.audio.SetMuted(false); a.session.SetHeld(false) },
	} {
		change()
		before := len(e.sound())
		eventually(t, "sound goes on", func() bool { return len(e.sound()) > before+50 })
	}
	require.Len(t, e.sizes(), 1, "lengths and how often they came: %v", e.sizes())
	list := e.sound()
	for i := 1; i < len(list); i++ {
		require.Equal(t, uint32(480), list[i].Timestamp-list[i-1].Timestamp, "no pause")
		require.Equal(t, list[0].Marker && i == 0, list[i].Marker, "no sign of a pause")
	}
}

// TestP21CallsShareNoStream: stream numbers, sequence and time stamps of two
// calls begin anywhere.
func TestP21CallsShareNoStream(t *testing.T) {
	first := func() rtp.Header {
		_, e := overheardCall(t, nil)
		eventually(t, "sound leaves", func() bool { return len(e.sound()) > 0 })
		return e.sound()[0]
	}
	one, two := first(), first()
	require.NotEqual(t, one.SSRC, two.SSRC)
	require.NotEqual(t, one.SequenceNumber, two.SequenceNumber)
	require.NotEqual(t, one.Timestamp, two.Timestamp)
}

// TestP21ReportsOnTheWireTellNoClock takes a sender report as the other side gets it.
func TestP21ReportsOnTheWireTellNoClock(t *testing.T) {
	c := setup{noVideo: true, engine: loopbackEngine}
	a := c.open(t, true, func(string) {})
	a.capture(t)
	codecs, err := newCodecs(false)
	require.NoError(t, err)
	peer, err := webrtc.NewAPI(webrtc.WithMediaEngine(codecs), webrtc.WithSettingEngine(loopbackEngine(false))).NewPeerConnection(webrtc.Configuration{})
	require.NoError(t, err)
	defer func() { require.NoError(t, peer.Close()) }()
	reports := make(chan *rtcp.SenderReport, 1)
	peer.OnTrack(func(_ *webrtc.TrackRemote, receiver *webrtc.RTPReceiver) {
		for {
			packets, _, err := receiver.ReadRTCP()
			if err != nil {
				return
			}
			for _, p := range packets {
				if r, ok := p.(*rtcp.SenderReport); ok {
					select {
					case reports <- r:
					default:
					}
				}
			}
		}
	})
	_, err = a.session.Offer(false)
	require.NoError(t, err)
	<-webrtc.GatheringCompletePromise(a.session.pc)
	require.NoError(t, peer.SetRemoteDescription(*a.session.pc.LocalDescription()))
	answer, err := peer.CreateAnswer(nil)
	require.NoError(t, err)
	gathered := webrtc.GatheringCompletePromise(peer)
	require.NoError(t, peer.SetLocalDescription(answer))
	<-gathered
	require.NoError(t, a.session.Complete(peer.LocalDescription().SDP))
	a.await(t, Up)
	select {
	case r := <-reports:
		at := time.Unix(int64(r.NTPTime>>32)-2208988800, 0) // RFC 5905: seconds since 1900
		require.Greater(t, time.Since(at).Abs(), time.Hour, "the report tells %v", at)
	case <-time.After(patience):
		t.Fatal("no sender report came")
	}
}

// TestP23TheLibraryIsNewEnough: before v4.2.26 pion/webrtc delivered what came
// before the fingerprint was compared (GHSA-74xm-qj29-cq8p).
func TestP23TheLibraryIsNewEnough(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "go.mod"))
	require.NoError(t, err)
	m := regexp.MustCompile(`github\.com/pion/webrtc/v4 v4\.(\d+)\.(\d+)`).FindSubmatch(text)
	require.NotNil(t, m)
	minor, err1 := strconv.Atoi(string(m[1]))
	patch, err2 := strconv.Atoi(string(m[2]))
	require.NoError(t, err1)
	require.NoError(t, err2)
	require.True(t, minor > 2 || minor == 2 && patch >= 26, "v4.%d.%d", minor, patch)
}
