package line

import (
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"paravent/app/phone"
)

// said is a sink that keeps every description and candidate on its way out.
type said struct {
	*side
	mu   sync.Mutex
	text []string
}

// listen puts a sink that keeps between a side and its lines.
func listen(x *side) *said {
	s := &said{side: x}
	x.lines.Use(s)
	return s
}

func (s *said) keep(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text = append(s.text, text)
}

func (s *said) all() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string{}, s.text...)
}

func (s *said) Described(id phone.CallID, gen uint32, sdp string, err error) {
	s.keep(sdp)
	s.side.Described(id, gen, sdp, err)
}

func (s *said) LocalCandidate(id phone.CallID, gen uint32, c string) {
	s.keep(c)
	s.side.LocalCandidate(id, gen, c)
}

// P3: all that a line hands over for the other side has been through the gate.
func TestP03EverythingLeavesThroughTheGate(t *testing.T) {
	caller, callee, _ := newPair(t)
	sides := []*said{listen(caller), listen(callee)}
	connectPair(t, caller, callee)
	for _, s := range sides {
		candidates := 0
		for _, text := range s.all() {
			if strings.HasPrefix(text, "candidate:") {
				candidates++
				require.True(t, strings.HasSuffix(text, " typ relay raddr 0.0.0.0 rport 9"), text)
				continue
			}
			require.Contains(t, text, "\r\no=- 1 1 IN IP4 0.0.0.0\r\n")
			require.NotRegexp(t, `raddr [1-9]`, text)
		}
		require.Positive(t, candidates)
	}
}
