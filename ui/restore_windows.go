package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver"
	"golang.org/x/sys/windows"
)

var (
	user32     = windows.NewLazySystemDLL("user32.dll")
	isIconic   = user32.NewProc("IsIconic")
	showWindow = user32.NewProc("ShowWindow")
)

// swRestore is SW_RESTORE.
const swRestore = 9

// restore undoes minimizing, which showing a window does not do on Windows.
func restore(win fyne.Window) {
	native, ok := win.(driver.NativeWindow)
	if !ok {
		return
	}
	native.RunNative(func(context any) {
		c, ok := context.(driver.WindowsWindowContext)
		if !ok {
			return
		}
		if iconic, _, _ := isIconic.Call(c.HWND); iconic != 0 {
			_, _, _ = showWindow.Call(c.HWND, swRestore)
		}
	})
}
