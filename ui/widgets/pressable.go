package widgets

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// pressable is the behaviour of everything that can be pressed: pointer,
// keyboard focus, hover tip, accessible name. Widgets embed it and draw.
type pressable struct {
	widget.BaseWidget
	OnTapped func()
	me       fyne.Widget // the widget that embeds this
	label    string      // accessible name and tip
	disabled bool
	tip      bool   // show label as a tip while hovered
	key      string // the key that does the same, told in the tip; "" where there is none

	hovered, focused bool
}

func (p *pressable) extend(w fyne.Widget, label string, tapped func()) {
	p.ExtendBaseWidget(w)
	p.me, p.label, p.OnTapped = w, label, tapped
}

// Tapped implements fyne.Tappable.
func (p *pressable) Tapped(*fyne.PointEvent) { p.press() }

func (p *pressable) press() {
	hideTip(p.canvas())
	if !p.disabled && p.OnTapped != nil {
		p.OnTapped()
	}
}

// Disabled tells whether it can be pressed now.
func (p *pressable) Disabled() bool { return p.disabled }

// SetDisabled allows or forbids pressing.
func (p *pressable) SetDisabled(disabled bool) {
	if p.disabled != disabled {
		p.disabled = disabled
		p.Refresh()
	}
}

// Label is what it is called, for people who cannot see it and for tests.
func (p *pressable) Label() string { return p.label }

// AccessibilityLabel implements fyne.Accessible.
func (p *pressable) AccessibilityLabel() string { return p.label }

// AccessibilityRole implements fyne.Accessible.
func (p *pressable) AccessibilityRole() fyne.AccessibleRole { return fyne.AccessibleRoleButton }

// FocusGained implements fyne.Focusable.
func (p *pressable) FocusGained() { p.focused = true; p.Refresh() }

// FocusLost implements fyne.Focusable.
func (p *pressable) FocusLost() { p.focused = false; p.Refresh() }

// TypedRune implements fyne.Focusable.
func (p *pressable) TypedRune(rune) {}

// TypedKey presses on Space and Enter; the window's own keys work on.
func (p *pressable) TypedKey(key *fyne.KeyEvent) {
	switch key.Name {
	case fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter:
		p.press()
	default:
		passOn(p.me, key)
	}
}

// MouseIn implements desktop.Hoverable.
func (p *pressable) MouseIn(*desktop.MouseEvent) {
	p.hovered = true
	if p.tip {
		showTip(p.canvas(), p.me, p.tipText())
	}
	p.Refresh()
}

// tipText is the label and the key that does the same.
func (p *pressable) tipText() string {
	if p.key == "" {
		return p.label
	}
	return p.label + " (" + p.key + ")"
}

// MouseMoved implements desktop.Hoverable.
func (p *pressable) MouseMoved(*desktop.MouseEvent) {}

// MouseOut implements desktop.Hoverable.
func (p *pressable) MouseOut() {
	p.hovered = false
	hideTip(p.canvas())
	p.Refresh()
}

func (p *pressable) canvas() fyne.Canvas {
	return fyne.CurrentApp().Driver().CanvasForObject(p.me)
}
