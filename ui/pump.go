package ui

import (
	"sync"

	"fyne.io/fyne/v2"

	"paravent/app/phone"
)

// maxEvents bounds what may wait to be drawn; the oldest goes first.
const maxEvents = 256

// pump carries events from any goroutine to the drawing one, in order, with at
// most one delivery queued. Of events that tell the state of one thing, only
// the newest waits.
type pump struct {
	handle func(phone.Event)

	mu     sync.Mutex
	queue  []queued
	asleep bool // no delivery is queued
}

type queued struct {
	topic any // nil: stands alone
	event phone.Event
}

func newPump(handle func(phone.Event)) *pump { return &pump{handle: handle, asleep: true} }

// topic names what an event tells the state of.
func topic(e phone.Event) any {
	type of[T any] struct{ id phone.CallID }
	switch e := e.(type) {
	case phone.StatsSampled:
		return of[phone.StatsSampled]{e.Call}
	case phone.CallChanged:
		return of[phone.CallChanged]{e.Call.ID}
	case phone.ServerChanged:
		return of[phone.ServerChanged]{}
	case phone.ContactsChanged:
		return of[phone.ContactsChanged]{}
	case phone.HistoryChanged:
		return of[phone.HistoryChanged]{}
	case phone.SettingsChanged:
		return of[phone.SettingsChanged]{}
	}
	return nil
}

// put takes an event from any goroutine and returns at once.
func (p *pump) put(e phone.Event) {
	t := topic(e)
	p.mu.Lock()
	if t != nil {
		for i, q := range p.queue {
			if q.topic == t {
				p.queue = append(p.queue[:i], p.queue[i+1:]...)
				break
			}
		}
	}
	if len(p.queue) == maxEvents {
		p.queue = p.queue[1:]
	}
	p.queue = append(p.queue, queued{t, e})
	wake := p.asleep
	p.asleep = false
	p.mu.Unlock()
	if wake {
		fyne.Do(p.deliver)
	}
}

func (p *pump) deliver() {
	p.mu.Lock()
	queue := p.queue
	p.queue, p.asleep = nil, true
	p.mu.Unlock()
	for _, q := range queue {
		p.handle(q.event)
	}
}
