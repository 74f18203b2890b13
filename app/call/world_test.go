package call

import (
	"cmp"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"paravent/app/phone"
)

// world is phones and the network between them, inside a synctest bubble. It
// watches everything that the phones do at their ports and notes what breaks
// a rule.
type world struct {
	mu      sync.Mutex
	rand    *rand.Rand
	loss    float64
	double  float64
	between bool // somebody substitutes certificates; guarded by mu
	phones  map[PeerID]*fakePhone
	paths   map[pathKey]*fakePath
	broken  []string
	log     []string // everything sent and every change, for a failing seed
	origin  time.Time
}

func newWorld(seed uint64) *world {
	return &world{
		rand: rand.New(rand.NewPCG(seed, 3)), phones: map[PeerID]*fakePhone{},
		paths: map[pathKey]*fakePath{}, origin: time.Now(),
	}
}

func (w *world) breaks(format string, a ...any) {
	w.broken = append(w.broken, fmt.Sprintf(format, a...))
}

func (w *world) note(format string, a ...any) {
	w.log = append(w.log, time.Since(w.origin).String()+" "+fmt.Sprintf(format, a...))
}

// after runs f on its own goroutine after a random time up to d. Guarded by mu.
func (w *world) afterLocked(d time.Duration, f func()) {
	time.AfterFunc(time.Millisecond+time.Duration(w.rand.Int64N(int64(d))), f)
}

// fakePhone is a Manager with all four ports.
type fakePhone struct {
	w        *world
	id       PeerID
	skew     time.Duration
	verdicts map[PeerID]Verdict
	// Guarded by w.mu.
	m           *Manager
	dead        bool // crashed: sends nothing, hears nothing
	cut         bool
	noRelay     bool
	silentRelay bool // CheckRelay never answers
	box         []Received
	wanted      map[PeerID]bool // the person placed a call to them
	answered    map[phone.CallID]bool
	proceed     map[phone.CallID]bool // PROCEED was sent or received
	prepared    map[phone.CallID]bool // PREPARE was sent or received
	legs        map[phone.CallID][]*leg
	carries     map[phone.CallID]*fakePath
	will        map[phone.CallID]phone.Route // what the person said last, in the call
	consented   map[phone.CallID]bool        // the person once went for a direct route
	forbids     bool                         // the policy lets nobody go direct
	notices     []error
	hostile     bool // what it sends breaks rules on purpose
	opened      map[phone.CallID]bool
	late        []string // media touched after Close
	closed      map[phone.CallID]int
	sent        map[PeerID]int
	states      map[phone.CallID]Snapshot // newest known to the observer
	endings     map[phone.CallID]int
	incoming    []phone.CallID
	missed      []MissedCall
	forgot      map[phone.CallID]bool
	reenter     func(what string) // called from every port, without locks
}

func (w *world) add(id PeerID) *fakePhone {
	p := &fakePhone{
		w: w, id: id, verdicts: map[PeerID]Verdict{}, wanted: map[PeerID]bool{},
		answered: map[phone.CallID]bool{}, proceed: map[phone.CallID]bool{}, opened: map[phone.CallID]bool{},
		prepared: map[phone.CallID]bool{}, legs: map[phone.CallID][]*leg{}, carries: map[phone.CallID]*fakePath{},
		will: map[phone.CallID]phone.Route{}, consented: map[phone.CallID]bool{}, closed: map[phone.CallID]int{}, sent: map[PeerID]int{}, states: map[phone.CallID]Snapshot{},
		endings: map[phone.CallID]int{}, forgot: map[phone.CallID]bool{},
	}
	p.m = New(Config{
		Self: id, Courier: p, Media: p, Policy: p, Observer: p, Name: func() string { return string(id) },
		Now:   func() time.Time { return time.Now().Add(p.skew) },
		Rings: RingLimits{CallerBurst: 1000, Burst: 1000},
	})
	p.m.newID = func() (id phone.CallID) { // from the seed, so that it can be repeated
		w.mu.Lock()
		defer w.mu.Unlock()
		for i := range id {
			id[i] = byte(w.rand.Uint32())
		}
		return id
	}
	w.mu.Lock()
	w.phones[id] = p
	w.mu.Unlock()
	return p
}

func (p *fakePhone) party() Party { return Party{ID: p.id, Address: "paravent:" + string(p.id)} }

// verdict of a phone about a peer; the default lets it ring. Guarded by w.mu.
func (p *fakePhone) verdict(from PeerID) Verdict {
	if v, ok := p.verdicts[from]; ok {
		return v
	}
	return Verdict{Ring: true, TellRinging: true, Wish: phone.Relay}
}

// lets sets a verdict while calls may be under way.
func (p *fakePhone) lets(from PeerID, v Verdict) {
	p.w.mu.Lock()
	defer p.w.mu.Unlock()
	p.verdicts[from] = v
}

func (p *fakePhone) place(to *fakePhone, video bool) (phone.CallID, error) {
	p.w.mu.Lock()
	p.wanted[to.id] = true
	wish := p.verdict(to.id).Wish
	p.w.mu.Unlock()
	return p.m.Place(to.party(), video, wish)
}

func (p *fakePhone) answer(id phone.CallID, video bool) error {
	p.w.mu.Lock()
	p.answered[id] = true
	p.w.mu.Unlock()
	return p.m.Answer(id, video)
}

// live is the call that has not ended, if any.
func (p *fakePhone) live() (Snapshot, bool) {
	if c := p.m.Calls(); len(c) == 1 {
		return c[0], true
	}
	return Snapshot{}, false
}

// crash kills the program and starts it anew, with nothing in memory.
func (p *fakePhone) crash() *fakePhone {
	p.w.mu.Lock()
	p.dead = true
	for _, path := range p.w.paths {
		path.goneLocked(p)
	}
	p.w.mu.Unlock()
	p.m.Close()
	n := p.w.add(p.id)
	n.verdicts, n.skew = p.verdicts, p.skew
	p.w.mu.Lock()
	n.cut, n.wanted, n.consented, n.forbids = p.cut, maps.Clone(p.wanted), maps.Clone(p.consented), p.forbids
	p.w.mu.Unlock()
	return n
}

func (p *fakePhone) reentered(what string) {
	if p.reenter != nil {
		p.reenter(what)
	}
}

// ---- Courier

func (p *fakePhone) Send(to Party, id phone.CallID, payload []byte, keep bool) {
	defer p.reentered("send")
	w := p.w
	w.mu.Lock()
	defer w.mu.Unlock()
	if p.dead {
		return
	}
	f, err := decodeFrame(payload)
	if err != nil {
		w.breaks("%s sent what cannot be read: %v", p.id, err)
	}
	if !p.hostile {
		p.watchSendLocked(to, id, f)
	}
	stranger := f.msg.kind == kindPropose || f.msg.kind == kindRetract
	r := Received{From: p.party(), Call: id, Payload: payload, Stranger: stranger}
	dst := w.phones[to.ID]
	if dst != nil && dst.cut && keep && !p.cut {
		r.Kept = true
		dst.box = append(dst.box, r)
	}
	if w.rand.Float64() < w.loss {
		return
	}
	copies := 1
	if w.rand.Float64() < w.double {
		copies = 2
	}
	for range copies {
		delay := 10*time.Millisecond + time.Duration(w.rand.ExpFloat64()*float64(60*time.Millisecond))
		if w.rand.IntN(50) == 0 {
			delay += time.Duration(w.rand.Int64N(int64(20 * time.Second))) // very late
		}
		time.AfterFunc(delay, func() { w.deliver(p, to.ID, r) })
	}
}

func (w *world) deliver(from *fakePhone, to PeerID, r Received) {
	w.mu.Lock()
	dst := w.phones[to]
	lost := dst == nil || dst.cut || from.cut
	if !lost {
		if f, err := decodeFrame(r.Payload); err == nil {
			dst.proceed[r.Call] = dst.proceed[r.Call] || f.msg.kind == kindProceed
			dst.prepared[r.Call] = dst.prepared[r.Call] || f.msg.kind == kindPrepare
		}
	}
	w.mu.Unlock()
	if !lost {
		dst.m.Receive(r)
	}
}

func (p *fakePhone) watchSendLocked(to Party, id phone.CallID, f frame) {
	w := p.w
	w.note("%s->%s %v %s seq %d ack %d gen %d why %d", p.id, to.ID, id, brief([]action{{kind: actSend, msg: f.msg}}), f.seq, f.ack, f.msg.gen, f.msg.why)
	p.sent[to.ID]++
	if !p.verdict(to.ID).Ring && !p.wanted[to.ID] {
		w.breaks("%s sent kind %d to %s, who may not ring", p.id, f.msg.kind, to.ID)
	}
	switch f.msg.kind {
	case kindProceed:
		p.proceed[id] = true
	case kindPrepare:
		p.prepared[id] = true
		if !p.verdict(to.ID).Prepare {
			w.breaks("%s sent PREPARE to %s, for whom it is not wished", p.id, to.ID)
		}
	case kindOffer, kindAnswer, kindCandidate:
		if !p.proceed[id] && !p.prepared[id] {
			w.breaks("%s sent kind %d before PROCEED and PREPARE", p.id, f.msg.kind)
		}
		if p.closed[id] > 0 {
			w.breaks("%s sent an address after the end", p.id)
		}
	case kindAck, kindPropose, kindRinging, kindReject, kindRetract, kindWant, kindState, kindHangup,
		kindRoute, kindMoved, kindDrop, kindKnock, kindWelcome, kindCommit, kindKey, kindReveal:
	}
}

func (p *fakePhone) Forget(id phone.CallID) {
	p.w.mu.Lock()
	p.forgot[id] = true
	p.w.mu.Unlock()
	p.reentered("forget")
}

// reconnect brings the phone back to the network and gives it what was kept.
func (p *fakePhone) reconnect() {
	p.w.mu.Lock()
	p.cut = false
	box := p.box
	p.box = nil
	p.w.mu.Unlock()
	for _, r := range box {
		p.m.Receive(r)
	}
}

// disconnect takes the phone off the network; its media notice a little later.
func (p *fakePhone) disconnect() {
	p.w.mu.Lock()
	defer p.w.mu.Unlock()
	p.cut = true
	for _, path := range p.w.paths {
		path.brokenLocked()
	}
}

// ---- Policy and Observer

func (p *fakePhone) Decide(from Party, _ Proposal) Verdict {
	defer p.reentered("decide")
	p.w.mu.Lock()
	defer p.w.mu.Unlock()
	return p.verdict(from.ID)
}

func (p *fakePhone) Wish(from Party) phone.Route {
	defer p.reentered("wish")
	p.w.mu.Lock()
	defer p.w.mu.Unlock()
	return p.verdict(from.ID).Wish
}

func (p *fakePhone) Prepare(to Party) bool {
	defer p.reentered("prepare")
	p.w.mu.Lock()
	defer p.w.mu.Unlock()
	return p.verdict(to.ID).Prepare
}

func (p *fakePhone) MayGoDirect(Party) bool {
	defer p.reentered("mayGoDirect")
	p.w.mu.Lock()
	defer p.w.mu.Unlock()
	return !p.forbids
}

// goDirect and goRelay are the person's words about the route.
func (p *fakePhone) goDirect(id phone.CallID) error { return p.say(id, phone.Direct, p.m.GoDirect) }
func (p *fakePhone) goRelay(id phone.CallID) error  { return p.say(id, phone.Relay, p.m.GoRelay) }

func (p *fakePhone) say(id phone.CallID, r phone.Route, word func(phone.CallID) error) error {
	p.w.mu.Lock()
	before, said := p.will[id]
	consented := p.consented[id]
	p.will[id], p.consented[id] = r, consented || r == phone.Direct
	p.w.mu.Unlock()
	err := word(id)
	if err == nil {
		return nil
	}
	p.w.mu.Lock()
	defer p.w.mu.Unlock()
	p.will[id], p.consented[id] = before, consented
	if !said {
		delete(p.will, id)
	}
	return err
}

func (p *fakePhone) Notice(_ Snapshot, err error) {
	p.w.mu.Lock()
	p.notices = append(p.notices, err)
	p.w.mu.Unlock()
	p.reentered("notice")
}

func (p *fakePhone) Incoming(s Snapshot) {
	p.w.mu.Lock()
	p.incoming = append(p.incoming, s.ID)
	p.w.mu.Unlock()
	p.reentered("incoming")
}

func (p *fakePhone) CallChanged(s Snapshot) {
	p.w.mu.Lock()
	p.w.note("%s %v %v %v", p.id, s.ID, s.State, s.Reason)
	p.states[s.ID] = s
	if s.State == phone.Connected && s.Accepted.IsZero() {
		p.w.breaks("%s connected without Accept", p.id)
	}
	p.w.mu.Unlock()
	p.reentered("changed")
}

func (p *fakePhone) Ended(s Snapshot) {
	p.w.mu.Lock()
	p.endings[s.ID]++
	if p.endings[s.ID] > 1 || s.State != phone.Ended || s.Reason == phone.NotEnded {
		p.w.breaks("%s: ending %d of one call, state %v, reason %v", p.id, p.endings[s.ID], s.State, s.Reason)
	}
	p.w.mu.Unlock()
	p.reentered("ended")
}

func (p *fakePhone) Missed(c MissedCall) {
	p.w.mu.Lock()
	p.missed = append(p.missed, c)
	p.w.mu.Unlock()
	p.reentered("missed")
}

// ---- Checks

// check fails the test for every broken rule, and shows what led to it.
func (w *world) check(t *testing.T, what string) {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, p := range w.phones {
		for id, open := range p.opened {
			if open && p.states[id].State == phone.Ended {
				w.breaks("%s: microphone of an ended call is open", p.id)
			}
		}
	}
	if len(w.broken) == 0 {
		return
	}
	for _, l := range w.log[max(0, len(w.log)-150):] {
		t.Log(l)
	}
	t.Fatalf("%s: %q", what, w.broken[:min(5, len(w.broken))])
}

func (w *world) sorted() []*fakePhone {
	return slices.SortedFunc(maps.Values(w.phones), func(a, b *fakePhone) int { return cmp.Compare(a.id, b.id) })
}
