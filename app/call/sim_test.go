package call

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"paravent/app/phone"
)

// simRuns is how many random orders are tried. SEED=n repeats one of them.
const simRuns = 3000

// TestSimulation lets three phones with random policies do random things at
// random times over a network that loses, doubles, reorders and is cut, and
// holds the invariants of world_test.go at every step. In the end the network
// is whole, and both sides of every call must agree; then all hang up.
func TestSimulation(t *testing.T) {
	first, last := uint64(1), uint64(simRuns)
	if n, err := strconv.ParseUint(os.Getenv("SEED"), 10, 64); err == nil {
		first, last = n, n
	}
	outcomes := map[string]int{}
	for seed := first; seed <= last; seed++ {
		synctest.Test(t, func(t *testing.T) { simulate(t, seed, outcomes) })
		if t.Failed() {
			t.Fatalf("SEED=%d", seed)
		}
	}
	t.Log(outcomes)
	for state, least := range map[string]int{"connected once": 10, "idle at the end": 10, "connected at the end": 10,
		"ready while it rang": 5, "direct by consent": 5, "moved": 5} { // in a hundred runs
		if first != last && outcomes[state] < simRuns*least/100 {
			t.Errorf("only %d runs were %q: the simulation shows little", outcomes[state], state)
		}
	}
}

type simulation struct {
	*world
	r   *rand.Rand
	ids []PeerID
}

func simulate(t *testing.T, seed uint64, outcomes map[string]int) {
	s := &simulation{world: newWorld(seed), r: rand.New(rand.NewPCG(seed, 4)), ids: []PeerID{"a", "b", "c"}}
	s.loss = []float64{0, 0.1, 0.3}[seed%3]
	s.double = 0.15
	for _, id := range s.ids {
		s.furnish(s.add(id))
	}
	for range 8 + s.r.IntN(14) {
		settle(time.Duration(s.r.ExpFloat64() * float64(2500*time.Millisecond)))
		s.act(s.phones[s.ids[s.r.IntN(len(s.ids))]])
		s.oneLive(t)
	}
	for _, p := range s.sorted() {
		p.reconnect()
	}
	settle(3 * time.Minute)
	s.check(t, fmt.Sprint("seed ", seed))
	outcomes[s.agree(t)]++
	for _, p := range s.sorted() {
		if slices.ContainsFunc(mapValues(p.states), func(c Snapshot) bool { return !c.ConnectedAt.IsZero() }) {
			outcomes["connected once"]++
			break
		}
	}
	s.countWays(outcomes)
	s.finishAll(t)
	s.check(t, fmt.Sprint("seed ", seed, " after hanging up"))
}

// countWays notes what became of the connections, so that a simulation in
// which nothing of it happens does not pass.
func (s *simulation) countWays(outcomes map[string]int) {
	var early, direct, second bool
	for k, path := range s.paths {
		early = early || path.early && path.gen != 0
		second = second || path.beside && path.gen != 0
		for _, p := range s.sorted() {
			direct = direct || p.consented[k.id] && path.route == phone.Direct && path.gen != 0
		}
	}
	for what, happened := range map[string]bool{"ready while it rang": early, "direct by consent": direct, "moved": second} {
		if happened {
			outcomes[what]++
		}
	}
}

func mapValues[K comparable, V any](m map[K]V) (vs []V) {
	for _, v := range m {
		vs = append(vs, v)
	}
	return vs
}

// furnish draws the policies and the clock of a phone.
func (s *simulation) furnish(p *fakePhone) {
	p.forbids = s.r.IntN(6) == 0
	p.skew = time.Duration(s.r.IntN(3)-1) * 3 * time.Hour
	for _, id := range s.ids {
		v := Verdict{Ring: true, TellRinging: true, Wish: phone.Relay, Record: true}
		v.Wish += phone.Route(s.r.IntN(2))
		switch s.r.IntN(8) {
		case 0:
			v.Ring = false
		case 1:
			v.TellRinging = false
		case 2:
			v.RingFor = 10 * time.Second
		}
		v.Prepare = s.r.IntN(2) == 0
		p.lets(id, v)
	}
}

// act is one thing that a person, a network or a program may do.
func (s *simulation) act(p *fakePhone) {
	other := s.phones[s.ids[s.r.IntN(len(s.ids))]]
	live, on := p.live()
	n := s.r.IntN(30)
	if on && (live.Upgrade == phone.Asked || live.State == phone.Connected) && s.r.IntN(2) == 0 {
		n = 20 + s.r.IntN(8) // people in a call mostly talk, and look at the badge
	}
	switch {
	case n < 7 && other != p:
		_, _ = p.place(other, s.r.IntN(2) == 0)
	case n < 12 && on && !live.Outgoing:
		_ = p.answer(live.ID, s.r.IntN(2) == 0)
	case n == 12 && on:
		_ = p.m.Decline(live.ID)
	case n == 13 && on:
		_ = p.m.Hangup(live.ID)
	case n == 14 && on:
		_ = p.m.Restart(live.ID)
	case n == 15 && on:
		_ = p.m.SetLocal(live.ID, Flags{Muted: s.r.IntN(2) == 0, Held: s.r.IntN(2) == 0})
	case n == 16:
		p.disconnect()
	case n == 17:
		p.reconnect()
	case n == 18:
		p.crash()
	case n == 19:
		s.mu.Lock()
		p.noRelay = !p.noRelay
		s.mu.Unlock()
	case n >= 20 && n < 26 && on:
		_ = p.goDirect(live.ID)
	case n >= 26 && on:
		_ = p.goRelay(live.ID)
	}
}

// oneLive: at most one call of a phone has not ended.
func (s *simulation) oneLive(t *testing.T) {
	for _, p := range s.sorted() {
		p.m.mu.Lock()
		live := 0
		for _, a := range p.m.calls {
			if a.state.phase != ended {
				live++
			}
		}
		p.m.mu.Unlock()
		if live > 1 {
			t.Fatalf("%s has %d live calls", p.id, live)
		}
	}
}

// agree: with a whole network and nobody acting, a live call is connected, and
// at both ends.
func (s *simulation) agree(t *testing.T) string {
	outcome := "idle at the end"
	for _, p := range s.sorted() {
		mine, on := p.live()
		if !on {
			continue
		}
		outcome = "connected at the end"
		theirs, both := s.phones[mine.Peer.ID].live()
		if !both || theirs.ID != mine.ID || mine.State != phone.Connected || mine.Recovering || theirs.Route != mine.Route ||
			theirs.Remote != mine.Local || mine.Upgrade != phone.NoUpgrade && mine.Upgrade != phone.Asked ||
			p.carries[mine.ID] == nil || p.carries[mine.ID] != s.phones[mine.Peer.ID].carries[mine.ID] || len(p.legs[mine.ID]) != 1 ||
			p.carries[mine.ID].route != mine.Route || mine.Safety != theirs.Safety || mine.Safety.State != phone.SafetyReady {
			for _, l := range s.log[max(0, len(s.log)-150):] {
				t.Log(l)
			}
			t.Fatalf("%s has %+v, %s has %+v", p.id, mine, mine.Peer.ID, theirs)
		}
	}
	return outcome
}

// finishAll: everybody hangs up; both sides end, with one Ended for each call
// that anybody saw, and everything is forgotten.
func (s *simulation) finishAll(t *testing.T) {
	for _, p := range s.sorted() {
		if c, on := p.live(); on {
			_ = p.m.Hangup(c.ID)
		}
	}
	settle(4 * time.Minute)
	for _, p := range s.sorted() {
		if n := len(p.m.calls); n > 0 {
			t.Fatalf("%s still has %d calls", p.id, n)
		}
		for id, c := range p.states {
			if c.State != phone.Ended || p.endings[id] != 1 {
				t.Fatalf("%s: call %v is %v with %d endings", p.id, id, c.State, p.endings[id])
			}
		}
	}
}
