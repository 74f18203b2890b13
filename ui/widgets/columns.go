package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
)

// columnGap is as wide as the room between cards one below the other.
const columnGap = 14

// Columns are two columns of one width; where there is no room for both, the
// right one stands below the left one.
func Columns(left, right fyne.CanvasObject) fyne.CanvasObject {
	return container.New(&columns{}, left, right)
}

// columns is a layout of two objects. The driver asks for the least size again
// after each layout, so that the height may follow from the width.
type columns struct{ stacked bool }

func (c *columns) MinSize(objects []fyne.CanvasObject) fyne.Size {
	l, r := objects[0].MinSize(), objects[1].MinSize()
	if c.stacked {
		return fyne.NewSize(max(l.Width, r.Width), l.Height+columnGap+r.Height)
	}
	return fyne.NewSize(max(l.Width, r.Width), max(l.Height, r.Height))
}

func (c *columns) Layout(objects []fyne.CanvasObject, s fyne.Size) {
	l, r := objects[0].MinSize(), objects[1].MinSize()
	w := (s.Width - columnGap) / 2
	if c.stacked = w < max(l.Width, r.Width); c.stacked {
		place(objects[0], 0, 0, s.Width, l.Height)
		h := objects[0].MinSize().Height // of its text in that width
		place(objects[0], 0, 0, s.Width, h)
		place(objects[1], 0, h+columnGap, s.Width, r.Height)
		return
	}
	place(objects[0], 0, 0, w, s.Height)
	place(objects[1], w+columnGap, 0, w, s.Height)
}
