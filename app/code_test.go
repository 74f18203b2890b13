package app

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"paravent/app/code"
	"paravent/app/identity"
)

func TestReadCodeGivesTheAddressOfAPicture(t *testing.T) {
	a, c := trusted(t)
	picture, err := a.Code(c.Address)
	if err != nil {
		t.Fatal(err)
	}
	link, err := a.ReadCode(bytes.NewReader(picture))
	if err != nil || link != c.Address {
		t.Errorf("%v, %q", err, link)
	}
	if _, err := a.Code(""); !errors.Is(err, ErrNoServer) {
		t.Errorf("own code without a server: %v", err)
	}
	if _, err := a.Code("paravent:?"); !errors.Is(err, identity.ErrBadAddress) {
		t.Errorf("code of a bad link: %v", err)
	}
}

func TestReadCodeRefusesWhatIsNoAddress(t *testing.T) {
	a, c := trusted(t)
	other := linkOn(t, "198.51.100.8:7000")
	for name, row := range map[string]struct {
		texts []string
		want  error
	}{
		"page":             {[]string{"https://example.com"}, ErrCodeNoAddress},
		"damaged":          {[]string{c.Address[:len(c.Address)-3]}, identity.ErrBadAddress},
		"huge":             {[]string{strings.Repeat("a", 2900)}, ErrCodeNoAddress},
		"two":              {[]string{c.Address, other}, ErrCodeSeveral},
		"one beside":       {[]string{"https://example.com", c.Address}, nil},
		"one, and damaged": {[]string{"paravent:x", c.Address}, nil},
	} {
		link, err := linkIn(row.texts)
		if !errors.Is(err, row.want) || (err == nil) != (link == c.Address) {
			t.Errorf("%s: %v, %q", name, err, link)
		}
	}
	picture, err := code.PNG("https://example.com", 4)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.ReadCode(bytes.NewReader(picture)); !errors.Is(err, ErrCodeNoAddress) {
		t.Errorf("a picture about something else: %v", err)
	}
}
