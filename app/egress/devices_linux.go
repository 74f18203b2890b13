package egress

import (
	"os"
	"path/filepath"
	"strings"
)

// kindOf reads what the kernel shows of a device.
func kindOf(name string) kind { return kindIn("/sys/class/net", name) }

// kindIn is kindOf for a tree of files that looks like the kernel's.
func kindIn(root, name string) kind {
	dir := filepath.Join(root, filepath.Base(name))
	uevent := read(dir, "uevent")
	switch {
	case has(dir, "brport"): // the end of a virtual machine, or of a container
		return virtual
	case strings.Contains(uevent, "DEVTYPE=wireguard"):
		return wireGuard
	case has(dir, "tun_flags"), read(dir, "type") == arphrdNone:
		return tunnel
	case strings.Contains(uevent, "DEVTYPE=wlan"), has(dir, "wireless"):
		return wireless
	case has(dir, "device"):
		return wired
	}
	return virtual
}

// arphrdNone is the type of devices that have no link layer.
const arphrdNone = "65534"

func read(dir, file string) string {
	b, err := os.ReadFile(filepath.Join(dir, file))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(b))
}

func has(dir, file string) bool {
	_, err := os.Lstat(filepath.Join(dir, file))
	return err == nil
}
