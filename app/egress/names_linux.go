package egress

import (
	"bufio"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"
)

// Where systemd-resolved tells the servers behind its stub: those of one
// device, and those of all.
const (
	linkServers = "/run/systemd/resolve/netif/"
	allServers  = "/run/systemd/resolve/resolv.conf"
)

// nameServer is the server to ask in place of one on this computer: a stub
// there would ask by whatever way the system chooses.
func nameServer(server string, device int) string {
	a, err := netip.ParseAddrPort(server)
	if err != nil || !a.Addr().IsLoopback() {
		return server
	}
	for _, from := range []struct{ file, mark string }{{linkServers + strconv.Itoa(device), "DNS="}, {allServers, "nameserver "}} {
		if s, ok := firstServer(from.file, from.mark); ok {
			return net.JoinHostPort(s.String(), strconv.Itoa(int(a.Port())))
		}
	}
	return server
}

func firstServer(file, mark string) (netip.Addr, bool) {
	f, err := os.Open(file)
	if err != nil {
		return netip.Addr{}, false
	}
	defer func() { _ = f.Close() }()
	for s := bufio.NewScanner(f); s.Scan(); {
		list, ok := strings.CutPrefix(s.Text(), mark)
		if !ok {
			continue
		}
		for _, word := range strings.Fields(list) {
			if a, err := netip.ParseAddr(word); err == nil && !a.IsLoopback() {
				return a, true
			}
		}
	}
	return netip.Addr{}, false
}
