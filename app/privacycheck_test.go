package app

import (
	"context"
	"errors"
	"net/netip"
	"path/filepath"
	"slices"
	"testing"

	"paravent/app/phone"
	"paravent/app/route"
	"paravent/app/selftest"
	"paravent/settings"
)

// checkSettings runs the check, or a part of it, with chosen settings.
func checkSettings(t *testing.T, choices []phone.RouteChoice, only []string, choose func(*settings.Settings)) phone.PrivacyReport {
	t.Helper()
	s := settings.Defaults()
	choose(&s)
	r, err := selftest.Run(t.Context(), selftest.Config{Settings: s, Choices: choices, Open: openForCheck, Only: only})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func verdict(r phone.PrivacyReport, rule string) phone.Verdict {
	i := slices.IndexFunc(r.Rules, func(x phone.RuleResult) bool { return x.Rule == rule })
	return r.Rules[i].Verdict
}

func mustPass(t *testing.T, r phone.PrivacyReport, notApplicable ...string) {
	t.Helper()
	for _, rule := range r.Rules {
		want := phone.Passed
		if slices.Contains(notApplicable, rule.Rule) {
			want = phone.NotApplicable
		}
		if rule.Verdict != want || rule.Evidence == "" {
			t.Errorf("%s %s: %s", rule.Rule, rule.Verdict, rule.Evidence)
		}
	}
	for _, l := range r.Learned {
		if l.Forbid {
			t.Errorf("learned %+v", l)
		}
	}
}

// ownAddresses are what a peer learned of this computer's, but for the relay's,
// in some scenarios.
func ownAddresses(r phone.PrivacyReport, scenarios ...string) (list []string) {
	for _, l := range r.Learned {
		if l.Kind == "address" && !l.Relay && slices.Contains(scenarios, l.Scenario) && !slices.Contains(list, l.Value) {
			list = append(list, l.Value)
		}
	}
	return list
}

// A new phone passes every rule, and no peer learns an address of it but the
// relay's.
func TestPrivacyCheckOfADefaultProfilePasses(t *testing.T) {
	a, err := Open(Options{Profile: filepath.Join(t.TempDir(), "mine"), Unattended: true, Name: "Me"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
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
	mustPass(t, r, "P8", "P19", "P20")
	if !r.Passed || r.Route != "relay" || steps < 10 {
		t.Errorf("passed %v, route %s, %d steps", r.Passed, r.Route, steps)
	}
	relays := 0
	for _, l := range r.Learned {
		if l.Kind != "identifier" && !l.Relay {
			t.Errorf("learned %+v", l)
		}
		if l.Relay {
			relays++
		}
	}
	if relays == 0 {
		t.Error("no address of the relay was learned: nothing can have been looked at")
	}
}

// hostAddresses are those that a direct call shows.
func hostAddresses() (list []string) {
	for _, p := range route.Locals() {
		if a := p.Addr(); a.IsGlobalUnicast() || a == netip.MustParseAddr("127.0.0.1") {
			list = append(list, a.String())
		}
	}
	return list
}

func TestPrivacyCheckOfDirectCallsListsTheAddressesAsAllowed(t *testing.T) {
	called := []string{"stranger-unanswered", "contact-called", "stranger-called"}
	r := checkSettings(t, nil, called, func(s *settings.Settings) { s.Privacy.Route = settings.RouteDirect })
	for _, scenario := range called[1:] {
		got := ownAddresses(r, scenario)
		for _, a := range hostAddresses() {
			if !slices.Contains(got, a) {
				t.Errorf("%s: %s is not among %v", scenario, a, got)
			}
		}
	}
	if got := ownAddresses(r, called[0]); len(got) > 0 {
		t.Errorf("unanswered: %v", got)
	}
	for _, l := range r.Learned {
		if l.Forbid {
			t.Errorf("forbidden: %+v", l)
		}
	}
	for _, rule := range []string{"P1", "P3", "P4", "P5", "P6", "P7", "P13", "P21", "P24"} {
		if verdict(r, rule) != phone.Passed {
			t.Errorf("%s: %+v", rule, r.Rules)
		}
	}
}

func TestPrivacyCheckOfContactsDirectShowsAddressesToContactsOnly(t *testing.T) {
	only := []string{"contact-called", "stranger-called", "contact-choice-relay"}
	r := checkSettings(t, []phone.RouteChoice{phone.RouteRelay}, only, func(s *settings.Settings) { s.Privacy.Route = settings.RouteContactsDirect })
	if got := ownAddresses(r, "contact-called"); len(got) == 0 {
		t.Error("a contact learned nothing")
	}
	if got := ownAddresses(r, "stranger-called", "contact-choice-relay"); len(got) > 0 {
		t.Errorf("others learned %v", got)
	}
	for _, rule := range []string{"P3", "P4", "P5", "P7", "P25"} {
		if verdict(r, rule) != phone.Passed {
			t.Errorf("%s: %+v", rule, r.Rules)
		}
	}
}

func TestPrivacyCheckOfPrivateSpeechAndEveryone(t *testing.T) {
	only := []string{"contact-answered", "stranger-answered", "flood"}
	r := checkSettings(t, nil, only, func(s *settings.Settings) {
		s.Privacy.ConstantBitrate = true
		s.Calls.Audience = []settings.Audience{settings.AudienceEveryone}
	})
	for _, rule := range []string{"P10", "P11", "P15", "P20", "P22"} {
		if verdict(r, rule) != phone.Passed {
			t.Errorf("%s: %+v", rule, r.Rules)
		}
	}
	if verdict(r, "P13") != phone.NotApplicable {
		t.Errorf("everybody may ring: %+v", r.Rules)
	}
}

// What the settings make impossible is said to be so, and does not pass.
func TestPrivacyCheckOfAPhoneThatTakesNoCalls(t *testing.T) {
	r := checkSettings(t, nil, nil, func(s *settings.Settings) { s.Calls.Enabled = false })
	mustPass(t, r, "P2", "P3", "P4", "P5", "P7", "P8", "P9", "P11", "P15", "P17", "P18", "P19", "P20", "P21", "P22", "P23", "P25", "P26")
}

func TestPrivacyCheckEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	_, err := selftest.Run(ctx, selftest.Config{Settings: settings.Defaults(), Open: openForCheck, Progress: func(done, _ int) {
		if done == 1 {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
