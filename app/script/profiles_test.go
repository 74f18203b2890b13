package script

import (
	"os"
	"regexp"
	"slices"
	"testing"
)

func TestProfileCommands(t *testing.T) {
	p := newFakePhone()
	out := run(t, p, `{"do":"profiles"}`, `{"do":"profile.create","name":"Work"}`,
		`{"do":"profile.rename","profile":"Work","name":"Office"}`, `{"do":"profile.delete","profile":"Office"}`)
	for _, result := range out {
		if result["ok"] != true {
			t.Errorf("%v", result)
		}
	}
	if list, _ := out[0]["profiles"].([]any); len(list) != 1 {
		t.Errorf("profiles: %v", out[0])
	}
	if made, _ := out[1]["profile"].(map[string]any); made["name"] != "Work" {
		t.Errorf("created: %v", out[1])
	}
	if want := []string{"create profile Work", "rename profile Work Office", "delete profile Office"}; !slices.Equal(p.asked, want) {
		t.Errorf("asked %q", p.asked)
	}
}

// What docs/headless.md promises is obeyed, and nothing is obeyed in secret.
func TestCommandsAreThoseOfTheManual(t *testing.T) {
	manual, err := os.ReadFile("../../docs/headless.md")
	if err != nil {
		t.Fatal(err)
	}
	table := regexp.MustCompile(`(?s)\| command \| fields.*?\n\n`).Find(manual)
	promised := map[string]bool{}
	for _, row := range regexp.MustCompile(`(?m)^\| ([^|]+) \|`).FindAllSubmatch(table, -1) {
		for _, name := range regexp.MustCompile("`([a-z.]+)`").FindAllSubmatch(row[1], -1) {
			promised[string(name[1])] = true
			if _, err := parse([]byte(`{"do":"` + string(name[1]) + `"}`)); err != nil {
				t.Errorf("promised: %v", err)
			}
		}
	}
	for name := range verbs {
		if !promised[name] {
			t.Errorf("%q is not in the manual", name)
		}
	}
	for name := range slow {
		if !promised[name] {
			t.Errorf("%q is not in the manual", name)
		}
	}
}
