package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// row is one place at which a rule is taken out of the code.
type row struct {
	rule  int    // of PRIVACY.md
	what  string // what the phone does then, in words
	edits []edit
	pkg   string // the package whose test must notice
	tests string // which of its tests, by the beginnings of their names, joined by |
}

// edit replaces old, which occurs once in file, by new. A file of a library is
// named module//path; a row changes the tree or one library.
type edit struct{ file, old, new string }

// in makes the edits of one file from pairs of old and new text.
func in(file string, pairs ...string) []edit {
	var list []edit
	for pair := range slices.Chunk(pairs, 2) {
		list = append(list, edit{file, pair[0], pair[1]})
	}
	return list
}

// allRows are the rows of all rules, in their order.
func allRows() []row {
	all := slices.Concat(signallingRows, peopleRows, routeRows, egressRows, mediaRows, serverRows, diskRows)
	slices.SortStableFunc(all, func(a, b row) int { return a.rule - b.rule })
	return all
}

// onDisk stands for what is promised of stored data, which has no number in
// PRIVACY.md.
const onDisk = 99

// name is the rule as people write it.
func (r row) name() string {
	if r.rule == onDisk {
		return "disk"
	}
	return fmt.Sprintf("P%d", r.rule)
}

// pattern is what `go test -run` takes.
func (r row) pattern() string { return "^(" + r.tests + ")" }

// library is the module that the row changes, "" where it is this one.
func (r row) library() string {
	module, _, found := strings.Cut(r.edits[0].file, "//")
	if !found {
		return ""
	}
	return module
}

// changed returns the contents of every file that the row changes, by its path.
func (r row) changed(root string) (map[string]string, error) {
	files := map[string]string{}
	for _, e := range r.edits {
		path, err := locate(root, e.file)
		if err != nil {
			return nil, err
		}
		text, ok := files[path]
		if !ok {
			b, err := os.ReadFile(path) //nolint:gosec // a file of the tree, by the table
			if err != nil {
				return nil, fmt.Errorf("%s: %w", r.name(), err)
			}
			text = string(b)
		}
		if n := strings.Count(text, e.old); n != 1 {
			return nil, fmt.Errorf("%s, %q: the old text occurs %d times in %s; bring the row up to date:\n%s", r.name(), r.what, n, e.file, e.old)
		}
		files[path] = strings.Replace(text, e.old, e.new, 1)
	}
	return files, nil
}

// locate finds a file of the tree or of a library.
func locate(root, file string) (string, error) {
	module, path, found := strings.Cut(file, "//")
	if !found {
		return filepath.Join(root, filepath.FromSlash(file)), nil
	}
	dir, err := moduleDir(root, module)
	return filepath.Join(dir, filepath.FromSlash(path)), err
}

func moduleDir(root, module string) (string, error) {
	list := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", module)
	list.Dir = root
	out, err := list.Output()
	if err != nil {
		return "", fmt.Errorf("find %s: %w", module, err)
	}
	return strings.TrimSpace(string(out)), nil
}
