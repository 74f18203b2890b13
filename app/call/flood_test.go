package call

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"paravent/app/phone"

	"github.com/stretchr/testify/require"
)

// flooded is a phone in a connected call whose ports are as slow as they can
// be: the goroutine of the call hangs in one of them until released.
type flooded struct {
	m        *Manager
	id       phone.CallID
	peer     Party
	hold     chan struct{}
	holding  atomic.Bool
	closedAt atomic.Int64 // unix ns of Media.Close
	late     atomic.Int64 // addresses sent and media touched after Media.Close
}

func (f *flooded) touch() {
	if f.closedAt.Load() != 0 {
		f.late.Add(1)
	}
	f.wait()
}

func (f *flooded) wait() {
	if f.holding.Load() {
		<-f.hold
	}
}

func (f *flooded) Send(_ Party, _ phone.CallID, payload []byte, _ bool) {
	if g, err := decodeFrame(payload); err == nil && (g.msg.kind == kindCandidate || g.msg.kind == kindAnswer) {
		f.touch()
	}
	f.wait()
}
func (f *flooded) Forget(phone.CallID)                    {}
func (f *flooded) CheckRelay(phone.CallID)                {}
func (f *flooded) Open(phone.CallID, Role, bool, Flags)   {}
func (f *flooded) Offer(phone.CallID, Making)             { f.touch() }
func (f *flooded) Answer(phone.CallID, Making, string)    { f.touch() }
func (f *flooded) Carry(phone.CallID, uint32)             { f.touch() }
func (f *flooded) Drop(phone.CallID, uint32)              { f.touch() }
func (f *flooded) Complete(phone.CallID, uint32, string)  { f.touch() }
func (f *flooded) Candidate(phone.CallID, uint32, string) { f.touch() }
func (f *flooded) SetLocal(phone.CallID, Flags)           { f.touch() }
func (f *flooded) Close(phone.CallID)                     { f.closedAt.CompareAndSwap(0, time.Now().UnixNano()) }
func (f *flooded) Decide(Party, Proposal) Verdict {
	return Verdict{Ring: true, TellRinging: true, Wish: phone.Direct}
}
func (f *flooded) Wish(Party) phone.Route { return phone.Direct }
func (f *flooded) Prepare(Party) bool     { return false }
func (f *flooded) MayGoDirect(Party) bool { return true }
func (f *flooded) Notice(Snapshot, error) {}
func (f *flooded) Incoming(Snapshot)      {}
func (f *flooded) CallChanged(Snapshot)   { f.wait() }
func (f *flooded) Ended(Snapshot)         {}
func (f *flooded) Missed(MissedCall)      {}

func (f *flooded) receive(seq uint32, m message) {
	f.m.Receive(Received{From: f.peer, Call: f.id, Stranger: m.kind == kindPropose,
		Payload: appendFrame(nil, frame{seq: seq, at: time.Now(), msg: m})})
}

func newFlooded(t *testing.T) *flooded {
	f := &flooded{id: phone.NewCallID(), peer: Party{ID: "peer"}, hold: make(chan struct{})}
	f.m = New(Config{Self: "me", Courier: f, Media: f, Policy: f, Observer: f})
	f.receive(0, message{kind: kindPropose, proposal: Proposal{Wish: phone.Direct, Created: time.Now(), TTL: time.Minute}})
	require.NoError(t, f.m.Answer(f.id, true))
	f.receive(1, message{kind: kindOffer, gen: 1, route: phone.Direct, text: "sdp"})
	f.m.Described(f.id, 1, "sdp", nil)
	f.m.MediaUp(f.id, 1, Proof{})
	s, _ := f.m.Snapshot(f.id)
	require.Equal(t, phone.Connected, s.State)
	return f
}

// P11: with signalling flooded from several sides and the call's goroutine
// stuck, hanging up closes the media in the caller's own goroutine, at once.
func TestP11HangupNeverQueues(t *testing.T) {
	f := newFlooded(t)
	f.holding.Store(true)
	stop := make(chan struct{})
	var flood sync.WaitGroup
	var frames atomic.Int64
	for i := range 4 {
		flood.Go(func() {
			for seq := uint32(2); ; seq++ {
				select {
				case <-stop:
					return
				default:
				}
				switch i {
				case 0:
					f.receive(seq, message{kind: kindState, flags: Flags{Muted: seq%2 == 0}})
				case 1:
					f.receive(seq, message{kind: kindOffer, gen: seq, text: "sdp"})
				case 2:
					f.m.LocalCandidate(f.id, 1, "candidate")
				default:
					f.m.Receive(Received{From: Party{ID: "stranger"}, Call: phone.NewCallID(), Payload: []byte("junk"), Stranger: true})
				}
				frames.Add(1)
			}
		})
	}
	for frames.Load() < 20_000 {
		time.Sleep(time.Millisecond)
	}
	f.m.mu.Lock()
	a := f.m.calls[f.id]
	jobs, unacked, early := len(a.jobs), len(a.link.unacked), len(a.link.early)
	f.m.mu.Unlock()
	began := time.Now()
	require.NoError(t, f.m.Hangup(f.id))
	took := time.Since(began)
	closed := f.closedAt.Load()
	close(stop)
	flood.Wait()
	close(f.hold)
	f.m.Close()
	require.NotZero(t, closed, "Media.Close had not returned when Hangup did")
	require.Less(t, took, 100*time.Millisecond)
	require.Less(t, jobs, maxJobs+maxUnacked+64, "work of one call is bounded")
	require.LessOrEqual(t, unacked, maxUnacked)
	require.LessOrEqual(t, early, maxEarly)
	t.Logf("hang-up took %v after %d frames; %d jobs waited", took, frames.Load(), jobs)
}

// P11, P06: what still waited when the call ended is neither said nor done.
func TestP11NothingQueuedOutlivesTheCall(t *testing.T) {
	f := newFlooded(t)
	f.holding.Store(true)
	require.NoError(t, f.m.SetLocal(f.id, Flags{Muted: true}))
	f.m.mu.Lock()
	a := f.m.calls[f.id]
	f.m.mu.Unlock()
	for taken := false; !taken; time.Sleep(time.Millisecond) { // its goroutine hangs in a port
		f.m.mu.Lock()
		taken = len(a.jobs) == 0
		f.m.mu.Unlock()
	}
	for range 20 {
		f.m.LocalCandidate(f.id, 1, "candidate")
	}
	require.NoError(t, f.m.Hangup(f.id))
	f.holding.Store(false)
	close(f.hold)
	f.m.Close()
	require.Zero(t, f.late.Load())
}

// P11: the other side's HANGUP closes the media as fast, from whatever
// goroutine received it, also when the call's own goroutine is stuck.
func TestP11RemoteHangupClosesAtOnce(t *testing.T) {
	f := newFlooded(t)
	f.holding.Store(true)
	for seq := uint32(10); seq < 5000; seq++ { // never in order: 2 to 9 are missing
		f.receive(seq, message{kind: kindState, flags: Flags{Muted: seq%2 == 0}})
	}
	f.receive(5000, message{kind: kindHangup, why: whyHungUp})
	require.NotZero(t, f.closedAt.Load())
	close(f.hold)
	f.m.Close()
}

// The ports of a phone that closes are not used by calls that end later.
func TestConcurrentUseOfEverything(t *testing.T) {
	f := newFlooded(t)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 500 {
				id, err := f.m.Place(Party{ID: "other"}, true, phone.Direct)
				if err == nil {
					_ = f.m.SetLocal(id, Flags{Muted: true})
					_ = f.m.Hangup(id)
				}
				for _, s := range f.m.Calls() {
					_ = f.m.Restart(s.ID)
					_ = f.m.Hangup(s.ID)
				}
				f.m.Counters()
			}
		})
	}
	all.Wait()
	require.Empty(t, f.m.Calls())
	f.m.Close()
}
