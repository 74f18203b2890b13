package app

import (
	"errors"
	"testing"

	"paravent/app/phone"
	"paravent/server"
)

// P05: whoever calls, answers or knocks where the key changed was asked about
// that very thing.
func TestP05AChangedKeyIsAskedAbout(t *testing.T) {
	s := openServer(t, server.Config{})
	a, _ := openPhone(t, "alice", s.Addr().String())
	b, wb := openPhone(t, "bob", s.Addr().String())
	acquaint(t, a, b)
	if err := b.Distrust("A"); err != nil {
		t.Fatal(err)
	}
	id, err := a.Call("B", false)
	if err != nil {
		t.Fatal(err)
	}
	wait(t, wb, func(e phone.Incoming) bool { return e.Call == id })
	for what, do := range map[string]func(...phone.Consent) error{
		"called":   func(c ...phone.Consent) error { _, err := b.Call("A", false, c...); return err },
		"answered": func(c ...phone.Consent) error { return b.Answer(id, false, c...) },
		"knocked":  func(c ...phone.Consent) error { return b.Knock("A", "hello", c...) },
	} {
		for _, consents := range [][]phone.Consent{nil, {phone.ServerSees}} {
			if err := do(consents...); !errors.Is(err, ErrKeyChanged) {
				t.Errorf("%s with %v: %v", what, consents, err)
			}
		}
	}
	if err := errors.Join(b.Answer(id, false, phone.KeyChanged), b.Knock("A", "hello", phone.KeyChanged)); err != nil {
		t.Errorf("asked and agreed: %v", err)
	}
}

// A consent to one thing never covers another.
func TestP26AConsentCoversOneThing(t *testing.T) {
	a, _ := openPhone(t, "alice", EmbeddedServer)
	far := linkOn(t, "203.0.113.9:7000")
	c, err := a.AddContact("Far", far)
	if err != nil {
		t.Fatal(err)
	}
	c.Trust = phone.Changed
	if err := a.PutContact(c); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		consents []phone.Consent
		want     error
	}{
		{nil, ErrKeyChanged},
		{[]phone.Consent{phone.ServerSees}, ErrKeyChanged},
		{[]phone.Consent{phone.KeyChanged}, ErrShowsAddress},
		{[]phone.Consent{phone.KeyChanged, phone.ServerSees}, nil},
	} {
		id, err := a.Call("Far", false, row.consents...)
		if !errors.Is(err, row.want) {
			t.Errorf("%v: %v, want %v", row.consents, err, row.want)
		}
		if err == nil {
			_ = a.Hangup(id)
		}
	}
}
