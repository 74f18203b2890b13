package app

import (
	"context"
	"time"

	"paravent/app/phone"
	"paravent/app/route"
)

// networkPoll is how soon a change of this computer's addresses is noticed.
const networkPoll = 2 * time.Second

// watchNetwork runs until Close.
func (a *App) watchNetwork() {
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		<-a.stop
		cancel()
	}()
	route.Watch(ctx, networkPoll, nil, a.networkChanged)
}

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
