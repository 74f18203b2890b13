package app

import (
	"encoding/json"
	"errors"
	"testing"
)

// P20: private speech is off until chosen, and lockdown puts it in force.
func TestP20PrivateSpeechReachesTheSound(t *testing.T) {
	a, err := Open(Options{Profile: t.TempDir(), Unattended: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = a.Close() }()
	for _, row := range []struct {
		chosen, lockdown string
		want             bool
	}{{"false", "false", false}, {"true", "false", true}, {"false", "true", true}, {"true", "true", true}, {"false", "false", false}} {
		err := errors.Join(a.SetSetting("privacy.constant_bitrate", json.RawMessage(row.chosen)), a.SetSetting("privacy.lockdown", json.RawMessage(row.lockdown)))
		if err != nil {
			t.Fatal(err)
		}
		if got := a.audioConfig().ConstantBitrate; got != row.want {
			t.Errorf("%+v: constant %v", row, got)
		}
	}
}
