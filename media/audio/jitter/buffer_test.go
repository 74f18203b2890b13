package jitter

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

const ms = time.Millisecond

func TestTraces(t *testing.T) {
	tests := map[string]struct {
		delay     time.Duration // nine in ten pulls are below
		concealed float64       // share of time made up at most
		recovered float64       // share of lost packets replaced by the next one's copy at least
	}{
		"steady":   {12 * ms, 0.002, 0},
		"wifi":     {60 * ms, 0.03, 0},
		"lte":      {50 * ms, 0.03, 0},
		"reorder":  {45 * ms, 0.015, 0},
		"burst":    {25 * ms, 0.06, 0.1},
		"random10": {25 * ms, 0.03, 0.75},
	}
	for name, want := range tests {
		t.Run(name, func(t *testing.T) {
			p := newPlayer(Config{})
			tr := load(t, name)
			p.run(p.arrivals(tr, 1, 65000, 1<<32-1000)) // both counters wrap
			c := p.buffer.Counters()
			missing := 0
			for _, transit := range tr {
				if transit == lost {
					missing++
				}
			}
			typical := quantile(p.delays[200:], 0.9)
			concealed := (float64(c.Concealed) - 100*millisecond) / float64(len(tr)*p.frame) // without the end
			t.Logf("delay p50 %v p90 %v, concealed %.2f %%, %+v", quantile(p.delays, 0.5), typical, 100*concealed, c)
			if typical > want.delay {
				t.Errorf("delay %v", typical)
			}
			if concealed > want.concealed {
				t.Errorf("%.2f %% concealed", 100*concealed)
			}
			if got := float64(c.Recovered); got < want.recovered*float64(missing) {
				t.Errorf("%v of %d lost packets recovered", got, missing)
			}
			if int(c.Received) != len(tr)-missing {
				t.Errorf("received %d of %d", c.Received, len(tr)-missing)
			}
			inOrder(t, p.played)
		})
	}
}

func inOrder(t interface{ Fatalf(string, ...any) }, played []uint32) {
	for i := 1; i < len(played); i++ {
		if played[i] <= played[i-1] {
			t.Fatalf("packet %d played after %d", played[i], played[i-1])
		}
	}
}

// Ten minutes with clocks 200 ppm apart: 120 ms of sound too much or too little.
func TestDriftDoesNotChangeTheDelay(t *testing.T) {
	for _, drift := range []float64{0.9998, 1, 1.0002} {
		tr := make(trace, 60_000)
		for i := range tr {
			tr[i] = 20*ms + time.Duration(i*7919%500)*time.Microsecond
		}
		p := newPlayer(Config{})
		p.run(p.arrivals(tr, drift, 1, 1))
		early, late := quantile(p.delays[2000:8000], 0.5), quantile(p.delays[len(p.delays)-6000:len(p.delays)-100], 0.5)
		c := p.buffer.Counters()
		t.Logf("%v: %v -> %v, %+v", drift, early, late, c)
		if late > early+3*ms || late < early-3*ms {
			t.Errorf("drift %v: delay went from %v to %v", drift, early, late)
		}
		if c.Underruns > 2 || c.Dropped > 0 || c.Lost > 0 {
			t.Errorf("drift %v: %+v", drift, c)
		}
	}
}

func TestDelayComesBackAfterAStall(t *testing.T) {
	tr := make(trace, 3000)
	for i := range tr {
		tr[i] = 20 * ms
		if i >= 500 && i < 510 { // 100 ms of packets come at once
			tr[i] = 20*ms + time.Duration(510-i)*10*ms
		}
	}
	p := newPlayer(Config{})
	p.run(p.arrivals(tr, 1, 1, 1))
	if got := quantile(p.delays[2500:2900], 1); got > 20*ms {
		t.Errorf("20 s after a stall of 100 ms the delay is still %v", got)
	}
}

func TestOutageIsNotPlayedLate(t *testing.T) {
	tr := make(trace, 600)
	for i := range tr {
		tr[i] = 20 * ms
		if i >= 300 && i < 340 { // 400 ms of packets come at once
			tr[i] = 20*ms + time.Duration(340-i)*10*ms
		}
	}
	p := newPlayer(Config{Max: 200 * ms})
	p.run(p.arrivals(tr, 1, 1, 1))
	for i, d := range p.delays {
		if d > 210*ms {
			t.Fatalf("pull %d: delay %v", i, d)
		}
	}
	if p.buffer.Counters().Dropped == 0 {
		t.Error("nothing dropped")
	}
}

func TestPauseIsNotLoss(t *testing.T) {
	p := newPlayer(Config{})
	coming := p.arrivals(make(trace, 100), 1, 1, 1)
	for i := range 100 { // a second burst of speech five seconds later, numbered on
		coming = append(coming, arrival{6*time.Second + time.Duration(i)*10*ms, Packet{
			Seq: uint16(101 + i), Time: uint32(1 + 6*Rate + i*p.frame), Samples: p.frame, Payload: []byte{0, 0, 1, byte(i)},
		}})
	}
	p.run(coming)
	c := p.buffer.Counters()
	if c.Lost != 0 || c.Dropped != 0 || len(p.played) != 200 {
		t.Errorf("%+v, %d played", c, len(p.played))
	}
	if c.Concealed > 2*patience { // after each of both
		t.Errorf("%d samples made up in a pause", c.Concealed)
	}
}

func TestNewStreamAfterAJump(t *testing.T) {
	p := newPlayer(Config{})
	p.run(p.arrivals(make(trace, 100), 1, 1, 1))
	later := p.arrivals(make(trace, 100), 1, 30_000, 1<<31)
	for i := range later {
		later[i].at += p.now
	}
	p.played = nil
	p.run(later)
	if len(p.played) < 95 {
		t.Errorf("%d of 100 played", len(p.played))
	}
}

func TestDuplicatesAreIgnored(t *testing.T) {
	b := New(Config{})
	p := Packet{Seq: 1, Time: 1, Samples: 480, Payload: []byte{1}}
	if !b.Put(p, 0) || b.Put(p, 0) {
		t.Error("first must be kept, second not")
	}
	for b.Pull(ms*50, 0).Kind != Decode {
	}
	if b.Put(p, 60*ms) {
		t.Error("played packet taken again")
	}
	if c := b.Counters(); c.Received != 1 || c.Late != 0 || c.Lost != 0 {
		t.Errorf("%+v", c)
	}
}

func TestNotPulledForLong(t *testing.T) {
	b := New(Config{})
	for i := range 1000 {
		b.Put(Packet{Seq: uint16(i), Time: uint32(i * 480), Samples: 480, Payload: []byte{1}}, time.Duration(i)*10*ms)
	}
	steps := 0
	for b.Pull(10*time.Second, 0).Kind != Decode {
		if steps++; steps > 5 {
			t.Fatal("nothing to play")
		}
	}
	if d := b.Delay(); d > 60*ms {
		t.Errorf("starts with a delay of %v", d)
	}
}

// Whatever arrives: the buffer never delays beyond its maximum, plays in order
// and each packet once, and always gets on.
func TestProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tr := make(trace, rapid.IntRange(1, 600).Draw(t, "packets"))
		base := rapid.IntRange(0, 200).Draw(t, "base")
		jitter := rapid.IntRange(0, 150).Draw(t, "jitter")
		loss := rapid.IntRange(0, 60).Draw(t, "loss")
		random := rapid.Uint64().Draw(t, "seed")
		next := func(n int) int {
			random = random*6364136223846793005 + 1442695040888963407
			return int(random>>33) % n
		}
		for i := range tr {
			tr[i] = time.Duration(base+next(jitter+1)) * ms
			if next(100) < loss {
				tr[i] = lost
			}
		}
		tr[0] = time.Duration(base) * ms
		p := newPlayer(Config{Max: 250 * ms})
		p.frame = rapid.SampledFrom([]int{480, 960, 1920}).Draw(t, "frame")
		p.speaker = rapid.Float64Range(0.999, 1.001).Draw(t, "speaker")
		p.run(p.arrivals(tr, 1, uint16(next(65536)), uint32(next(1<<30))))
		inOrder(t, p.played)
		for i, d := range p.delays {
			if d > 250*ms+41*ms { // measured at the packet's first sample
				t.Fatalf("pull %d: delay %v", i, d)
			}
		}
		c := p.buffer.Counters()
		if int(c.Received) < len(p.played) {
			t.Fatalf("%d played of %d", len(p.played), c.Received)
		}
	})
}

// A perfect network gives no cause to grow.
func TestNeverGrowsWithoutCause(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tr := make(trace, 500)
		transit := time.Duration(rapid.IntRange(0, 300).Draw(t, "transit")) * ms
		for i := range tr {
			tr[i] = transit
		}
		p := newPlayer(Config{})
		p.frame = rapid.SampledFrom([]int{480, 960}).Draw(t, "frame")
		p.now = time.Duration(rapid.IntRange(0, 9999).Draw(t, "phase")) * time.Microsecond
		p.run(p.arrivals(tr, 1, 1, 1))
		for i, d := range p.delays {
			limit := 26 * ms // the first guess
			if i > 150 {
				limit = 21 * ms // margin, one bin, a block and the slack
			}
			if d > limit {
				t.Fatalf("pull %d: %v", i, d)
			}
		}
		if c := p.buffer.Counters(); c.Lost+c.Late+c.Underruns+c.Dropped > 0 {
			t.Fatalf("%+v", c)
		}
	})
}

func BenchmarkPacket(b *testing.B) {
	p := newPlayer(Config{})
	payload := make([]byte, 80)
	b.ReportAllocs()
	for i := range b.N {
		now := time.Duration(i) * 10 * ms
		p.buffer.Put(Packet{Seq: uint16(i), Time: uint32(i * 480), Samples: 480, Payload: payload}, now)
		p.buffer.Excess(480)
		p.buffer.Pull(now, 0)
	}
}

func TestNoAllocationPerPacket(t *testing.T) {
	buffer := New(Config{})
	payload := make([]byte, 80)
	i := 0
	one := func() {
		now := time.Duration(i) * 10 * ms
		buffer.Put(Packet{Seq: uint16(i), Time: uint32(i * 480), Samples: 480, Payload: payload}, now)
		buffer.Excess(480)
		buffer.Pull(now, 0)
		i++
	}
	for range 2 * capacity {
		one()
	}
	if n := testing.AllocsPerRun(1000, one); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
