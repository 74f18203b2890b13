package words

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"syscall"
	"time"

	"paravent/app/phone"
	"paravent/settings"
)

// Error is a sentence for err: that of its code, or the general one.
func (w Words) Error(err error) string {
	if err == nil {
		return ""
	}
	if r, ok := errors.AsType[*phone.Recovery](err); ok {
		return w.recovered(r)
	}
	code := phone.CodeOf(err)
	for _, p := range plain {
		if code == "internal" && errors.Is(err, p.err) {
			code = p.code
		}
	}
	if !w.has("error." + code) {
		code = "internal"
	}
	return w.T("error."+code, "detail", SafeText(err.Error()))
}

func (w Words) recovered(r *phone.Recovery) string {
	key := "recovered.some"
	if r.People+r.Entries == 0 {
		key = "recovered.none"
	}
	return w.T(key, "people", fmt.Sprint(r.People), "entries", fmt.Sprint(r.Entries), "file", SafeText(r.Kept))
}

// plain are errors of packages that may not know phone.Fault.
var plain = []struct {
	err  error
	code string
}{
	{syscall.ENOSPC, "disk-full"},
	{settings.ErrBadValue, "setting-bad-value"},
	{settings.ErrUnknownKey, "setting-unknown"},
	{settings.ErrBroken, "settings-broken"},
	{settings.ErrNewer, "settings-newer"},
}

// Ended is a sentence for why a call ended.
func (w Words) Ended(r phone.EndReason) string { return w.T("end." + r.String()) }

// State is what a call is doing, in a few words.
func (w Words) State(c phone.CallInfo) string {
	switch {
	case c.State == phone.Connected && c.Held:
		return w.T("state.held")
	case c.State == phone.Connected && c.PeerHeld:
		return w.T("state.peer-held")
	case c.State == phone.Ringing && c.Video:
		return w.T("state.ringing-video")
	}
	return w.T("state." + c.State.String())
}

// Showing says how much of this phone the other side can see.
type Showing uint8

// The degrees.
const (
	ShowsUnknown Showing = iota // no route yet
	ShowsNothing                // hidden behind a relay
	ShowsAddress                // direct, or a relay that hides nothing
)

// Badge says in one line what the other side can see during a call.
func (w Words) Badge(c phone.CallInfo) (string, Showing) {
	switch c.Route {
	case phone.Relay:
		return w.relayed(c.RelayKind)
	case phone.Direct:
		hosts := Hosts(c.PeerSees)
		switch len(hosts) {
		case 0:
			return w.T("badge.direct-unknown"), ShowsAddress
		case 1:
			return w.T("badge.direct", "address", hosts[0]), ShowsAddress
		}
		return w.T("badge.direct-more", "address", hosts[0], "n", fmt.Sprint(len(hosts)-1)), ShowsAddress
	case phone.NoRoute:
	}
	return "", ShowsUnknown
}

func (w Words) relayed(kind phone.Relaying) (string, Showing) {
	switch kind {
	case phone.RelayElsewhere:
		return w.T("badge.relayed"), ShowsNothing
	case phone.RelayHere:
		return w.T("badge.relay-here"), ShowsAddress
	case phone.RelaySameNAT:
		return w.T("badge.relay-same-nat"), ShowsAddress
	case phone.RelayNone:
	}
	return w.T("badge.relay-unknown"), ShowsUnknown
}

// BadgeDetails explains a badge: what it means for this person.
func (w Words) BadgeDetails(c phone.CallInfo) string {
	switch {
	case c.Route == phone.Direct:
		return w.T("details.direct")
	case c.Route == phone.Relay && c.RelayKind == phone.RelayElsewhere:
		return w.T("details.relayed")
	case c.Route == phone.Relay && c.RelayKind == phone.RelayHere:
		return w.T("details.relay-here")
	case c.Route == phone.Relay && c.RelayKind == phone.RelaySameNAT:
		return w.T("details.relay-same-nat")
	}
	return w.T("details.unknown")
}

// ReceiptLine says after a call what it really showed.
func (w Words) ReceiptLine(r *phone.Receipt) string {
	if r == nil {
		return ""
	}
	hosts := Hosts(r.PeerSaw)
	switch {
	case len(hosts) > 0:
		return w.T("receipt.saw", "addresses", Joined(hosts))
	case r.Hidden:
		return w.T("receipt.hidden")
	case r.RelayKind == phone.RelayHere:
		return w.T("receipt.relay-here")
	case r.RelayKind == phone.RelaySameNAT:
		return w.T("receipt.relay-same-nat")
	}
	return w.T("receipt.nothing")
}

// Hosts are the addresses without ports, each once, public ones first.
func Hosts(addresses []string) []string {
	var public, other []string
	seen := map[netip.Addr]bool{}
	for _, a := range addresses {
		ip, ok := host(a)
		switch {
		case !ok || seen[ip]:
			continue
		case ip.IsGlobalUnicast() && !ip.IsPrivate():
			public = append(public, ip.String())
		default:
			other = append(other, ip.String())
		}
		seen[ip] = true
	}
	return append(public, other...)
}

func host(address string) (netip.Addr, bool) {
	if ap, err := netip.ParseAddrPort(address); err == nil {
		return ap.Addr().Unmap(), true
	}
	ip, err := netip.ParseAddr(address)
	return ip.Unmap(), err == nil
}

// Joined are texts in a row.
func Joined(list []string) string { return strings.Join(list, ", ") }

// Duration is 0:07, 12:34 or 1:02:03.
func Duration(d time.Duration) string {
	s := int(max(0, d) / time.Second)
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}

// Name is a person's name, safe to show, or words for someone without one.
func (w Words) Name(name string) string {
	if safe := SafeName(name); safe != "" {
		return safe
	}
	return w.T("person.unnamed")
}

// Route names a general policy as the settings do.
func (w Words) Route(p settings.RoutePolicy) string { return w.T("privacy." + string(p)) }

// RoutePeer says what the other person sees with it.
func (w Words) RoutePeer(p settings.RoutePolicy) string { return w.T("privacy." + string(p) + "-peer") }

// RouteServer says what the server sees with it.
func (w Words) RouteServer(p settings.RoutePolicy) string {
	return w.T("privacy." + string(p) + "-server")
}

// Backend names a sound library.
func (w Words) Backend(b settings.SpeakerBackend) string { return w.T("sound.backend-" + string(b)) }
