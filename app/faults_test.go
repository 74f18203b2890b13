package app

import (
	"fmt"
	"path/filepath"
	"syscall"
	"testing"

	"paravent/app/phone"
	"paravent/app/route"
	"paravent/app/signal"
	"paravent/media"
	"paravent/media/audio"
	"paravent/media/device"
)

func TestFilesThatCannotBeUsedHaveACode(t *testing.T) {
	away := filepath.Join(t.TempDir(), "missing", "file")
	open := func(o Options) error {
		o.Profile, o.Unattended = t.TempDir(), true
		a, err := Open(o)
		if err == nil {
			_ = a.Close()
		}
		return err
	}
	_, speaker := device.OpenSpeaker(device.SpeakerSpec{Kind: device.SpeakerFile, Path: away}, "")
	for name, err := range map[string]error{
		"microphone": open(Options{Microphone: "file:" + away}),
		"camera":     open(Options{Camera: "file:" + away}),
		"screen":     open(Options{Screen: "file:" + away}),
		"speaker":    speaker,
	} {
		if code := phone.CodeOf(fault(err)); code != "file-unusable" {
			t.Errorf("%s: %s (%v)", name, code, err)
		}
	}
}

func TestMediaErrorsHaveACodeAndAReason(t *testing.T) {
	disk := fmt.Errorf("open speaker: %w", syscall.ENOSPC)
	for _, row := range []struct {
		err    error
		code   string
		reason phone.EndReason
	}{
		{disk, "disk-full", phone.DeviceFailed},
		{fmt.Errorf("open: %w", syscall.ENOENT), "file-unusable", phone.DeviceFailed},
		{media.ErrSDP, "bad-description", phone.NegotiationFailed},
		{media.ErrCandidate, "bad-description", phone.NegotiationFailed},
		{audio.ErrClosed, "no-such-call", phone.NegotiationFailed},
		{signal.ErrServerUnreachable, "server-unreachable", phone.ServerUnreachable},
		{fmt.Errorf("%w: %w", route.ErrRelayUnavailable, signal.ErrServiceOff), "relay-unavailable", phone.RelayUnavailable},
	} {
		if code := phone.CodeOf(fault(row.err)); code != row.code {
			t.Errorf("%v: code %s, want %s", row.err, code, row.code)
		}
		if reason := reasonOf(row.err); reason != row.reason {
			t.Errorf("%v: reason %v, want %v", row.err, reason, row.reason)
		}
	}
}
