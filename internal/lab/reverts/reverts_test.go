package main

import (
	"fmt"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const rules = 26

// TestTableIsUpToDate runs no other test: `make reverts` does. It holds that
// every rule has a row, that every text to be changed is where the row says,
// and that the tests which shall notice are there.
func TestTableIsUpToDate(t *testing.T) {
	root, err := findRoot()
	if err != nil {
		t.Fatal(err)
	}
	has := map[int]bool{}
	for _, r := range allRows() {
		has[r.rule] = true
		files, err := r.changed(root)
		if err != nil {
			t.Error(err)
			continue
		}
		for path, text := range files {
			if _, err := parser.ParseFile(token.NewFileSet(), path, text, parser.SkipObjectResolution); err != nil {
				t.Errorf("%s, %q: %v", r.name(), r.what, err)
			}
		}
		for name := range strings.SplitSeq(r.tests, "|") {
			if !testExists(t, filepath.Join(root, r.pkg), name) {
				t.Errorf("%s, %q: no %s in %s", r.name(), r.what, name, r.pkg)
			}
		}
	}
	for rule := 1; rule <= rules; rule++ {
		if !has[rule] {
			t.Errorf("no row for P%d", rule)
		}
	}
}

// TestDocsHaveEveryRow holds that the table of docs/threats.md is the one that
// `make reverts` would print, but for the tests that it names.
func TestDocsHaveEveryRow(t *testing.T) {
	root, err := findRoot()
	if err != nil {
		t.Fatal(err)
	}
	docs, err := os.ReadFile(filepath.Join(root, "docs", "threats.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(docs), "| rule | taken out of the code |")
	rows := strings.Split(table, "\n")[2:]
	all := allRows()
	for i, r := range all {
		want := fmt.Sprintf("| %s | %s | `%s` | `Test", r.name(), r.what, r.edits[0].file)
		if i >= len(rows) || !strings.HasPrefix(rows[i], want) {
			t.Fatalf("row %d is not %q", i+1, want)
		}
	}
	if rest := strings.TrimSpace(strings.Join(rows[len(all):], "\n")); rest != "" {
		t.Errorf("no row of the table: %q", rest)
	}
}

// testExists tells whether a test of the folder begins with name.
func testExists(t *testing.T, dir, name string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	declared := regexp.MustCompile(`(?m)^func ` + regexp.QuoteMeta(name))
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if declared.Match(text) {
			return true
		}
	}
	return false
}

func TestFailedReadsNames(t *testing.T) {
	for _, row := range []struct{ out, want string }{
		{"=== RUN   TestA\n--- FAIL: TestA (0.00s)\n    --- FAIL: TestA/x\n=== RUN   TestB\n--- PASS: TestB", "TestA"},
		{"=== RUN   TestA\n--- PASS: TestA\n=== RUN   TestB\npanic: in another goroutine", "TestB"},
		{"testing: warning: no tests to run", ""},
	} {
		names, err := failed([]byte(row.out))
		if got := strings.Join(names, ","); got != row.want || (err == nil) != (row.want != "") {
			t.Errorf("%q: %q, %v", row.out, got, err)
		}
	}
}

func TestOldTextMustOccurOnce(t *testing.T) {
	root := t.TempDir()
	if err := os.WriteFile(filepath.Join(root, "x.go"), []byte("one two two"), 0o600); err != nil {
		t.Fatal(err)
	}
	for old, ok := range map[string]bool{"one": true, "two": false, "three": false} {
		if _, err := (row{rule: 1, edits: in("x.go", old, "z")}).changed(root); (err == nil) != ok {
			t.Errorf("%s: %v", old, err)
		}
	}
}
