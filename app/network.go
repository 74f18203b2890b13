package app

import (
	"time"

	"paravent/app/phone"
)

// networkPoll is how soon a change of this computer's addresses is noticed.
const networkPoll = 2 * time.Second

// networkChanged reaches the server anew at once, instead of when pings fail,
// and looks for another path for the call that is on.
func (a *App) networkChanged() {
	a.mu.Lock()
	client := a.link.client
	a.mu.Unlock()
	if client != nil {
		client.Reconnect()
	}
	for _, s := range a.calls.Calls() {
		if s.State == phone.Connected {
			_ = a.calls.Restart(s.ID) // it may have ended since
		}
	}
}
