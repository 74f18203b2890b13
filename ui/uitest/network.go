package uitest

import "paravent/app/phone"

// SetNetworks changes the ways out of the pretended computer.
func (f *Fake) SetNetworks(list ...phone.NetworkDevice) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.networks = list
}

func networks() []phone.NetworkDevice {
	return []phone.NetworkDevice{
		{Name: "eth0", Title: "Ethernet", Up: true, Addresses: []string{"192.168.1.20", "2001:db8:5a:1::20"}},
		{Name: "wlan0", Title: "Wi-Fi"},
		{Name: "wg0", Title: "WireGuard", VPN: true, Up: true, Addresses: []string{"10.64.0.2"}},
	}
}

func (f *Fake) NetworkDevices() []phone.NetworkDevice {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.networks
}
