package app

import (
	"fmt"
	"net/netip"
	"slices"
	"time"

	"paravent/app/identity"
	"paravent/app/phone"
	"paravent/app/route"
	"paravent/server/wire"
)

// ErrShowsAddress says that one’s own server is this computer and the other person's is
// elsewhere, so that their server would see this computer's address (P26).
var ErrShowsAddress = phone.NewFault("server-here-shows-address")

// shown is where the servers are kept of which the person was told that they
// see this computer.
const shown = "servers that see this computer"

// mayReachServer refuses, with ErrShowsAddress, to write to a mailbox on
// another server before the person was told that it sees this computer's
// address. Where the own server is elsewhere, that one is seen instead; and a
// server on this very computer learns nothing.
func (a *App) mayReachServer(address string) error {
	to, err := identity.ParseAddress(address)
	if err != nil {
		return err
	}
	a.mu.Lock()
	own, embedded := a.link.addr, a.link.embedded != nil
	a.mu.Unlock()
	if to.Server.Pin == own.Pin || onThisComputer(to.Server) || !embedded && !onThisComputer(own) {
		return nil
	}
	told, err := a.people.Blobs(shown).Get(to.Server.String())
	if err == nil && told == nil {
		err = fmt.Errorf("%w: %s", ErrShowsAddress, to.Server.HostPort)
	}
	return err
}

// onThisComputer tells it of servers named by address; a name is not looked up
// for it, and counts as elsewhere.
func onThisComputer(s wire.Addr) bool {
	at, err := netip.ParseAddrPort(s.HostPort)
	if err != nil {
		return false
	}
	return at.Addr().IsLoopback() || route.IsLocal(at.Addr().Unmap(), locals())
}

// told remembers that the person knows that the server of this address sees
// this computer.
func (a *App) told(address string) error {
	to, err := identity.ParseAddress(address)
	if err != nil {
		return err
	}
	return a.people.Blobs(shown).Put(to.Server.String(), []byte(time.Now().UTC().Format(time.RFC3339)))
}

// consentedToServer is mayReachServer for a person who may have agreed, which
// is remembered for that server.
func (a *App) consentedToServer(address string, consents []phone.Consent) error {
	if slices.Contains(consents, phone.ServerSees) {
		if err := a.told(address); err != nil {
			return err
		}
	}
	return a.mayReachServer(address)
}
