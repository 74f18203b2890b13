//go:build linux

package leaktest

import (
	"bytes"
	"fmt"
	"maps"
	"net"
	"net/netip"
	"regexp"
	"slices"
	"strings"

	"paravent/internal/lab"
	"paravent/server/wire"
)

// record is everything that the wires carried in one trial, by place.
type record struct {
	packets map[string][]packet
	texts   map[string][]text
}

// learned are addresses that somebody found out, with the first evidence.
type learned map[netip.Addr]string

func (l learned) note(a netip.Addr, evidence string) {
	if _, known := l[a]; !known {
		l[a] = evidence
	}
}

func (l learned) list() []netip.Addr { return slices.SortedFunc(maps.Keys(l), netip.Addr.Compare) }

// addresses are all by which somebody would know this home.
func (s site) addresses() []netip.Addr {
	return []netip.Addr{s.lan.Addr(), s.public.Addr(), s.lan6.Addr()}
}

// addresses are all by which somebody would know this party.
func (p *party) addresses() []netip.Addr { return append(p.site.addresses(), p.by...) }

// mayShow tells whether the other side may learn an address of this party.
func (p *party) mayShow(a netip.Addr) bool {
	return p.shows && (p.by == nil || slices.Contains(p.by, a))
}

// judge compares the record with what is allowed and with the receipts.
func (t *trial) judge() {
	rec, err := t.record()
	t.need(err)
	t.judgeHosts(rec)
	for _, p := range []*party{t.a, t.b} {
		if p == nil {
			continue
		}
		t.need(t.keepTrace(p))
		other := t.other(p)
		saw, err := t.peerLearned(rec, p, other)
		t.need(err)
		t.judgePeer(p, saw)
		t.judgeServers(rec, p)
		t.judgeContacts(rec, p, other)
	}
}

func (t *trial) other(p *party) *party {
	if p == t.a {
		return t.b
	}
	return t.a
}

// record takes what the taps have.
func (t *trial) record() (record, error) {
	rec := record{map[string][]packet{}, map[string][]text{}}
	for _, tap := range append(slices.Clone(t.taps), t.extra...) {
		frames, lost, err := tap.take()
		if err != nil {
			return rec, err
		}
		if lost > 0 {
			t.fail("%d packets at %s were not recorded", lost, tap.place)
		}
		if err := t.keep(tap.place, frames); err != nil {
			return rec, err
		}
		for _, f := range frames {
			if tap.bare {
				f.data = withEthernet(f.data)
			}
			if p, ok := decode(tap.place, f); ok {
				rec.packets[tap.place] = append(rec.packets[tap.place], p)
			}
		}
		t.packets += len(rec.packets[tap.place])
		rec.texts[tap.place] = readable(rec.packets[tap.place])
	}
	return rec, nil
}

// peerLearned is what the other side found out about p: from packets at its
// home and from messages that it received.
func (t *trial) peerLearned(rec record, p, other *party) (learned, error) {
	saw := learned{}
	var needles []needle
	for _, a := range p.addresses() {
		needles = append(needles, newNeedle(a))
	}
	for _, place := range siteOf(other, p).places() {
		for _, q := range rec.packets[place] {
			for _, n := range needles {
				if q.src.Addr() == n.addr || q.dst.Addr() == n.addr {
					saw.note(n.addr, "a packet: "+q.String())
				}
			}
		}
		for _, x := range rec.texts[place] {
			for _, n := range needles {
				if n.in(x.b) {
					saw.note(n.addr, fmt.Sprintf("inside a packet: %v: %.160x", x.from, x.b))
				}
			}
		}
	}
	if err := t.namedLearned(rec, p, saw); err != nil {
		return saw, err
	}
	if other == nil {
		t.compareReport(p, saw)
		return saw, nil
	}
	received, err := other.messages("received")
	for _, m := range received {
		for _, n := range needles {
			if n.in([]byte(m.Text)) || n.in(m.Payload) {
				saw.note(n.addr, fmt.Sprintf("a message, %s: %q", m.Kind, m.Text))
			}
		}
	}
	return saw, err
}

// namedLearned: whoever sends a packet to an address that the other side named
// shows it where the packet came from, whether or not it is the other's home.
func (t *trial) namedLearned(rec record, p *party, saw learned) error {
	received, err := p.messages("received")
	if err != nil {
		return err
	}
	named := map[netip.AddrPort]bool{}
	for _, m := range received {
		for _, c := range candidate.FindAllStringSubmatch(m.Text, -1) {
			if a, err := netip.ParseAddrPort(net.JoinHostPort(c[1], c[2])); err == nil {
				named[a] = true
			}
		}
	}
	for _, place := range []string{serverAt, relayAt} {
		for _, q := range rec.packets[place] {
			if !q.out && named[q.dst] && slices.Contains(p.addresses(), q.src.Addr()) {
				saw.note(q.src.Addr(), "a packet to where the other side is reached: "+q.String())
			}
		}
	}
	return nil
}

// candidate finds address and port in an ICE candidate (RFC 8839).
var candidate = regexp.MustCompile(`candidate:\S+ \d+ \S+ \d+ (\S+) (\d+) typ`)

// compareReport: a hostile peer knows what the wires and its own messages
// showed it, and reports just that. Only it could read its messages.
func (t *trial) compareReport(p *party, saw learned) {
	for _, a := range saw.list() {
		if !slices.Contains(t.told, a) {
			t.fail("the hostile peer does not report %v, which shows in %s", a, saw[a])
		}
	}
	for _, a := range t.told {
		if slices.Contains(p.addresses(), a) {
			saw.note(a, "the hostile peer's report")
		}
	}
}

// siteOf is where the other party lives, also when it has no phone.
func siteOf(other, p *party) site {
	if other != nil {
		return other.site
	}
	if p.site == siteA {
		return siteB
	}
	return siteA
}

// judgePeer: nothing forbidden was learned, and the receipt says just what was.
func (t *trial) judgePeer(p *party, saw learned) {
	for _, a := range saw.list() {
		if !p.mayShow(a) {
			t.fail("the other side learned %s's address %v by %s", p.name, a, saw[a])
		}
	}
	if p.shows && len(saw) == 0 && len(p.Events("connected")) > 0 {
		t.fail("nothing recorded shows an address of %s, though it may: the test is blind", p.name)
	}
	if len(p.receipts) > 0 {
		t.same(p, "peer_saw", saw)
	}
}

// judgeServers compares what relays and server saw with the receipt.
func (t *trial) judgeServers(rec record, p *party) {
	relays, servers := learned{}, learned{}
	for _, place := range []string{serverAt, relayAt} {
		turns := turnFlows(rec.texts[place])
		for _, q := range rec.packets[place] {
			if !slices.Contains(p.addresses(), q.src.Addr()) || q.out {
				continue
			}
			if q.proto == "udp" || turns[q.src] {
				relays.note(q.src.Addr(), q.String())
			} else {
				servers.note(q.src.Addr(), q.String())
			}
		}
	}
	if p.mute && len(relays) > 0 {
		t.fail("%s spoke to a relay though nothing was accepted: %v", p.name, relays)
	}
	if len(p.receipts) == 0 {
		return
	}
	t.same(p, "relay_saw", relays)
	t.same(p, "server_saw", servers)
	t.judgeTraffic(rec, p)
}

// judgeTraffic: the receipt tells of every address to which the call's sockets
// sent datagrams, and of no other.
func (t *trial) judgeTraffic(rec record, p *party) {
	sent, claimed := map[netip.AddrPort]string{}, map[netip.AddrPort]bool{}
	for _, q := range rec.packets[p.wire()] {
		if q.out && q.proto == "udp" {
			sent[q.dst] = q.String()
		}
	}
	for _, r := range p.receipts {
		list, _ := r["traffic"].([]any)
		for _, v := range list {
			m, _ := v.(map[string]any)
			to, err := netip.ParseAddrPort(fmt.Sprint(m["to"]))
			t.need(err)
			claimed[to] = true
			if m["role"] == "other" {
				t.fail("%s's receipt tells of packets to nobody in the call: %v", p.name, m)
			}
		}
	}
	for to, evidence := range sent {
		if !claimed[to] {
			t.fail("%s's receipt does not tell of traffic to %v: %s", p.name, to, evidence)
		}
	}
}

// turnFlows are the ends of TCP connections that carry TURN: in TLS by the
// protocol that the hello asks for, else by themselves.
func turnFlows(texts []text) map[netip.AddrPort]bool {
	flows := map[netip.AddrPort]bool{}
	for _, x := range texts {
		if x.from.proto == "tcp" && (isSTUN(x.b) || bytes.Contains(x.b, []byte(wire.ALPNTurn))) {
			flows[x.from.src] = true
		}
	}
	return flows
}

// same: a field of the receipt names exactly the addresses that were learned.
func (t *trial) same(p *party, field string, saw learned) {
	var claimed []netip.Addr
	for _, r := range p.receipts {
		list, err := addressesIn(r, field)
		if err != nil {
			t.fail("%s's receipt: %v", p.name, err)
			return
		}
		claimed = append(claimed, list...)
	}
	for _, a := range saw.list() {
		if !slices.Contains(claimed, a) {
			t.fail("%s's receipt conceals from %s %v, which shows in %s", p.name, field, a, saw[a])
		}
	}
	for _, a := range claimed {
		if _, ok := saw[a]; !ok {
			t.fail("%s's receipt has %v in %s, which nothing recorded shows", p.name, a, field)
		}
	}
}

// addressesIn reads a list of addresses, with or without ports.
func addressesIn(e lab.Event, field string) ([]netip.Addr, error) {
	list, ok := e[field].([]any)
	if !ok {
		return nil, fmt.Errorf("it has no %s", field)
	}
	var addrs []netip.Addr
	for _, v := range list {
		s, _ := v.(string)
		if ap, err := netip.ParseAddrPort(s); err == nil {
			addrs = append(addrs, ap.Addr())
			continue
		}
		a, err := netip.ParseAddr(s)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", field, err)
		}
		addrs = append(addrs, a)
	}
	return addrs, nil
}

// judgeContacts: the phone sent packets to nobody but its server, its relays
// and, where both agreed to that, the other phone (P24, P2).
func (t *trial) judgeContacts(rec record, p, other *party) {
	allowed := p.allowed
	if p.by == nil && other != nil && p.shows && other.shows {
		allowed = append(slices.Clone(allowed), other.site.public.Addr(), other.site.lan6.Addr())
		allowed = append(allowed, other.by...)
	}
	told, strange := map[string]bool{}, map[netip.Addr]bool{}
	for _, place := range []string{p.site.phone, p.site.phone + "-lo"} {
		for _, q := range rec.packets[place] {
			why := ""
			switch {
			case q.dst.Port() == 53, q.src.Port() == 53:
				why = "a name was looked up"
			case q.dst.Port() == 5353:
				why = "multicast DNS"
			case q.out && other != nil && !t.relayedFrom.IsZero() && q.at.After(t.relayedFrom) && q.dst.Addr() == other.site.public.Addr():
				why = "direct, though the call went back to the relay"
			case q.out && t.tolerated.Contains(q.dst.Addr()):
				strange[q.dst.Addr()] = true
			case q.out && !slices.Contains(allowed, q.dst.Addr()):
				why = "nobody it may talk to"
			}
			if key := why + q.dst.Addr().String(); why != "" && !told[key] && !strings.HasSuffix(place, "-lo") {
				told[key] = true
				t.fail("%s: %s: %v", p.name, why, q)
			}
		}
	}
	if len(strange) > maxTried {
		t.fail("%s was made to try %d addresses, more than %d", p.name, len(strange), maxTried)
	}
}

// maxTried is how many of the addresses that a peer names a phone may try.
const maxTried = 32

// judgeHosts: server and relay send to nobody but each other and the two
// homes, whatever a phone asks of them (P16).
func (t *trial) judgeHosts(rec record) {
	known := []netip.Addr{serverIP, relayIP, vpnIP, siteA.public.Addr(), siteB.public.Addr()}
	for _, place := range []string{serverAt, relayAt} {
		for _, q := range rec.packets[place] {
			if q.out && !slices.Contains(known, q.dst.Addr()) && !q.dst.Addr().IsMulticast() {
				t.fail("the %s was made to reach somebody: %v", place, q)
				break
			}
		}
	}
}
