package route

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/pion/sdp/v3"
)

// Limits of a description.
const (
	maxSDP        = 12 << 10 // bytes; also what a call message carries
	maxSections   = 2        // one audio and one video line
	maxAttributes = 160      // in one section
)

// side is a direction's answer to what may differ between out and in.
type side interface {
	// unknown is asked about parts that no rule allows: an error ends the call, nil leaves the part out.
	unknown(what string) error
	// candidate returns the line's new value, or false to leave it out.
	candidate(value string) (string, bool, error)
	// stream renames a CNAME or a stream or track id.
	stream(id string) string
	// final looks at the finished text.
	final(text string) error
}

// rewrite builds a new description from the parts of raw that rules allow.
func rewrite(raw string, s side) (string, error) {
	if len(raw) > maxSDP {
		return "", fmt.Errorf("%w: %d bytes", ErrBadDescription, len(raw))
	}
	var in sdp.SessionDescription
	if err := in.UnmarshalString(raw); err != nil {
		return "", fmt.Errorf("%w: %w", ErrBadDescription, err)
	}
	if n := len(in.MediaDescriptions); n == 0 || n > maxSections {
		return "", fmt.Errorf("%w: %d media lines", ErrBadDescription, n)
	}
	if in.SessionInformation != nil || in.URI != nil || in.EmailAddress != nil || in.PhoneNumber != nil ||
		len(in.Bandwidth) > 0 || len(in.TimeZones) > 0 || in.EncryptionKey != nil {
		if err := s.unknown("session line"); err != nil {
			return "", err
		}
	}
	out := emptySession()
	var err error
	if out.Attributes, err = attributes(in.Attributes, sessionRules, s); err != nil {
		return "", err
	}
	for _, m := range in.MediaDescriptions {
		section, err := rewriteMedia(m, s)
		if err != nil {
			return "", err
		}
		out.MediaDescriptions = append(out.MediaDescriptions, section)
	}
	b, err := out.Marshal()
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrBadDescription, err)
	}
	return string(b), s.final(string(b))
}

// emptySession has the same first lines for every call of everyone (P21).
func emptySession() *sdp.SessionDescription {
	return &sdp.SessionDescription{
		Origin: sdp.Origin{
			Username: "-", SessionID: 1, SessionVersion: 1,
			NetworkType: "IN", AddressType: "IP4", UnicastAddress: "0.0.0.0",
		},
		SessionName:      "-",
		TimeDescriptions: []sdp.TimeDescription{{}},
	}
}

func rewriteMedia(m *sdp.MediaDescription, s side) (*sdp.MediaDescription, error) {
	n := m.MediaName
	if n.Media != "audio" && n.Media != "video" || strings.Join(n.Protos, "/") != "UDP/TLS/RTP/SAVPF" ||
		len(n.Formats) > 32 || slices.ContainsFunc(n.Formats, func(f string) bool { return !payloadType.MatchString(f) }) {
		return nil, fmt.Errorf("%w: media line", ErrBadDescription)
	}
	if m.MediaTitle != nil || len(m.Bandwidth) > 0 || m.EncryptionKey != nil {
		if err := s.unknown("media line"); err != nil {
			return nil, err
		}
	}
	attrs, err := attributes(m.Attributes, mediaRules, s)
	if err != nil {
		return nil, err
	}
	port := 9 // RFC 8840 section 4.1.1: the discard port, addresses are in candidates
	if n.Port.Value == 0 {
		port = 0 // a refused line
	}
	return &sdp.MediaDescription{
		MediaName: sdp.MediaName{Media: n.Media, Port: sdp.RangedPort{Value: port}, Protos: n.Protos, Formats: n.Formats},
		ConnectionInformation: &sdp.ConnectionInformation{
			NetworkType: "IN", AddressType: "IP4", Address: &sdp.Address{Address: "0.0.0.0"},
		},
		Attributes: attrs,
	}, nil
}

func attributes(in []sdp.Attribute, rules map[string]rule, s side) ([]sdp.Attribute, error) {
	if len(in) > maxAttributes {
		return nil, fmt.Errorf("%w: %d attributes", ErrBadDescription, len(in))
	}
	var out []sdp.Attribute
	for _, a := range in {
		if r, ok := rules[a.Key]; ok {
			value, keep, err := r(a.Value, s)
			if err != nil {
				return nil, err
			}
			if keep {
				out = append(out, sdp.Attribute{Key: a.Key, Value: value})
				continue
			}
			if a.Key == sdp.AttrKeyCandidate {
				continue
			}
		}
		if err := s.unknown("attribute " + a.Key); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// outbound is strict: what pion is not known to write ends the call.
type outbound struct{ g *Gate }

func (outbound) unknown(what string) error {
	return fmt.Errorf("%w: unexpected %s", ErrBadDescription, what)
}

// candidate leaves out component 2, which pion writes although RTCP shares component 1.
func (o outbound) candidate(value string) (string, bool, error) {
	c, err := parseCandidate(value)
	if err != nil || c.component == 2 {
		return "", false, err
	}
	if c, err = o.g.release(c); err != nil {
		return "", false, err
	}
	return c.String(), true, nil
}

func (o outbound) stream(id string) string { return o.g.name("stream", id) }

// final looks once more for local addresses, in everything but candidates,
// which were checked as addresses.
func (o outbound) final(text string) error {
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "a=candidate:") {
			continue
		}
		for _, p := range o.g.locals() {
			if mentions(line, p.Addr()) {
				return fmt.Errorf("%w: a local address in %q", ErrLeak, line[:2])
			}
		}
	}
	return nil
}

// mentions tells whether a's text stands in s by itself.
func mentions(s string, a netip.Addr) bool {
	s = strings.ToLower(s)
	for _, text := range []string{a.WithZone("").String(), a.WithZone("").StringExpanded()} {
		for i := 0; ; {
			j := strings.Index(s[i:], text)
			if j < 0 {
				break
			}
			i += j
			before, after := s[:i], s[i+len(text):]
			i++
			if (before == "" || !strings.ContainsAny(before[len(before)-1:], "0123456789abcdef.")) &&
				(after == "" || !strings.ContainsAny(after[:1], "0123456789abcdef.:")) {
				return true
			}
		}
	}
	return false
}

// inbound is lenient about parts it does not need, and drops them.
type inbound struct{ g *Gate }

func (inbound) unknown(string) error { return nil }

func (i inbound) candidate(value string) (string, bool, error) {
	c, err := parseCandidate(value)
	if err != nil {
		return "", false, nil //nolint:nilerr // a candidate that cannot be read is one that is not tried
	}
	c, keep := i.g.admit(c)
	return c.String(), keep, nil
}

func (inbound) stream(id string) string { return id }
func (inbound) final(string) error      { return nil }
