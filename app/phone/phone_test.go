package phone

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
)

func TestEveryValueHasANameOfItsOwn(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range EndReasons() {
		if n := r.String(); n == "" || strings.HasPrefix(n, "unknown") || seen[n] {
			t.Errorf("reason %d is called %q", r, n)
		} else {
			seen[n] = true
		}
	}
	if ShutDown.String() != "shut-down" || (ShutDown+1).String() == "shut-down" {
		t.Error("the names do not line up with the reasons")
	}
	if Ended.String() != "ended" || Direct.String() != "direct" {
		t.Error("the names do not line up with the states or routes")
	}
}

func TestValuesSurviveJSON(t *testing.T) {
	in := HistoryEntry{Call: NewCallID(), Reason: MediaLost, Route: Direct}
	b, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	var out HistoryEntry
	if err := json.Unmarshal(b, &out); err != nil || out != in {
		t.Errorf("got %+v, %v", out, err)
	}
	if err := json.Unmarshal([]byte(`{"route":"sideways"}`), &out); err == nil {
		t.Error("an unknown route was accepted")
	}
}

func TestParseCallID(t *testing.T) {
	id := NewCallID()
	if got, err := ParseCallID(id.String()); err != nil || got != id {
		t.Errorf("%v %v", got, err)
	}
	for _, bad := range []string{"", "12", strings.Repeat("g", 32), id.String() + "0"} {
		if _, err := ParseCallID(bad); !errors.Is(err, ErrBadCallID) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestStricter(t *testing.T) {
	for _, row := range []struct{ a, b, want Route }{
		{Relay, Relay, Relay}, {Relay, Direct, Relay}, {Direct, Relay, Relay}, {Direct, Direct, Direct}, {NoRoute, Direct, NoRoute},
	} {
		if got := Stricter(row.a, row.b); got != row.want {
			t.Errorf("Stricter(%v, %v) = %v, want %v", row.a, row.b, got, row.want)
		}
	}
}

func TestCodeOf(t *testing.T) {
	if got := CodeOf(fmt.Errorf("while saving: %w: %w", ErrDiskFull, errors.New("write"))); got != "disk-full" {
		t.Errorf("got %s", got)
	}
	if got := CodeOf(errors.New("something")); got != "internal" {
		t.Errorf("got %s", got)
	}
}
