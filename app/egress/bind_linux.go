package egress

import "golang.org/x/sys/unix"

// steersOnly: SO_BINDTODEVICE holds for everything a socket sends and receives.
const steersOnly = false

// bindTo ties a socket to a device. Since Linux 5.7 it needs no privilege for
// a socket that is tied to none yet.
func bindTo(fd uintptr, _, name string, _ int) error {
	return unix.SetsockoptString(int(fd), unix.SOL_SOCKET, unix.SO_BINDTODEVICE, name)
}
