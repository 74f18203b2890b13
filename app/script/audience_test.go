package script

import (
	"slices"
	"testing"

	"paravent/app/phone"
)

func TestWhoMayCallCommands(t *testing.T) {
	p := newFakePhone()
	run(t, p, `{"do":"contact.add","name":"Bob","address":"paravent:x","permission":"never"}`)
	if got := p.contacts["c0ffee"]; got.Permission != phone.PermissionNever || got.Route != phone.RouteInherit {
		t.Errorf("added %+v", got)
	}
	run(t, p, `{"do":"contact.permission","contact":"Bob","permission":"always"}`,
		`{"do":"expect","minutes":60}`, `{"do":"expect","minutes":0}`,
		`{"do":"disturb","on":true}`, `{"do":"disturb","on":true,"until":"2030-01-02T08:00:00Z"}`, `{"do":"disturb","on":false}`)
	if got := p.contacts["c0ffee"]; got.Permission != phone.PermissionAlways {
		t.Errorf("changed to %+v", got)
	}
	want := []string{"expect 1h0m0s", "expect 0s", "disturb true 0001-01-01T00:00:00Z", "disturb true 2030-01-02T08:00:00Z", "disturb false 0001-01-01T00:00:00Z"}
	if !slices.Equal(p.asked, want) {
		t.Errorf("asked %q", p.asked)
	}
}

// A typing error neither adds nor lets in nor ends anything.
func TestWhoMayCallMistakes(t *testing.T) {
	for _, line := range []string{
		`{"do":"contact.add","name":"Eve","address":"paravent:x","permission":"nevr"}`,
		`{"do":"contact.permission","contact":"Bob","permission":"sometimes"}`, `{"do":"contact.permission","contact":"Bob"}`,
		`{"do":"expect"}`, `{"do":"expect","minutes":-1}`, `{"do":"expect","minutes":1441}`, `{"do":"disturb","on":true,"until":"tomorrow"}`,
	} {
		p := newFakePhone()
		p.contacts["b0b"] = phone.Contact{ID: "b0b", Name: "Bob", Permission: phone.PermissionNever}
		out := run(t, p, line)
		if last := out[len(out)-1]; last["ok"] == true {
			t.Errorf("%s: %v", line, last)
		}
		if len(p.contacts) != 1 || p.contacts["b0b"].Permission != phone.PermissionNever || len(p.asked) != 0 {
			t.Errorf("%s did %v %v", line, p.contacts, p.asked)
		}
	}
}
