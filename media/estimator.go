package media

import (
	"sync"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtcp"

	"paravent/media/congestion"
)

const (
	feedbackInterval = 50 * time.Millisecond
	startBitrate     = 300_000 // bits per second
	leastBitrate     = 100_000
	// soundBitrate is what sound and its headers take; pictures get the rest.
	soundBitrate = 60_000
)

// estimator is a cc.BandwidthEstimator: it puts the pacer before the wire,
// and the controller behind the peer's feedback.
type estimator struct {
	pacer *pacer
	start time.Time

	mu      sync.Mutex // guards the rest
	history congestion.History
	control congestion.Controller
}

func newEstimator(most int) *estimator {
	first := min(startBitrate, most)
	e := &estimator{start: time.Now(), control: congestion.New(first, leastBitrate, most)}
	e.pacer = newPacer(first, e.left)
	return e
}

// left notes a packet that leaves.
func (e *estimator) left(number uint16, bytes int) {
	at := time.Since(e.start)
	e.mu.Lock()
	defer e.mu.Unlock()
	e.history.Sent(number, at, bytes)
}

// AddStream is called for each track that is sent.
func (e *estimator) AddStream(info *interceptor.StreamInfo, writer interceptor.RTPWriter) interceptor.RTPWriter {
	e.pacer.addStream(info, writer)
	return e.pacer
}

// WriteRTCP takes what the peer reports.
func (e *estimator) WriteRTCP(packets []rtcp.Packet, _ interceptor.Attributes) error {
	for _, p := range packets {
		if feedback, ok := p.(*rtcp.TransportLayerCC); ok {
			e.mu.Lock()
			arrived, lost := e.history.Read(feedback)
			e.control.Feedback(time.Now(), arrived, lost)
			e.mu.Unlock()
		}
	}
	return nil
}

// GetTargetBitrate is what may be sent, in bits per second.
func (e *estimator) GetTargetBitrate() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.control.Target(time.Now())
}

// want tells the target that the encoder waits for.
func (e *estimator) want(bps int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.control.Want(bps)
}

// OnTargetBitrateChange is not used: the session asks regularly.
func (e *estimator) OnTargetBitrateChange(func(bitrate int)) {}

// GetStats is not used: Session.Stats has what is worth knowing.
func (e *estimator) GetStats() map[string]any { return nil }

// Close ends the pacer.
func (e *estimator) Close() error { return e.pacer.Close() }
