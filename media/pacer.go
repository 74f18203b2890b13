package media

import (
	"io"
	"strings"
	"sync"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtp"
	"github.com/pion/sdp/v3"
)

const (
	paceTick   = 5 * time.Millisecond
	paceFactor = 2.5  // faster than the target, as libwebrtc: large frames leave before the next one comes
	paceQueue  = 1024 // packets; more are dropped
)

// pacer spreads the packets of pictures over time (a leaky bucket), so that a
// keyframe does not fill the queues of the network, and lets sound pass at
// once. In pion's LeakyBucketPacer sound waits behind keyframes in one queue
// without limit. As packets overtake each other here, the transport-wide
// number is given where they leave.
type pacer struct {
	left func(number uint16, bytes int) // told of every numbered packet that leaves
	done chan struct{}
	wake chan struct{} // holds one token while packets may be waiting

	mu      sync.Mutex // guards what follows
	streams map[uint32]stream
	queue   []*waiting // a ring would save little: it is short
	bytes   int        // in queue
	rate    int        // bits per second that congestion control allows
	dropped uint64
	closed  bool

	sending    sync.Mutex // guards what follows; one packet leaves at a time
	number     uint16     // transport-wide, of the next packet
	attributes interceptor.Attributes

	pool sync.Pool // of *waiting
}

// stream is one track's way out.
type stream struct {
	writer    interceptor.RTPWriter
	extension uint8 // id of the transport-wide number; 0: not negotiated
	express   bool  // sound
}

// waiting is a packet in the queue, with its own memory.
type waiting struct {
	header  rtp.Header
	payload []byte
	number  [2]byte
	out     stream
}

func newPacer(rate int, left func(number uint16, bytes int)) *pacer {
	p := &pacer{
		left: left,
		done: make(chan struct{}), wake: make(chan struct{}, 1),
		streams: map[uint32]stream{}, rate: rate, attributes: interceptor.Attributes{},
	}
	p.pool.New = func() any { return &waiting{} }
	go p.run()
	return p
}

func (p *pacer) addStream(info *interceptor.StreamInfo, writer interceptor.RTPWriter) {
	s := stream{writer: writer, express: strings.HasPrefix(info.MimeType, "audio/")}
	for _, e := range info.RTPHeaderExtensions {
		if e.URI == sdp.TransportCCURI {
			s.extension = uint8(e.ID)
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.streams[info.SSRC] = s
}

func (p *pacer) setRate(bps int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rate = bps
}

// backlog is how long a new packet would wait.
func (p *pacer) backlog() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return time.Duration(float64(p.bytes) * 8 / (float64(p.rate) * paceFactor) * float64(time.Second))
}

// Write sends or queues one packet, which it copies.
func (p *pacer) Write(header *rtp.Header, payload []byte, _ interceptor.Attributes) (int, error) {
	size := header.MarshalSize() + len(payload)
	w, _ := p.pool.Get().(*waiting)
	extensions := w.header.Extensions[:0]
	w.header = *header
	w.header.Extensions = append(extensions, header.Extensions...)
	w.payload = append(w.payload[:0], payload...)
	if p.enqueue(w) {
		return size, nil
	}
	defer p.pool.Put(w)
	if w.out.writer == nil {
		return 0, io.ErrClosedPipe
	}
	return size, p.send(w)
}

// enqueue returns false where the caller is to send w itself (or, without a writer, to drop it).
func (p *pacer) enqueue(w *waiting) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	w.out = p.streams[w.header.SSRC]
	if p.closed {
		w.out.writer = nil
	}
	if w.out.writer == nil || w.out.express {
		return false
	}
	if len(p.queue) >= paceQueue {
		p.dropped++
		p.pool.Put(w)
		return true
	}
	p.queue = append(p.queue, w)
	p.bytes += len(w.payload)
	select {
	case p.wake <- struct{}{}:
	default:
	}
	return true
}

// run sends what is queued at the rate, and sleeps when nothing is.
func (p *pacer) run() {
	timer := time.NewTimer(0)
	defer timer.Stop()
	last, credit := time.Now(), 0.0
	for {
		select {
		case <-p.done:
			return
		case <-p.wake:
		}
		for more := true; more; {
			now := time.Now()
			credit, more = p.spend(credit, now.Sub(last))
			last = now
			timer.Reset(paceTick)
			select {
			case <-p.done:
				return
			case <-timer.C:
			}
		}
	}
}

// spend sends as much as the time passed pays for. Unused credit is worth one
// tick at most, so that no burst follows a pause.
func (p *pacer) spend(credit float64, passed time.Duration) (left float64, more bool) {
	p.mu.Lock()
	perSecond := float64(p.rate) * paceFactor / 8
	p.mu.Unlock()
	credit = min(credit+perSecond*passed.Seconds(), perSecond*paceTick.Seconds()*2)
	for credit > 0 {
		w := p.dequeue()
		if w == nil {
			return credit, false
		}
		credit -= float64(len(w.payload))
		_ = p.send(w) // a connection that is closing
		p.pool.Put(w)
	}
	return credit, true
}

func (p *pacer) dequeue() *waiting {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.queue) == 0 {
		return nil
	}
	w := p.queue[0]
	p.queue = p.queue[:copy(p.queue, p.queue[1:])]
	p.bytes -= len(w.payload)
	return w
}

func (p *pacer) send(w *waiting) error {
	p.sending.Lock()
	defer p.sending.Unlock()
	if w.out.extension != 0 {
		w.number = [2]byte{byte(p.number >> 8), byte(p.number)}
		if err := w.header.SetExtension(w.out.extension, w.number[:]); err != nil {
			return err
		}
		p.left(p.number, w.header.MarshalSize()+len(w.payload))
		p.number++
	}
	clear(p.attributes)
	_, err := w.out.writer.Write(&w.header, w.payload, p.attributes)
	return err
}

// Close drops what waits and ends the goroutine. It may be called more than once.
func (p *pacer) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.closed {
		p.closed, p.queue, p.bytes = true, nil, 0
		close(p.done)
	}
	return nil
}
