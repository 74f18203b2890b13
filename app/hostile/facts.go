package hostile

import (
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"paravent/app/phone"
)

// Fact is one thing learned.
type Fact struct {
	Kind  string         `json:"kind"`           // phone.Learned's
	Value string         `json:"value"`          // phone.Learned's
	From  string         `json:"from"`           // phone.Learned's
	Addr  netip.AddrPort `json:"addr,omitempty"` // with Kind "address" and "port"; port 0 where none was told
	At    time.Time      `json:"at"`
}

// Where facts come from, as phone.Learned names it.
const (
	Signalling = "signalling"
	Packets    = "packets"
)

// Facts lists every address, port and identifier in the log, each once.
func (l *Log) Facts() []Fact {
	var all facts
	for _, m := range l.Messages() {
		for _, a := range addressesIn(m) {
			all.address(a, Signalling, m.At)
		}
		if m.Kind == Propose && m.Text != "" {
			all.add(Fact{Kind: "identifier", Value: "name " + m.Text, From: Signalling, At: m.At})
		}
	}
	for _, f := range l.Flows() {
		all.address(f.From, Packets, f.First)
	}
	for _, f := range l.Fields() {
		if f.From == "" {
			continue
		}
		all.add(Fact{Kind: "identifier", Value: f.Name + " " + f.Value, From: f.From, At: f.At})
	}
	return all
}

type facts []Fact

func (l *facts) add(f Fact) {
	if !slices.ContainsFunc(*l, func(g Fact) bool { return g.Kind == f.Kind && g.Value == f.Value && g.From == f.From }) {
		*l = append(*l, f)
	}
}

func (l *facts) address(a netip.AddrPort, from string, at time.Time) {
	a = netip.AddrPortFrom(a.Addr().Unmap().WithZone(""), a.Port())
	l.add(Fact{Kind: "address", Value: a.Addr().String(), From: from, Addr: a, At: at})
	if a.Port() > 0 {
		l.add(Fact{Kind: "port", Value: a.String(), From: from, Addr: a, At: at})
	}
}

var (
	candidatePattern = regexp.MustCompile(`candidate:\S+ \d+ \S+ \d+ (\S+) (\d+) typ \S+(?: raddr (\S+) rport (\d+))?`)
	wordPattern      = regexp.MustCompile(`[0-9A-Fa-f:.]{3,}`)
)

// addressesIn finds every address in a message, whatever its kind: those of
// candidates with their ports, and whatever else reads as one. Addresses that
// name nobody (0.0.0.0) are none.
func addressesIn(m Message) (list []netip.AddrPort) {
	text := m.Text
	if text == "" && len(m.Payload) > headLen {
		text = printable(m.Payload[headLen:])
	}
	text = candidatePattern.ReplaceAllStringFunc(text, func(c string) string {
		g := candidatePattern.FindStringSubmatch(c)
		list = append(list, pair(g[1], g[2])...)
		list = append(list, pair(g[3], g[4])...)
		return " "
	})
	for _, word := range wordPattern.FindAllString(text, -1) {
		word = strings.Trim(word, ".")
		list = append(list, pair(word, "0")...)
		if host, port, ok := strings.Cut(word, ":"); ok {
			list = append(list, pair(host, port)...)
		}
	}
	return list
}

func pair(host, port string) []netip.AddrPort {
	a, err := netip.ParseAddr(host)
	if err != nil || a.IsUnspecified() {
		return nil
	}
	p, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		p = 0
	}
	return []netip.AddrPort{netip.AddrPortFrom(a, uint16(p))}
}

func printable(b []byte) string {
	return strings.Map(func(r rune) rune {
		if r == utf8.RuneError || r < ' ' {
			return ' '
		}
		return r
	}, string(b))
}

// sdpFields are the parts of a description by which a phone could be known
// again. A part that is the same for everybody is none.
func (l *Log) sdpFields(call phone.CallID, sdp string) {
	for line := range strings.Lines(sdp) {
		line = strings.TrimSpace(line)
		key, value, _ := strings.Cut(strings.TrimPrefix(line, "a="), ":")
		switch {
		case strings.HasPrefix(line, "o="):
			l.field(call, Signalling, "sdp origin", line[2:])
		case strings.HasPrefix(line, "s="):
			l.field(call, Signalling, "sdp session", line[2:])
		case key == "ice-ufrag", key == "ice-pwd", key == "fingerprint", key == "msid", key == "tool":
			l.field(call, Signalling, "sdp "+key, value)
		case key == "candidate":
			l.field(call, Signalling, "sdp foundation", strings.SplitN(value, " ", 2)[0])
		case key == "ssrc":
			l.ssrcFields(call, value)
		}
	}
}

func (l *Log) ssrcFields(call phone.CallID, value string) {
	id, attribute, _ := strings.Cut(value, " ")
	name, v, _ := strings.Cut(attribute, ":")
	l.field(call, Signalling, "sdp ssrc", id)
	if name == "cname" {
		l.field(call, Signalling, "sdp cname", v)
	}
}
