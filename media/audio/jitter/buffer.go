package jitter

import "time"

const (
	capacity = 128 // packets held; 1.28 s of 10 ms packets
	jump     = 500 // a sequence number this far off starts a new stream
	// patience is how long a gap is filled with made-up sound before falling silent.
	patience = 120 * millisecond
	// stale is how much too late a packet may start playing after silence.
	stale = 20 * millisecond
	// memory times 8 is how long the tightest deadline is remembered.
	memory = Rate / 8
	// The loss shares at which the buffer begins and ceases to wait one packet
	// longer, so that the copy in the packet after a lost one is there in time.
	lossHigh, lossLow = 0.01, 0.002
	lossMemory        = 1.0 / 200
	// slack is the excess or lack of delay that is left alone.
	slackOver, slackUnder = 5 * millisecond, 2 * millisecond
)

// Kind says what the owner has to do next.
type Kind uint8

// The kinds of step.
const (
	Silence Kind = iota // play Samples of silence, or fewer
	Decode              // decode Payload
	Recover             // decode the copy of a lost packet that Payload carries: exactly Samples
	Conceal             // make up Samples of sound
)

// Step is what Pull decided. Payload stays valid until the next Put.
type Step struct {
	Kind    Kind
	Payload []byte
	Samples int
}

// Packet is one RTP packet. Put copies Payload.
type Packet struct {
	Seq     uint16
	Time    uint32 // RTP timestamp
	Samples int    // duration that Payload says it has
	Payload []byte
}

// Config sets the limits of the delay.
type Config struct {
	Margin time.Duration // added to the measured jitter, for late threads; 0 = 4 ms
	Max    time.Duration // the buffer never delays longer; 0 = 300 ms
}

// Counters only grow.
type Counters struct {
	Received  uint64 // packets that Put took
	Lost      uint64 // packets that had not come when their turn was
	Late      uint64 // packets that came after their turn
	Recovered uint64 // lost packets that the next one replaced
	Concealed uint64 // samples made up
	Dropped   uint64 // packets thrown away to keep the delay down
	Underruns uint64 // times that playing had to wait for a packet
}

type slot struct {
	used    bool
	seq     int64
	time    int64
	samples int
	payload []byte
}

// Buffer holds packets until they are due. Make it with New.
type Buffer struct {
	margin, max int64
	slots       [capacity]slot
	transit     transit
	deadlines   window // of what was played
	ahead       window // samples decoded before a packet, at its deadline
	delay       int64  // that the last packet played was given
	counters    Counters

	started bool  // a first packet came: the unwrapped counters below are valid
	newest  int64 // sequence number of the newest packet
	latest  int64 // its timestamp

	playing   bool
	head      int64 // sequence number due next
	next      int64 // timestamp due next
	concealed int64 // samples made up beyond next, while waiting for it
	frame     int   // samples per packet
	loss      float64
	guarding  bool // waits one packet longer, because packets get lost
}

// New makes an empty buffer.
func New(config Config) *Buffer {
	b := &Buffer{margin: 4 * millisecond, max: 300 * millisecond, frame: 10 * millisecond}
	if config.Margin > 0 {
		b.margin = toSamples(config.Margin)
	}
	if config.Max > 0 {
		b.max = toSamples(config.Max)
	}
	b.restart()
	return b
}

func (b *Buffer) restart() {
	for i := range b.slots {
		b.slots[i].used, b.slots[i].seq = false, 0
	}
	b.transit = newTransit()
	b.forget()
	b.started, b.playing, b.concealed = false, false, 0
}

// Put takes a packet that arrived at now. It reports false for one that is not
// kept: a duplicate, or one whose turn is over.
func (b *Buffer) Put(p Packet, now time.Duration) bool {
	if p.Samples <= 0 {
		return false
	}
	seq, time := b.unwrap(p.Seq, p.Time)
	if b.slots[seq%capacity].seq == seq {
		return false // a duplicate
	}
	b.counters.Received++
	b.transit.add(toSamples(now), toSamples(now)-time)
	if seq < b.head {
		b.counters.Late++
		if b.counters.Lost > 0 {
			b.counters.Lost--
		}
		return false
	}
	for b.head <= seq-capacity {
		b.discard(b.head)
		b.head++
		b.playing = false
	}
	s := &b.slots[seq%capacity]
	s.used, s.seq, s.time, s.samples = true, seq, time, p.Samples
	s.payload = append(s.payload[:0], p.Payload...)
	b.frame = p.Samples
	return true
}

// unwrap extends both counters to 64 bits and starts a new stream on a jump.
func (b *Buffer) unwrap(seq uint16, time uint32) (int64, int64) {
	step := int64(int16(seq - uint16(b.newest)))
	if b.started && (step > jump || step < -jump) {
		b.restart()
	}
	if !b.started {
		b.started = true
		// Far from zero, so that earlier ones stay positive.
		b.newest, b.latest = 1<<32|int64(seq), 1<<40|int64(time)
		b.head = b.newest
		return b.newest, b.latest
	}
	s, t := b.newest+step, b.latest+int64(int32(time-uint32(b.latest)))
	if s > b.newest {
		b.newest, b.latest = s, t
	}
	if !b.playing && s < b.head && b.head-s < capacity/2 && b.counters.Lost == 0 && b.concealed == 0 {
		b.head = s // the stream's first packets came in the wrong order
	}
	return s, t
}

func (b *Buffer) discard(seq int64) {
	if s := &b.slots[seq%capacity]; s.used {
		s.used = false
		b.counters.Dropped++
	}
}

// first finds the earliest packet held.
func (b *Buffer) first() *slot {
	if !b.started {
		return nil
	}
	for seq := b.head; seq <= b.newest; seq++ {
		if s := &b.slots[seq%capacity]; s.used && s.seq == seq {
			return s
		}
	}
	return nil
}

// due is first without the packets whose time was already filled with other sound.
func (b *Buffer) due() *slot {
	s := b.first()
	for s != nil && b.playing && s.time < b.next {
		b.count(s.seq - b.head)
		b.counters.Late++
		s.used = false
		b.head = s.seq + 1
		s = b.first()
	}
	return s
}

// Pull decides what to play next, for a speaker that cannot wait: ahead samples
// are decoded and will be played first, starting at now.
func (b *Buffer) Pull(now time.Duration, ahead int) Step {
	pull := pull{toSamples(now), int64(ahead)}
	s := b.due()
	if s == nil {
		return b.starve()
	}
	if !b.playing {
		return b.begin(s, pull)
	}
	if pull.playing()-s.time > b.transit.base+b.max {
		return b.begin(b.skip(s, pull), pull)
	}
	if s.seq == b.head && s.time > b.next {
		return b.begin(s, pull) // the sender paused: nothing is missing
	}
	if missing := s.time - b.next - b.concealed; s.seq > b.head && missing > 0 {
		return b.bridge(s, missing)
	}
	b.note(s, pull)
	return b.play(s)
}

// pull is a moment at which the speaker wants sound.
type pull struct{ now, ahead int64 }

// playing is when the next sample decoded will be played.
func (p pull) playing() int64 { return p.now + p.ahead }

// Early hands out the packet that continues what was decoded, if it is there,
// though the speaker does not need it yet.
func (b *Buffer) Early() (payload []byte, ok bool) {
	s := b.due()
	if !b.playing || s == nil || s.seq != b.head || s.time > b.next {
		return nil, false
	}
	return b.play(s).Payload, true
}

// starve answers when no packet is there.
func (b *Buffer) starve() Step {
	if !b.playing {
		return Step{Kind: Silence, Samples: 10 * millisecond}
	}
	if b.concealed >= patience {
		b.playing = false
		return Step{Kind: Silence, Samples: 10 * millisecond}
	}
	b.concealed += int64(b.frame)
	b.counters.Concealed += uint64(b.frame)
	return Step{Kind: Conceal, Samples: b.frame}
}

// begin starts to play at s, or waits until enough delay is gathered.
func (b *Buffer) begin(s *slot, pull pull) Step {
	if !b.playing {
		s = b.skip(s, pull)
	}
	if pull.now-s.time < b.target() {
		b.playing = false
		return Step{Kind: Silence, Samples: 10 * millisecond}
	}
	b.playing, b.concealed = true, 0
	b.forget()
	b.note(s, pull)
	return b.play(s)
}

// skip throws away packets that would be played too late, but never the last one.
func (b *Buffer) skip(s *slot, pull pull) *slot {
	for pull.now-s.time > b.target()+stale || pull.playing()-s.time > b.transit.base+b.max {
		kept := b.head
		b.head = s.seq + 1
		later := b.first()
		if later == nil {
			b.head = kept
			return s
		}
		b.discard(s.seq)
		b.playing = false
		s = later
	}
	return s
}

// bridge fills the gap of missing samples before s.
func (b *Buffer) bridge(s *slot, missing int64) Step {
	if missing == int64(s.samples) {
		b.concealed = 0
		b.count(s.seq - b.head)
		b.counters.Recovered++
		b.head, b.next = s.seq, s.time
		return Step{Kind: Recover, Payload: s.payload, Samples: s.samples}
	}
	n := min(missing, int64(b.frame))
	if rest := missing - int64(s.samples); rest > 0 {
		n = min(n, rest) // leave exactly what s carries a copy of
	}
	b.next += n + b.concealed
	b.concealed = 0
	b.counters.Concealed += uint64(n)
	return Step{Kind: Conceal, Samples: int(n)}
}

// play hands s out.
func (b *Buffer) play(s *slot) Step {
	b.count(s.seq - b.head)
	b.loss -= b.loss * lossMemory
	b.concealed = 0
	b.head, b.next = s.seq+1, s.time+int64(s.samples)
	s.used = false
	return Step{Kind: Decode, Payload: s.payload}
}

// count notes n packets as lost.
func (b *Buffer) count(n int64) {
	b.counters.Lost += uint64(n)
	for range min(n, capacity) {
		b.loss += (1 - b.loss) * lossMemory
	}
	b.guarding = b.loss > lossHigh || b.guarding && b.loss > lossLow
}

// target is the playout offset aimed at.
func (b *Buffer) target() int64 {
	wanted := b.transit.spread() + b.margin
	if b.guarding {
		wanted += int64(b.frame)
	}
	return b.transit.base + min(wanted, b.max)
}

// note learns from s, which is played at its deadline.
func (b *Buffer) note(s *slot, pull pull) {
	if b.concealed > 0 {
		b.forget() // the wait for s moved all that follows
		if s.seq == b.head {
			b.counters.Underruns++
		}
	}
	b.deadlines.add(pull.now, pull.now-s.time)
	b.ahead.add(pull.now, pull.ahead)
	b.delay = pull.playing() - s.time - b.transit.base
}

func (b *Buffer) forget() { b.deadlines, b.ahead = newWindow(memory), newWindow(memory) }

// Excess tells how many samples may be cut (positive) or have to be added
// (negative) to reach the target, for a speaker that pulls block samples at a
// time; 0 when a change is not worth its while.
func (b *Buffer) Excess(block int) int {
	tightest, known := b.deadlines.min()
	if !b.playing || !known || b.concealed > 0 {
		return 0
	}
	spare := tightest - b.target()
	unused, _ := b.ahead.min()
	step := b.step(block)
	if spare < -slackUnder {
		return int(-(-spare+step-1)/step*step + unused%step)
	}
	steps := max(0, spare-millisecond) / step
	if excess := steps*step + unused; excess > slackOver {
		return int(excess)
	}
	return 0
}

// step is by how much deadlines move.
func (b *Buffer) step(block int) int64 { return int64(max(1, min(block, b.frame))) }

// Stretched tells that the owner added (positive) or cut (negative) samples.
func (b *Buffer) Stretched(samples, block int) {
	unused, _ := b.ahead.min()
	step := b.step(block)
	left := unused + int64(samples)
	steps := left / step
	if left < 0 {
		steps = -((-left + step - 1) / step)
	}
	b.deadlines.shift(steps * step)
	b.ahead.reset()
}

// Delay is what the buffer adds to the quickest way here, now.
func (b *Buffer) Delay() time.Duration { return toDuration(max(0, b.delay)) }

// Target is the delay aimed at.
func (b *Buffer) Target() time.Duration { return toDuration(b.target() - b.transit.base) }

// Counters tells what happened so far.
func (b *Buffer) Counters() Counters { return b.counters }
