package app

import (
	"sync"

	"paravent/app/phone"
	"paravent/assets"
	"paravent/media/device"
)

// ring is what a ringer plays.
type ring uint8

const (
	ringIncoming ring = iota // at the callee
	ringBack                 // at the caller
)

// ringer plays the ring and the ringback tone on the speaker. A speaker that
// cannot be opened stays silent: the window shows the call all the same.
type ringer struct {
	open func() (device.Speaker, error)

	mu      sync.Mutex
	playing *playing // guarded by mu
}

// playing is one ring in progress.
type playing struct {
	call phone.CallID
	what ring
	stop chan struct{}
}

func newRinger(open func() (device.Speaker, error)) *ringer { return &ringer{open: open} }

// start begins to ring for a call, in place of another one; starting what
// rings already does nothing.
func (r *ringer) start(id phone.CallID, what ring) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.playing != nil {
		if r.playing.call == id && r.playing.what == what {
			return
		}
		close(r.playing.stop)
	}
	r.playing = &playing{call: id, what: what, stop: make(chan struct{})}
	go r.play(r.playing)
}

// stop ends the ringing for a call and returns at once. Another call's ringing
// goes on: an old call may end while a new one rings.
func (r *ringer) stop(id phone.CallID) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.playing != nil && r.playing.call == id {
		r.endLocked()
	}
}

// silence ends whatever rings.
func (r *ringer) silence() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.playing != nil {
		r.endLocked()
	}
}

func (r *ringer) endLocked() {
	close(r.playing.stop)
	r.playing = nil
}

func (r *ringer) play(p *playing) {
	speaker, err := r.open()
	if err != nil || speaker == nil {
		return
	}
	defer func() { _ = speaker.Close() }()
	sound := assets.Ring()
	if p.what == ringBack {
		sound = assets.Ringback()
	}
	at := 0
	fill := func(out []int16) {
		for i := range out {
			out[i] = sound[at]
			at = (at + 1) % len(sound)
		}
	}
	if speaker.Start(fill, func(error) {}) == nil {
		<-p.stop
		speaker.Stop()
	}
}

// ringSpeaker is the speaker for ringing: only a real one, so that a file that
// stands in for a speaker holds the call and nothing else.
func (a *App) ringSpeaker() (device.Speaker, error) {
	c := a.audioConfig()
	if c.Speaker.Kind != device.SpeakerDevice {
		return nil, nil //nolint:nilnil // no speaker, and nothing wrong
	}
	return device.OpenSpeaker(c.Speaker, c.Backend)
}
