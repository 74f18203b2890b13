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
// named module//path.
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
	all := slices.Concat(signallingRows, routeRows, mediaRows, serverRows)
	slices.SortStableFunc(all, func(a, b row) int { return a.rule - b.rule })
	return all
}

// name is the rule as people write it.
func (r row) name() string { return fmt.Sprintf("P%d", r.rule) }

// pattern is what `go test -run` takes.
func (r row) pattern() string { return "^(" + r.tests + ")" }

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
	module, path, library := strings.Cut(file, "//")
	if !library {
		return filepath.Join(root, filepath.FromSlash(file)), nil
	}
	list := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", module) //nolint:gosec // a module's name, by the table
	list.Dir = root
	out, err := list.Output()
	if err != nil {
		return "", fmt.Errorf("find %s: %w", module, err)
	}
	return filepath.Join(strings.TrimSpace(string(out)), filepath.FromSlash(path)), nil
}
