package backup

import (
	"os"
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"paravent/ui/widgets"
)

// place asks where a new file shall lie. The toolkit's own dialog for saving
// would empty a file of that name before anything is written in its place.
type place struct {
	env    widgets.Env
	dir    string
	name   *widgets.Entry
	folder *widgets.Line
	other  *widgets.Button
	object fyne.CanvasObject
}

func newPlace(env widgets.Env, name string, changed func()) *place {
	w := env.Words
	p := &place{env: env, name: widgets.NewEntry(), folder: widgets.NewLine("").Small().Cut()}
	p.name.SetText(name)
	p.name.OnChanged = func(string) { changed() }
	home, _ := os.UserHomeDir() // without one the person chooses
	p.choose(home)
	p.other = widgets.NewButton(w.T("backup.folder"), func() {
		widgets.ChooseFolder(env, w.T("backup.folder-title"), func(dir string) { p.choose(dir); changed() })
	})
	p.object = container.NewVBox(widgets.Field(w.T("backup.file"), container.NewBorder(nil, nil, nil, p.other, p.name)), p.folder)
	return p
}

func (p *place) choose(dir string) {
	p.dir = dir
	p.folder.SetText(p.env.Words.T("backup.in-folder", "folder", dir))
}

// path is the whole path, "" where there is no file name or no folder yet.
func (p *place) path() string {
	name := strings.TrimSpace(p.name.Text)
	if name == "" || p.dir == "" || name != filepath.Base(name) || name == "." || name == ".." {
		return ""
	}
	if !strings.EqualFold(filepath.Ext(name), ending) {
		name += ending
	}
	return filepath.Join(p.dir, name)
}

func (p *place) disableables() []fyne.Disableable { return []fyne.Disableable{p.name, p.other} }
