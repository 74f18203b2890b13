package wireguard

import (
	"bytes"
	"crypto/ecdh"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"unicode/utf8"
)

const (
	maxText = 64 << 10
	maxList = 1024 // addresses or prefixes in one file
)

// parser reads a file line by line. What it reports quotes nothing of the
// file, because a key may stand anywhere in a broken one; the few values that
// it does quote are known not to be keys.
type parser struct {
	cfg      Config
	section  string
	sections map[string]bool
	seen     map[string]bool
}

// Parse reads a configuration file in the form of wg-quick, with one peer.
// Commands in it (PostUp and the like) are never run; they are reported in
// Config.Ignored.
func Parse(text []byte) (Config, error) {
	p := parser{cfg: Config{keys: &keys{}, MTU: defaultMTU}, sections: map[string]bool{}, seen: map[string]bool{}}
	if err := p.read(text); err != nil {
		return Config{}, fmt.Errorf("%w: %w", ErrBadConfig, err)
	}
	if err := p.finish(); err != nil {
		return Config{}, fmt.Errorf("%w: %w", ErrBadConfig, err)
	}
	return p.cfg, nil
}

func (p *parser) read(text []byte) error {
	if len(text) > maxText {
		return errors.New("the file is larger than 64 KiB")
	}
	if !utf8.Valid(text) {
		return errors.New("the file is not text")
	}
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	number := 0
	for line := range strings.Lines(string(text)) {
		number++
		line, _, _ = strings.Cut(line, "#")
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		if err := p.line(line, number); err != nil {
			return fmt.Errorf("line %d: %w", number, err)
		}
	}
	return nil
}

func (p *parser) line(line string, number int) error {
	if strings.HasPrefix(line, "[") {
		return p.open(strings.ToLower(line))
	}
	name, value, found := strings.Cut(line, "=")
	if !found {
		return errors.New("neither a section nor “name = value”")
	}
	if p.section == "" {
		return errors.New("a setting before the first section")
	}
	id := p.section + strings.ToLower(strings.TrimSpace(name))
	f, known := fields[id]
	if !known {
		if label, harmless := ignored[id]; harmless {
			p.ignore("line %d: %s", number, label)
		} else {
			p.ignore("line %d: an unknown setting", number)
		}
		return nil
	}
	if p.seen[id] && !f.repeats {
		return fmt.Errorf("%s for the second time", f.name)
	}
	p.seen[id] = true
	if err := f.set(p, strings.TrimSpace(value)); err != nil {
		return fmt.Errorf("%s: %w", f.name, err)
	}
	return nil
}

func (p *parser) open(section string) error {
	if section != sectionInterface && section != sectionPeer {
		return errors.New("an unknown section")
	}
	if p.sections[section] {
		if section == sectionPeer {
			return errors.New("a second [Peer]; only files with one are understood")
		}
		return errors.New("a second [Interface]")
	}
	p.section, p.sections[section] = section, true
	return nil
}

func (p *parser) ignore(format string, args ...any) {
	if len(p.cfg.Ignored) < 32 {
		p.cfg.Ignored = append(p.cfg.Ignored, fmt.Sprintf(format, args...))
	}
}

// finish checks what no single line can tell, and leaves in the configuration
// only what can be used.
func (p *parser) finish() error {
	for _, id := range required {
		if !p.seen[id] {
			return fmt.Errorf("%s is missing", fields[id].name)
		}
	}
	if err := p.cfg.keys.check(); err != nil {
		return err
	}
	return p.cfg.families(p)
}

// families keeps the addresses of those families that the provider carries,
// and the name servers that can be asked from them.
func (c *Config) families(p *parser) error {
	carries := map[bool]bool{false: usable(false, c.AllowedIPs), true: usable(true, c.AllowedIPs) && c.MTU >= leastMTU6}
	c.Addresses = slices.DeleteFunc(c.Addresses, func(a netip.Addr) bool {
		drop := !carries[a.Is6()] || a.IsLoopback() || a.IsLinkLocalUnicast()
		if drop {
			p.ignore("Address %v: calls cannot use it with these AllowedIPs and MTU", a)
		}
		return drop
	})
	if len(c.Addresses) == 0 {
		return errors.New("no Address of a family for which AllowedIPs lead to the whole internet (0.0.0.0/0 or ::/0)")
	}
	c.DNS = slices.DeleteFunc(c.DNS, func(a netip.Addr) bool {
		drop := !c.leads(a)
		if drop {
			p.ignore("DNS %v: the tunnel does not lead there", a)
		}
		return drop
	})
	return nil
}

// check refuses keys that no handshake can succeed with.
func (k *keys) check() error {
	private, err := ecdh.X25519().NewPrivateKey(k.private[:])
	if err != nil {
		return errors.New("PrivateKey is not a key")
	}
	if key(private.PublicKey().Bytes()) == k.peer {
		return errors.New("PublicKey is this phone’s own; it must be the provider’s")
	}
	peer, err := ecdh.X25519().NewPublicKey(k.peer[:])
	if err != nil {
		return errors.New("PublicKey is not a key")
	}
	if _, err := private.ECDH(peer); err != nil {
		return errors.New("PublicKey is not a key that can be used")
	}
	return nil
}
