package line

import (
	"time"

	"paravent/app/phone"
	"paravent/media"
)

// sample is what rates are computed from: the counters some time ago.
type sample struct {
	at    time.Time
	stats media.Stats
	out   phone.Stats
}

// shortest is the least time between two samples: who asks more often gets the
// same figures again, so that several may ask.
const shortest = 500 * time.Millisecond

func (l *line) stats() (phone.Stats, error) {
	l.mu.Lock()
	n, open := l.carrying, !l.closed
	l.mu.Unlock()
	if !open || n == nil {
		return phone.Stats{}, phone.ErrNoSuchCall
	}
	now, m := l.cfg.Now(), n.session.Stats()
	l.mu.Lock()
	defer l.mu.Unlock()
	if now.Sub(l.sampled.at) >= shortest {
		l.sampled = sample{at: now, stats: m, out: figures(l.sampled, m, now)}
	}
	return l.sampled.out, nil
}

// figures turns counters into what people read; before is the last sample.
func figures(before sample, m media.Stats, now time.Time) phone.Stats {
	seconds := now.Sub(before.at).Seconds()
	kbps := func(from, to uint64) float64 {
		if before.at.IsZero() || seconds <= 0 || to < from {
			return 0
		}
		return float64(to-from) * 8 / 1000 / seconds
	}
	a, v, a0 := m.Audio, m.Video, before.stats.Audio
	return phone.Stats{
		RTT: m.RTT, Bitrate: m.Bitrate,
		Audio: phone.StreamStats{
			Sent: a.Sent, Received: a.Received, Lost: a.Lost, Concealed: a.Concealed, Delay: a.Delay,
			SendKbps: kbps(a0.SentBytes, a.SentBytes), RecvKbps: kbps(a0.ReceivedBytes, a.ReceivedBytes),
			LevelDB: a.LevelDB, Underruns: a.Underruns, Overflowed: a.Dropped,
			CapturedAt: a.CapturedAt, PlayedAt: a.PlayedAt,
		},
		Video: phone.StreamStats{
			Sent: v.PacketsSent, Received: v.PacketsReceived, Lost: v.Lost,
			SendKbps: v.SendKbps, RecvKbps: v.RecvKbps, SendFPS: v.SendFPS, RecvFPS: v.RecvFPS,
			Width: v.Width, Height: v.Height, Keyframes: v.Keyframes, Overflowed: v.Overflowed,
		},
	}
}
