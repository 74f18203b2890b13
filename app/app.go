// Package app is the phone without a face: it opens the stores, keeps the
// connection to the server, joins calls to signalling and media, and tells its
// faces what happens. It knows nothing of windows.
//
//	face (ui, script) -> App -> call.Manager -> post -> courier -> signal -> server
//	                      |        |-> line.Lines -> media
//	                      |        |-> policy: audience, route
//	                      |-> people, settings
//	face <- hub <- everything
//
// Every method of App may be called from any goroutine. Events reach each
// subscriber in order, on a goroutine of its own.
package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"paravent/app/call"
	"paravent/app/courier"
	"paravent/app/door"
	"paravent/app/identity"
	"paravent/app/line"
	"paravent/app/people"
	"paravent/app/phone"
	"paravent/settings"
)

// Faults of opening a phone.
var (
	ErrProfile  = phone.NewFault("profile-unusable") // the profile's folder cannot be made or written
	ErrNoServer = phone.NewFault("no-server-chosen") // first start has not chosen a server yet
)

// App is one phone: one profile, one identity, one server at a time.
type App struct {
	// set at construction
	opts     Options
	events   *hub
	settings *settings.Store
	me       *identity.Identity
	key      keyPlace
	people   *people.Store
	door     *door.Door
	courier  *courier.Courier
	lines    *line.Lines
	calls    *call.Manager
	ringer   *ringer
	screens  screens
	scan     scan
	trace    *tracer       // nil but in tests
	stop     chan struct{} // closed by Close

	mu      sync.Mutex
	link    link                 // guarded by mu
	way     *way                 // guarded by mu; nil: there is no way out now
	why     error                // guarded by mu; why there is no link
	begun   bool                 // guarded by mu; Start was called
	chosen  choice               // guarded by mu; what the last attempt to connect went by
	opening context.CancelFunc   // guarded by mu; ends the opening of a way
	notices []phone.Notice       // guarded by mu; found before anybody listened
	heard   bool                 // guarded by mu; somebody listened once
	closed  bool                 // guarded by mu
	limited map[phone.CallID]int // guarded by mu; see limitedTooOften

	checking chan struct{}  // holds one: the privacy check that goes on
	starting sync.Mutex     // one attempt to connect at a time
	attempt  int            // guarded by starting; counts them
	imports  atomic.Int64   // see choice
	telling  sync.Mutex     // held from a change of presence until it was emitted, so that they keep their order
	ending   sync.WaitGroup // calls that write their receipt
}

// Open opens everything that the profile keeps. It reaches for no network and
// no device; Start does the first.
func Open(opts Options) (*App, error) {
	if err := opts.Check(); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(opts.Profile, 0o700); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrProfile, err)
	}
	if err := opts.finishRestore(); err != nil {
		return nil, fault(err)
	}
	trace, err := openTracer(opts.Trace)
	if err != nil {
		return nil, err
	}
	a := &App{opts: opts, events: newHub(), trace: trace, stop: make(chan struct{}), checking: make(chan struct{}, 1), limited: map[phone.CallID]int{}}
	if err := a.openStores(); err != nil {
		return nil, err
	}
	if err := a.openScreen(); err != nil {
		return nil, errors.Join(fault(err), a.courier.Close(), a.people.Close())
	}
	a.lines = line.New(line.Config{Relays: a.relays, Audio: a.audioConfig, Video: a.videoConfig, Locals: a.locals, Network: a.network, ServerSees: a.serverSees, Emit: a.emit, Now: time.Now})
	a.ringer = newRinger(a.ringSpeaker)
	a.calls = call.New(call.Config{
		Self: call.PeerID(a.me.ID().String()), Courier: post{a}, Media: a.lines, Policy: policy{a}, Observer: observer{a}, Door: doorkeeper{a},
		Name: func() string { return a.settings.Current().Name }, ReasonOf: reasonOf,
	})
	a.lines.Use(a.calls)
	a.sweeper().sweep(time.Now()) // before anything is added
	go a.sweeper().run(a.stop)
	go a.sampleStats()
	return a, nil
}

func (a *App) openStores() error {
	me, err := a.openIdentity() // first: a profile that is locked stays as it is
	if err != nil {
		return profileFault(err)
	}
	a.me = me
	store, notice, err := settings.Open(a.opts.Profile)
	if err != nil {
		return fault(err)
	}
	a.settings = store
	a.note(notice)
	if a.opts.Name != "" {
		if err := store.Update(func(s *settings.Settings) { s.Name = a.opts.Name }); err != nil {
			return fault(err)
		}
	}
	known, err := exists(a.peopleFile())
	if err != nil {
		return err
	}
	a.people, notice, err = people.Open(a.peopleFile(), me.Derive("people"))
	if err != nil {
		return err
	}
	settings.RemoveLeftovers(a.keyFile()) // a killed ProtectKey may have left the key in clear
	a.note(notice)
	if err := a.openDoor(!known || notice != nil); err != nil {
		return errors.Join(err, a.people.Close())
	}
	a.courier, err = courier.Open(courier.Config{
		Identity: me, Door: a.door.Token, Store: a.people.Blobs("courier"), OnMessage: a.received,
		OnUndeliverable: a.undeliverable, OnProblem: a.problem, OnPublished: a.published,
	})
	if err != nil {
		return errors.Join(err, a.people.Close())
	}
	return nil
}

// maxNotices bounds what waits for the first listener.
const maxNotices = 64

// note tells a notice, or keeps it until somebody listens.
func (a *App) note(err error) {
	if err != nil {
		a.emit(phone.Notice{Err: err})
	}
}

// Subscribe calls handle for every event from now on, on one goroutine, in
// order; the first subscriber also gets the notices from before. handle must
// not call back into the phone.
func (a *App) Subscribe(handle func(phone.Event)) (cancel func()) {
	cancel = a.events.Subscribe(handle)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.heard = true
	for _, n := range a.notices {
		a.events.emit(n)
	}
	a.notices = nil
	return cancel
}

func (a *App) emit(e phone.Event) {
	n, ok := e.(phone.Notice)
	if !ok {
		a.events.emit(e)
		return
	}
	n.Err = fault(n.Err)
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case a.heard:
		a.events.emit(n)
	case len(a.notices) < maxNotices:
		a.notices = append(a.notices, n)
	}
}

// Close ends every call, tells the other sides, and closes everything. It may
// be called more than once.
func (a *App) Close() error {
	a.mu.Lock()
	if a.closed {
		a.mu.Unlock()
		return nil
	}
	a.closed = true
	if a.opening != nil {
		a.opening()
	}
	a.mu.Unlock()
	close(a.stop)
	a.scan.end(phone.ErrClosed)
	a.calls.Close()
	a.ringer.silence()
	a.ending.Wait()
	a.goodbye()
	a.disconnect()
	a.dropWay()
	err := errors.Join(a.courier.Close(), a.screens.close(), a.trace.close())
	a.events.flush(flushLimit)
	return errors.Join(err, a.people.Close())
}
