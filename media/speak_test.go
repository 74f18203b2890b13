package media

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// ready makes a second session between two sides and brings it up; nobody
// speaks or listens through it.
func (c setup) ready(t *testing.T, a, b *side) (of, at *Session) {
	t.Helper()
	toA, toB := make(chan string, 64), make(chan string, 64)
	of = c.session(t, a, true, func(s string) { toB <- s })
	at = c.session(t, b, false, func(s string) { toA <- s })
	carry(t, toA, of)
	carry(t, toB, at)
	offer, err := of.Offer(false)
	require.NoError(t, err)
	answer, err := at.Answer(offer)
	require.NoError(t, err)
	require.NoError(t, of.Complete(answer))
	a.await(t, Up)
	b.await(t, Up)
	return of, at
}

// P10: a session may be made ready without this side's tracks; what a peer
// sends before somebody listens is never played, and no new description is
// needed to speak.
func TestP10ReadySessionIsDeafAndDumb(t *testing.T) {
	c := setup{engine: loopbackEngine, camera: "pattern", width: 320, height: 180, kbps: 800}
	a, b := c.pair(t)
	require.NoError(t, a.session.Close())
	require.NoError(t, b.session.Close())
	a.capture(t)
	b.capture(t)
	of, at := c.ready(t, a, b)
	for _, s := range []*Session{of, at} {
		require.NotEqual(t, a.audio.Track(), s.sound.sender.Track())
		require.NotEqual(t, b.audio.Track(), s.sound.sender.Track())
		require.NoError(t, s.Speak(true), "nothing to speak before Listen")
	}
	of.Listen(a.audio, a.video) // a hostile caller, who does not wait
	require.NoError(t, of.Speak(true))
	eventually(t, "the caller sends", func() bool { return a.audio.Stats().Sent > 20 && a.video.Stats().PacketsSent > 20 })
	require.Zero(t, b.audio.Stats().Received)
	require.Zero(t, b.video.Stats().PacketsReceived)
	require.Zero(t, b.audio.Stats().Sent)
	require.Zero(t, b.video.Stats().PacketsSent)
	a.audio.SetSending(false)
	early := a.audio.Stats().Sent
	at.Listen(b.audio, b.video)
	a.audio.SetSending(true)
	require.NoError(t, at.Speak(true))
	eventually(t, "what comes now is played", func() bool { return b.audio.Stats().Received > 5 })
	require.LessOrEqual(t, b.audio.Stats().Received, a.audio.Stats().Sent-early+2, "what came before is played")
	for _, s := range []*side{a, b} {
		eventually(t, "sound and pictures arrive", func() bool { return s.audio.Stats().Received > 20 })
		s.screen.await(t, 5)
	}
}

// A call moves to another session and back while sound goes on.
func TestCallMovesToAnotherSessionAndBack(t *testing.T) {
	c := setup{engine: loopbackEngine, camera: "pattern", width: 320, height: 180, kbps: 800}
	a, b := c.connect(t)
	for _, s := range []*side{a, b} {
		s.screen.await(t, 5)
		eventually(t, "sound is played", func() bool { return s.audio.Stats().Received > 100 })
	}
	of, at := c.ready(t, a, b)
	of.Listen(a.audio, a.video)
	at.Listen(b.audio, b.video)
	before := [2]uint64{a.audio.Stats().Concealed, b.audio.Stats().Concealed}
	move := func(from, to *Session) {
		require.NoError(t, from.Speak(false))
		require.NoError(t, to.Speak(true))
	}
	for range 3 {
		move(a.session, of)
		move(b.session, at)
		heard := [2]uint64{a.audio.Stats().Received, b.audio.Stats().Received}
		eventually(t, "sound goes on over the second", func() bool {
			return a.audio.Stats().Received > heard[0]+20 && b.audio.Stats().Received > heard[1]+20
		})
		require.Equal(t, 1, bindings(a, a.session, of))
		move(of, a.session)
		move(at, b.session)
		heard = [2]uint64{a.audio.Stats().Received, b.audio.Stats().Received}
		eventually(t, "sound goes on over the first", func() bool {
			return a.audio.Stats().Received > heard[0]+20 && b.audio.Stats().Received > heard[1]+20
		})
	}
	move(a.session, of)
	move(b.session, at)
	require.NoError(t, a.session.Close())
	require.NoError(t, b.session.Close())
	for _, s := range []*side{a, b} {
		seen := s.video.Stats().FramesShown
		eventually(t, "pictures go on", func() bool { return s.video.Stats().FramesShown > seen+20 })
	}
	for i, s := range []*side{a, b} {
		made := time.Duration(s.audio.Stats().Concealed-before[i]) * time.Second / 48_000
		t.Logf("sound made up over seven moves: %v, late or lost %d", made, s.audio.Stats().Lost)
		require.Less(t, made, 700*time.Millisecond)
	}
}

// bindings counts through how many of the sessions a side's sound leaves.
func bindings(s *side, sessions ...*Session) (n int) {
	for _, x := range sessions {
		if x.sound.sender.Track() == s.audio.Track() {
			n++
		}
	}
	return n
}
