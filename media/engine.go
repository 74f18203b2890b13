package media

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/interceptor/pkg/cc"
	"github.com/pion/interceptor/pkg/nack"
	"github.com/pion/interceptor/pkg/report"
	"github.com/pion/interceptor/pkg/twcc"
	"github.com/pion/logging"
	"github.com/pion/sdp/v3"
	"github.com/pion/webrtc/v4"
)

const (
	payloadOpus = 111
	payloadVP8  = 96

	nackInterval = 20 * time.Millisecond
	// nackTries bounds what a lossy link makes worse: with all of them used, the
	// receiver has lost patience too (video.patience).
	nackTries   = 5
	nackHistory = 512 // packets kept to be sent again
)

// newAPI makes WebRTC with exactly the codecs and feedback that a call uses.
// Without video there is no congestion control: sound does not adapt.
func newAPI(engine webrtc.SettingEngine, withVideo bool, maxBitrate int) (*webrtc.API, *estimator, error) {
	codecs, err := newCodecs(withVideo)
	if err != nil {
		return nil, nil, err
	}
	registry := &interceptor.Registry{}
	var rate *estimator
	if withVideo {
		rate = newEstimator(maxBitrate)
		if err := addVideoInterceptors(registry, rate, engine.LoggerFactory); err != nil {
			return nil, nil, err
		}
	}
	sent, err := report.NewSenderInterceptor(report.SenderNow(callClock()), report.WithSenderLoggerFactory(engine.LoggerFactory))
	if err != nil {
		return nil, nil, fmt.Errorf("sender reports: %w", err)
	}
	received, err := report.NewReceiverInterceptor(report.WithReceiverLoggerFactory(engine.LoggerFactory))
	if err != nil {
		return nil, nil, fmt.Errorf("receiver reports: %w", err)
	}
	registry.Add(sent)
	registry.Add(received)
	return webrtc.NewAPI(webrtc.WithMediaEngine(codecs), webrtc.WithInterceptorRegistry(registry), webrtc.WithSettingEngine(engine)), rate, nil
}

// callClock is the clock of one call's sender reports (RFC 3550 section 6.4.1):
// it runs as this computer's does, but begins at a random moment, so that two
// calls do not share a clock by which to know the phone again (P21).
func callClock() func() time.Time {
	const years = 40
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	begin := time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(binary.BigEndian.Uint64(b[:]) % uint64(years*365*24*time.Hour)))
	started := time.Now()
	return func() time.Time { return begin.Add(time.Since(started)) }
}

func newCodecs(withVideo bool) (*webrtc.MediaEngine, error) {
	m := &webrtc.MediaEngine{}
	opus := webrtc.RTPCodecParameters{PayloadType: payloadOpus, RTPCodecCapability: webrtc.RTPCodecCapability{
		MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2, SDPFmtpLine: "minptime=10;useinbandfec=1",
	}}
	if err := m.RegisterCodec(opus, webrtc.RTPCodecTypeAudio); err != nil {
		return nil, fmt.Errorf("register Opus: %w", err)
	}
	if !withVideo {
		return m, nil
	}
	vp8 := webrtc.RTPCodecParameters{PayloadType: payloadVP8, RTPCodecCapability: webrtc.RTPCodecCapability{
		MimeType: webrtc.MimeTypeVP8, ClockRate: 90000,
		RTCPFeedback: []webrtc.RTCPFeedback{{Type: "nack"}, {Type: "nack", Parameter: "pli"}, {Type: "ccm", Parameter: "fir"}},
	}}
	if err := m.RegisterCodec(vp8, webrtc.RTPCodecTypeVideo); err != nil {
		return nil, fmt.Errorf("register VP8: %w", err)
	}
	for _, kind := range []webrtc.RTPCodecType{webrtc.RTPCodecTypeAudio, webrtc.RTPCodecTypeVideo} {
		m.RegisterFeedback(webrtc.RTCPFeedback{Type: webrtc.TypeRTCPFBTransportCC}, kind)
		if err := m.RegisterHeaderExtension(webrtc.RTPHeaderExtensionCapability{URI: sdp.TransportCCURI}, kind); err != nil {
			return nil, fmt.Errorf("register transport-cc: %w", err)
		}
	}
	return m, nil
}

// addVideoInterceptors adds from the wire upwards: what is added first is
// nearest to it. Packets sent again pass the pacer like all others.
func addVideoInterceptors(registry *interceptor.Registry, rate *estimator, logs logging.LoggerFactory) error {
	control, err := cc.NewInterceptor(func() (cc.BandwidthEstimator, error) { return rate, nil })
	if err != nil {
		return fmt.Errorf("congestion control: %w", err)
	}
	responder, err := nack.NewResponderInterceptor(nack.ResponderSize(nackHistory), nack.WithResponderLoggerFactory(logs))
	if err != nil {
		return fmt.Errorf("retransmission: %w", err)
	}
	generator, err := nack.NewGeneratorInterceptor(
		nack.GeneratorInterval(nackInterval), nack.GeneratorMaxNacksPerPacket(nackTries), nack.GeneratorSkipLastN(1), nack.WithGeneratorLoggerFactory(logs))
	if err != nil {
		return fmt.Errorf("loss reports: %w", err)
	}
	feedback, err := twcc.NewSenderInterceptor(twcc.SendInterval(feedbackInterval), twcc.WithLoggerFactory(logs))
	if err != nil {
		return fmt.Errorf("transport feedback: %w", err)
	}
	for _, factory := range []interceptor.Factory{control, responder, generator, feedback} {
		registry.Add(factory)
	}
	return nil
}
