package uitest

import (
	"bytes"

	"paravent/app/phone"
)

// ErrBadTunnel has the code of the real fault; the fake has it for a configuration without an [Interface].
var ErrBadTunnel = phone.NewFault("wireguard-bad-config")

// ErrTunnelInUse has the code of the real fault.
var ErrTunnelInUse = phone.NewFault("wireguard-in-use")

// TunnelText is a configuration that the fake takes.
const TunnelText = "[Interface]\nPrivateKey = x\nAddress = 10.64.0.2/32\n\n[Peer]\nEndpoint = 198.51.100.9:51820\n"

func (f *Fake) Tunnel() (phone.Tunnel, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.tunnel, f.tunnel.Name != ""
}

func (f *Fake) ImportTunnel(name string, config []byte) (phone.Tunnel, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.takeErr(); err != nil {
		return phone.Tunnel{}, err
	}
	if !bytes.HasPrefix(config, []byte("[Interface]")) {
		return phone.Tunnel{}, ErrBadTunnel
	}
	f.tunnel = phone.Tunnel{
		Name: name, Endpoint: "198.51.100.9:51820", Addresses: []string{"10.64.0.2/32", "fd00:64::2/128"},
		DNS: []string{"10.64.0.1"}, Imported: Now,
	}
	return f.tunnel, nil
}

func (f *Fake) RemoveTunnel() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	err := f.takeErr()
	if f.settings.Privacy.Tunnel {
		err = ErrTunnelInUse
	}
	if err == nil {
		f.tunnel = phone.Tunnel{}
	}
	return err
}
