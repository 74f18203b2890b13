// Package device holds what sound and pictures are taken from and shown on:
// real devices, files and generators behind the same small interfaces. Only
// the packages of media use it; parsing and listing may be done from any goroutine.
//
//	microphone driver (device, wav, tone, silence)
//	   -> mediadevices driver manager -> GetUserMedia -> AudioTrack -> Capture.Read
//	fill(out) <- Speaker (PortAudio, miniaudio, wav file, null)
//
// Microphones are drivers of our own: mediadevices' stock one passes the
// callback's buffer on without copying it, and lists devices in init.
package device

import "time"

// The format of all sound in the phone: 16-bit, one channel.
const (
	Rate   = 48000                 // samples per second
	Chunk  = Rate / 100            // samples that microphones hand over at a time
	Period = 10 * time.Millisecond // duration of a Chunk
)

// stallAfter is how long a device may stay silent before it counts as gone.
const stallAfter = 2 * time.Second

// releaseWithin is how long releasing a device may take. Sound libraries hang
// for good on some devices that were unplugged; hanging up must not (P11), so
// such a device is left to its fate.
const releaseWithin = 500 * time.Millisecond

// release runs f, but waits for it no longer than releaseWithin.
func release(f func()) (done bool) {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		f()
	}()
	timer := time.NewTimer(releaseWithin)
	defer timer.Stop()
	select {
	case <-ended:
		return true
	case <-timer.C:
		return false
	}
}
