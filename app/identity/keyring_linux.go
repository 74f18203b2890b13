package identity

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/godbus/dbus/v5"
)

// HasSessionBus tells whether a session bus runs already, at one of the two
// places where the D-Bus library looks first. Without this check it would go
// on to start a bus of its own (dbus-launch), which nobody ends.
func HasSessionBus() bool {
	path := fmt.Sprintf("/run/user/%d/bus", os.Getuid())
	if address := os.Getenv("DBUS_SESSION_BUS_ADDRESS"); address != "" {
		first, _, _ := strings.Cut(address, ";")
		first, _, _ = strings.Cut(first, ",")
		var isPath bool
		if path, isPath = strings.CutPrefix(first, "unix:path="); !isPath {
			return !strings.HasPrefix(address, "autolaunch:")
		}
	}
	s, err := os.Stat(path)
	return err == nil && s.Mode()&os.ModeSocket != 0
}

// noKeyringService tells that a bus answered, and that nothing on it is or can
// be started as a keyring.
func noKeyringService(err error) bool {
	answer, ok := errors.AsType[dbus.Error](err)
	return ok && answer.Name == "org.freedesktop.DBus.Error.ServiceUnknown"
}
