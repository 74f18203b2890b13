package arch

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// opens are what opens a socket, or asks a name server, by the system's choice.
var opens = regexp.MustCompile(`^(Dial\w*|Listen\w*|Lookup\w*|Resolve\w*|DefaultResolver|Dialer)$`)

// mayOpen are the places of the phone that do so all the same, and how often.
var mayOpen = map[string]int{
	"app/signal/client.go":  1, // where no way out is given: tests
	"app/route/plan.go":     1, // the same
	"app/route/check.go":    2, // the same
	"app/instance/place.go": 2, // between two starts of this program: a socket of the file system
	"app/link.go":           1, // to the phone's own server, over loopback only
}

// P8: whatever leaves takes the chosen way out, so that nothing but package
// egress opens sockets. The hostile peer is no part of the phone.
func TestP08OnlyEgressOpensSockets(t *testing.T) {
	found := map[string]int{}
	root := ""
	for _, p := range list(t) {
		if p.ImportPath == "paravent" {
			root = p.Dir
		}
	}
	for _, p := range list(t) {
		phone := below(p.ImportPath, "paravent/app") || below(p.ImportPath, "paravent/media") || below(p.ImportPath, "paravent/ui")
		if !phone || below(p.ImportPath, "paravent/app/egress") || below(p.ImportPath, "paravent/app/hostile") || below(p.ImportPath, "paravent/media/mediatest") {
			continue
		}
		for _, f := range slices.Concat(p.GoFiles, p.CgoFiles) {
			path, err := filepath.Rel(root, filepath.Join(p.Dir, f))
			if err != nil {
				t.Fatal(err)
			}
			if n := socketsOf(t, filepath.Join(p.Dir, f)); n > 0 {
				found[filepath.ToSlash(path)] = n
			}
		}
	}
	for path, n := range found {
		if n != mayOpen[path] {
			t.Errorf("%s opens sockets by the system's choice in %d places, want %d: package egress does that", path, n, mayOpen[path])
		}
	}
	for path := range mayOpen {
		if found[path] == 0 {
			t.Errorf("%s opens no sockets any more", path)
		}
	}
}

// socketsOf counts the places in a file that open sockets.
func socketsOf(t *testing.T, path string) (n int) {
	t.Helper()
	tree, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	for _, imp := range tree.Imports {
		if p := strings.Trim(imp.Path.Value, `"`); p == "net/http" || strings.HasSuffix(p, "/stdnet") {
			n++
		}
	}
	ast.Inspect(tree, func(node ast.Node) bool {
		s, ok := node.(*ast.SelectorExpr)
		if !ok || !opens.MatchString(s.Sel.Name) {
			return true
		}
		if pkg, ok := s.X.(*ast.Ident); ok && pkg.Name == "net" {
			n++
		}
		return true
	})
	return n
}
