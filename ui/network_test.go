package ui

import (
	"testing"

	"github.com/stretchr/testify/require"

	"paravent/app/phone"
	"paravent/ui/uitest"
)

// The list offers the system's choice first, then VPNs; one that is gone stays
// chosen, and the settings say that there is no call without it (P8).
func TestP08ChooseTheNetworkDevice(t *testing.T) {
	f := uitest.New()
	_, s := open(t, f)
	s.Tap("Settings")
	list := s.Select("As the system chooses")
	require.Equal(t, []string{
		"As the system chooses", "WireGuard (wg0) · VPN · 10.64.0.2", "Ethernet (eth0) · 2001:db8:5a:1::20", "Wi-Fi (wlan0) · not connected",
	}, list.Options)
	list.SetSelectedIndex(1)
	require.Equal(t, "wg0", f.Settings().Privacy.VPNDevice)
	require.False(t, s.Sees("no call is possible"))
	f.SetNetworks(phone.NetworkDevice{Name: "eth0", Title: "Ethernet", Up: true})
	s.Tap("Look again")
	require.True(t, s.Sees("wg0 cannot be used now: no call is possible"))
	require.NotNil(t, s.Select("wg0 · not there now"))
	require.Equal(t, "wg0", f.Settings().Privacy.VPNDevice, "nothing else takes its place")
	f.SetNetworks(phone.NetworkDevice{Name: "wg0", Title: "WireGuard", VPN: true})
	s.Tap("Contacts")
	s.Tap("Settings")
	require.True(t, s.Sees("wg0 cannot be used now"), "it is there, but not connected")
	s.Select("WireGuard (wg0) · VPN · not connected").SetSelectedIndex(0)
	require.Empty(t, f.Settings().Privacy.VPNDevice)
	require.False(t, s.Sees("no call is possible"))
}
