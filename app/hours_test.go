package app

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestExpectingAndDisturbEndEachOther(t *testing.T) {
	a, err := Open(Options{Profile: filepath.Join(t.TempDir(), "alice"), Unattended: true, Microphone: "silence", Speaker: "null", Camera: "off", Screen: "null"})
	require.NoError(t, err)
	t.Cleanup(func() { _ = a.Close() })
	state := func() (expecting, quiet bool) {
		c, now := a.Settings().Calls, time.Now()
		return c.Expecting(now), c.Quiet(now)
	}
	requireState := func(expecting, quiet bool, what string) {
		e, q := state()
		require.Equal(t, []bool{expecting, quiet}, []bool{e, q}, what)
	}
	require.NoError(t, a.Expect(time.Hour))
	requireState(true, false, "expecting")
	require.WithinDuration(t, time.Now().Add(time.Hour), a.Settings().Calls.ExpectingUntil.Time, 2*time.Second)
	require.NoError(t, a.Disturb(true, time.Time{}))
	requireState(false, true, "do not disturb ends it")
	require.NoError(t, a.Expect(time.Minute))
	requireState(true, false, "and the other way round")
	require.NoError(t, a.Disturb(false, time.Time{}))
	requireState(true, false, "what was off stays off")
	require.NoError(t, a.Expect(0))
	requireState(false, false, "ended")
	require.NoError(t, a.Disturb(true, time.Now().Add(time.Hour)))
	requireState(false, true, "for an hour")
	require.NoError(t, a.Expect(0))
	requireState(false, true, "ending what was not there ends nothing else")
	for name, err := range map[string]error{
		"a past end": a.Disturb(true, time.Now().Add(-time.Second)), "off with an end": a.Disturb(false, time.Now().Add(time.Hour)),
		"two days": a.Expect(48 * time.Hour), "backwards": a.Expect(-time.Second),
	} {
		require.ErrorIs(t, err, errBadSetting, name)
	}
	requireState(false, true, "refused: nothing changed")
}
