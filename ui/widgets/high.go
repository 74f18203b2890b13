package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// High makes content at least that high.
func High(height float32, content fyne.CanvasObject) *fyne.Container {
	return container.New(&tall{height}, content)
}

// tall is a layout that makes its one object no lower than height.
type tall struct{ height float32 }

func (l *tall) MinSize(objects []fyne.CanvasObject) fyne.Size {
	m := objects[0].MinSize()
	return fyne.NewSize(m.Width, max(m.Height, l.height))
}

func (l *tall) Layout(objects []fyne.CanvasObject, s fyne.Size) {
	place(objects[0], 0, 0, s.Width, s.Height)
}
