package app

import (
	"testing"

	"paravent/app/phone"
	"paravent/server"
)

// A call survives a change of network: the server is reached again and the
// media path is made anew without the call ending.
func TestCallSurvivesANetworkChange(t *testing.T) {
	s := openServer(t, server.Config{})
	a, wa := openPhone(t, "alice", s.Addr().String())
	b, wb := openPhone(t, "bob", s.Addr().String())
	acquaint(t, a, b)
	id := confer(t, a, b, wb)
	for _, w := range []*watcher{wa, wb} {
		wait(t, w, func(e phone.FirstAudio) bool { return e.Call == id })
	}
	from := wa.count()
	a.networkChanged()
	waitFrom(t, wa, from, func(e phone.ServerChanged) bool { return !e.Online })
	waitFrom(t, wa, from, func(e phone.ServerChanged) bool { return e.Online })
	before, err := b.Stats(id)
	if err != nil {
		t.Fatal(err)
	}
	waitFrom(t, wb, wb.count(), func(e phone.StatsSampled) bool { return e.Stats.Audio.Received > before.Audio.Received+50 })
	if calls := a.Calls(); len(calls) != 1 || calls[0].State != phone.Connected {
		t.Errorf("calls %+v", calls)
	}
}
