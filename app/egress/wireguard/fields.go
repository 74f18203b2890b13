package wireguard

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"
)

const (
	sectionInterface = "[interface]"
	sectionPeer      = "[peer]"
)

// field is one setting that is understood.
type field struct {
	name    string
	repeats bool // several lines add up
	set     func(p *parser, value string) error
}

// fields are the settings that are understood, by section and name.
var fields = map[string]field{
	sectionInterface + "privatekey": {"PrivateKey", false, func(p *parser, v string) error { return parseKey(v, &p.cfg.keys.private) }},
	sectionInterface + "address":    {"Address", true, (*parser).address},
	sectionInterface + "dns":        {"DNS", true, (*parser).dns},
	sectionInterface + "mtu":        {"MTU", false, (*parser).mtu},

	sectionPeer + "publickey":           {"PublicKey", false, func(p *parser, v string) error { return parseKey(v, &p.cfg.keys.peer) }},
	sectionPeer + "presharedkey":        {"PresharedKey", false, func(p *parser, v string) error { return parseKey(v, &p.cfg.keys.shared) }},
	sectionPeer + "endpoint":            {"Endpoint", false, (*parser).endpoint},
	sectionPeer + "allowedips":          {"AllowedIPs", true, (*parser).allowed},
	sectionPeer + "persistentkeepalive": {"PersistentKeepalive", false, (*parser).keepalive},
}

// required are the settings without which there is no tunnel.
var required = []string{
	sectionInterface + "privatekey", sectionInterface + "address",
	sectionPeer + "publickey", sectionPeer + "endpoint", sectionPeer + "allowedips",
}

// ignored are the settings of wg-quick that mean nothing to a tunnel without a
// device of the system. Their values, which may be commands, are not looked at.
var ignored = map[string]string{
	sectionInterface + "listenport": "ListenPort",
	sectionInterface + "fwmark":     "FwMark",
	sectionInterface + "table":      "Table",
	sectionInterface + "saveconfig": "SaveConfig",
	sectionInterface + "preup":      "PreUp, a command, is not run",
	sectionInterface + "postup":     "PostUp, a command, is not run",
	sectionInterface + "predown":    "PreDown, a command, is not run",
	sectionInterface + "postdown":   "PostDown, a command, is not run",
}

func parseKey(value string, into *key) error {
	b, err := base64.StdEncoding.Strict().DecodeString(value)
	if err != nil || len(b) != len(into) {
		return errors.New("not a key of 32 bytes in base64")
	}
	copy(into[:], b)
	if *into == (key{}) {
		return errors.New("a key of zeros")
	}
	return nil
}

// each calls do for every part of a comma list.
func each(value string, do func(string) error) error {
	for part := range strings.SplitSeq(value, ",") {
		if err := do(strings.TrimSpace(part)); err != nil {
			return err
		}
	}
	return nil
}

func (p *parser) address(value string) error {
	return each(value, func(part string) error {
		prefix, err := parsePrefix(part)
		if err != nil {
			return err
		}
		a := prefix.Addr()
		if !isHost(a) {
			return errors.New("not an address that a phone can have")
		}
		return add(&p.cfg.Addresses, a)
	})
}

func (p *parser) dns(value string) error {
	return each(value, func(part string) error {
		a, err := netip.ParseAddr(part)
		switch {
		case err == nil && isHost(a.Unmap()):
			return add(&p.cfg.DNS, a.Unmap())
		case err != nil && isName(part):
			p.ignore("a search domain in DNS")
			return nil
		}
		return errors.New("neither an address nor a search domain")
	})
}

func (p *parser) allowed(value string) error {
	if value == "" { // wg allows a peer that nothing is sent to; finish refuses it
		return nil
	}
	return each(value, func(part string) error {
		prefix, err := parsePrefix(part)
		if err != nil {
			return err
		}
		return add(&p.cfg.AllowedIPs, prefix.Masked())
	})
}

func (p *parser) mtu(value string) error {
	n, err := strconv.ParseUint(value, 10, 16)
	if err != nil || n < 576 || n > 9000 {
		return errors.New("not a number from 576 to 9000")
	}
	p.cfg.MTU = int(n)
	return nil
}

func (p *parser) keepalive(value string) error {
	if strings.EqualFold(value, "off") {
		return nil
	}
	n, err := strconv.ParseUint(value, 10, 16)
	if err != nil {
		return errors.New("not a number of seconds up to 65535")
	}
	p.cfg.Keepalive = time.Duration(n) * time.Second
	return nil
}

func (p *parser) endpoint(value string) error {
	at := strings.LastIndexByte(value, ':')
	if at < 0 {
		return errors.New("not host:port")
	}
	port, err := strconv.ParseUint(value[at+1:], 10, 16)
	if err != nil || port == 0 {
		return errors.New("not a port from 1 to 65535")
	}
	host := value[:at]
	bare, bracketed := strings.CutPrefix(host, "[")
	if bracketed {
		bare, bracketed = strings.CutSuffix(bare, "]")
	}
	a, err := netip.ParseAddr(bare)
	switch {
	case err == nil && a.Is6() == bracketed && isHost(a.Unmap()):
		host = a.Unmap().String()
	case err == nil || !isName(host):
		return errors.New("neither an address nor a host name")
	}
	p.cfg.Host, p.cfg.Port = strings.ToLower(host), uint16(port)
	return nil
}

// parsePrefix reads an address with or without its prefix length.
func parsePrefix(text string) (netip.Prefix, error) {
	prefix, err := netip.ParsePrefix(text)
	if err != nil {
		a, failed := netip.ParseAddr(text)
		if failed != nil || a.Zone() != "" {
			return netip.Prefix{}, errors.New("not an IP address")
		}
		prefix = netip.PrefixFrom(a, a.BitLen())
	}
	if prefix.Addr().Is4In6() {
		return netip.Prefix{}, errors.New("an IPv4 address in the form of IPv6")
	}
	return prefix, nil
}

// isHost tells whether an address can be one computer's.
func isHost(a netip.Addr) bool {
	return a.Zone() == "" && !a.Is4In6() && !a.IsUnspecified() && !a.IsMulticast()
}

// isName tells whether a text is a host name: its last label is no number, so
// that a mistyped address is not taken for one.
func isName(s string) bool {
	s = strings.TrimSuffix(s, ".")
	if s == "" || len(s) > 253 {
		return false
	}
	last := ""
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > 63 || strings.Trim(label, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") != "" {
			return false
		}
		last = label
	}
	return strings.Trim(last, "0123456789") != ""
}

// add appends what is not there yet.
func add[T comparable](to *[]T, value T) error {
	for _, v := range *to {
		if v == value {
			return nil
		}
	}
	if len(*to) >= maxList {
		return fmt.Errorf("more than %d entries", maxList)
	}
	*to = append(*to, value)
	return nil
}
