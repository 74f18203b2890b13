package line

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"
	"github.com/stretchr/testify/require"

	"paravent/app/call"
	"paravent/app/egress"
	"paravent/app/identity"
	"paravent/app/phone"
	"paravent/app/route"
	"paravent/app/signal"
	"paravent/media"
	"paravent/media/audio"
	"paravent/media/device"
	"paravent/media/video"
	"paravent/server"
)

const patience = 20 * time.Second // for what must happen; a failing test waits that long

// side is the media of one phone of a test, and the sink of its results: what
// it describes goes to the other side at once.
type side struct {
	t     *testing.T
	lines *Lines
	id    phone.CallID
	role  call.Role
	route phone.Route // of the call; relayed unless a test says otherwise
	ready bool        // as while it rings: what comes up does not carry by itself
	other *side

	checked, failed chan error
	up              chan struct{}
	proof           call.Proof // of the last session that came up; read after up

	mu        sync.Mutex
	events    []phone.Event // guarded by mu, as are the next ones
	early     []string      // candidates before the description of their generation
	described uint32
	relays    func(context.Context) (route.Relays, error)
	audio     audio.Config
}

func newSide(t *testing.T, s *server.Server, id phone.CallID, role call.Role) *side {
	t.Helper()
	x := &side{t: t, id: id, role: role, route: phone.Relay, checked: make(chan error, 8), failed: make(chan error, 8), up: make(chan struct{}, 8)}
	x.relays = grants(t, s)
	x.audio = audio.Config{Mic: device.MicSpec{Kind: device.MicTone, Hz: 440}}
	x.lines = New(Config{
		Relays:  func(ctx context.Context) (route.Relays, error) { return x.config().relays(ctx) },
		Audio:   func() audio.Config { return x.config().audio },
		Video:   func() video.Config { return video.Config{} },
		Network: func() (egress.Network, error) { return egress.System(), nil },
		Locals:  route.Locals, ServerSees: func() netip.Addr { return netip.Addr{} }, Now: time.Now, Emit: x.emit,
	})
	x.lines.Use(x)
	t.Cleanup(func() { x.lines.Retire(id) })
	return x
}

// config returns what may change during a test.
func (x *side) config() (c struct {
	relays func(context.Context) (route.Relays, error)
	audio  audio.Config
}) {
	x.mu.Lock()
	defer x.mu.Unlock()
	c.relays, c.audio = x.relays, x.audio
	return c
}

func (x *side) emit(e phone.Event) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.events = append(x.events, e)
}

func (x *side) RelayChecked(_ phone.CallID, err error) { x.checked <- err }

func (x *side) Described(_ phone.CallID, gen uint32, sdp string, err error) {
	switch {
	case err != nil:
		x.failed <- err
	case x.role == call.Caller:
		x.other.lines.Answer(x.id, call.Making{Gen: gen, Route: x.offered(gen), Early: x.ready && gen == 1}, sdp)
	default:
		x.other.lines.Complete(x.id, gen, sdp)
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.described = gen
	for _, c := range x.early {
		x.other.lines.Candidate(x.id, gen, c)
	}
	x.early = nil
}

// LocalCandidate keeps the order that package call sees to: description first.
func (x *side) LocalCandidate(_ phone.CallID, gen uint32, c string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if gen > x.described {
		x.early = append(x.early, c)
		return
	}
	x.other.lines.Candidate(x.id, gen, c)
}

// MediaUp does what package call does: what is up carries.
func (x *side) MediaUp(id phone.CallID, gen uint32, proof call.Proof) {
	x.proof = proof
	if !x.ready {
		x.lines.Carry(id, gen)
	}
	x.lines.do(id, func(*line) { x.up <- struct{}{} })
}
func (x *side) MediaDown(phone.CallID, uint32)                  {}
func (x *side) MediaFailed(_ phone.CallID, _ uint32, err error) { x.failed <- err }
func (x *side) open(withVideo bool)                             { x.lines.Open(x.id, x.role, withVideo, call.Flags{}) }
func await[T any](t *testing.T, what string, from <-chan T) (v T) {
	t.Helper()
	select {
	case v = <-from:
	case <-time.After(patience):
		t.Fatal("never: ", what)
	}
	return v
}

// grants asks a server for relays, as a fresh phone.
func grants(t *testing.T, s *server.Server) func(context.Context) (route.Relays, error) {
	t.Helper()
	online := make(chan bool, 64)
	client, err := signal.Open(t.Context(), signal.Config{
		Server: s.Addr(), Identity: identity.New(), OnEnvelope: func([]byte) {},
		OnState: func(ok bool, _ error) { online <- ok },
	})
	require.NoError(t, err)
	t.Cleanup(func() { _ = client.Close() })
	for !await(t, "the server is reached", online) {
	}
	return func(ctx context.Context) (route.Relays, error) {
		grant, err := client.Turn(ctx)
		return route.RelaysFrom(grant, s.Addr().Pin), err
	}
}

func newPair(t *testing.T) (caller, callee *side, s *server.Server) {
	t.Helper()
	s, err := server.Open(t.Context(), server.Config{})
	require.NoError(t, err)
	t.Cleanup(func() { _ = s.Close() })
	id := phone.NewCallID()
	caller, callee = newSide(t, s, id, call.Caller), newSide(t, s, id, call.Callee)
	caller.other, callee.other = callee, caller
	return caller, callee, s
}

// connect lets both reach each other through the relay.
func connect(t *testing.T) (caller, callee *side, s *server.Server) {
	t.Helper()
	caller, callee, s = newPair(t)
	connectPair(t, caller, callee)
	return caller, callee, s
}

// connectPair is connect for sides that are there already.
func connectPair(t *testing.T, caller, callee *side) {
	t.Helper()
	for _, x := range []*side{caller, callee} {
		x.lines.CheckRelay(x.id)
		require.NoError(t, await(t, "the relay is checked", x.checked))
		x.open(false)
	}
	caller.lines.Offer(caller.id, call.Making{Gen: 1, Route: caller.route})
	for _, x := range []*side{caller, callee} {
		await(t, "the media are up", x.up)
	}
}

// Both ends report the same two certificates, each its own as its own.
func TestP23BothEndsProveTheSameCertificates(t *testing.T) {
	caller, callee, _ := connect(t)
	require.NotZero(t, caller.proof.Local)
	require.NotZero(t, caller.proof.Remote)
	require.NotEqual(t, caller.proof.Local, caller.proof.Remote)
	require.Equal(t, call.Proof{Local: caller.proof.Remote, Remote: caller.proof.Local}, callee.proof)
}

// line returns the line of the side's call.
func (x *side) line() *line {
	x.lines.mu.Lock()
	defer x.lines.mu.Unlock()
	return x.lines.lines[x.id]
}

// session is the one that carries.
func (x *side) session() *media.Session {
	n := x.line()
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.carrying.session
}

// offered is the route of an offer; the second one of a test is a restart,
// unless it made a session of its own.
func (x *side) offered(gen uint32) phone.Route {
	n := x.line()
	n.mu.Lock()
	defer n.mu.Unlock()
	if gen > 1 && len(n.legs) == 1 {
		return phone.NoRoute
	}
	return x.route
}

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	require.Eventually(t, holds, patience, 5*time.Millisecond, what)
}

// P10, P11: nothing waits behind a slow step, and nothing starts afterwards.
func TestP11CloseEndsCaptureAndSocketsBehindASlowStep(t *testing.T) {
	caller, callee, _ := connect(t)
	n, session := caller.line(), caller.session()
	eventually(t, "the caller is heard", func() bool { return callee.line().audio.Stats().Received > 5 })
	slow, begun := make(chan struct{}), make(chan struct{})
	n.do(func() { close(begun); <-slow })
	defer close(slow)
	<-begun
	caller.lines.Close(caller.id)
	sent := n.audio.Stats().Sent
	require.ErrorIs(t, n.audio.StartCapture(), audio.ErrClosed)
	require.ErrorIs(t, n.audio.StartPlayback(), audio.ErrClosed)
	closed := make(chan struct{})
	go func() { n.closing.Wait(); close(closed) }()
	await(t, "the sockets are closed", closed)
	require.LessOrEqual(t, n.audio.Stats().Sent, sent+1, "one packet may have been under way")
	require.ErrorIs(t, session.AddCandidate("candidate:1"), media.ErrClosed)
}

// A job that comes late makes no new line, which nobody would close.
func TestNothingBeginsAfterTheEnd(t *testing.T) {
	x, _, _ := newPair(t)
	retired, closed := phone.NewCallID(), phone.NewCallID()
	x.lines.SetLocal(retired, call.Flags{})
	r := x.lines.Retire(retired)
	require.Equal(t, retired, r.Call)
	require.True(t, r.Hidden)
	require.Empty(t, slices.Concat(r.PeerSaw, r.RelaySaw, r.ServerSaw))
	require.Empty(t, r.Traffic)
	x.lines.Close(closed)
	for _, id := range []phone.CallID{retired, closed} {
		x.lines.CheckRelay(id)
		x.lines.Open(id, call.Caller, false, call.Flags{})
		x.lines.Retire(id)
		x.lines.Close(id)
		require.Nil(t, x.lines.find(id, false))
	}
	for range 2 * maxGone {
		x.lines.Close(phone.NewCallID())
	}
	require.Len(t, x.lines.gone, maxGone)
	require.Empty(t, x.lines.lines)
}

// P9: the relay dies between its check and its use.
func TestP09RelayDiesAfterItsCheck(t *testing.T) {
	for name, harm := range map[string]func(*server.Server, *side){
		"stopped": func(s *server.Server, _ *side) { s.StopRelay() },
		"expired": func(_ *server.Server, x *side) { x.do(func(n *line) { n.relays.Password = "wrong" }) },
	} {
		t.Run(name, func(t *testing.T) {
			caller, _, s := newPair(t)
			caller.lines.CheckRelay(caller.id)
			require.NoError(t, await(t, "the relay is checked", caller.checked))
			caller.open(false)
			harm(s, caller)
			begun := time.Now()
			caller.lines.Offer(caller.id, call.Making{Gen: 1, Route: phone.Relay})
			require.ErrorIs(t, await(t, "the relay is missed", caller.failed), route.ErrRelayUnavailable)
			t.Logf("noticed after %v", time.Since(begun))
			require.Less(t, time.Since(begun), 15*time.Second)
		})
	}
}

// do runs a step on the line's goroutine and waits for it.
func (x *side) do(step func(*line)) {
	done := make(chan struct{})
	x.lines.do(x.id, func(n *line) { step(n); close(done) })
	await(x.t, "a step", done)
}

// P7: a call that nobody answered used the relay all the same.
func TestP07UnansweredCallTellsOfTheRelay(t *testing.T) {
	x, _, _ := newPair(t)
	x.lines.CheckRelay(x.id)
	require.NoError(t, await(t, "the relay is checked", x.checked))
	r := x.lines.Retire(x.id)
	require.Equal(t, []string{"127.0.0.1"}, r.RelaySaw)
	require.Empty(t, r.PeerSaw)
}

// A long call's path is repaired with fresh credentials, on both sides.
func TestRestartRenewsTheGrant(t *testing.T) {
	caller, callee, _ := connect(t)
	for _, x := range []*side{caller, callee} {
		x.do(func(n *line) { n.relays.Password, n.granted = "expired", n.granted.Add(-2*grantAge) })
		require.NoError(t, x.session().Renew([]webrtc.ICEServer{{
			URLs: x.line().relays.URIs, Username: x.line().relays.Username, Credential: "expired",
		}}))
	}
	before, _, _, _ := caller.session().SelectedPair()
	caller.lines.Offer(caller.id, call.Making{Gen: 2})
	eventually(t, "another relayed path is in use", func() bool {
		now, _, relayed, ok := caller.session().SelectedPair()
		return ok && relayed && now != before
	})
	for _, x := range []*side{caller, callee} {
		x.do(func(n *line) { require.NotEqual(t, "expired", n.relays.Password) })
		require.Empty(t, x.failed)
	}
}

// A device that stops working in a call is told of and replaced; before the
// path is up it ends the call.
func TestDeviceThatFailsInACallIsReplaced(t *testing.T) {
	caller, callee, _ := connect(t)
	n, gone := caller.line(), fmt.Errorf("%w: %w", audio.ErrMicrophone, device.ErrDeviceGone)
	n.audio.StopCapture()
	heard := callee.line().audio.Stats().Received
	n.soundFailed(gone)
	eventually(t, "the microphone is back", func() bool { return callee.line().audio.Stats().Received > heard+50 })
	require.Empty(t, caller.failed)
	caller.mu.Lock()
	require.Contains(t, caller.events, phone.Event(phone.Notice{Err: gone}))
	caller.mu.Unlock()

	early, _, _ := newPair(t)
	early.open(false)
	early.do(func(*line) {})
	early.line().soundFailed(gone)
	require.ErrorIs(t, await(t, "the call fails", early.failed), device.ErrDeviceGone)
}
