package device

import (
	"io"
	"sync"
	"time"

	"github.com/gen2brain/malgo"
)

// queued is how many chunks may wait for a slow reader before new ones are dropped.
const queued = 16

// deviceSource is a microphone of this computer, through miniaudio.
type deviceSource struct {
	chunks chan []int16
	done   chan struct{} // closed by close
	gone   chan struct{} // closed by the audio thread when the device stops by itself
	device *miniaudio
	stall  *time.Timer // owned by read
	closer sync.Once

	partial []int16 // owned by the audio thread
}

func openDeviceSource(name string) (source, error) {
	s := &deviceSource{
		chunks: make(chan []int16, queued),
		done:   make(chan struct{}),
		gone:   make(chan struct{}),
		stall:  time.NewTimer(stallAfter),
	}
	var once sync.Once
	stopped := func() { once.Do(func() { close(s.gone) }) }
	device, err := openMiniaudio(malgo.Capture, name, s.captured, stopped)
	if err != nil {
		return nil, err
	}
	s.device = device
	if err := device.start(); err != nil {
		device.close()
		return nil, err
	}
	return s, nil
}

// captured copies, because the buffer is the library's again when it returns,
// and cuts into whole chunks. It never blocks: a full queue drops the chunk.
func (s *deviceSource) captured(_, in []byte, _ uint32) {
	select {
	case <-s.done:
		return
	default:
	}
	s.partial = append(s.partial, samples(in)...)
	for len(s.partial) >= Chunk {
		chunk := make([]int16, Chunk)
		copy(chunk, s.partial)
		s.partial = s.partial[:copy(s.partial, s.partial[Chunk:])]
		select {
		case s.chunks <- chunk:
		default:
		}
	}
}

func (s *deviceSource) read() ([]int16, error) {
	select {
	case <-s.done: // first of all: chunks may still be waiting
		return nil, io.EOF
	default:
	}
	s.stall.Reset(stallAfter)
	select {
	case <-s.done:
		return nil, io.EOF
	case chunk := <-s.chunks:
		return chunk, nil
	case <-s.gone:
	case <-s.stall.C:
	}
	select {
	case <-s.done: // close stops the device too
		return nil, io.EOF
	default:
		return nil, ErrDeviceGone
	}
}

func (s *deviceSource) close() {
	s.closer.Do(func() {
		close(s.done) // from here on nothing is taken from the device
		release(s.device.close)
	})
}
