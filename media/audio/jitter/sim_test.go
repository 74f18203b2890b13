package jitter

import (
	"cmp"
	"slices"
	"time"
)

// arrival is a packet on its way.
type arrival struct {
	at     time.Duration
	packet Packet
}

// player drives a Buffer as playout does, without decoding: each pull takes
// 10 ms of sound, and changes of length always succeed.
type player struct {
	buffer  *Buffer
	frame   int
	speaker float64 // its clock: 1.0001 plays 100 ppm too fast
	queued  int
	now     time.Duration
	delays  []time.Duration // the buffer's, at each pull
	played  []uint32        // first four bytes of each payload: the packet's number
}

func newPlayer(config Config) *player {
	return &player{buffer: New(config), frame: 10 * millisecond, speaker: 1}
}

// arrivals sends one packet per frame; sender is the sender's clock.
func (p *player) arrivals(tr trace, sender float64, startSeq uint16, startTime uint32) []arrival {
	var out []arrival
	for i, transit := range tr {
		if transit == lost {
			continue
		}
		sent := time.Duration(float64(i*p.frame) / Rate / sender * float64(time.Second))
		out = append(out, arrival{sent + transit, Packet{
			Seq: startSeq + uint16(i), Time: startTime + uint32(i*p.frame), Samples: p.frame,
			Payload: []byte{byte(i >> 24), byte(i >> 16), byte(i >> 8), byte(i)},
		}})
	}
	slices.SortStableFunc(out, func(a, b arrival) int { return cmp.Compare(a.at, b.at) })
	return out
}

// run plays until the last packet came, and a little longer.
func (p *player) run(coming []arrival) {
	end := coming[len(coming)-1].at + 100*time.Millisecond
	period := time.Duration(float64(10*time.Millisecond) / p.speaker)
	for ; p.now < end; p.now += period {
		for len(coming) > 0 && coming[0].at <= p.now {
			p.buffer.Put(coming[0].packet, coming[0].at)
			coming = coming[1:]
		}
		p.pull()
	}
}

func (p *player) pull() {
	p.stretch()
	for p.queued < 10*millisecond {
		p.step()
	}
	p.queued -= 10 * millisecond
	p.delays = append(p.delays, p.buffer.Delay())
}

func (p *player) stretch() {
	const block = 10 * millisecond
	excess := p.buffer.Excess(block)
	for p.queued < excess {
		payload, ok := p.buffer.Early()
		if !ok {
			break
		}
		p.decoded(payload)
	}
	change := -min(excess, p.queued)
	if change != 0 {
		p.queued += change
		p.buffer.Stretched(change, block)
	}
}

func (p *player) decoded(b []byte) {
	p.played = append(p.played, uint32(b[0])<<24|uint32(b[1])<<16|uint32(b[2])<<8|uint32(b[3]))
	p.queued += p.frame
}

func (p *player) step() {
	step := p.buffer.Pull(p.now, p.queued)
	switch step.Kind {
	case Decode:
		p.decoded(step.Payload)
	case Silence:
		p.queued += min(step.Samples, 10*millisecond-p.queued)
	case Recover, Conceal:
		p.queued += step.Samples
	}
}

// quantile of durations, q from 0 to 1.
func quantile(d []time.Duration, q float64) time.Duration {
	sorted := slices.Clone(d)
	slices.Sort(sorted)
	return sorted[int(q*float64(len(sorted)-1))]
}
