package route

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/netip"
	"slices"
	"sync"

	"paravent/app/phone"
)

// maxRemoteCandidates bounds what a peer makes this phone try, for each description.
const maxRemoteCandidates = 32

// Gate is the one place through which descriptions and candidates of a call
// leave and enter (P3). What leaves is rebuilt from the few parts that a call
// needs; a part it does not know ends the call rather than be passed on. What
// enters is rebuilt in the same way; there the unknown is left out. The same
// input gives the same output throughout a call, and another one in the next.
type Gate struct {
	// set at construction
	plan   Plan
	locals func() []netip.Prefix
	key    [32]byte // makes this call's names for streams and foundations

	mu      sync.Mutex
	shown   []netip.AddrPort
	relayed []netip.AddrPort
	entered int // remote candidates let in since the last description
}

// NewGate makes the gate of one call. locals lists this computer's addresses;
// nil asks the system.
func NewGate(plan Plan, locals func() []netip.Prefix) *Gate {
	if locals == nil {
		locals = plan.opts.withDefaults().Locals
	}
	plan.opts.Locals = locals
	g := &Gate{plan: plan, locals: locals}
	_, _ = rand.Read(g.key[:]) // never fails since Go 1.24
	return g
}

// OutCandidate makes a local candidate fit to be sent. The empty candidate
// says that there are no more: on a relayed route without any, this is
// ErrRelayUnavailable. Any other refusal is ErrLeak or ErrBadDescription;
// after an error the call must end.
func (g *Gate) OutCandidate(line string) (string, error) {
	if line == "" {
		return "", g.gathered()
	}
	c, err := parseCandidate(line)
	if err != nil {
		return "", err
	}
	if c, err = g.release(c); err != nil {
		return "", err
	}
	return "candidate:" + c.String(), nil
}

// InCandidate makes a remote candidate fit to be used. keep is false for one
// that must not be tried: a name, a hostile address, a type that the route
// does not allow, or one too many. The empty candidate passes.
func (g *Gate) InCandidate(line string) (candidate string, keep bool, err error) {
	if line == "" {
		return "", true, nil
	}
	c, err := parseCandidate(line)
	if err != nil {
		return "", false, err
	}
	c, keep = g.admit(c)
	if !keep {
		return "", false, nil
	}
	return "candidate:" + c.String(), true, nil
}

// OutSDP makes a local description fit to be sent; see OutCandidate for errors.
func (g *Gate) OutSDP(sdp string) (string, error) {
	out, err := rewrite(sdp, outbound{g})
	if err != nil {
		return "", err
	}
	return out, nil
}

// InSDP makes a remote description fit to be given to pion. A description that
// cannot be read at all is ErrBadDescription. Remote candidates are counted
// anew, since each description begins a new generation of them.
func (g *Gate) InSDP(sdp string) (string, error) {
	g.mu.Lock()
	g.entered = 0
	g.mu.Unlock()
	return rewrite(sdp, inbound{g})
}

// Route is the widest way that the plan of this gate allows.
func (g *Gate) Route() phone.Route { return g.plan.route }

// Shown lists the addresses of this phone that left for the peer, in order.
func (g *Gate) Shown() []netip.AddrPort {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.shown)
}

// Relayed lists the relay's addresses that left for the peer, in order. They
// are addresses of this phone only where the relay is this computer (P25).
func (g *Gate) Relayed() []netip.AddrPort {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Clone(g.relayed)
}

func (g *Gate) gathered() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.plan.route == phone.Relay && len(g.relayed) == 0 {
		return fmt.Errorf("%w: no address was relayed", ErrRelayUnavailable)
	}
	return nil
}

// release checks one local candidate, notes what it shows, and strips it.
func (g *Gate) release(c candidate) (candidate, error) {
	a, ok := c.addr()
	if !ok || c.transport != "udp" || c.component != 1 || c.port == 0 {
		return c, fmt.Errorf("%w: not a UDP address", ErrLeak)
	}
	if err := g.mayShow(a.Addr(), c.typ); err != nil {
		return c, err
	}
	c.host = a.Addr().String()
	c.foundation = g.name("foundation", c.foundation)
	g.mu.Lock()
	defer g.mu.Unlock()
	list := &g.shown
	if c.typ == typRelay {
		list = &g.relayed
	}
	if !slices.Contains(*list, a) {
		*list = append(*list, a)
	}
	return c, nil
}

// mayShow is the rule for what leaves: on a relayed route only relay addresses,
// and of this computer's own only the one its own relay has.
func (g *Gate) mayShow(a netip.Addr, typ string) error {
	switch {
	case a.IsUnspecified(), a.IsMulticast(), a.IsLinkLocalUnicast(), a.Is4In6(), a.IsLoopback() && !g.plan.loopback:
		return fmt.Errorf("%w: address of a kind that never leaves", ErrLeak)
	case typ == typRelay:
		if IsLocal(a, g.locals()) && !slices.Contains(g.plan.own, a) {
			return fmt.Errorf("%w: local address called a relay", ErrLeak)
		}
		return nil
	case g.plan.route != phone.Direct:
		return fmt.Errorf("%w: %s candidate on a relayed route", ErrLeak, typ)
	case typ == typHost, typ == typSrflx:
		return nil
	}
	return fmt.Errorf("%w: %s candidate", ErrLeak, typ)
}

// admit is the rule for what enters.
func (g *Gate) admit(c candidate) (candidate, bool) {
	a, ok := c.addr()
	// ICE sockets have ephemeral ports; below lie services that a caller could have this phone knock at.
	if !ok || c.transport != "udp" || c.component != 1 || c.port < 1024 || c.typ == typPrflx {
		return c, false
	}
	if g.plan.route == phone.Relay && c.typ != typRelay || !g.plan.mayReach(a.Addr()) {
		return c, false
	}
	c.host = a.Addr().String()
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.entered >= maxRemoteCandidates {
		return c, false
	}
	g.entered++
	return c, true
}

// name gives a fresh name for this call to something that has one here.
func (g *Gate) name(kind, original string) string {
	h := hmac.New(sha256.New, g.key[:])
	h.Write([]byte(kind + "\x00" + original))
	return hex.EncodeToString(h.Sum(nil)[:8])
}
