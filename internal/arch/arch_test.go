// Package arch holds the tests that keep the layout of ARCHITECTURE.md true:
// who may import whom, and that every package says what it is for.
package arch

import (
	"bytes"
	"encoding/json"
	"errors"
	"go/parser"
	"go/token"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// pkg is what `go list -json` tells of a package.
type pkg struct {
	ImportPath, Dir string
	GoFiles         []string
	CgoFiles        []string
	Imports         []string
}

// rule forbids packages below from to import packages below any of deny, but
// for those below except.
type rule struct {
	from   string
	deny   []string
	except []string
	why    string
}

var rules = []rule{
	{"paravent/app", []string{"fyne.io", "paravent/ui", "paravent/cmd"}, nil, "the phone has no face"},
	{"paravent/app/phone", []string{"paravent/", "github.com/"}, nil, "the vocabulary stands below everything"},
	{"paravent/app/call", []string{"github.com/", "golang.org/", "paravent/"}, []string{"paravent/app/phone", "paravent/app/sas"}, "a call talks to its own small ports only"},
	{"paravent/app/sas", []string{"github.com/", "golang.org/", "paravent/"}, nil, "safety words are pure"},
	{"paravent/app/audience", []string{"github.com/", "paravent/media", "paravent/server"}, nil, "who may ring is one pure decision"},
	{"paravent/media", []string{"paravent/app", "paravent/ui", "paravent/settings", "paravent/server", "fyne.io"}, nil, "media is a library below the phone"},
	{"paravent/settings", []string{"paravent/", "fyne.io"}, nil, "settings are values"},
	{"paravent/ui", []string{"paravent/", "github.com/pion", "github.com/nats-io", "fyne.io/fyne/v2/app"}, []string{"paravent/app/phone", "paravent/settings", "paravent/assets"}, "the window shows values; only main links the real driver"},
	{"paravent/server", []string{"paravent/app", "paravent/ui", "paravent/media", "paravent/settings", "fyne.io"}, nil, "the server knows nothing of the phone"},
	{"paravent/desktop", []string{"paravent/media", "paravent/server", "fyne.io/fyne/v2/app", "github.com/"}, nil, "it only joins the phone to its window"},
	{"paravent/assets", []string{"paravent/", "github.com/pion"}, nil, "assets are data"},
}

func TestImports(t *testing.T) {
	for _, p := range list(t) {
		for _, r := range rules {
			if !below(p.ImportPath, r.from) {
				continue
			}
			for _, imp := range p.Imports {
				for _, d := range r.deny {
					if below(imp, d) && !below(imp, r.from) && !slices.ContainsFunc(r.except, func(e string) bool { return below(imp, e) }) {
						t.Errorf("%s imports %s: %s", p.ImportPath, imp, r.why)
					}
				}
			}
		}
	}
}

func TestOnlyMainLinksTheRealDriver(t *testing.T) {
	for _, p := range list(t) {
		for _, imp := range p.Imports {
			if imp == "fyne.io/fyne/v2/app" && p.ImportPath != "paravent" {
				t.Errorf("%s imports %s", p.ImportPath, imp)
			}
		}
	}
}

func TestEveryPackageSaysWhatItIsFor(t *testing.T) {
	for _, p := range list(t) {
		files := append(append([]string{}, p.GoFiles...), p.CgoFiles...)
		if len(files) == 0 {
			continue
		}
		if !documented(t, p.Dir, files) {
			t.Errorf("%s has no package comment", p.ImportPath)
		}
	}
}

func documented(t *testing.T, dir string, files []string) bool {
	t.Helper()
	for _, f := range files {
		tree, err := parser.ParseFile(token.NewFileSet(), filepath.Join(dir, f), nil, parser.ParseComments|parser.PackageClauseOnly)
		if err != nil {
			t.Fatal(err)
		}
		if tree.Doc != nil {
			return true
		}
	}
	return false
}

// below tells whether path is prefix or stands in its tree; a prefix that ends
// with a slash stands for everything under it.
func below(path, prefix string) bool {
	return path == prefix || strings.HasPrefix(path, strings.TrimSuffix(prefix, "/")+"/")
}

func list(t *testing.T) []pkg {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Dir,GoFiles,CgoFiles,Imports", "paravent/...")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, &stderr)
	}
	var all []pkg
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	if len(all) < 5 {
		t.Fatalf("go list found only %d packages", len(all))
	}
	return all
}
