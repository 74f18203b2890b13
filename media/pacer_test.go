package media

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/rtp"
	"github.com/pion/sdp/v3"
	"github.com/stretchr/testify/require"
)

func streamInfo(ssrc uint32, mime string) *interceptor.StreamInfo {
	return &interceptor.StreamInfo{
		SSRC: ssrc, MimeType: mime,
		RTPHeaderExtensions: []interceptor.RTPHeaderExtension{{URI: sdp.TransportCCURI, ID: 3}},
	}
}

func header(ssrc uint32) *rtp.Header { return &rtp.Header{Version: 2, SSRC: ssrc} }

func rtpWriterFunc(f func()) interceptor.RTPWriter {
	return interceptor.RTPWriterFunc(func(*rtp.Header, []byte, interceptor.Attributes) (int, error) {
		f()
		return 0, nil
	})
}

// TestPacerKeepsTheRate: a burst leaves at the rate, numbered without gaps,
// and a pause earns no burst.
func TestPacerKeepsTheRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var numbers []uint16
		var times []time.Time
		p := newPacer(400_000, func(number uint16, _ int) { numbers = append(numbers, number) })
		p.addStream(streamInfo(1, "video/VP8"), interceptor.RTPWriterFunc(func(h *rtp.Header, _ []byte, _ interceptor.Attributes) (int, error) {
			require.Len(t, h.GetExtension(3), 2)
			times = append(times, time.Now())
			return 0, nil
		}))
		const packets = 100 // of 1000 bytes: 0.8 s at 2.5 x 400 kbit/s
		for range 2 {
			times = nil
			for range packets {
				_, err := p.Write(header(1), make([]byte, 1000), nil)
				require.NoError(t, err)
			}
			require.InDelta(t, 0.8, p.backlog().Seconds(), 0.05)
			time.Sleep(5 * time.Second)
			synctest.Wait()
			require.Len(t, times, packets)
			require.InDelta(t, 0.8, times[packets-1].Sub(times[0]).Seconds(), 0.05)
			require.Zero(t, p.backlog())
		}
		for i, n := range numbers {
			require.Equal(t, uint16(i), n)
		}
		for range 2 * paceQueue {
			_, err := p.Write(header(1), make([]byte, 10), nil)
			require.NoError(t, err)
		}
		require.NotZero(t, p.dropped)
		require.NoError(t, p.Close())
		require.NoError(t, p.Close())
		synctest.Wait()
	})
}
