package app

import (
	"context"
	"errors"
	"path/filepath"
	"testing"

	"paravent/app/phone"
)

func checkWith(t *testing.T, choose func(*App)) phone.PrivacyReport {
	t.Helper()
	a, err := Open(Options{Profile: filepath.Join(t.TempDir(), "mine"), Unattended: true, Name: "Me"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	choose(a)
	steps := 0
	r, err := a.PrivacyCheck(t.Context(), func(done, total int) {
		if done != steps || done > total {
			t.Errorf("progress %d of %d after %d", done, total, steps-1)
		}
		steps++
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func verdicts(r phone.PrivacyReport) map[string]phone.Verdict {
	all := map[string]phone.Verdict{}
	for _, rule := range r.Rules {
		all[rule.Rule] = rule.Verdict
	}
	return all
}

func TestPrivacyCheckOfADefaultProfileLearnsNothingForbidden(t *testing.T) {
	r := checkWith(t, func(*App) {})
	for _, l := range r.Learned {
		if l.Forbid {
			t.Errorf("learned %+v", l)
		}
	}
	for rule, v := range verdicts(r) {
		if v == phone.Failed {
			t.Errorf("%s failed: %+v", rule, r.Rules)
		}
	}
}

func TestPrivacyCheckEndsWithItsContext(t *testing.T) {
	a, err := Open(Options{Profile: filepath.Join(t.TempDir(), "mine"), Unattended: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	ctx, cancel := context.WithCancel(t.Context())
	_, err = a.PrivacyCheck(ctx, func(done, _ int) {
		if done == 1 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
