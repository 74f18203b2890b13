package instance

import "golang.org/x/sys/windows"

var allowSetForegroundWindow = windows.NewLazySystemDLL("user32.dll").NewProc("AllowSetForegroundWindow")

// anyProcess is ASFW_ANY.
const anyProcess = ^uintptr(0)

// allowForward passes on the right to come forward, which Windows gives to the
// process that the person has just started.
func allowForward() { _, _, _ = allowSetForegroundWindow.Call(anyProcess) }
