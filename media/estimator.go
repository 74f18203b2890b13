package media

import (
	"fmt"
	"sync"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/interceptor/pkg/gcc"
	"github.com/pion/rtcp"
)

const (
	feedbackInterval = 50 * time.Millisecond
	startBitrate     = 300_000 // bits per second
	leastBitrate     = 100_000
	// soundBitrate is what sound and its headers take; pictures get the rest.
	soundBitrate = 60_000
)

// estimator is GCC (RFC draft rmcat-gcc) with a pacer and a faster start.
type estimator struct {
	*gcc.SendSideBWE
	pacer *pacer

	mu       sync.Mutex // guards the rest
	start    slowStart
	target   int
	feedback time.Time // when the peer last told what arrived
	sent     uint64    // bytes, at the last update
	updated  time.Time
}

func newEstimator(maxBitrate int) (*estimator, error) {
	first := min(startBitrate, maxBitrate)
	p := newPacer(first)
	bwe, err := gcc.NewSendSideBWE(gcc.SendSideBWEInitialBitrate(first), gcc.SendSideBWEMinBitrate(leastBitrate),
		gcc.SendSideBWEMaxBitrate(maxBitrate), gcc.SendSideBWEPacer(p))
	if err != nil {
		_ = p.Close()
		return nil, fmt.Errorf("congestion control: %w", err)
	}
	return &estimator{SendSideBWE: bwe, pacer: p, target: first, start: newSlowStart(first, maxBitrate)}, nil
}

// AddStream implements cc.BandwidthEstimator.
func (e *estimator) AddStream(info *interceptor.StreamInfo, writer interceptor.RTPWriter) interceptor.RTPWriter {
	e.pacer.describe(info)
	return e.SendSideBWE.AddStream(info, writer)
}

// WriteRTCP implements cc.BandwidthEstimator.
func (e *estimator) WriteRTCP(packets []rtcp.Packet, attributes interceptor.Attributes) error {
	for _, p := range packets {
		if _, ok := p.(*rtcp.TransportLayerCC); ok {
			e.mu.Lock()
			e.feedback = time.Now()
			e.mu.Unlock()
		}
	}
	return e.SendSideBWE.WriteRTCP(packets, attributes)
}

// GetTargetBitrate is what may be sent, in bits per second.
func (e *estimator) GetTargetBitrate() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.target
}

// update is called about ten times a second; it returns the target.
func (e *estimator) update(now time.Time) int {
	stats, sent := e.GetStats(), e.pacer.sentBytes()
	loss, _ := stats["averageLoss"].(float64)
	e.mu.Lock()
	defer e.mu.Unlock()
	in := observation{
		target: e.SendSideBWE.GetTargetBitrate(), loss: loss,
		overuse: stats["usage"] == overuse,
		heard:   now.Sub(e.feedback) < 4*feedbackInterval,
	}
	if passed := now.Sub(e.updated).Seconds(); passed > 0 && !e.updated.IsZero() {
		in.sent = int(float64(sent-e.sent) * 8 / passed)
	}
	e.sent, e.updated = sent, now
	e.target = e.start.next(now, in)
	e.pacer.setRate(e.target)
	return e.target
}

const overuse = "overuse" // as gcc's statistics name it

// slowStart doubles the rate about every 0.8 seconds until the network shows a
// limit, because GCC alone needs 20 seconds from 300 kbit/s to 1500. When the
// limit shows, GCC sets its own target to what was really received. It is a
// pure value: time is passed in.
//
//	growing -> over (overuse, loss, or GCC has caught up)
type slowStart struct {
	rate, most int
	over       bool
	target     int // GCC's, last time
	grown      time.Time
}

// observation is what the network showed since the last one.
type observation struct {
	target  int     // GCC's
	sent    int     // bits per second
	loss    float64 // 0 to 1
	overuse bool
	heard   bool // feedback is coming in
}

const (
	growEvery  = 200 * time.Millisecond
	growFactor = 1.2
)

func newSlowStart(rate, most int) slowStart { return slowStart{rate: rate, most: most, target: rate} }

// next returns the target to use.
func (s *slowStart) next(now time.Time, in observation) int {
	fell := in.target < s.target
	s.target = in.target
	if fell || in.overuse || in.loss > 0.1 || in.target >= s.rate && s.rate >= s.most {
		s.over = true
	}
	if s.over {
		return in.target
	}
	s.rate = max(s.rate, in.target)
	if in.heard && in.loss < 0.02 && in.sent > s.rate/2 && now.Sub(s.grown) >= growEvery {
		s.rate, s.grown = min(int(float64(s.rate)*growFactor), s.most), now
	}
	return s.rate
}
