package settings

import (
	"reflect"
	"testing"
	"time"
)

func TestLockdownIsTheStrictestAndLosesNothing(t *testing.T) {
	s := Defaults()
	s.Privacy = Privacy{Route: RouteDirect, VPNDevice: "tun0", Tunnel: true, Lockdown: true}
	s.Calls.Preconnect, s.Server.LAN = true, true
	s.Calls.Audience = []Audience{AudienceFollowing, AudienceEveryone}
	s.Calls.ExpectingUntil = At(time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC))
	s.Calls.DoNotDisturb.Now = Switch{On: true}
	kept := s.clone()
	e := s.Effective()
	want := s.clone()
	want.Privacy.Route, want.Privacy.ConstantBitrate = RouteRelay, true
	want.Calls.Preconnect, want.Server.LAN = false, false
	want.Calls.Audience = []Audience{AudienceContacts}
	want.Calls.ExpectingUntil, want.Calls.Unknown = Moment{}, UnknownSilence
	if !reflect.DeepEqual(e, want) {
		t.Errorf("in force %+v, want %+v", e, want)
	}
	if !reflect.DeepEqual(s, kept) {
		t.Errorf("the choices became %+v", s)
	}
	s.Privacy.Lockdown = false
	if e := s.Effective(); !reflect.DeepEqual(e, s) {
		t.Errorf("without lockdown %+v, want %+v", e, s)
	}
}

func TestLockdownWidensNoAudience(t *testing.T) {
	s := Defaults()
	s.Privacy.Lockdown = true
	for _, groups := range [][]Audience{{}, {AudienceVerified}, {AudienceContacts, AudienceFollowing}} {
		s.Calls.Audience = groups
		if e := s.Effective(); !reflect.DeepEqual(e.Calls.Audience, groups) {
			t.Errorf("%v became %v", groups, e.Calls.Audience)
		}
	}
}
