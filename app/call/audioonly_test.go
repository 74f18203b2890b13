package call

import (
	"testing"

	"github.com/stretchr/testify/require"

	"paravent/app/phone"
)

// Where only sound is let in, a video call is an audio call at both ends, by
// whichever way it is set up, and no camera opens or stays open.
func TestP10SoundOnlyTakesThePicturesOff(t *testing.T) {
	for name, verdict := range map[string]Verdict{
		"strict":     {Ring: true, TellRinging: true, Wish: phone.Relay, AudioOnly: true},
		"made ready": {Ring: true, TellRinging: true, Wish: phone.Relay, AudioOnly: true, Prepare: true},
		"direct":     {Ring: true, TellRinging: true, Wish: phone.Direct, AudioOnly: true},
	} {
		t.Run(name, func(t *testing.T) {
			pair(t, func(t *testing.T, _ *world, a, b *fakePhone) {
				b.verdicts[a.id] = verdict
				id := connect(t, a, b)
				for _, p := range []*fakePhone{a, b} {
					s, _ := p.m.Snapshot(id)
					require.False(t, s.Video, p.id)
					require.NoError(t, p.m.SetLocal(id, Flags{}))
				}
				s, _ := a.m.Snapshot(id)
				require.True(t, s.Local.CameraOff, "the caller's camera may open again")
				s, _ = b.m.Snapshot(id)
				require.True(t, s.Local.CameraOff)
			})
		})
	}
}
