package app

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"paravent/app/call"
	"paravent/app/phone"
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

// P15: strangers have the smaller limit of rings; contacts and people who were
// let in once do not share it.
func TestP15OnlyStrangersShareTheSmallLimit(t *testing.T) {
	a, err := Open(Options{Profile: t.TempDir(), Unattended: true})
	require.NoError(t, err)
	defer func() { _ = a.Close() }()
	require.NoError(t, everyone(a))
	friend, guest, anybody := linkOn(t, "203.0.113.9:7000"), linkOn(t, "203.0.113.9:7000"), linkOn(t, "203.0.113.9:7000")
	_, err = a.AddContact("friend", friend)
	require.NoError(t, err)
	now := time.Now()
	require.NoError(t, a.door.Admit(phone.Admission{Who: phone.Person{ID: string(stranger(guest).ID)}, Until: now.Add(time.Hour)}, now))
	for link, want := range map[string]bool{friend: false, guest: false, anybody: true} {
		v := policy{a}.Decide(stranger(link), call.Proposal{HasLink: true})
		require.True(t, v.Ring)
		require.Equal(t, want, v.Stranger, "friend %s, guest %s: %s", friend, guest, link)
	}
}
