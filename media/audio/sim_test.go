package audio

import (
	"cmp"
	"slices"
	"testing"
	"time"

	"github.com/pion/rtp"

	"paravent/media/device"
	"paravent/media/mediatest"
)

// sim is a microphone, an encoder, a link, a jitter buffer, a decoder and a
// speaker in simulated time.
type sim struct {
	frame    int
	bitrate  int
	link     mediatest.LinkConfig
	constant bool
	mic      float64       // the microphone's clock, 1.0001 is 100 ppm too fast
	speaker  float64       // the speaker's clock
	length   time.Duration // of the sound heard
	report   float64       // loss that the peer reports
	canned   [][]byte      // packets to send again and again instead of encoding
	keep     bool          // collect the packets sent in canned

	playout *playout
	sender  *sender
	heard   []int16
	delays  []time.Duration
	chunks  int
	coming  []event
	now     time.Duration
	pass    *mediatest.Link
}

type event struct {
	at     time.Duration
	packet *rtp.Packet
}

// WriteRTP is the link's near end.
func (s *sim) WriteRTP(packet *rtp.Packet) error {
	if s.keep {
		s.canned = append(s.canned, slices.Clone(packet.Payload))
	}
	if at, ok := s.pass.Pass(s.now); ok {
		s.coming = append(s.coming, event{at, packet.Clone()})
		slices.SortStableFunc(s.coming, func(a, b event) int { return cmp.Compare(a.at, b.at) })
	}
	return nil
}

// run lets the microphone hear sound over and over.
func (s *sim) run(t testing.TB, sound []int16) {
	t.Helper()
	if s.frame == 0 {
		s.frame = frameSamples
	}
	if s.mic == 0 {
		s.mic = 1
	}
	if s.speaker == 0 {
		s.speaker = 1
	}
	var err error
	if s.playout, err = newPlayout(func() time.Duration { return s.now }); err != nil {
		t.Fatal(err)
	}
	if s.sender, err = newSender(s, s.frame, s.constant); err != nil {
		t.Fatal(err)
	}
	if s.bitrate > 0 {
		if err := s.sender.encoder.SetBitrate(s.bitrate); err != nil {
			t.Fatal(err)
		}
	}
	s.sender.prepare(s.report)
	s.sender.out.Store(uint32(speaking))
	s.pass = mediatest.NewLink(s.link)
	micEvery := time.Duration(float64(device.Period) / s.mic)
	speakerEvery := time.Duration(float64(device.Period) / s.speaker)
	nextMic, nextSpeaker := time.Duration(0), 3700*time.Microsecond
	for s.now < s.length {
		switch s.now = min(nextMic, nextSpeaker); {
		case nextMic <= nextSpeaker:
			s.hear(sound)
			nextMic += micEvery
		default:
			s.deliver()
			s.play()
			nextSpeaker += speakerEvery
		}
	}
}

// hear is the microphone's next chunk.
func (s *sim) hear(sound []int16) {
	defer func() { s.chunks++ }()
	if s.canned != nil && !s.keep {
		_ = s.WriteRTP(&rtp.Packet{
			Header:  rtp.Header{SequenceNumber: uint16(s.chunks), Timestamp: uint32(s.chunks * device.Chunk)},
			Payload: s.canned[s.chunks%len(s.canned)],
		})
		return
	}
	chunk := make([]int16, device.Chunk)
	for i := range chunk {
		chunk[i] = sound[(s.chunks*device.Chunk+i)%len(sound)]
	}
	s.sender.push(chunk)
}

func (s *sim) deliver() {
	until := s.now
	for len(s.coming) > 0 && s.coming[0].at <= until {
		s.now = s.coming[0].at
		s.playout.put(s.coming[0].packet)
		s.coming = s.coming[1:]
	}
	s.now = until
}

func (s *sim) play() {
	block := make([]int16, device.Chunk)
	s.playout.fill(block)
	s.heard = append(s.heard, block...)
	s.delays = append(s.delays, s.playout.buffer.Delay())
}

func median(d []time.Duration) time.Duration {
	sorted := slices.Clone(d)
	slices.Sort(sorted)
	return sorted[len(sorted)/2]
}
