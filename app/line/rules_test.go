package line

import (
	"net"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"paravent/app/call"
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

// P10: asking for a relay opens no device, and neither does anything else
// before Open, which stands for the person's act.
func TestP10NoDeviceBeforeOpen(t *testing.T) {
	x, _, _ := newPair(t)
	x.lines.CheckRelay(x.id)
	require.NoError(t, await(t, "the relay is checked", x.checked))
	x.lines.SetLocal(x.id, call.Flags{Muted: true})
	x.lines.Offer(x.id, call.Making{Gen: 1, Route: phone.Relay})
	require.ErrorIs(t, await(t, "an offer without devices fails", x.failed), ErrNoDevices)
	x.do(func(n *line) {
		require.Nil(t, n.audio)
		require.Nil(t, n.video)
		require.Empty(t, n.legs)
	})
}

// P7: the receipt of a direct call lists every address that was handed over,
// and the live one does so before the call ends.
func TestP07ReceiptListsWhatWasHandedOver(t *testing.T) {
	caller, callee, _ := newPair(t)
	sides := []*said{listen(caller), listen(callee)}
	for _, s := range sides {
		s.route = phone.Direct
	}
	connectPair(t, caller, callee)
	for _, s := range sides {
		live, final := s.lines.Exposure(s.id), s.lines.Retire(s.id)
		shown := 0
		for _, text := range s.all() {
			f := strings.Fields(text)
			if len(f) < 8 || !strings.HasPrefix(text, "candidate:") || f[7] == "relay" {
				continue
			}
			shown++
			at := net.JoinHostPort(f[4], f[5])
			require.Contains(t, live.PeerSaw, at)
			require.Contains(t, final.PeerSaw, at)
		}
		require.Positive(t, shown)
		require.False(t, final.Hidden)
		require.Equal(t, phone.Direct, final.Route)
	}
}

// fields are the words of all that was handed over for one call.
func fields(texts []string) map[string]bool {
	words := map[string]bool{}
	for _, text := range texts {
		for _, w := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" =;\r\n", r) }) {
			words[w] = true
		}
	}
	return words
}

// P21: whatever the descriptions and candidates of two calls of one phone have
// in common, those of another phone have too, so that it tells nobody apart.
func TestP21TwoCallsShareOnlyWhatEverybodyShares(t *testing.T) {
	caller, callee, s := newPair(t)
	first := listen(caller)
	connectPair(t, caller, callee)
	caller.lines.Retire(caller.id)
	again := newSide(t, s, phone.NewCallID(), call.Callee)
	caller.id, caller.described, caller.other, again.other = again.id, 0, again, caller
	second := listen(caller)
	connectPair(t, caller, again)
	third, fourth := newSide(t, s, phone.NewCallID(), call.Caller), newSide(t, s, phone.CallID{}, call.Callee)
	fourth.id, third.other, fourth.other = third.id, fourth, third
	stranger := listen(third)
	connectPair(t, third, fourth)
	one, two, strange := fields(first.all()), fields(second.all()), fields(stranger.all())
	same := 0
	for word := range one {
		if !two[word] {
			continue
		}
		same++
		require.True(t, strange[word], "two calls of one phone share %q, another phone's has it not", word)
	}
	require.Greater(t, same, 30)
	require.Greater(t, len(one)-same, 8, "names, keys and ports differ")
}
