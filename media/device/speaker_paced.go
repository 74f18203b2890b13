package device

import (
	"fmt"
	"time"

	"paravent/media/wav"
)

// flushEvery bounds what a killed program loses of a wav speaker's file.
const flushEvery = 25 // chunks

// pacedSpeaker asks for sound at the pace of a real device and gives it to a
// wav file, or to nobody.
type pacedSpeaker struct {
	file   *wav.Writer   // nil for the null speaker
	done   chan struct{} // non-nil while started
	ended  chan struct{}
	closed bool
}

func newPacedSpeaker(file *wav.Writer) *pacedSpeaker { return &pacedSpeaker{file: file} }

func openFileSpeaker(path string) (Speaker, error) {
	file, err := wav.Create(path)
	if err != nil {
		return nil, err
	}
	return newPacedSpeaker(file), nil
}

func (s *pacedSpeaker) Start(fill func([]int16), failed func(error)) error {
	if s.closed {
		return ErrClosed
	}
	if s.done != nil {
		return fmt.Errorf("%w: started twice", ErrDeviceOpen)
	}
	s.done, s.ended = make(chan struct{}), make(chan struct{})
	go s.run(fill, failed, s.done, s.ended)
	return nil
}

func (s *pacedSpeaker) run(fill func([]int16), failed func(error), done, ended chan struct{}) {
	defer close(ended)
	pace := newPacer()
	block := make([]int16, Chunk)
	for n := 1; pace.wait(done); n++ {
		fill(block)
		if err := s.keep(block, n); err != nil {
			go failed(fmt.Errorf("%w: %w", ErrDeviceGone, err))
			return
		}
	}
}

func (s *pacedSpeaker) keep(block []int16, n int) error {
	if s.file == nil {
		return nil
	}
	if err := s.file.Write(block); err != nil {
		return err
	}
	if n%flushEvery == 0 {
		return s.file.Flush()
	}
	return nil
}

func (s *pacedSpeaker) Stop() {
	if s.done == nil {
		return
	}
	close(s.done)
	<-s.ended
	s.done = nil
}

func (s *pacedSpeaker) Latency() time.Duration { return Period }
func (s *pacedSpeaker) Acoustic() bool         { return false }

func (s *pacedSpeaker) Close() error {
	if s.closed {
		return nil
	}
	s.Stop()
	s.closed = true
	if s.file == nil {
		return nil
	}
	return s.file.Close()
}
