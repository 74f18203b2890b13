package main

import (
	"time"

	"github.com/shirou/gopsutil/v4/process"

	"paravent/internal/lab"
)

// warmUp is left out of the frame rate: congestion control starts low.
const warmUp = 3 * time.Second

// watch follows a connected call to its planned end: frame rate from the
// phones' own figures, CPU and memory from the operating system.
func (s *stage) watch(id string, f *figures) (err error) {
	meters := map[*lab.Phone]*meter{}
	time.Sleep(min(warmUp, s.o.length/2))
	for _, p := range s.phones() {
		if meters[p], err = newMeter(p); err != nil {
			return err
		}
	}
	f.FPS = -1
	for end := time.Now().Add(s.o.length - min(warmUp, s.o.length/2)); time.Now().Before(end); {
		time.Sleep(time.Second)
		for p, m := range meters {
			if s.clocks[p], err = m.sample(id, p); err != nil {
				return err
			}
		}
	}
	for _, m := range meters {
		fps, cores, rss, err := m.result()
		if err != nil {
			return err
		}
		if f.FPS < 0 || fps < f.FPS {
			f.FPS = fps
		}
		f.CPUCores, f.RSSMB = max(f.CPUCores, cores), max(f.RSSMB, rss)
	}
	return nil
}

// meter follows one phone.
type meter struct {
	proc  *process.Process
	since time.Time
	cpu   float64 // seconds used at since
	fps   []float64
}

func newMeter(p *lab.Phone) (*meter, error) {
	proc, err := process.NewProcess(int32(p.PID()))
	if err != nil {
		return nil, err
	}
	t, err := proc.Times()
	if err != nil {
		return nil, err
	}
	return &meter{proc: proc, since: time.Now(), cpu: t.User + t.System}, nil
}

func (m *meter) sample(id string, p *lab.Phone) (clock, error) {
	from := p.Seen()
	if _, err := p.Do("stats", lab.Event{"call": id}); err != nil {
		return clock{}, err
	}
	e, err := p.Wait(from, "stats", eventWait, nil)
	if err != nil {
		return clock{}, err
	}
	video, _ := e["video"].(map[string]any)
	m.fps = append(m.fps, lab.Event(video).Number("recv_fps"))
	return readClock(e)
}

func (m *meter) result() (fps, cores, rssMB float64, err error) {
	t, err := m.proc.Times()
	if err != nil {
		return 0, 0, 0, err
	}
	mem, err := m.proc.MemoryInfo()
	if err != nil {
		return 0, 0, 0, err
	}
	for _, x := range m.fps {
		fps += x / float64(len(m.fps))
	}
	return fps, (t.User + t.System - m.cpu) / time.Since(m.since).Seconds(), float64(mem.RSS) / (1 << 20), nil
}
