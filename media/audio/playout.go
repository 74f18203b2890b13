package audio

import (
	"sync"
	"time"

	"github.com/hraban/opus"
	"github.com/pion/rtp"

	"paravent/media/audio/jitter"
	"paravent/media/audio/stretch"
	"paravent/media/device"
)

// The pauses between two changes of length: slow ones are not heard, hasty ones
// are better than a long delay.
const (
	calmPause  = 200 * time.Millisecond
	hastyPause = 40 * time.Millisecond
	hastyFrom  = 30 * device.Chunk / 10 // samples of excess
)

// playout turns packets into sound just when the speaker wants it.
type playout struct {
	now func() time.Duration

	mu      sync.Mutex // guards what follows; held for the decoding of a packet at most
	buffer  *jitter.Buffer
	decoder *opus.Decoder
	line    line
	block   int           // samples the speaker asks for at a time
	changed time.Duration // when the length was last changed
	sounded bool          // a packet was decoded since the last start
	bytes   uint64
	broken  uint64 // packets that the decoder refused
}

func newPlayout(now func() time.Duration) (*playout, error) {
	decoder, err := opus.NewDecoder(device.Rate, 1)
	if err != nil {
		return nil, err
	}
	return &playout{now: now, buffer: jitter.New(jitter.Config{}), decoder: decoder}, nil
}

// put takes a packet from the network.
func (p *playout) put(packet *rtp.Packet) {
	now := p.now()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.bytes += uint64(len(packet.Payload))
	p.buffer.Put(jitter.Packet{
		Seq:     packet.SequenceNumber,
		Time:    packet.Timestamp,
		Samples: packetSamples(packet.Payload),
		Payload: packet.Payload,
	}, now)
}

// fill plays the next len(out) samples. It reports whether the first sound
// since the last start is among them.
func (p *playout) fill(out []int16) (first bool) {
	now := p.now()
	p.mu.Lock()
	defer p.mu.Unlock()
	before := p.sounded
	p.stretch(now, len(out))
	for len(out) > 0 {
		for p.line.waiting() == 0 {
			p.step(now, len(out))
		}
		block := out[:min(len(out), p.line.waiting())]
		p.line.take(block)
		out = out[len(block):]
	}
	return p.sounded && !before
}

// step adds at least one sample to the line, which is empty; silence no more
// than wanted.
func (p *playout) step(now time.Duration, wanted int) {
	step := p.buffer.Pull(now, p.block-wanted)
	switch step.Kind {
	case jitter.Silence:
		p.line.silence(min(step.Samples, wanted))
	case jitter.Decode:
		p.sounded = true
		p.decode(step.Payload)
	case jitter.Recover:
		pcm := p.line.room(step.Samples)
		if p.decoder.DecodeFEC(step.Payload, pcm) != nil {
			p.broken++
			clear(pcm)
		}
		p.line.added(step.Samples)
	case jitter.Conceal:
		p.conceal(step.Samples)
	}
}

func (p *playout) decode(payload []byte) {
	n := packetSamples(payload)
	pcm := p.line.room(n)
	if got, err := p.decoder.Decode(payload, pcm); err != nil || got != n {
		p.broken++
		clear(pcm)
	}
	p.line.added(n)
}

// conceal makes up n samples. The decoder wants multiples of 2.5 ms.
func (p *playout) conceal(n int) {
	const unit = device.Rate / 400
	pcm := p.line.room((n + unit - 1) / unit * unit)
	if p.decoder.DecodePLC(pcm) != nil {
		clear(pcm)
	}
	p.line.added(n)
}

// stretch cuts or adds a pitch period where the buffer delays too much or too
// little, before a block is played.
func (p *playout) stretch(now time.Duration, block int) {
	p.block = block
	excess := p.buffer.Excess(block)
	pause := calmPause
	if excess > hastyFrom || excess < -hastyFrom {
		pause = hastyPause
	}
	if excess == 0 || now-p.changed < pause {
		return
	}
	change := 0
	if excess > 0 {
		p.prepare(min(excess, stretch.Longest) + stretch.Needed - stretch.Longest)
		change = -p.line.cut(excess)
	} else {
		// A whole pitch period may be longer than what is missing: it is cut
		// again when it turns out to be too much.
		p.prepare(stretch.Needed - stretch.Longest)
		change = p.line.add(-excess + device.Chunk/2)
	}
	if change != 0 {
		p.changed = now
		p.buffer.Stretched(change, block)
	}
}

// prepare decodes ahead of time, as far as packets are there.
func (p *playout) prepare(samples int) {
	for p.line.waiting() < samples {
		payload, ok := p.buffer.Early()
		if !ok {
			return
		}
		p.decode(payload)
	}
}

// restart makes the next packet count as the first sound again.
func (p *playout) restart() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sounded = false
}
