package jitter

import (
	"bufio"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write the arrival traces anew")

// lost marks a packet of a trace that never arrives.
const lost = time.Duration(-1)

// A trace is the time each packet took; packet i is sent at i*10 ms. In the
// files a line is a packet: its transit time in microseconds, or "lost".
type trace []time.Duration

// traces names the files and how each was made: 30 seconds of one network.
var traces = map[string]func(*rand.Rand) trace{
	"steady":   func(r *rand.Rand) trace { return generate(r, steady) },
	"wifi":     func(r *rand.Rand) trace { return generate(r, wifi()) },
	"lte":      func(r *rand.Rand) trace { return generate(r, lte) },
	"reorder":  func(r *rand.Rand) trace { return generate(r, reorder) },
	"burst":    func(r *rand.Rand) trace { return generate(r, burst()) },
	"random10": func(r *rand.Rand) trace { return generate(r, random10) },
}

func generate(r *rand.Rand, next func(r *rand.Rand, i int) time.Duration) trace {
	out := make(trace, 3000)
	for i := range out {
		out[i] = next(r, i)
	}
	return out
}

func steady(r *rand.Rand, _ int) time.Duration {
	return 20*time.Millisecond + exponential(r, 300*time.Microsecond)
}

// wifi is quick, but now and then the air is busy for a while, and then what
// waited comes at once.
func wifi() func(*rand.Rand, int) time.Duration {
	var free time.Duration
	return func(r *rand.Rand, i int) time.Duration {
		sent := time.Duration(i) * 10 * time.Millisecond
		if r.Float64() < 0.004 {
			free = sent + time.Duration(30+r.IntN(60))*time.Millisecond
		}
		return max(0, free-sent) + 5*time.Millisecond + exponential(r, time.Millisecond)
	}
}

// lte delivers in slots, with retransmissions of 8 ms and slow changes of load.
func lte(r *rand.Rand, i int) time.Duration {
	transit := 45*time.Millisecond + time.Duration(i%5)*time.Millisecond
	for r.Float64() < 0.12 {
		transit += 8 * time.Millisecond
	}
	if i/500%2 == 1 {
		transit += exponential(r, 6*time.Millisecond)
	}
	return transit
}

func reorder(r *rand.Rand, i int) time.Duration {
	if r.Float64() < 0.03 {
		return 45 * time.Millisecond
	}
	return steady(r, i)
}

// burst loses runs of packets, about one second apart.
func burst() func(*rand.Rand, int) time.Duration {
	left := 0
	return func(r *rand.Rand, i int) time.Duration {
		if left == 0 && r.Float64() < 0.01 {
			left = 2 + r.IntN(5)
		}
		if left > 0 {
			left--
			return lost
		}
		return steady(r, i)
	}
}

func random10(r *rand.Rand, i int) time.Duration {
	if r.Float64() < 0.1 {
		return lost
	}
	return steady(r, i)
}

func exponential(r *rand.Rand, mean time.Duration) time.Duration {
	return time.Duration(r.ExpFloat64() * float64(mean))
}

func TestTraceFiles(t *testing.T) {
	for name, make := range traces {
		made := make(rand.New(rand.NewPCG(1, 2)))
		if *update {
			made.save(t, name)
		}
		if got := load(t, name); len(got) != len(made) {
			t.Errorf("%s: %d packets", name, len(got))
		}
	}
}

func tracePath(name string) string { return filepath.Join("testdata", name+".trace") }

func (tr trace) save(t *testing.T, name string) {
	t.Helper()
	var out []byte
	for _, transit := range tr {
		if transit == lost {
			out = append(out, "lost\n"...)
			continue
		}
		out = fmt.Appendf(out, "%d\n", transit.Microseconds())
	}
	if err := os.WriteFile(tracePath(name), out, 0o644); err != nil {
		t.Fatal(err)
	}
}

func load(t testing.TB, name string) trace {
	t.Helper()
	f, err := os.Open(tracePath(name))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	var out trace
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if lines.Text() == "lost" {
			out = append(out, lost)
			continue
		}
		us, err := strconv.Atoi(lines.Text())
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, time.Duration(us)*time.Microsecond)
	}
	return out
}
