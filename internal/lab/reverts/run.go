package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// patience is how long one row's tests may run. A test that hangs without its
// rule has noticed too.
const patience = "3m"

// workshop runs rows with files of its own.
type workshop struct {
	root string // of the tree
	dir  string // of what is made here
}

// errUnnoticed says that a rule may be taken out without any test failing.
var errUnnoticed = errors.New("NO TEST NOTICES")

// prove takes a row's rule out and returns the tests that failed for it.
func (w workshop) prove(r row) ([]string, error) {
	flags, err := w.prepare(r)
	if err != nil {
		return nil, err
	}
	binary := filepath.Join(w.dir, "changed.test")
	if out, err := w.command("go", slices.Concat([]string{"test", "-c", "-o", binary}, flags, []string{"./" + r.pkg})...).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("the change does not compile: %w\n%s", err, out)
	}
	if out, err := w.command("go", "test", "-run", r.pattern(), "./"+r.pkg).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("unchanged, the tests fail: %w\n%s", err, out)
	}
	test := w.command(binary, "-test.run", r.pattern(), "-test.failfast", "-test.v", "-test.timeout", patience)
	test.Dir = filepath.Join(w.root, filepath.FromSlash(r.pkg))
	out, err := test.CombinedOutput()
	if err == nil {
		return nil, errUnnoticed
	}
	return failed(out)
}

var (
	failedTest  = regexp.MustCompile(`(?m)^--- FAIL: (\w+)`)
	startedTest = regexp.MustCompile(`(?m)^=== RUN   (\w+)`)
)

// failed reads the names of the tests that failed. One that took the whole
// program down is the one that was started last.
func failed(out []byte) ([]string, error) {
	var names []string
	for _, m := range failedTest.FindAllSubmatch(out, -1) {
		names = append(names, string(m[1]))
	}
	if started := startedTest.FindAllSubmatch(out, -1); len(names) == 0 && len(started) > 0 {
		names = append(names, string(started[len(started)-1][1]))
	}
	if len(names) == 0 {
		return nil, fmt.Errorf("no test ran:\n%s", bytes.TrimSpace(out))
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

// prepare writes the changed files, and returns the flags by which the
// compiler takes them.
func (w workshop) prepare(r row) ([]string, error) {
	files, err := r.changed(w.root)
	if err != nil {
		return nil, err
	}
	if library := r.library(); library != "" {
		return w.replaceLibrary(library, files)
	}
	replace := map[string]string{}
	for path, text := range files {
		copied := filepath.Join(w.dir, strconv.Itoa(len(replace))+".go")
		if err := os.WriteFile(copied, []byte(text), 0o600); err != nil {
			return nil, err
		}
		replace[path] = copied
	}
	list, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return nil, err
	}
	overlay := filepath.Join(w.dir, "overlay.json")
	return []string{"-overlay", overlay}, os.WriteFile(overlay, list, 0o600)
}

// replaceLibrary makes a changed copy of a library, which an overlay may not
// touch, and a go.mod that takes it.
func (w workshop) replaceLibrary(library string, files map[string]string) ([]string, error) {
	from, err := moduleDir(w.root, library)
	if err != nil {
		return nil, err
	}
	to := filepath.Join(w.dir, "library")
	if err := errors.Join(os.RemoveAll(to), os.CopyFS(to, os.DirFS(from))); err != nil {
		return nil, err
	}
	for path, text := range files {
		inside, err := filepath.Rel(from, path)
		if err == nil {
			err = os.WriteFile(filepath.Join(to, inside), []byte(text), 0o600)
		}
		if err != nil {
			return nil, err
		}
	}
	mod, err1 := os.ReadFile(filepath.Join(w.root, "go.mod"))
	sum, err2 := os.ReadFile(filepath.Join(w.root, "go.sum"))
	mod = fmt.Appendf(mod, "\nreplace %s => %s\n", library, to)
	return []string{"-modfile", filepath.Join(w.dir, "go.mod")}, errors.Join(err1, err2,
		os.WriteFile(filepath.Join(w.dir, "go.mod"), mod, 0o600), os.WriteFile(filepath.Join(w.dir, "go.sum"), sum, 0o600))
}

func (w workshop) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Dir = w.root
	return cmd
}

// findRoot is where go.mod lies.
func findRoot() (string, error) {
	out, err := exec.Command("go", "env", "GOMOD").Output()
	if err != nil {
		return "", fmt.Errorf("go env GOMOD: %w", err)
	}
	return filepath.Dir(strings.TrimSpace(string(out))), nil
}
