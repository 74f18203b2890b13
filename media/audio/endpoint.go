package audio

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"paravent/media/device"
)

// Errors of this package. OnFailure tells by the last two what stopped working.
var (
	ErrClosed     = errors.New("audio endpoint is closed")
	ErrMicrophone = errors.New("microphone")
	ErrSpeaker    = errors.New("speaker")
)

// Config says what an Endpoint is made of. Echo and Noise act only where the
// microphone is a real device (and for echo the speaker too).
type Config struct {
	Mic             device.MicSpec
	Speaker         device.SpeakerSpec
	Backend         string // of the speaker, see device.OpenSpeaker
	Echo            bool
	Noise           bool
	ConstantBitrate bool            // all packets equally long, also when muted (P20)
	OnFirstSound    func(time.Time) // when the first sound since StartPlayback will be heard
	OnFailure       func(error)     // a device stopped working; at most once per start
}

// RTPReader is where received packets come from; webrtc.TrackRemote is one.
type RTPReader interface {
	ReadRTP() (*rtp.Packet, interceptor.Attributes, error)
}

// Stats are the figures of an Endpoint; counters only grow.
type Stats struct {
	Sent, SentBytes         uint64        // packets and payload bytes, counters
	Received, ReceivedBytes uint64        // counters
	Lost                    uint64        // packets that did not come in time to be played, counter
	Late                    uint64        // packets that came after their turn, counter
	Recovered               uint64        // lost packets replaced from the next one's copy, counter
	Concealed               uint64        // 48 kHz samples made up, counter
	Underruns               uint64        // times that playing had to wait for a packet, counter
	Dropped                 uint64        // packets thrown away to keep the delay down, counter
	Broken                  uint64        // packets that are not Opus, counter
	Delay                   time.Duration // of the jitter buffer, now
	LevelDB                 float64       // of the microphone as sent, dBFS; -96 is silence
	CapturedAt              time.Time     // when the first sample reached the microphone; zero before
	PlayedAt                time.Time     // when the first sample left the speaker, sound or not; zero before
}

// Endpoint is this phone's sound in one call. It outlives a connection: its
// Track may be added to another one, and Receive called again.
type Endpoint struct {
	config  Config // set at construction, but for Mic and Speaker, which mu guards
	track   *webrtc.TrackLocalStaticRTP
	sender  *sender
	playout *playout
	far     reference

	sending, muted, held atomic.Bool  // what was asked for; sender.out is what follows
	captured, played     atomic.Int64 // Stats.CapturedAt and PlayedAt in Unix nanoseconds, 0 before

	mu       sync.Mutex // guards what follows; never held while a device opens
	closed   bool
	mic      micState
	speaker  device.Speaker // nil while stopped
	outputMu sync.Mutex     // serialises starting and stopping the speaker
}

// micState is where the microphone stands. A StopCapture during StartCapture
// raises the generation, and the device is closed as soon as it is open.
type micState struct {
	generation uint64
	starting   bool
	capture    *device.Capture
}

// Open makes an endpoint. It opens no device.
func Open(config Config) (*Endpoint, error) {
	track, err := webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{
		MimeType: webrtc.MimeTypeOpus, ClockRate: device.Rate, Channels: 2,
		SDPFmtpLine: "minptime=10;useinbandfec=1",
	}, randomName(), randomName())
	if err != nil {
		return nil, fmt.Errorf("audio track: %w", err)
	}
	sender, err := newSender(track, frameSamples, config.ConstantBitrate)
	if err != nil {
		return nil, err
	}
	epoch := time.Now()
	playout, err := newPlayout(func() time.Duration { return time.Since(epoch) })
	if err != nil {
		return nil, fmt.Errorf("opus decoder: %w", err)
	}
	return &Endpoint{config: config, track: track, sender: sender, playout: playout}, nil
}

// Track is what a PeerConnection sends. Its names are random (P21).
func (e *Endpoint) Track() webrtc.TrackLocal { return e.track }

// StartCapture opens the microphone. What it hears is thrown away until
// SetSending(true). Starting what is started does nothing.
func (e *Endpoint) StartCapture() error {
	e.mu.Lock()
	if e.closed {
		e.mu.Unlock()
		return ErrClosed
	}
	if e.mic.starting || e.mic.capture != nil {
		e.mu.Unlock()
		return nil
	}
	e.mic.starting = true
	generation, spec := e.mic.generation, e.config.Mic
	e.mu.Unlock()

	capture, err := device.OpenMic(spec)

	e.mu.Lock()
	defer e.mu.Unlock()
	e.mic.starting = false
	switch {
	case err != nil:
		return err
	case e.mic.generation != generation:
		go capture.Close()
		return ErrClosed
	}
	e.mic.capture = capture
	e.update()
	go e.runCapture(capture, spec)
	return nil
}

func (e *Endpoint) runCapture(capture *device.Capture, spec device.MicSpec) {
	err := e.captureLoop(capture)
	if device.Ended(err) {
		return
	}
	capture.Close()
	e.mu.Lock()
	if e.mic.capture == capture { // StartCapture may try again
		e.mic.capture = nil
		e.update()
	}
	e.mu.Unlock()
	e.fail(fmt.Errorf("%w %s: %w", ErrMicrophone, spec, err))
}

func (e *Endpoint) captureLoop(capture *device.Capture) error {
	clean, err := newCleaner(e.config, capture.Acoustic(), &e.far)
	if err != nil {
		return err
	}
	defer clean.close()
	for {
		chunk, err := capture.Read()
		if err != nil {
			return err
		}
		e.captured.CompareAndSwap(0, time.Now().Add(-device.Period).UnixNano())
		clean.clean(chunk)
		e.sender.push(chunk)
	}
}

// StopCapture closes the microphone. No packet of it is written after it
// returned, and it waits for nobody (P11). It may be called more than once.
func (e *Endpoint) StopCapture() {
	e.sender.out.Store(uint32(stopped))
	e.mu.Lock()
	e.mic.generation++
	capture := e.mic.capture
	e.mic.capture = nil
	e.update()
	e.mu.Unlock()
	if capture != nil {
		capture.Close()
	}
}

// End is StopCapture for good: nothing starts any more, also what is being
// opened just now. The speaker plays on until Close.
func (e *Endpoint) End() {
	e.mu.Lock()
	e.closed = true
	e.mu.Unlock()
	e.StopCapture()
}

// SetSending lets packets leave or not. It starts false.
func (e *Endpoint) SetSending(on bool) { e.set(&e.sending, on) }

// SetMuted keeps the microphone's sound in: a few packets of silence are sent,
// then one every half second; with ConstantBitrate silence all the time.
func (e *Endpoint) SetMuted(on bool) { e.set(&e.muted, on) }

// SetHeld does what SetMuted does and plays silence instead of what comes in.
func (e *Endpoint) SetHeld(on bool) { e.set(&e.held, on) }

// SetPeerLoss tells which share of packets, 0 to 1, the peer reports as lost
// (RTCP receiver reports); the encoder makes its copies accordingly.
func (e *Endpoint) SetPeerLoss(fraction float64) { e.sender.prepare(fraction) }

func (e *Endpoint) set(flag *atomic.Bool, on bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	flag.Store(on)
	e.update()
}

// update derives what leaves from what was asked for; the caller holds mu.
func (e *Endpoint) update() {
	state := speaking
	switch {
	case e.closed || e.mic.capture == nil || !e.sending.Load():
		state = stopped
	case e.muted.Load() || e.held.Load():
		state = muted
	}
	e.sender.out.Store(uint32(state))
}

// StartPlayback opens the speaker and begins to play what Receive takes in.
// Starting what is started does nothing.
func (e *Endpoint) StartPlayback() error {
	e.outputMu.Lock()
	defer e.outputMu.Unlock()
	e.mu.Lock()
	closed, running, spec := e.closed, e.speaker != nil, e.config.Speaker
	e.mu.Unlock()
	if closed {
		return ErrClosed
	}
	if running {
		return nil
	}
	speaker, err := device.OpenSpeaker(spec, e.config.Backend)
	if err != nil {
		return err
	}
	e.playout.restart()
	if err := speaker.Start(e.filler(speaker), func(err error) { e.speakerFailed(spec, err) }); err != nil {
		_ = speaker.Close()
		return err
	}
	e.mu.Lock()
	closed = e.closed
	if !closed {
		e.speaker = speaker
	}
	e.mu.Unlock()
	if closed {
		_ = speaker.Close()
		return ErrClosed
	}
	return nil
}

// filler is what the speaker's thread calls.
func (e *Endpoint) filler(speaker device.Speaker) func([]int16) {
	acoustic := speaker.Acoustic() && e.config.Echo
	return func(out []int16) {
		first := e.playout.fill(out)
		if e.held.Load() {
			clear(out)
		}
		if acoustic {
			e.far.played(out)
		}
		if e.played.Load() == 0 {
			e.played.Store(time.Now().Add(speaker.Latency()).UnixNano())
		}
		if first && e.config.OnFirstSound != nil {
			go e.config.OnFirstSound(time.Now().Add(speaker.Latency()))
		}
	}
}

func (e *Endpoint) speakerFailed(spec device.SpeakerSpec, err error) {
	e.fail(fmt.Errorf("%w %s: %w", ErrSpeaker, spec, err))
}

// fail reports from a goroutine of its own, so that the handler may call anything.
func (e *Endpoint) fail(err error) {
	if e.config.OnFailure != nil {
		go e.config.OnFailure(err)
	}
}

// StopPlayback closes the speaker. It may be called more than once.
func (e *Endpoint) StopPlayback() error {
	e.outputMu.Lock()
	defer e.outputMu.Unlock()
	e.mu.Lock()
	speaker := e.speaker
	e.speaker = nil
	e.mu.Unlock()
	if speaker == nil {
		return nil
	}
	return speaker.Close()
}

// Replace opens the system's default device in place of the one that failed,
// as told to OnFailure. Files and generators have no other in their place: the
// same one is opened again.
func (e *Endpoint) Replace(failure error) error {
	e.mu.Lock()
	mic, speaker := errors.Is(failure, ErrMicrophone), errors.Is(failure, ErrSpeaker)
	if mic && e.config.Mic.Kind == device.MicDevice {
		e.config.Mic.Name = ""
	}
	if speaker && e.config.Speaker.Kind == device.SpeakerDevice {
		e.config.Speaker.Name = ""
	}
	e.mu.Unlock()
	switch {
	case mic:
		return e.StartCapture()
	case speaker:
		_ = e.StopPlayback() // it failed already
		return e.StartPlayback()
	}
	return failure
}

// Receive takes packets from r until it ends (nil) or fails. Several may run
// at once while a call moves between connections: copies are dropped.
func (e *Endpoint) Receive(r RTPReader) error {
	for {
		packet, _, err := r.ReadRTP()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		e.playout.put(packet)
	}
}

// Stats tells the figures now.
func (e *Endpoint) Stats() Stats {
	e.playout.mu.Lock()
	c, delay := e.playout.buffer.Counters(), e.playout.buffer.Delay()
	received, broken := e.playout.bytes, e.playout.broken
	e.playout.mu.Unlock()
	return Stats{
		Sent: e.sender.packets.Load(), SentBytes: e.sender.bytes.Load(),
		Received: c.Received, ReceivedBytes: received,
		Lost: c.Lost, Late: c.Late, Recovered: c.Recovered, Concealed: c.Concealed,
		Underruns: c.Underruns, Dropped: c.Dropped, Broken: broken,
		Delay: delay, LevelDB: math.Float64frombits(e.sender.level.Load()),
		CapturedAt: when(&e.captured), PlayedAt: when(&e.played),
	}
}

func when(nanos *atomic.Int64) time.Time {
	if n := nanos.Load(); n != 0 {
		return time.Unix(0, n)
	}
	return time.Time{}
}

// Close stops everything. It may be called more than once.
func (e *Endpoint) Close() error {
	e.End()
	return e.StopPlayback()
}

// randomName is a name that two calls do not share.
func randomName() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails since Go 1.24
	return hex.EncodeToString(b[:])
}

// randomStart is where sequence numbers and timestamps begin (RFC 3550, 5.1).
func randomStart() (uint16, uint32) {
	var b [6]byte
	_, _ = rand.Read(b[:])
	return binary.BigEndian.Uint16(b[:]) >> 1, binary.BigEndian.Uint32(b[2:])
}
