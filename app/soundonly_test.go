package app

import (
	"image"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"paravent/app/phone"
	"paravent/server"
)

// pictures counts what a screen is shown.
type pictures struct{ shown atomic.Int64 }

func (p *pictures) Show(*image.YCbCr) { p.shown.Add(1) }

// closed waits until a camera, whose preview this is, gives no more pictures.
func (p *pictures) closed(t *testing.T, who string) {
	t.Helper()
	require.Eventually(t, func() bool {
		before := p.shown.Load()
		time.Sleep(400 * time.Millisecond) // a dozen pictures of an open camera
		return p.shown.Load() == before
	}, 10*time.Second, time.Millisecond, "the camera of the %s is open", who)
}

// Whoever lets in sound only gets an audio call out of a video call, at both
// ends: no picture arrives, the caller's camera closes when the answer comes,
// and no button opens one again.
func TestP10SoundOnlyClosesBothCameras(t *testing.T) {
	s := openServer(t, server.Config{})
	a, wa := openPhone(t, "alice", s.Addr().String())
	b, wb := openPhone(t, "bob", s.Addr().String())
	acquaint(t, a, b)
	set(t, b, "calls.media", `"audio"`)
	var mine, theirs struct{ local, remote pictures }
	a.SetScreens(&mine.remote, &mine.local)
	b.SetScreens(&theirs.remote, &theirs.local)
	id, err := a.Call("B", true)
	require.NoError(t, err)
	ring := wait(t, wb, func(e phone.Incoming) bool { return e.Call == id })
	require.False(t, ring.Video, "it rings as a video call")
	require.Eventually(t, func() bool { return mine.local.shown.Load() > 0 }, 10*time.Second, time.Millisecond, "the caller's own preview")
	require.NoError(t, b.Answer(id, true))
	for _, w := range []*watcher{wa, wb} {
		wait(t, w, func(e phone.MediaConnected) bool { return e.Call == id })
		wait(t, w, func(e phone.FirstAudio) bool { return e.Call == id })
		wait(t, w, func(e phone.CallChanged) bool { return e.Call.State == phone.Connected && !e.Call.Video })
	}
	mine.local.closed(t, "caller")
	for _, p := range []*App{a, b} {
		require.NoError(t, p.Mute(id, false, false))
	}
	mine.local.closed(t, "caller, who switched it on")
	require.Zero(t, theirs.local.shown.Load(), "the callee's camera opened")
	require.Zero(t, mine.remote.shown.Load()+theirs.remote.shown.Load(), "a picture arrived")
	require.NoError(t, b.Hangup(id))
}
