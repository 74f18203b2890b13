//go:build !windows

package ui

import "fyne.io/fyne/v2"

// restore: elsewhere, showing a window undoes minimizing.
func restore(fyne.Window) {}
