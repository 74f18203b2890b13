package widgets

import (
	"errors"
	"fmt"
	"io"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/storage"
	"fyne.io/fyne/v2/widget"

	"paravent/app/phone"
	"paravent/ui/words"
)

// Faults of files that the person chose.
var (
	ErrNotSaved = phone.NewFault("file-not-saved")
	ErrNotRead  = phone.NewFault("file-not-read")
)

// Format is one way to write something into a file. Its ID names the words
// "export.ID" and "export.ID-detail".
type Format struct {
	ID, Name string
	Content  []byte
}

// Export asks for a format, then where to write it.
func Export(env Env, formats []Format) {
	w := env.Words
	var options []Option
	for _, f := range formats {
		options = append(options, Option{ID: f.ID, Title: w.T("export." + f.ID), Detail: w.T("export." + f.ID + "-detail")})
	}
	choice := NewChoice(options, formats[0].ID, nil)
	var d *Dialog
	shut := NewButton(w.T("cancel"), func() { d.Hide() })
	next := NewButton(w.T("export.choose"), func() {
		d.Hide()
		for _, f := range formats {
			if f.ID == choice.Selected() {
				SaveAndTell(env, f)
			}
		}
	})
	next.Importance = widget.HighImportance
	d = NewDialog(env.Window, w.T("export.title"), 380, choice, shut, next)
}

// SaveAndTell saves, then says in a dialog under which name.
func SaveAndTell(env Env, f Format) {
	w := env.Words
	Save(env, f, func(told string) { Tell(env.Window, w.T("file.saved-title"), told, w.T("close")) })
}

// Save asks where, writes away from the drawing goroutine, and gives what there
// is to say of it once the file is there.
func Save(env Env, f Format, saved func(told string)) {
	d := dialog.NewFileSave(func(to fyne.URIWriteCloser, err error) {
		if to == nil && err == nil {
			return // the person thought better of it
		}
		env.Spawn(func() func() {
			err := write(to, f.Content, err)
			return func() {
				env.Fail(err)
				if err == nil {
					saved(env.Words.T("file.saved", "name", words.SafeText(to.URI().Name())))
				}
			}
		})
	}, env.Window)
	d.SetFileName(f.Name)
	d.SetTitleText(env.Words.T("file.save-title"))
	d.SetConfirmText(env.Words.T("export.save"))
	showFiles(env, d)
}

func write(to fyne.URIWriteCloser, content []byte, err error) error {
	if err == nil {
		_, err = to.Write(content)
		err = errors.Join(err, to.Close())
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNotSaved, err)
	}
	return nil
}

// OpenFile lets the person choose a file with one of the endings and reads it,
// up to limit bytes, away from the drawing goroutine.
func OpenFile(env Env, title string, endings []string, limit int64, then func(name string, content []byte)) {
	d := dialog.NewFileOpen(func(from fyne.URIReadCloser, err error) {
		if from == nil && err == nil {
			return
		}
		readAway(env, func() (fyne.URIReadCloser, error) { return from, err }, limit, then)
	}, env.Window)
	d.SetFilter(storage.NewExtensionFileFilter(endings))
	d.SetTitleText(title)
	d.SetConfirmText(env.Words.T("file.open"))
	showFiles(env, d)
}

// ChooseFile lets the person choose a file with one of the endings, and gives
// its path.
func ChooseFile(env Env, title string, endings []string, then func(path string)) {
	d := dialog.NewFileOpen(func(from fyne.URIReadCloser, err error) {
		switch {
		case err != nil:
			env.Fail(fmt.Errorf("%w: %w", ErrNotRead, err))
		case from != nil:
			_ = from.Close() // nothing was read
			then(from.URI().Path())
		}
	}, env.Window)
	d.SetFilter(storage.NewExtensionFileFilter(endings))
	d.SetTitleText(title)
	d.SetConfirmText(env.Words.T("file.open"))
	showFiles(env, d)
}

// ChooseFolder lets the person choose a folder, and gives its path.
func ChooseFolder(env Env, title string, then func(path string)) {
	d := dialog.NewFolderOpen(func(at fyne.ListableURI, err error) {
		switch {
		case err != nil:
			env.Fail(fmt.Errorf("%w: %w", ErrNotRead, err))
		case at != nil:
			then(at.Path())
		}
	}, env.Window)
	d.SetTitleText(title)
	d.SetConfirmText(env.Words.T("file.choose"))
	showFiles(env, d)
}

// ReadFile reads a file that is known already, as OpenFile does.
func ReadFile(env Env, file fyne.URI, limit int64, then func(name string, content []byte)) {
	readAway(env, func() (fyne.URIReadCloser, error) { return storage.Reader(file) }, limit, then)
}

func readAway(env Env, open func() (fyne.URIReadCloser, error), limit int64, then func(name string, content []byte)) {
	env.Spawn(func() func() {
		from, err := open()
		name, content, err := read(from, limit, err)
		return func() {
			env.Fail(err)
			if err == nil {
				then(name, content)
			}
		}
	})
}

func read(from fyne.URIReadCloser, limit int64, err error) (string, []byte, error) {
	if err != nil {
		return "", nil, fmt.Errorf("%w: %w", ErrNotRead, err)
	}
	content, err := io.ReadAll(io.LimitReader(from, limit+1))
	_ = from.Close() // nothing was written
	if err == nil && int64(len(content)) > limit {
		err = fmt.Errorf("more than %d bytes", limit)
	}
	if err != nil {
		return "", nil, fmt.Errorf("%w: %w", ErrNotRead, err)
	}
	return from.URI().Name(), content, nil
}

// showFiles shows a file dialog as large as the window lets it. Escape closes
// it, and not what stands below it.
func showFiles(env Env, d *dialog.FileDialog) {
	d.SetDismissText(env.Words.T("cancel"))
	d.SetView(dialog.ListView)
	d.Show()
	c := env.Window.Canvas()
	typed := c.OnTypedKey()
	c.SetOnTypedKey(func(key *fyne.KeyEvent) {
		if key.Name == fyne.KeyEscape {
			d.Dismiss()
		}
	})
	d.SetOnClosed(func() { c.SetOnTypedKey(typed) })
	size := c.Size()
	d.Resize(fyne.NewSize(min(820, size.Width-60), min(560, size.Height-60)))
}
