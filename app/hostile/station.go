package hostile

import (
	"context"
	"crypto/x509"
	"fmt"
	"strings"

	"github.com/pion/ice/v4"
	"github.com/pion/rtcp"
	"github.com/pion/webrtc/v4"

	"paravent/app/phone"
	"paravent/server/wire"
)

// station is this peer's end of one call's media: pion's, on sockets that
// write down everything.
type station struct {
	log     *Log
	call    phone.CallID
	sockets *sockets
	pc      *webrtc.PeerConnection
}

// openStation makes a connection with a sound line and, where the call has
// one, a line of pictures. onUp tells that the handshake is through.
func openStation(ctx context.Context, log *Log, call phone.CallID, video bool, grant wire.TurnReply, onUp func()) (*station, error) {
	s := &station{log: log, call: call}
	var err error
	if s.sockets, err = openSockets(ctx, log, call, grant); err != nil {
		return nil, err
	}
	if s.pc, err = newConnection(s.sockets, video); err != nil {
		s.sockets.close()
		return nil, err
	}
	s.pc.OnConnectionStateChange(func(state webrtc.PeerConnectionState) {
		if state == webrtc.PeerConnectionStateConnected {
			s.certificate()
			onUp()
		}
	})
	s.pc.OnTrack(s.listen)
	return s, nil
}

func newConnection(sockets *sockets, video bool) (*webrtc.PeerConnection, error) {
	codecs := &webrtc.MediaEngine{}
	opus := webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2, SDPFmtpLine: "minptime=10;useinbandfec=1"}
	vp8 := webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8, ClockRate: 90000}
	if err := codecs.RegisterCodec(webrtc.RTPCodecParameters{PayloadType: 111, RTPCodecCapability: opus}, webrtc.RTPCodecTypeAudio); err != nil {
		return nil, err
	}
	if err := codecs.RegisterCodec(webrtc.RTPCodecParameters{PayloadType: 96, RTPCodecCapability: vp8}, webrtc.RTPCodecTypeVideo); err != nil {
		return nil, err
	}
	var engine webrtc.SettingEngine
	engine.LoggerFactory = silent()
	engine.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	engine.SetRelayAcceptanceMinWait(0) // whatever works first
	engine.SetIncludeLoopbackCandidate(true)
	engine.SetICEUDPMux(sockets.mux())
	pc, err := webrtc.NewAPI(webrtc.WithMediaEngine(codecs), webrtc.WithSettingEngine(engine)).NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		return nil, err
	}
	kinds := []webrtc.RTPCodecCapability{opus}
	if video {
		kinds = append(kinds, vp8)
	}
	for _, c := range kinds {
		track, err := webrtc.NewTrackLocalStaticSample(c, "hostile", "hostile")
		if err == nil {
			_, err = pc.AddTrack(track)
		}
		if err != nil {
			_ = pc.Close()
			return nil, err
		}
	}
	return pc, nil
}

// offer and answer return a whole description, with all candidates in it.
func (s *station) offer(ctx context.Context) (string, error) {
	d, err := s.pc.CreateOffer(nil)
	if err != nil {
		return "", err
	}
	return s.describe(ctx, d)
}

func (s *station) answer(ctx context.Context, offer string) (string, error) {
	if err := s.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: offer}); err != nil {
		return "", err
	}
	d, err := s.pc.CreateAnswer(nil)
	if err != nil {
		return "", err
	}
	return s.describe(ctx, d)
}

func (s *station) describe(ctx context.Context, d webrtc.SessionDescription) (string, error) {
	gathered := webrtc.GatheringCompletePromise(s.pc)
	if err := s.pc.SetLocalDescription(d); err != nil {
		return "", err
	}
	select {
	case <-gathered:
	case <-ctx.Done():
		return "", ctx.Err()
	}
	return s.disguise(s.pc.LocalDescription().SDP), nil
}

// disguise calls the relayed socket what it is, and repeats each own address
// as if a relay had given it: a phone on a relayed route must see through it.
func (s *station) disguise(sdp string) string {
	var out strings.Builder
	seen := map[string]bool{}
	for line := range strings.Lines(sdp) {
		if !strings.HasPrefix(line, "a=candidate:") {
			out.WriteString(line)
			continue
		}
		if seen[line] || strings.Contains(line, " 2 udp ") {
			continue
		}
		seen[line] = true
		lie := strings.Replace(line, " typ host", " typ relay raddr 0.0.0.0 rport 9", 1)
		if !strings.Contains(line, fmt.Sprintf(" %s %d typ ", s.sockets.relayed.Addr(), s.sockets.relayed.Port())) {
			out.WriteString(line)
		}
		out.WriteString(lie)
	}
	return out.String()
}

// complete takes the other side's answer, candidate one of its candidates.
func (s *station) complete(answer string) error {
	return s.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer})
}

func (s *station) candidate(line string) error {
	return s.pc.AddICECandidate(webrtc.ICECandidateInit{Candidate: line})
}

// certificate keeps what the other side's certificate tells.
func (s *station) certificate() {
	for _, t := range s.pc.GetSenders() {
		der := t.Transport().GetRemoteCertificate()
		cert, err := x509.ParseCertificate(der)
		if err != nil {
			continue
		}
		s.log.field(s.call, Packets, "certificate serial", cert.SerialNumber.String())
		s.log.field(s.call, Packets, "certificate name", cert.Subject.String())
		s.log.field(s.call, Packets, "certificate begins", cert.NotBefore.UTC().Format("2006-01-02T15:04:05.999999999Z"))
		return
	}
}

// listen reads one track and its reports until the end.
func (s *station) listen(track *webrtc.TrackRemote, receiver *webrtc.RTPReceiver) {
	s.log.field(s.call, Packets, "rtp ssrc", fmt.Sprint(uint32(track.SSRC())))
	go s.reports(receiver)
	for {
		p, _, err := track.ReadRTP()
		if err != nil {
			return
		}
		if track.Kind() == webrtc.RTPCodecTypeAudio {
			s.log.size(s.call, len(p.Payload))
		}
	}
}

func (s *station) reports(receiver *webrtc.RTPReceiver) {
	for {
		packets, _, err := receiver.ReadRTCP()
		if err != nil {
			return
		}
		for _, p := range packets {
			d, ok := p.(*rtcp.SourceDescription)
			if !ok {
				continue
			}
			for _, chunk := range d.Chunks {
				for _, item := range chunk.Items {
					s.log.field(s.call, Packets, "rtcp "+strings.ToLower(item.Type.String()), item.Text)
				}
			}
		}
	}
}

func (s *station) close() {
	_ = s.pc.Close()
	s.sockets.close()
}
