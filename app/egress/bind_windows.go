package egress

import (
	"encoding/binary"

	"golang.org/x/sys/windows"
)

// steersOnly: IP_UNICAST_IF chooses the device for what a socket sends, but
// not the address that it sends from, nor what it receives. So that sockets
// are bound to an address of the device besides.
const steersOnly = true

// The options of ws2ipdef.h.
const (
	ipUnicastIf   = 31
	ipv6UnicastIf = 31
)

// bindTo ties a socket to a device.
func bindTo(fd uintptr, network, _ string, index int) error {
	if network[len(network)-1] == '6' {
		return windows.SetsockoptInt(windows.Handle(fd), windows.IPPROTO_IPV6, ipv6UnicastIf, index)
	}
	var big [4]byte // IPv4 wants the index in network byte order
	binary.BigEndian.PutUint32(big[:], uint32(index))
	return windows.SetsockoptInt(windows.Handle(fd), windows.IPPROTO_IP, ipUnicastIf, int(int32(binary.NativeEndian.Uint32(big[:]))))
}
