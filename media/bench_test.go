package media

import (
	"image"
	"runtime"
	"sync"
	"testing"
	"time"

	"paravent/media/device"
)

// BenchmarkCall is one second of a call between two phones in this process.
// cores/phone is half of what the process used, sound included.
func BenchmarkCall(b *testing.B) {
	for _, c := range []struct {
		name  string
		setup setup
	}{
		{"720p30-1500kbps", setup{width: 1280, height: 720, kbps: 1500}},
		{"audio-only", setup{noVideo: true}},
	} {
		b.Run(c.name, func(b *testing.B) {
			clock := &stamps{}
			c.setup.local = clock
			_, two := c.setup.connect(b)
			two.screen.mu.Lock()
			two.screen.taps = append(two.screen.taps, clock.arrived)
			two.screen.mu.Unlock()
			time.Sleep(4 * time.Second) // the bitrate has settled
			before, cpu, start := two.session.Stats(), processorTime(), time.Now()
			var memory, after runtime.MemStats
			runtime.ReadMemStats(&memory)
			b.ResetTimer()
			for range b.N {
				time.Sleep(time.Second)
			}
			b.StopTimer()
			runtime.ReadMemStats(&after)
			passed, now := time.Since(start).Seconds(), two.session.Stats()
			frames := float64(now.Video.FramesShown - before.Video.FramesShown)
			b.ReportMetric((processorTime()-cpu).Seconds()/passed/2, "cores/phone")
			b.ReportMetric(frames/passed, "fps")
			b.ReportMetric(float64(now.Video.BytesReceived-before.Video.BytesReceived)*8/1000/passed, "kbit/s")
			b.ReportMetric(float64(after.TotalAlloc-memory.TotalAlloc)/passed/2, "heap-B/s/phone")
			b.ReportMetric(float64(after.Mallocs-memory.Mallocs)/passed/2, "mallocs/s/phone")
			b.ReportMetric(float64(now.Video.Width), "width")
			b.ReportMetric(clock.mean(), "camera-to-screen-ms")
		})
	}
}

// stamps measures how long pictures of the pattern camera take from the
// camera's preview to the other side's screen.
type stamps struct {
	mu    sync.Mutex
	taken [1 << 16]time.Time
	sum   time.Duration
	count int
}

// Show is the preview.
func (s *stamps) Show(p *image.YCbCr) {
	if n, ok := device.FrameNumber(p); ok {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.taken[n] = time.Now()
	}
}

func (s *stamps) arrived(p *image.YCbCr) {
	n, ok := device.FrameNumber(p)
	s.mu.Lock()
	defer s.mu.Unlock()
	if ok && !s.taken[n].IsZero() {
		s.sum += time.Since(s.taken[n])
		s.count++
	}
}

func (s *stamps) mean() float64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sum.Seconds() * 1000 / float64(max(s.count, 1))
}
