package words

import (
	"strings"

	"paravent/app/phone"
)

// NetworkDevice names a way out of this computer, and says what is particular
// about it. Two devices never share a name.
func (w Words) NetworkDevice(d phone.NetworkDevice) string {
	name := SafeText(d.Title)
	switch {
	case name == "":
		name = SafeText(d.Name)
	case !strings.Contains(name, d.Name):
		name += " (" + SafeText(d.Name) + ")"
	}
	if d.VPN {
		name += " · " + w.T("vpn.is-vpn")
	}
	if !d.Up {
		name += " · " + w.T("vpn.is-down")
	} else if hosts := Hosts(d.Addresses); len(hosts) > 0 {
		name += " · " + hosts[0]
	}
	return name
}
