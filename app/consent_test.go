package app

import (
	"errors"
	"testing"

	"paravent/app/phone"
)

// A consent to one thing never covers another.
func TestAConsentCoversOneThing(t *testing.T) {
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
