package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"
)

// Toggles are a few short names in a row, each on or off by itself.
type Toggles struct {
	widget.BaseWidget
	OnChanged func()

	chips []*Chip
	body  *fyne.Container
}

// NewToggles shows the names in a row; on tells which are on at first.
func NewToggles(names []string, on func(i int) bool) *Toggles {
	t := &Toggles{body: container.NewHBox()}
	t.ExtendBaseWidget(t)
	for i, name := range names {
		chip := &Chip{on: on(i)}
		chip.extend(chip, name, func() {
			chip.set(!chip.on)
			if t.OnChanged != nil {
				t.OnChanged()
			}
		})
		t.chips = append(t.chips, chip)
		t.body.Add(chip)
	}
	return t
}

// On tells whether the i-th is on.
func (t *Toggles) On(i int) bool { return t.chips[i].on }

// First is what gets the keyboard first.
func (t *Toggles) First() fyne.Focusable { return t.chips[0] }

// CreateRenderer implements fyne.Widget.
func (t *Toggles) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(t.body) }
