package callview

import "fyne.io/fyne/v2"

// stage lays out the pictures: the other side as large as fits, one's own in
// the lower right corner, figures in the upper left.
type stage struct{ s *Screen }

func (l *stage) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(480, 300) }

func (l *stage) Layout(_ []fyne.CanvasObject, size fyne.Size) {
	s := l.s
	for _, o := range []fyne.CanvasObject{s.remote, s.noFace} {
		o.Move(fyne.NewPos(0, 0))
		o.Resize(size)
	}
	aspect := s.local.Aspect()
	if aspect == 0 {
		aspect = 16.0 / 9
	}
	w := max(120, min(240, size.Width*0.22))
	small := fyne.NewSize(w, w/aspect)
	s.local.Resize(small)
	s.local.Move(fyne.NewPos(size.Width-small.Width-16, size.Height-small.Height-16))
	s.stats.Resize(s.stats.MinSize())
	s.stats.Move(fyne.NewPos(16, 16))
}
