package audio

import (
	"fmt"
	"testing"
	"time"

	"paravent/media/mediatest"
)

func TestIntelligibility(t *testing.T) {
	tests := []struct {
		name  string
		link  mediatest.LinkConfig
		estoi float64
		delay time.Duration // of the jitter buffer, median
	}{
		{"clean", mediatest.LinkConfig{}, 0.95, 20 * time.Millisecond},
		{"10 % lost", mediatest.LinkConfig{Loss: 0.1, Seed: 1}, 0.90, 30 * time.Millisecond},
		{"jitter", mediatest.LinkConfig{Jitter: 10 * time.Millisecond, Delay: 30 * time.Millisecond, Seed: 2}, 0.90, 60 * time.Millisecond},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := sim{link: test.link, length: 8 * time.Second}
			s.run(t, mediatest.Speech())
			got := mediatest.Compare(mediatest.Speech(), s.heard)
			t.Logf("%+v, buffer %v, %+v", got, median(s.delays), s.playout.buffer.Counters())
			if got.ESTOI < test.estoi {
				t.Errorf("ESTOI %.3f", got.ESTOI)
			}
			if d := median(s.delays); d > test.delay {
				t.Errorf("buffer delays %v", d)
			}
		})
	}
}

// canned encodes sound once.
func canned(t *testing.T, sound []int16) [][]byte {
	t.Helper()
	s := sim{length: time.Duration(len(sound)/480) * 10 * time.Millisecond, keep: true}
	s.run(t, sound)
	return s.canned
}

// Ten minutes of speech with sound cards 200 ppm apart.
func TestDriftIsAbsorbed(t *testing.T) {
	for _, drift := range []float64{0.9998, 1.0002} {
		t.Run(fmt.Sprint(drift), func(t *testing.T) {
			speech := mediatest.Speech()
			s := sim{mic: drift, length: 10 * time.Minute, canned: canned(t, speech)}
			s.run(t, speech)
			early, late := median(s.delays[1000:7000]), median(s.delays[len(s.delays)-6000:])
			got := mediatest.Compare(speech, s.heard[len(s.heard)-15*48000:])
			t.Logf("%v -> %v, ESTOI %.3f, %+v", early, late, got.ESTOI, s.playout.buffer.Counters())
			if late > early+5*time.Millisecond || late > 25*time.Millisecond {
				t.Errorf("delay grew from %v to %v", early, late)
			}
			if c := s.playout.buffer.Counters(); c.Underruns > 5 || c.Lost+c.Dropped > 0 {
				t.Errorf("%+v", c)
			}
			if got.ESTOI < 0.95 {
				t.Errorf("ESTOI %.3f at the end", got.ESTOI)
			}
		})
	}
}

// BenchmarkIntelligibility reports ESTOI and the buffer's delay by packet
// length, bit rate and loss, over 8 s of speech.
func BenchmarkIntelligibility(b *testing.B) {
	for _, form := range []struct{ frame, bitrate int }{{480, 32000}, {480, 48000}, {480, 64000}, {960, 24000}, {960, 32000}, {960, 48000}} {
		for _, loss := range []float64{0, 0.05, 0.1, 0.2} {
			b.Run(fmt.Sprintf("%dms/%dk/loss%.0f", form.frame/48, form.bitrate/1000, 100*loss), func(b *testing.B) {
				benchmarkIntelligibility(b, sim{frame: form.frame, bitrate: form.bitrate, report: loss, length: 8 * time.Second}, loss)
			})
		}
	}
}

func benchmarkIntelligibility(b *testing.B, form sim, loss float64) {
	speech := mediatest.Speech()
	estoi, delay := 0.0, time.Duration(0)
	for i := range b.N {
		s := form
		s.link = mediatest.LinkConfig{Loss: loss, Seed: uint64(i)}
		s.run(b, speech)
		estoi += mediatest.Compare(speech, s.heard).ESTOI
		delay += median(s.delays)
	}
	b.ReportMetric(estoi/float64(b.N), "estoi")
	b.ReportMetric(float64(delay.Microseconds())/1000/float64(b.N), "buffer-ms")
}
