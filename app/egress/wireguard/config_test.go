package wireguard

import (
	"crypto/ecdh"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"paravent/app/phone"
)

// pair is a fresh key pair.
func pair(t testing.TB) (private, public key) {
	t.Helper()
	k, err := ecdh.X25519().GenerateKey(rand.Reader)
	require.NoError(t, err)
	return key(k.Bytes()), key(k.PublicKey().Bytes())
}

// The files as the providers give them out, with keys to be filled in.
const (
	nordvpn = `[Interface]
Address = 10.5.0.2/16
PrivateKey = PRIVATE
DNS = 103.86.96.100, 103.86.99.100
ListenPort = 51820

[Peer]
PublicKey = PEER
AllowedIPs = 0.0.0.0/0, ::/0
Endpoint = us9591.nordvpn.com:51820
PersistentKeepalive = 25
`
	mullvad = "\ufeff[Interface]\r\n# Device: Sure Mole\r\nPrivateKey = PRIVATE\r\nAddress = 10.66.123.45/32,fc00:bbbb:bbbb:bb01::3:7b2c/128\r\nDNS = 10.64.0.1\r\n\r\n" +
		"[Peer]\r\nPublicKey = PEER\r\nAllowedIPs = 0.0.0.0/0,::0/0\r\nEndpoint = [2a03:1b20:5:f011::a09f]:51820\r\n"
	proton = `[Interface]
# Key for laptop
# Bouncing = 4
# NetShield = 1
# Moderate NAT = off
# NAT-PMP (Port Forwarding) = off
# VPN Accelerator = on
PrivateKey = PRIVATE
Address = 10.2.0.2/32
Address = 2a07:b944::2:2/128
DNS = 10.2.0.1, 2a07:b944::2:1

[Peer]
# CH#42
PublicKey = PEER
PresharedKey = SHARED
AllowedIPs = 0.0.0.0/0, ::/0
Endpoint = 185.159.157.129:51820
PersistentKeepalive = 25
`
)

// secrets are the keys filled into a file.
type secrets struct{ private, peer, shared string }

func fill(t testing.TB, text string) (string, secrets) {
	private, _ := pair(t)
	_, peer := pair(t)
	shared, _ := pair(t)
	s := secrets{private.text(), peer.text(), shared.text()}
	return strings.NewReplacer("PRIVATE", s.private, "PEER", s.peer, "SHARED", s.shared).Replace(text), s
}

func (s secrets) in(text string) bool {
	for _, k := range []string{s.private, s.shared, strings.TrimRight(s.private, "="), strings.TrimRight(s.shared, "=")} {
		if strings.Contains(text, k) {
			return true
		}
		if raw, err := base64.StdEncoding.DecodeString(k); err == nil && strings.Contains(strings.ToLower(text), key(raw).hex()) {
			return true
		}
	}
	return false
}

func addrs(texts ...string) (out []netip.Addr) {
	for _, s := range texts {
		out = append(out, netip.MustParseAddr(s))
	}
	return out
}

func TestFilesOfProviders(t *testing.T) {
	for name, row := range map[string]struct {
		text      string
		addresses []netip.Addr
		dns       []netip.Addr
		endpoint  string
		keepalive time.Duration
		shared    bool
		ignored   []string
	}{
		"NordVPN": {nordvpn, addrs("10.5.0.2"), addrs("103.86.96.100", "103.86.99.100"), "us9591.nordvpn.com:51820", 25 * time.Second, false, []string{"line 5: ListenPort"}},
		"Mullvad": {mullvad, addrs("10.66.123.45", "fc00:bbbb:bbbb:bb01::3:7b2c"), addrs("10.64.0.1"), "[2a03:1b20:5:f011::a09f]:51820", 0, false, nil},
		"Proton":  {proton, addrs("10.2.0.2", "2a07:b944::2:2"), addrs("10.2.0.1", "2a07:b944::2:1"), "185.159.157.129:51820", 25 * time.Second, true, nil},
	} {
		t.Run(name, func(t *testing.T) {
			text, s := fill(t, row.text)
			c, err := Parse([]byte(text))
			require.NoError(t, err)
			require.Equal(t, row.addresses, c.Addresses)
			require.Equal(t, row.dns, c.DNS)
			require.Equal(t, row.endpoint, c.Endpoint())
			require.Equal(t, row.keepalive, c.Keepalive)
			require.Equal(t, row.ignored, c.Ignored)
			require.Equal(t, 1280, c.MTU)
			require.Equal(t, s.private, c.keys.private.text())
			require.Equal(t, s.peer, c.keys.peer.text())
			require.Equal(t, row.shared, c.keys.shared.text() == s.shared)

			stored, err := Parse(c.Marshal())
			require.NoError(t, err)
			c.Ignored = nil
			require.Equal(t, c, stored)
		})
	}
}

func TestKeysAreNeverPrinted(t *testing.T) {
	text, s := fill(t, proton)
	c, err := Parse([]byte(text))
	require.NoError(t, err)
	inside := struct{ c Config }{c}
	encoded, err := json.Marshal(c)
	require.NoError(t, err)
	require.True(t, s.in(string(c.Marshal())), "this test finds keys")
	for _, printed := range []string{
		c.String(), fmt.Sprint(c), fmt.Sprintf("%v %+v %#v %q", c, c, c, c),
		fmt.Sprintf("%v %+v %#v", inside, inside, &inside), string(encoded),
	} {
		require.False(t, s.in(printed), printed)
		for _, raw := range [][32]byte{c.keys.private, c.keys.shared} {
			require.NotContains(t, printed, strings.Trim(fmt.Sprint(raw[:8]), "[]")) //nolint:staticcheck // the numbers, as %v prints bytes
		}
	}
}

// edit replaces in the Proton file.
func edit(old, new string) string { return strings.Replace(proton, old, new, 1) }

func TestBadFilesAreRefusedWithTheLineAndWithoutKeys(t *testing.T) {
	short := base64.StdEncoding.EncodeToString(make([]byte, 31))
	zero := base64.StdEncoding.EncodeToString(make([]byte, 32))
	low := base64.StdEncoding.EncodeToString(append([]byte{1}, make([]byte, 31)...))
	for name, row := range map[string]struct{ text, says string }{
		"empty":                {"", "PrivateKey is missing"},
		"too large":            {proton + strings.Repeat("# filler\n", 8<<10), "64 KiB"},
		"not text":             {"\xff\xfe[", "not text"},
		"no section":           {"PrivateKey = PRIVATE\n", "line 1: a setting before"},
		"unknown section":      {proton + "[Server]\n", "an unknown section"},
		"no equals sign":       {edit("PrivateKey = PRIVATE", "PRIVATE"), "PrivateKey is missing"},
		"words":                {edit("DNS = ", "DNS "), "line 11: neither"},
		"second peer":          {proton + "[Peer]\nPublicKey = PEER\n", "line 20: a second [Peer]"},
		"second interface":     {proton + "[interface]\n", "a second [Interface]"},
		"key twice":            {edit("Address = 10.2", "PrivateKey = PRIVATE\nAddress = 10.2"), "line 9: PrivateKey for the second time"},
		"no private key":       {edit("PrivateKey = PRIVATE", ""), "PrivateKey is missing"},
		"no peer":              {strings.Split(proton, "[Peer]")[0], "PublicKey is missing"},
		"short key":            {edit("PRIVATE", short), "line 8: PrivateKey: not a key"},
		"zero key":             {edit("PRIVATE", zero), "line 8: PrivateKey: a key of zeros"},
		"zero shared key":      {edit("SHARED", zero), "PresharedKey: a key of zeros"},
		"key and more":         {edit("PRIVATE", "PRIVATE PRIVATE"), "line 8: PrivateKey: not a key"},
		"key without padding":  {edit("= PEER", "= "+strings.TrimRight(zero, "=")), "PublicKey: not a key"},
		"key of low order":     {edit("PEER", low), "PublicKey is not a key that can be used"},
		"address":              {edit("10.2.0.2/32", "10.2.0.256/32"), "line 9: Address: not an IP"},
		"address of nobody":    {edit("10.2.0.2/32", "0.0.0.0/0"), "not an address that a phone"},
		"address with zone":    {edit("2a07:b944::2:2/128", "fe80::1%eth0"), "line 10: Address: not an IP"},
		"mapped address":       {edit("2a07:b944::2:2/128", "::ffff:10.2.0.2/128"), "in the form of IPv6"},
		"empty list part":      {edit("10.2.0.1, ", "10.2.0.1,, "), "line 11: DNS: neither"},
		"mistyped dns":         {edit("10.2.0.1, ", "10.2.0.1.1, "), "line 11: DNS: neither"},
		"mtu":                  {edit("DNS =", "MTU = 70000\nDNS ="), "line 11: MTU: not a number"},
		"keepalive":            {edit("= 25", "= often"), "PersistentKeepalive: not a number"},
		"no port":              {edit("129:51820", "129"), "Endpoint: not host:port"},
		"port zero":            {edit(":51820", ":0"), "Endpoint: not a port"},
		"port too large":       {edit(":51820", ":65536"), "Endpoint: not a port"},
		"bare IPv6 endpoint":   {edit("185.159.157.129:51820", "2001:db8::1:51820"), "Endpoint: neither"},
		"endpoint of nobody":   {edit("185.159.157.129", "0.0.0.0"), "Endpoint: neither"},
		"endpoint with number": {edit("185.159.157.129", "185.159.157"), "Endpoint: neither"},
		"endpoint with space":  {edit("185.159.157.129", "a b.example"), "Endpoint: neither"},
		"allowed":              {edit("::/0", "::/129"), "AllowedIPs: not an IP"},
		"allowed nothing":      {edit("0.0.0.0/0, ::/0", ""), "no Address of a family"},
		"only the home":        {edit("0.0.0.0/0, ::/0", "10.2.0.0/16"), "no Address of a family"},
		"a hole":               {edit("0.0.0.0/0, ::/0", "0.0.0.0/1"), "no Address of a family"},
		"other family":         {strings.Replace(nordvpn, "0.0.0.0/0, ::/0", "::/0", 1), "no Address of a family"},
	} {
		t.Run(name, func(t *testing.T) {
			text, s := fill(t, row.text)
			c, err := Parse([]byte(text))
			require.ErrorIs(t, err, ErrBadConfig)
			require.Equal(t, "wireguard-bad-config", phone.CodeOf(err))
			require.ErrorContains(t, err, row.says)
			require.False(t, s.in(err.Error()), err)
			require.Equal(t, Config{}, c)
		})
	}
}

func TestOwnPublicKeyIsRefused(t *testing.T) {
	private, public := pair(t)
	_, err := Parse([]byte(strings.NewReplacer("PRIVATE", private.text(), "PEER", public.text()).Replace(nordvpn)))
	require.ErrorContains(t, err, "this phone’s own")
}

func TestCommandsAreReportedAndNothingMore(t *testing.T) {
	text, s := fill(t, strings.Replace(proton, "DNS =", "PostUp = iptables -A PRIVATE\nPreDown=rm PRIVATE\nTable = off\nPRIVATE\nJc = 4\nDNS = lan.example,", 1))
	text = strings.Replace(text, s.private+"\nJc", s.private+"=\nJc", 1)
	c, err := Parse([]byte(text))
	require.NoError(t, err)
	require.Equal(t, []string{
		"line 11: PostUp, a command, is not run", "line 12: PreDown, a command, is not run", "line 13: Table",
		"line 14: an unknown setting", "line 15: an unknown setting", "a search domain in DNS",
	}, c.Ignored)
	require.False(t, s.in(strings.Join(c.Ignored, " ")))
	require.NotContains(t, string(c.Marshal()), "iptables")
}

func TestNamesOfSettingsHaveNoCase(t *testing.T) {
	text, _ := fill(t, proton)
	for _, name := range []string{"[Interface]", "PrivateKey", "Address", "DNS", "[Peer]", "PublicKey", "PresharedKey", "AllowedIPs", "Endpoint", "PersistentKeepalive"} {
		text = strings.ReplaceAll(text, name, strings.ToUpper(name))
	}
	c, err := Parse([]byte(text))
	require.NoError(t, err)
	require.Len(t, c.Addresses, 2)
	require.Empty(t, c.Ignored)
}

func TestOnlyFamiliesThatTheProviderCarries(t *testing.T) {
	const withoutHome = "0.0.0.0/5, 8.0.0.0/7, 11.0.0.0/8, 12.0.0.0/6, 16.0.0.0/4, 32.0.0.0/3, 64.0.0.0/2, 128.0.0.0/3, 160.0.0.0/5, 168.0.0.0/6, 172.0.0.0/12, 172.32.0.0/11, 172.64.0.0/10, 172.128.0.0/9, 173.0.0.0/8, 174.0.0.0/7, 176.0.0.0/4, 192.0.0.0/9, 192.128.0.0/11, 192.160.0.0/13, 192.169.0.0/16, 192.170.0.0/15, 192.172.0.0/14, 192.176.0.0/12, 192.192.0.0/10, 193.0.0.0/8, 194.0.0.0/7, 196.0.0.0/6, 200.0.0.0/5, 208.0.0.0/4, 10.2.0.1/32"
	for name, row := range map[string]struct {
		allowed, mtu string
		want, dns    []netip.Addr
	}{
		"both":              {"0.0.0.0/0, ::/0", "1420", addrs("10.2.0.2", "2a07:b944::2:2"), addrs("10.2.0.1", "2a07:b944::2:1")},
		"v4 only":           {"0.0.0.0/0", "1420", addrs("10.2.0.2"), addrs("10.2.0.1")},
		"v6 only":           {"::/0", "1420", addrs("2a07:b944::2:2"), addrs("2a07:b944::2:1")},
		"halves":            {"0.0.0.0/1, 128.0.0.0/1, 2000::/3", "1420", addrs("10.2.0.2", "2a07:b944::2:2"), addrs("10.2.0.1", "2a07:b944::2:1")},
		"without the home":  {withoutHome, "1420", addrs("10.2.0.2"), addrs("10.2.0.1")},
		"MTU below IPv6's":  {"0.0.0.0/0, ::/0", "1279", addrs("10.2.0.2"), addrs("10.2.0.1")},
		"one address short": {"0.0.0.0/0, 2000::/4", "1420", addrs("10.2.0.2"), addrs("10.2.0.1")},
	} {
		t.Run(name, func(t *testing.T) {
			text, _ := fill(t, edit("0.0.0.0/0, ::/0", row.allowed))
			c, err := Parse([]byte(strings.Replace(text, "DNS =", "MTU = "+row.mtu+"\nDNS =", 1)))
			require.NoError(t, err)
			require.Equal(t, row.want, c.Addresses)
			require.Equal(t, row.dns, c.DNS)
		})
	}
}

func TestTheTunnelLeadsOnlyWhereTheFileSays(t *testing.T) {
	text, _ := fill(t, edit("0.0.0.0/0, ::/0", "0.0.0.0/0"))
	c, err := Parse([]byte(text))
	require.NoError(t, err)
	for to, want := range map[string]bool{
		"203.0.113.7": true, "::ffff:203.0.113.7": true, "10.2.0.1": true,
		"2001:db8::7": false, "127.0.0.1": false, "::ffff:127.0.0.1": false, "169.254.169.254": false,
		"0.0.0.0": false, "224.0.0.251": false, "fe80::1%eth0": false,
	} {
		require.Equal(t, want, c.leads(netip.MustParseAddr(to)), to)
	}
	require.False(t, c.leads(netip.Addr{}))
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{nordvpn, mullvad, proton, ""} {
		filled, _ := fill(f, text)
		f.Add([]byte(filled))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := Parse(text)
		if err != nil {
			if !errors.Is(err, ErrBadConfig) || len(err.Error()) > 200 {
				t.Fatalf("fault: %v", err)
			}
			return
		}
		again, err := Parse(c.Marshal())
		if err != nil {
			t.Fatalf("own form: %v", err)
		}
		if string(again.Marshal()) != string(c.Marshal()) || len(again.Ignored) != 0 {
			t.Fatalf("own form reads differently: %v", again.Ignored)
		}
	})
}
