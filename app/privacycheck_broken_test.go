package app

import (
	"context"
	"net"
	"slices"
	"testing"
	"time"

	"paravent/app/egress"
	"paravent/app/identity"
	"paravent/app/phone"
	"paravent/app/selftest"
	"paravent/settings"
)

// broken is a phone that breaks a rule, as the check sees it.
type broken struct {
	selftest.Phone
	way egress.Network // its own way out, watched

	hangup  time.Duration              // hanging up takes so much longer
	calling func(b *broken, to string) // what it does before it calls
	ringing func(b *broken)            // what it does while it rings
	receipt func(r *phone.Receipt)     // how its receipts lie
	choose  func(s *settings.Settings) // what it does instead of what was chosen
}

// open opens the phone under test, and breaks it.
func (b *broken) open(s selftest.Setup) (selftest.Phone, error) {
	watch := s.Network
	s.Network = func(n egress.Network) egress.Network {
		b.way = watch(n)
		return b.way
	}
	if b.choose != nil {
		b.choose(&s.Settings)
	}
	p, err := openForCheck(s)
	b.Phone = p
	return b, err
}

func (b *broken) Hangup(id phone.CallID) error {
	time.Sleep(b.hangup)
	return b.Phone.Hangup(id)
}

func (b *broken) Call(to string, video bool, consents ...phone.Consent) (phone.CallID, error) {
	if b.calling != nil {
		b.calling(b, to)
	}
	return b.Phone.Call(to, video, consents...)
}

func (b *broken) Subscribe(handle func(phone.Event)) func() {
	return b.Phone.Subscribe(func(e phone.Event) {
		switch e := e.(type) {
		case phone.Incoming:
			if b.ringing != nil {
				b.ringing(b)
			}
		case phone.ReceiptReady:
			if b.receipt != nil {
				b.receipt(&e.Receipt)
			}
			handle(e)
			return
		}
		handle(e)
	})
}

// send lets a packet leave, if the check lets it.
func send(b *broken, to string) {
	conn, err := b.way.Net().ListenPacket("udp4", "0.0.0.0:0")
	if err != nil {
		return
	}
	defer func() { _ = conn.Close() }()
	if a, err := net.ResolveUDPAddr("udp4", to); err == nil {
		_, _ = conn.WriteTo([]byte("leak"), a)
	}
}

// The check must notice a phone that breaks a rule: each row breaks one in its
// own way, and names the rules that must not pass. Those of a phone in order
// pass in the other tests.
func TestPrivacyCheckNoticesAPhoneThatBreaksARule(t *testing.T) {
	chosen := settings.Defaults()
	private := chosen
	private.Privacy.ConstantBitrate = true
	for _, row := range []struct {
		name   string
		broken broken
		chosen settings.Settings
		only   []string
		fails  []string
	}{
		{"a socket opens while it rings", broken{ringing: func(b *broken) { send(b, "127.0.0.1:40404") }},
			chosen, []string{"contact-unanswered"}, []string{"P1", "P12"}},
		{"names of candidates are looked up", broken{calling: func(b *broken, _ string) {
			_, _ = b.way.Net().ResolveUDPAddr("udp", "resolver-probe.example.com:40404")
		}},
			chosen, []string{"hostile-candidates"}, []string{"P2", "P24"}},
		{"the route is wider than chosen", broken{choose: func(s *settings.Settings) { s.Privacy.Route = settings.RouteDirect }},
			chosen, []string{"contact-called", "relay-down"}, []string{"P3", "P4", "P5", "P9"}},
		{"receipts say nothing", broken{receipt: func(r *phone.Receipt) { r.PeerSaw = nil }},
			chosen, []string{"contact-called"}, []string{"P7"}},
		{"receipts claim to hide", broken{receipt: func(r *phone.Receipt) { r.Hidden, r.RelayKind = true, phone.RelayElsewhere }},
			chosen, []string{"contact-called"}, []string{"P25"}},
		{"hanging up takes its time", broken{hangup: 400 * time.Millisecond},
			chosen, []string{"flood"}, []string{"P11"}},
		{"everybody may ring", broken{choose: func(s *settings.Settings) { s.Calls.Audience = []settings.Audience{settings.AudienceEveryone} }},
			chosen, []string{"stranger-unanswered"}, []string{"P13", "P14"}},
		{"hostile candidates are tried", broken{calling: func(b *broken, _ string) { send(b, "169.254.169.254:40404") }},
			chosen, []string{"hostile-candidates"}, []string{"P18", "P24"}},
		{"private speech is not", broken{choose: func(s *settings.Settings) { s.Privacy.ConstantBitrate = false }},
			private, []string{"contact-called"}, []string{"P20"}},
		{"another server is reached directly", broken{calling: dialServerOf},
			chosen, []string{"other-server"}, []string{"P26"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			r, err := selftest.Run(t.Context(), selftest.Config{Settings: row.chosen, Open: row.broken.open, Only: row.only})
			if err != nil {
				t.Fatal(err)
			}
			for _, rule := range r.Rules {
				if slices.Contains(row.fails, rule.Rule) && rule.Verdict != phone.Failed {
					t.Errorf("%s %s: %s", rule.Rule, rule.Verdict, rule.Evidence)
				}
			}
			if r.Passed {
				t.Error("it passed")
			}
		})
	}
}

// dialServerOf goes to the other person's server itself.
func dialServerOf(b *broken, to string) {
	a, err := identity.ParseAddress(to)
	if err != nil {
		return
	}
	if conn, err := b.way.DialContext(context.Background(), "tcp", a.Server.HostPort); err == nil {
		_ = conn.Close()
	}
}
