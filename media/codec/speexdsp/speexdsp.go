// Package speexdsp removes echo and noise from a microphone's sound with the
// speexdsp library. A Cleaner belongs to one goroutine at a time.
package speexdsp

/*
#cgo pkg-config: speexdsp
#include <speex/speex_echo.h>
#include <speex/speex_preprocess.h>

static SpeexEchoState *echo_open(int frame, int tail, int rate) {
	SpeexEchoState *echo = speex_echo_state_init(frame, tail);
	if (echo) speex_echo_ctl(echo, SPEEX_ECHO_SET_SAMPLING_RATE, &rate);
	return echo;
}

static SpeexPreprocessState *preprocess_open(int frame, int rate, int denoise, SpeexEchoState *echo) {
	SpeexPreprocessState *state = speex_preprocess_state_init(frame, rate);
	if (!state) return state;
	speex_preprocess_ctl(state, SPEEX_PREPROCESS_SET_DENOISE, &denoise);
	if (echo) speex_preprocess_ctl(state, SPEEX_PREPROCESS_SET_ECHO_STATE, echo);
	return state;
}
*/
import "C"

import (
	"errors"
	"unsafe"
)

// ErrOutOfMemory is what the library means when it returns nothing.
var ErrOutOfMemory = errors.New("speexdsp: out of memory")

// Config says what to remove from which sound.
type Config struct {
	Rate  int  // samples per second
	Frame int  // samples of each call of Clean
	Tail  int  // samples of echo that are looked back at; 0 = leave echo in
	Noise bool // remove steady noise
}

// Cleaner holds the library's state. Make it with Open.
type Cleaner struct {
	frame int
	echo  *C.SpeexEchoState
	state *C.SpeexPreprocessState
	out   []int16
}

// Open prepares a Cleaner.
func Open(config Config) (*Cleaner, error) {
	c := &Cleaner{frame: config.Frame, out: make([]int16, config.Frame)}
	if config.Tail > 0 {
		c.echo = C.echo_open(C.int(config.Frame), C.int(config.Tail), C.int(config.Rate))
		if c.echo == nil {
			return nil, ErrOutOfMemory
		}
	}
	denoise := C.int(0)
	if config.Noise {
		denoise = 1
	}
	c.state = C.preprocess_open(C.int(config.Frame), C.int(config.Rate), denoise, c.echo)
	if c.state == nil {
		c.Close()
		return nil, ErrOutOfMemory
	}
	return c, nil
}

// Clean changes mic in place. far is what the speaker played at about the same
// time or a little before; both hold Config.Frame samples.
func (c *Cleaner) Clean(mic, far []int16) {
	if c.state == nil || len(mic) != c.frame || len(far) != c.frame {
		return
	}
	if c.echo != nil {
		C.speex_echo_cancellation(c.echo, pointer(mic), pointer(far), pointer(c.out))
		copy(mic, c.out)
	}
	C.speex_preprocess_run(c.state, pointer(mic))
}

// Close releases the library's state. It may be called more than once.
func (c *Cleaner) Close() {
	if c.state != nil {
		C.speex_preprocess_state_destroy(c.state)
		c.state = nil
	}
	if c.echo != nil {
		C.speex_echo_state_destroy(c.echo)
		c.echo = nil
	}
}

func pointer(x []int16) *C.spx_int16_t { return (*C.spx_int16_t)(unsafe.Pointer(&x[0])) }
