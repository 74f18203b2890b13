package speexdsp

import (
	"math"
	"math/rand/v2"
	"testing"

	"paravent/media/mediatest"
)

const frame = 480

// room is what a microphone hears of far: 30 ms later and with a 40 ms tail.
func room(far []int16) []int16 {
	random := rand.New(rand.NewPCG(1, 1))
	var tail []float64
	const sparse = 16 // one tap in so many samples
	for i := range 48 * 40 / sparse {
		tail = append(tail, 0.2*math.Exp(-float64(i*sparse)/(48*10))*random.NormFloat64())
	}
	tail[0] = 0.3
	out := make([]int16, len(far))
	for i := range out {
		sum := 0.0
		for k := 0; k < len(tail) && i-k*sparse-48*30 >= 0; k++ {
			sum += tail[k] * float64(far[i-k*sparse-48*30])
		}
		out[i] = int16(sum + 8*random.NormFloat64())
	}
	return out
}

func power(x []int16) float64 {
	sum := 1.0
	for _, v := range x {
		sum += float64(v) * float64(v)
	}
	return 10 * math.Log10(sum/float64(len(x)))
}

func open(t testing.TB, config Config) *Cleaner {
	t.Helper()
	c, err := Open(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func TestEchoIsRemoved(t *testing.T) {
	far := mediatest.Speech()
	mic := room(far)
	heard := append([]int16(nil), mic...)
	c := open(t, Config{Rate: 48000, Frame: frame, Tail: 9600, Noise: true})
	for i := 0; i+frame <= len(mic); i += frame {
		c.Clean(heard[i:i+frame], far[i:i+frame])
	}
	half := len(mic) / 2 // the filter has learnt by then
	gain := power(mic[half:]) - power(heard[half:])
	t.Logf("echo is %.1f dB lower", gain)
	if gain < 15 {
		t.Errorf("echo is only %.1f dB lower", gain)
	}
}

func TestSpeechSurvivesNoiseRemoval(t *testing.T) {
	speech := mediatest.Speech()
	random := rand.New(rand.NewPCG(2, 2))
	heard := make([]int16, len(speech))
	for i, v := range speech {
		heard[i] = v + int16(60*random.NormFloat64())
	}
	silence := make([]int16, frame)
	c := open(t, Config{Rate: 48000, Frame: frame, Noise: true})
	for i := 0; i+frame <= len(heard); i += frame {
		c.Clean(heard[i:i+frame], silence)
	}
	got := mediatest.Compare(speech, heard)
	t.Logf("%+v", got)
	if got.ESTOI < 0.8 {
		t.Errorf("ESTOI %.3f", got.ESTOI)
	}
}

func TestMisuseIsHarmless(t *testing.T) {
	c := open(t, Config{Rate: 48000, Frame: frame, Tail: 4800})
	c.Clean(make([]int16, 10), make([]int16, frame))
	c.Clean(make([]int16, frame), nil)
	c.Close()
	c.Close()
	c.Clean(make([]int16, frame), make([]int16, frame))
}

func BenchmarkClean(b *testing.B) {
	far := mediatest.Speech()
	mic := room(far)
	c := open(b, Config{Rate: 48000, Frame: frame, Tail: 9600, Noise: true})
	b.ReportAllocs()
	for i := range b.N {
		at := i * frame % (len(mic) - frame)
		c.Clean(mic[at:at+frame], far[at:at+frame])
	}
	b.ReportMetric(float64(b.Elapsed().Milliseconds())/float64(b.N)/10, "cores")
}
