package mediatest

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/pion/rtp"

	"paravent/media/wav"
)

func noise(n int, amplitude float64, seed uint64) []int16 {
	random := rand.New(rand.NewPCG(seed, 2))
	out := make([]int16, n)
	for i := range out {
		out[i] = int16(amplitude * random.NormFloat64())
	}
	return out
}

func added(a, b []int16) []int16 {
	out := make([]int16, len(a))
	for i := range out {
		out[i] = int16(max(math.MinInt16, min(math.MaxInt16, int(a[i])+int(b[i]))))
	}
	return out
}

func TestSpeechIsLoudEnoughAndNotClipped(t *testing.T) {
	speech := Speech()
	if seconds := float64(len(speech)) / wav.Rate; seconds < 5 || seconds > 8 {
		t.Errorf("%.1f seconds", seconds)
	}
	loudest := 0
	for _, v := range speech {
		loudest = max(loudest, int(max(v, -v)))
	}
	if loudest < 8000 || loudest > 24000 {
		t.Errorf("peak %d", loudest)
	}
	if len(SpeechWav) > 700_000 {
		t.Errorf("%d bytes", len(SpeechWav))
	}
}

func TestESTOIFallsWithNoise(t *testing.T) {
	speech := Speech()
	if got := ESTOI(speech, speech); got < 0.9999 {
		t.Errorf("copy: %f", got)
	}
	quieter := make([]int16, len(speech))
	for i, v := range speech {
		quieter[i] = v / 4
	}
	if got := ESTOI(speech, quieter); got < 0.99 {
		t.Errorf("quieter copy: %f", got)
	}
	last := 1.0
	for _, amplitude := range []float64{100, 400, 1600, 6400} {
		got := ESTOI(speech, added(speech, noise(len(speech), amplitude, 3)))
		if got >= last-0.005 {
			t.Errorf("noise %v: %f is not below %f", amplitude, got, last)
		}
		last = got
	}
	if got := ESTOI(speech, noise(len(speech), 1000, 4)); math.Abs(got) > 0.1 {
		t.Errorf("unrelated noise: %f", got)
	}
}

func TestDelayFindsSpeechInNoise(t *testing.T) {
	speech := Speech()
	heard := append(make([]int16, 4321), speech...)
	heard = added(heard, noise(len(heard), 300, 5))
	lag, alike := Delay(speech, heard)
	if lag != 4321 || alike < 0.9 {
		t.Errorf("lag %d, likeness %f", lag, alike)
	}
}

func TestCompareFollowsAChangingDelay(t *testing.T) {
	speech := Speech()
	half := len(speech) / 2
	heard := append(make([]int16, 960), speech[:half]...)
	heard = append(heard, make([]int16, 1200)...) // 25 ms more from here
	heard = append(heard, speech[half:]...)
	if got := Compare(speech, heard).ESTOI; got < 0.97 {
		t.Errorf("ESTOI %f", got)
	}
	if plain := ESTOI(speech, heard[960:]); plain > 0.9 {
		t.Errorf("without following, the shift should tell: %f", plain)
	}
}

func TestLinkLosesTheShareItWasTold(t *testing.T) {
	for _, burst := range []float64{1, 4} {
		link := NewLink(LinkConfig{Loss: 0.1, Burst: burst, Seed: 1})
		const n = 50_000
		lost, runs, before := 0, 0, false
		for i := range n {
			_, ok := link.Pass(time.Duration(i) * 10 * time.Millisecond)
			if !ok {
				lost++
				if !before {
					runs++
				}
			}
			before = !ok
		}
		if share := float64(lost) / n; share < 0.09 || share > 0.11 {
			t.Errorf("burst %v: lost %f", burst, share)
		}
		if mean := float64(lost) / float64(runs); math.Abs(mean-burst) > 0.2*burst {
			t.Errorf("burst %v: mean run %f", burst, mean)
		}
	}
}

func TestLinkKeepsOrderUnlessToldOtherwise(t *testing.T) {
	for _, reorder := range []float64{0, 0.1} {
		link := NewLink(LinkConfig{Delay: 20 * time.Millisecond, Jitter: 15 * time.Millisecond, Reorder: reorder, Seed: 2})
		overtaken, last := 0, time.Duration(0)
		for i := range 5000 {
			sent := time.Duration(i) * 10 * time.Millisecond
			at, _ := link.Pass(sent)
			if at < sent+20*time.Millisecond {
				t.Fatalf("packet %d took %v", i, at-sent)
			}
			if at < last {
				overtaken++
			}
			last = at
		}
		if (overtaken > 0) != (reorder > 0) {
			t.Errorf("reorder %v: %d overtaken", reorder, overtaken)
		}
	}
}

func TestPipeDeliversCopies(t *testing.T) {
	pipe := NewPipe(LinkConfig{})
	sent := &rtp.Packet{Header: rtp.Header{SequenceNumber: 7}, Payload: []byte{1}}
	if err := pipe.WriteRTP(sent); err != nil {
		t.Fatal(err)
	}
	sent.Payload[0] = 9
	got, _, err := pipe.ReadRTP()
	if err != nil || got.SequenceNumber != 7 || got.Payload[0] != 1 {
		t.Errorf("%v %v", got, err)
	}
	pipe.Close()
	if _, _, err := pipe.ReadRTP(); err == nil {
		t.Error("no end after Close")
	}
}
