//go:build linux

package leaktest

import (
	"crypto/ecdh"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/netip"
	"os"
	"time"

	"paravent/internal/lab"
)

const (
	vpnDevice = "wg0"
	vpnPort   = 51820
)

// The ends inside the tunnel.
var (
	vpnInside  = pfx("10.99.7.2/32")
	exitInside = pfx("10.99.7.1/24")
)

// exitRules: a provider's computer translates addresses and takes nothing but
// its tunnels from outside.
const exitRules = `
table ip nat {
	chain post { type nat hook postrouting priority srcnat; oifname "eth0" masquerade; }
}
table inet guard {
	chain input { type filter hook input priority filter; iifname "eth0" udp dport != 51820 ct state new drop; }
}`

// vpn is a provider at the VPN's host, with the keys of one client.
type vpn struct {
	client, exit *ecdh.PrivateKey
	stop         func() // ends the provider
}

// openExit begins to serve one client until the trial ends.
func (t *trial) openExit() vpn {
	var v vpn
	var err error
	v.client, err = ecdh.X25519().GenerateKey(rand.Reader)
	t.need(err)
	v.exit, err = ecdh.X25519().GenerateKey(rand.Reader)
	t.need(err)
	v.stop = t.wireguard(vpnAt, fmt.Sprintf("private_key=%s\nlisten_port=%d\npublic_key=%s\nallowed_ip=%s\n",
		hex.EncodeToString(v.exit.Bytes()), vpnPort, hex.EncodeToString(v.client.PublicKey().Bytes()), vpnInside))
	t.need(ipBatch(vpnAt, "addr add "+exitInside.String()+" dev "+vpnDevice, "link set "+vpnDevice+" up"))
	t.need(forwards(vpnAt))
	t.filter(vpnAt, exitRules, "flush ruleset")
	return v
}

// device makes Alice's computer a client, with a device of its own beside the
// way that the system prefers. stop takes the device away.
func (v vpn) device(t *trial) (stop func()) {
	stop = t.wireguard(phoneA, fmt.Sprintf("private_key=%s\npublic_key=%s\nallowed_ip=0.0.0.0/0\nendpoint=%s\n",
		hex.EncodeToString(v.client.Bytes()), hex.EncodeToString(v.exit.PublicKey().Bytes()), netip.AddrPortFrom(vpnIP, vpnPort)))
	t.need(ipBatch(phoneA, "addr add "+vpnInside.String()+" dev "+vpnDevice, "link set "+vpnDevice+" up",
		"route add default dev "+vpnDevice+" metric 500"))
	tap, err := openTap(phoneA+"-vpn", phoneA, vpnDevice)
	t.need(err)
	tap.bare = true
	t.extra = append(t.extra, tap)
	t.stops = append(t.stops, tap.close)
	return stop
}

// file is what the provider gives its client to import.
func (v vpn) file() string {
	return fmt.Sprintf("[Interface]\nPrivateKey = %s\nAddress = %s\n\n[Peer]\nPublicKey = %s\nAllowedIPs = 0.0.0.0/0\nEndpoint = %s\n",
		base64.StdEncoding.EncodeToString(v.client.Bytes()), vpnInside,
		base64.StdEncoding.EncodeToString(v.exit.PublicKey().Bytes()), netip.AddrPortFrom(vpnIP, vpnPort))
}

// wireguard runs a device and waits for it.
func (t *trial) wireguard(host, config string) (stop func()) {
	tun, err := os.OpenFile("/dev/net/tun", os.O_RDWR, 0)
	if err != nil {
		t.skip(err)
	}
	_ = tun.Close()
	stop, err = lab.Launch{Binary: t.program("wgtun"), Namespace: host, Log: t.log, Args: []string{"-name", vpnDevice, "-config", config}}.Start(t.ctx)
	t.need(err)
	t.stops = append(t.stops, stop)
	for deadline := time.Now().Add(callWait); ; time.Sleep(20 * time.Millisecond) {
		if err = ip("", "-n", host, "link", "show", vpnDevice); err == nil {
			return stop
		}
		if time.Now().After(deadline) {
			t.need(err)
		}
	}
}
