package app

import (
	"paravent/app/courier"
	"paravent/app/phone"
	"paravent/app/signal"
)

// presence is what others can do with this phone. It counts as online once
// they can knock at it: the server was reached and has its prekey.
//
//	offline -- client reached its server --> reached -- prekey published --> online
//	   ^------------- connection lost ----------'----------------------------'
type presence uint8

const (
	offline presence = iota
	reached
	online
)

// serverState comes from a client's goroutine; of one that was replaced it
// says nothing.
func (a *App) serverState(client *signal.Client, connected bool, err error) {
	a.telling.Lock()
	defer a.telling.Unlock()
	now := offline
	if connected {
		now = reached
	}
	if !a.become(client, now) {
		return
	}
	a.courier.Online(connected)
	if !connected {
		self := a.Self()
		a.emit(phone.ServerChanged{Address: self.Address, Server: self.Server, Err: fault(promote(err))})
	}
}

// published comes from the courier after it tried to publish the prekey, which
// takes a bounded time. Where that fails the phone can call all the same: it
// is online, and the courier reports the problem and tries again.
func (a *App) published(to courier.Client, _ error) {
	a.telling.Lock()
	defer a.telling.Unlock()
	client, ok := to.(*signal.Client)
	if ok && a.become(client, online) {
		self := a.Self()
		a.emit(phone.ServerChanged{Online: true, Address: self.Address, Server: self.Server})
		go a.askSeenAs()
	}
}

// become changes the presence; it tells whether that was news. Only what was
// reached gets online.
func (a *App) become(client *signal.Client, now presence) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if client == nil || a.link.client != client || now == online && a.link.presence != reached {
		return false
	}
	a.link.presence = now
	return true
}
