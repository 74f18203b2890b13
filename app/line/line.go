package line

import (
	"context"
	"net/netip"
	"sync"
	"time"

	"paravent/app/call"
	"paravent/app/egress"
	"paravent/app/phone"
	"paravent/app/route"
	"paravent/media/audio"
	"paravent/media/video"
)

// jobLimit bounds what waits for a line; a peer that floods candidates loses
// the rest of them.
const jobLimit = 128

// line is the media of one call.
type line struct {
	// set at construction
	id     phone.CallID
	cfg    Config
	sink   Sink
	ctx    context.Context //nolint:containedctx // ends every slow step when the call ends
	cancel context.CancelFunc
	jobs   chan func()
	ended  chan struct{} // closed when everything is closed

	closing sync.WaitGroup // the sessions that close and drop close

	// owned by the line's goroutine
	relays  route.Relays
	granted time.Time  // when the relays were
	relayed netip.Addr // where the checked relay gave an address

	mu       sync.Mutex
	closed   bool            // guarded by mu, as are the next fields
	audio    *audio.Endpoint // nil before openDevices
	video    *video.Endpoint // nil without a video line
	legs     []*leg          // the open ones
	carrying *leg            // the one that sends; nil before the first carry
	gates    []*route.Gate   // of all legs that ever were, for the receipt
	local    call.Flags
	up       bool          // a leg carried at least once
	accepted time.Time     // when this side knew that the call was accepted
	sampled  sample        // the last figures
	evident  evidence      // what the receipt is made of, besides the gate's log
	meter    *egress.Meter // what the call's sockets sent; nil before the first
}

func newLine(id phone.CallID, cfg Config, sink Sink) *line {
	ctx, cancel := context.WithCancel(context.Background())
	l := &line{id: id, cfg: cfg, sink: sink, ctx: ctx, cancel: cancel, jobs: make(chan func(), jobLimit), ended: make(chan struct{})}
	go l.run()
	return l
}

// run does the jobs in order until the line closes, and then closes the rest.
func (l *line) run() {
	defer close(l.ended)
	for {
		select {
		case <-l.ctx.Done():
			l.closeAll()
			return
		case job := <-l.jobs:
			job()
		}
	}
}

func (l *line) do(job func()) {
	select {
	case l.jobs <- job:
	case <-l.ctx.Done():
	default: // flooded; see jobLimit
	}
}

// close stops capture at once and for good, in the caller's goroutine (P11).
// Meanwhile the sockets close; the line's goroutine waits for that and closes
// what may take longer.
func (l *line) close() {
	l.mu.Lock()
	first, a, v := !l.closed, l.audio, l.video
	l.closed = true
	for _, n := range l.legs {
		l.closing.Go(func() { l.hangUp(n) })
	}
	l.legs = nil
	l.mu.Unlock()
	if !first {
		return
	}
	if v != nil {
		v.SetSending(false)
	}
	if a != nil {
		a.End()
	}
	if v != nil {
		v.End()
	}
	l.cancel()
}

// closeAll runs on the line's goroutine, when nothing else does.
func (l *line) closeAll() {
	l.mu.Lock()
	a, v := l.audio, l.video
	l.mu.Unlock()
	l.closing.Wait()
	if a != nil {
		_ = a.Close()
	}
	if v != nil {
		_ = v.Close()
	}
}

// live tells whether the line is open still.
func (l *line) live() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return !l.closed
}

func (l *line) checkRelay() {
	ctx, cancel := context.WithTimeout(l.ctx, relayLimit)
	defer cancel()
	relays, err := l.cfg.Relays(ctx)
	var world route.Options
	if err == nil {
		world, err = l.world()
	}
	if err == nil {
		var proof route.RelayProof
		proof, err = route.CheckRelay(ctx, relays, world)
		l.relayed = proof.Relayed.Addr()
		l.noteRelay(relays, proof.SeenAs.Addr())
	}
	l.take(relays)
	l.sink.RelayChecked(l.id, err)
}

// world is how this call reaches the world: by one way out from its first
// packet to its last, all of them counted.
func (l *line) world() (route.Options, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.meter == nil {
		out, err := l.cfg.Network()
		if err != nil {
			return route.Options{}, err
		}
		l.meter = egress.NewMeter(out)
	}
	return route.Options{Net: l.meter.Net(), Dial: l.meter.DialContext, Locals: l.meter.Locals}, nil
}

// relayLimit is less than the five seconds in which the person must learn that
// the relay is down (P9).
const relayLimit = 4500 * time.Millisecond

// openDevices opens microphone, speaker and camera. It is asked for only by
// the local Call or Accept (P10); frames leave only once the path is up.
func (l *line) openDevices(role call.Role, withVideo bool, local call.Flags) {
	if role == call.Callee {
		l.acceptedNow()
	}
	a, err := audio.Open(l.audioConfig())
	if err != nil {
		l.fail(err)
		return
	}
	var v *video.Endpoint
	if withVideo {
		if v, err = video.Open(l.videoConfig()); err != nil {
			_ = a.Close()
			l.fail(err)
			return
		}
	}
	l.mu.Lock()
	l.audio, l.video, l.local = a, v, local
	closed := l.closed
	l.mu.Unlock()
	if closed {
		return // closeAll comes next
	}
	l.setLocal(local)
	// Devices take their time to open; meanwhile the path is negotiated.
	go l.startSound(a)
	if v != nil {
		go l.startCamera(v)
	}
}

func (l *line) startSound(a *audio.Endpoint) {
	err := a.StartPlayback()
	if err == nil {
		err = a.StartCapture()
	}
	if err != nil && l.live() {
		l.fail(err)
	}
}

// startCamera only warns: a call without one's own picture is still a call.
func (l *line) startCamera(v *video.Endpoint) {
	err := v.StartCapture()
	if err != nil && l.live() {
		l.cfg.Emit(phone.Notice{Err: err})
	}
}

func (l *line) audioConfig() audio.Config {
	cfg := l.cfg.Audio()
	cfg.OnFirstSound = func(at time.Time) {
		l.cfg.Emit(phone.FirstAudio{Call: l.id, Accepted: at.Sub(l.acceptedAt())})
	}
	cfg.OnFailure = l.soundFailed
	return cfg
}

func (l *line) videoConfig() video.Config {
	cfg := l.cfg.Video()
	cfg.OnFailure = func(err error) { l.cfg.Emit(phone.Notice{Err: err}) }
	return cfg
}

// setLocal obeys mute, camera off and hold, now and for devices opened later.
func (l *line) setLocal(local call.Flags) {
	l.mu.Lock()
	l.local = local
	a, v, n := l.audio, l.video, l.carrying
	l.mu.Unlock()
	if a != nil {
		a.SetMuted(local.Muted)
	}
	if v != nil {
		if err := v.SetMuted(local.CameraOff); err != nil {
			l.cfg.Emit(phone.Notice{Err: err})
		}
	}
	if n != nil {
		n.session.SetHeld(local.Held)
	}
}

// soundFailed: devices come and go during a call, which goes on. Only before
// its path was up does a missing one end it.
func (l *line) soundFailed(err error) {
	l.mu.Lock()
	a, up, closed := l.audio, l.up, l.closed
	l.mu.Unlock()
	switch {
	case closed:
	case !up || a == nil:
		l.fail(err)
	default:
		l.cfg.Emit(phone.Notice{Err: err})
		l.replace(a, err)
	}
}

// replaceAfter are the waits before each attempt to open another device.
var replaceAfter = []time.Duration{100 * time.Millisecond, time.Second, 3 * time.Second, 10 * time.Second, 30 * time.Second}

func (l *line) replace(a *audio.Endpoint, failure error) {
	for _, wait := range replaceAfter {
		select {
		case <-l.ctx.Done():
			return
		case <-time.After(wait):
		}
		if a.Replace(failure) == nil {
			return
		}
	}
}

// fail reports what no leg is to blame for.
func (l *line) fail(err error) {
	l.mu.Lock()
	var gen uint32
	if n := l.inUseLocked(); n != nil {
		gen = n.gen
	}
	l.mu.Unlock()
	l.sink.MediaFailed(l.id, gen, err)
}
