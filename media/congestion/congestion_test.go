package congestion

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// link is a simulated bottleneck: a rate, a queue, loss, and a computer that
// now and then handles no packet for a while.
type link struct {
	bps     float64
	queue   time.Duration // longest wait; packets that would wait longer are lost
	delay   time.Duration
	loss    float64
	stall   time.Duration // longest such while; one in a third of all rounds
	free    time.Duration // when the link has sent all it took
	skew    float64       // of the peer's clock
	arrival time.Duration
}

// step sends 100 ms at the target and returns what the peer tells of it.
func (l *link) step(random *rand.Rand, now time.Duration, bps int) (arrived []Packet, lost int) {
	const size = 1000
	var from, to time.Duration
	if random.Float64() < 0.33 {
		from = now + time.Duration(random.Float64()*float64(round))
		to = from + time.Duration(random.Float64()*float64(l.stall))
	}
	gap := time.Duration(float64(size*8) / float64(bps) * float64(time.Second))
	for at := now; at < now+round; at += gap {
		start := max(at, l.free)
		if start-at > l.queue || random.Float64() < l.loss {
			lost++
			continue
		}
		l.free = start + time.Duration(size*8/l.bps*float64(time.Second))
		arrival := l.free + l.delay
		if arrival > from && arrival < to {
			arrival = to
		}
		l.arrival = max(l.arrival, time.Duration(float64(arrival)*(1+l.skew)))
		arrived = append(arrived, Packet{Sent: at, Arrived: l.arrival, Size: size})
	}
	return arrived, lost
}

// run lets a controller use the link for some seconds; it returns the mean
// target, the mean wait and the loss over the second half.
func run(c *Controller, l *link, seconds int, seed uint64) (target float64, wait time.Duration, loss float64) {
	random := rand.New(rand.NewPCG(seed, 1))
	start := time.Unix(0, 0)
	var targets, lostAll, all, rounds float64
	var waits time.Duration
	steps := seconds * int(time.Second/round)
	for i := range steps {
		now := time.Duration(i) * round
		arrived, lost := l.step(random, now, c.Target(start.Add(now)))
		c.Feedback(start.Add(now+round+l.delay), arrived, lost)
		if i >= steps/2 {
			targets += float64(c.Target(start.Add(now)))
			waits += max(l.free-now-round, 0)
			lostAll, all, rounds = lostAll+float64(lost), all+float64(lost+len(arrived)), rounds+1
		}
	}
	return targets / rounds, waits / time.Duration(rounds), lostAll / all
}

func TestTargetsOnLinks(t *testing.T) {
	const most = 1_560_000
	for _, c := range []struct {
		name     string
		link     link
		from, to float64       // of the mean target
		wait     time.Duration // at most, on average
	}{
		{"ample", link{bps: 50e6, queue: time.Second}, 0.97 * most, most, 5 * time.Millisecond},
		{"ample, busy computers", link{bps: 50e6, queue: time.Second, stall: 150 * time.Millisecond}, 0.9 * most, most, 5 * time.Millisecond},
		{"ample, far away, clocks apart", link{bps: 50e6, queue: time.Second, delay: 150 * time.Millisecond, skew: 100e-6}, 0.97 * most, most, 5 * time.Millisecond},
		{"700 kbit/s, deep queue", link{bps: 700e3, queue: time.Second, delay: 20 * time.Millisecond}, 420e3, 720e3, 80 * time.Millisecond},
		{"700 kbit/s, shallow queue", link{bps: 700e3, queue: 60 * time.Millisecond, delay: 20 * time.Millisecond}, 420e3, 760e3, 60 * time.Millisecond},
		{"250 kbit/s", link{bps: 250e3, queue: time.Second, delay: 40 * time.Millisecond}, 130e3, 260e3, 120 * time.Millisecond},
		{"3 % random loss", link{bps: 50e6, queue: time.Second, loss: 0.03}, 0.8 * most, most, 5 * time.Millisecond},
	} {
		t.Run(c.name, func(t *testing.T) {
			controller := New(300_000, 100_000, most)
			target, wait, _ := run(&controller, &c.link, 30, 7)
			require.GreaterOrEqual(t, target, c.from)
			require.LessOrEqual(t, target, c.to)
			require.LessOrEqual(t, wait, c.wait)
		})
	}
}

func TestStartIsQuick(t *testing.T) {
	c := New(300_000, 100_000, 1_500_000)
	random, l, start := rand.New(rand.NewPCG(1, 1)), link{bps: 50e6, queue: time.Second}, time.Unix(0, 0)
	for i := range 25 {
		now := time.Duration(i) * round
		arrived, lost := l.step(random, now, c.Target(start.Add(now)))
		c.Feedback(start.Add(now+round), arrived, lost)
	}
	require.Greater(t, c.Target(start.Add(2500*time.Millisecond)), 1_200_000)
}

// TestTargetIsBoundByWhatIsSent: an application that sends little proves little.
func TestTargetIsBoundByWhatIsSent(t *testing.T) {
	const sends, wants = 300_000, 600_000
	c, l := New(300_000, 100_000, 1_500_000), link{bps: 50e6, queue: time.Second}
	random, start := rand.New(rand.NewPCG(1, 1)), time.Unix(0, 0)
	now := time.Duration(0)
	send := func(most int, seconds time.Duration) (target int) {
		for end := now + seconds*time.Second; now < end; now += round {
			arrived, lost := l.step(random, now, min(most, c.Target(start.Add(now))))
			c.Feedback(start.Add(now+round), arrived, lost)
		}
		return c.Target(start.Add(now))
	}
	require.InDelta(t, 1.5*sends, send(sends, 60), 0.15*sends)
	c.Want(wants)
	require.Equal(t, wants, send(sends, 60), "what it waits for, it gets")
	require.Greater(t, send(1_500_000, 10), 1_450_000)
	require.Greater(t, send(sends, 10), 1_450_000, "what was tried is not forgotten at once")
}

func TestSlowerLinkIsFollowed(t *testing.T) {
	c, fast, slow := New(300_000, 100_000, 1_500_000), link{bps: 20e6, queue: time.Second}, link{bps: 400e3, queue: time.Second}
	random, start := rand.New(rand.NewPCG(1, 1)), time.Unix(0, 0)
	for i := range 300 {
		now := time.Duration(i) * round
		l := &fast
		if i >= 100 {
			slow.arrival = max(slow.arrival, fast.arrival)
			l = &slow
		}
		arrived, lost := l.step(random, now, c.Target(start.Add(now)))
		c.Feedback(start.Add(now+round), arrived, lost)
		if i == 120 { // two seconds later
			require.Less(t, c.Target(start.Add(now)), 420_000)
		}
	}
	require.Less(t, c.Target(start.Add(30*time.Second)), 420_000)
	require.Greater(t, c.Target(start.Add(30*time.Second)), 200_000)
}

func TestSilenceMeansLess(t *testing.T) {
	c, start := New(1_000_000, 100_000, 1_500_000), time.Unix(0, 0)
	c.Feedback(start, []Packet{{Sent: 0, Arrived: 1, Size: 100}}, 0)
	require.Equal(t, 1_000_000, c.Target(start.Add(silence)))
	for i := range 100 {
		c.Target(start.Add(2*time.Second + time.Duration(i)*time.Second))
	}
	require.Equal(t, 100_000, c.Target(start.Add(time.Hour)))
}

// TestTargetStaysInBounds feeds nonsense, as a hostile peer may.
func TestTargetStaysInBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c, now := New(300_000, 100_000, 1_500_000), time.Unix(0, 0)
		for range rapid.IntRange(1, 50).Draw(t, "rounds") {
			now = now.Add(time.Duration(rapid.Int64Range(0, int64(3*time.Second)).Draw(t, "passed")))
			packets := make([]Packet, rapid.IntRange(0, 20).Draw(t, "count"))
			for i := range packets {
				packets[i] = Packet{
					Sent:    time.Duration(rapid.Int64().Draw(t, "sent") / 4),
					Arrived: time.Duration(rapid.Int64().Draw(t, "arrived") / 4),
					Size:    rapid.IntRange(0, 2000).Draw(t, "size"),
				}
			}
			c.Feedback(now, packets, rapid.IntRange(-30, 30).Draw(t, "lost"))
			if got := c.Target(now); got < 100_000 || got > 1_500_000 {
				t.Fatalf("target %d", got)
			}
		}
	})
}

func TestHistoryReadsFeedback(t *testing.T) {
	var h History
	for n := range uint16(6) {
		h.Sent(65533+n, time.Duration(n)*time.Millisecond, 100+int(n)) // across the wrap
	}
	received, lostSymbol := rtcp.TypeTCCPacketReceivedSmallDelta, rtcp.TypeTCCPacketNotReceived
	deltas := func(us ...int64) (out []*rtcp.RecvDelta) {
		for _, d := range us {
			out = append(out, &rtcp.RecvDelta{Type: received, Delta: d})
		}
		return out
	}
	arrived, lost := h.Read(&rtcp.TransportLayerCC{
		BaseSequenceNumber: 65533, PacketStatusCount: 4, ReferenceTime: 1<<24 - 1, RecvDeltas: deltas(1000, 2000, 250),
		PacketChunks: []rtcp.PacketStatusChunk{&rtcp.StatusVectorChunk{SymbolList: []uint16{received, lostSymbol, received, received, received, received, received}}},
	})
	const base = (1<<24 - 1) * timeUnit
	require.Equal(t, []Packet{
		{Sent: 0, Arrived: base + time.Millisecond, Size: 100},
		{Sent: 2 * time.Millisecond, Arrived: base + 3*time.Millisecond, Size: 102},
		{Sent: 3 * time.Millisecond, Arrived: base + 3250*time.Microsecond, Size: 103},
	}, arrived)
	require.Equal(t, 1, lost)

	arrived, lost = h.Read(&rtcp.TransportLayerCC{ // the clock wraps; the lost one turns up; one comes twice
		BaseSequenceNumber: 65534, PacketStatusCount: 2, ReferenceTime: 0, RecvDeltas: deltas(0, 0),
		PacketChunks: []rtcp.PacketStatusChunk{&rtcp.RunLengthChunk{PacketStatusSymbol: received, RunLength: 8000}},
	})
	require.Equal(t, []Packet{{Sent: time.Millisecond, Arrived: base + timeUnit, Size: 101}}, arrived)
	require.Equal(t, -1, lost)
}

// FuzzHistory reads feedback that a hostile peer made up.
func FuzzHistory(f *testing.F) {
	f.Add([]byte{0x8f, 205, 0, 5, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 1, 0, 0x20, 3, 4, 4})
	f.Fuzz(func(t *testing.T, raw []byte) {
		var feedback rtcp.TransportLayerCC
		if feedback.Unmarshal(raw) != nil {
			return
		}
		var h History
		for n := range uint16(100) {
			h.Sent(n, time.Duration(n), 1)
		}
		if arrived, lost := h.Read(&feedback); len(arrived)+max(lost, 0) > 100 {
			t.Fatalf("%d arrived, %d lost of 100", len(arrived), lost)
		}
	})
}
