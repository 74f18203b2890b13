package main

import (
	"fmt"
	"math"
	"time"

	"paravent/internal/lab"
	"paravent/media/mediatest"
	"paravent/media/wav"
)

const samplesPerSecond = 48000

// listen compares what each phone played with the speech that the other one's
// microphone heard. The worse of the two counts.
func (s *stage) listen(f *figures) error {
	f.ESTOI = math.Inf(1)
	for _, way := range []struct{ from, to *lab.Phone }{{s.alice, s.bob}, {s.bob, s.alice}} {
		heard, err := wav.Load(s.heard(way.to.Name))
		if err != nil {
			return err
		}
		speech := mediatest.Speech()
		if len(heard) < 2*len(speech)+samplesPerSecond { // the speech begins anywhere, and must be whole
			return fmt.Errorf("%s played only %.1f s", way.to.Name, float64(len(heard))/samplesPerSecond)
		}
		// The first second has the jitter buffer finding its size.
		r := mediatest.Compare(speech, heard[samplesPerSecond:])
		f.ESTOI = min(f.ESTOI, r.ESTOI)
		f.MouthToEarMS = max(f.MouthToEarMS, s.mouthToEar(way.from, way.to, r.Delay+time.Second, len(speech)))
	}
	return nil
}

// mouthToEar is the time in milliseconds from a sample's turn in the speech
// file to its turn in the file of what was heard. at is where the speech
// begins in the latter, or begins again: it repeats.
func (s *stage) mouthToEar(from, to *lab.Phone, at time.Duration, repeats int) float64 {
	spoken, played := s.clocks[from].captured, s.clocks[to].played
	delay := played.Add(at).Sub(spoken)
	period := time.Duration(repeats) * time.Second / samplesPerSecond
	return float64((delay % period).Microseconds()) / 1000
}

// clock says when a phone's devices began, by its stats.
type clock struct{ captured, played time.Time }

func readClock(e lab.Event) (clock, error) {
	audio, _ := e["audio"].(map[string]any)
	captured, err := time.Parse(time.RFC3339Nano, lab.Event(audio).Text("captured_at"))
	if err != nil {
		return clock{}, err
	}
	played, err := time.Parse(time.RFC3339Nano, lab.Event(audio).Text("played_at"))
	return clock{captured, played}, err
}
