package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Page is a screen's content in the middle of the window, at most width wide,
// scrolling where it is too tall.
func Page(width float32, content fyne.CanvasObject) fyne.CanvasObject {
	return container.NewVScroll(container.New(&column{width}, content))
}

// column is a layout that centres its object and limits its width.
type column struct{ width float32 }

func (c *column) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return objects[0].MinSize().AddWidthHeight(40, 40)
}

func (c *column) Layout(objects []fyne.CanvasObject, s fyne.Size) {
	w := min(c.width, s.Width-40)
	place(objects[0], (s.Width-w)/2, 20, w, s.Height-40)
}

// Heading is the title of a screen.
func Heading(text string) fyne.CanvasObject { return NewLine(text).Sized("headingText").Bold() }

// Section is a card with a title.
func Section(title string, content ...fyne.CanvasObject) fyne.CanvasObject {
	body := container.NewVBox(append([]fyne.CanvasObject{NewLine(title).Sized("subHeadingText").Bold(), Gap(4)}, content...)...)
	return NewCard(body)
}

// Paragraph is text that wraps.
func Paragraph(text string) *widget.Label {
	l := widget.NewLabel(text)
	l.Wrapping = fyne.TextWrapWord
	return l
}

// Flush takes away a label's side margins, so that its text stands in line
// with the cards' titles and fields.
func Flush(l *widget.Label) fyne.CanvasObject {
	return container.New(&hang{left: -theme.InnerPadding()}, l)
}

// Problem is a line for what is wrong with the field above it; hidden until
// SetProblem gives it words.
func Problem() *widget.Label {
	l := Paragraph("")
	l.Importance = widget.DangerImportance
	l.SizeName = theme.SizeNameCaptionText
	l.Hide()
	return l
}

// SetProblem shows or, where text is "", hides a Problem.
func SetProblem(l *widget.Label, text string) {
	l.SetText(text)
	if text == "" {
		l.Hide()
	} else {
		l.Show()
	}
}

// Field is an input under its name.
func Field(name string, input fyne.CanvasObject) fyne.CanvasObject {
	return container.NewVBox(NewLine(name).Small(), input)
}
