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
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"paravent/app/call"
	"paravent/app/courier"
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
	people   *people.Store
	courier  *courier.Courier
	lines    *line.Lines
	calls    *call.Manager
	ringer   *ringer
	screens  screens
	stop     chan struct{} // closed by Close

	mu      sync.Mutex
	link    link           // guarded by mu
	notices []phone.Notice // guarded by mu; found while opening, told at Start
	closed  bool           // guarded by mu

	starting sync.Mutex     // one Start at a time
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
	a := &App{opts: opts, events: newHub(), stop: make(chan struct{})}
	if err := a.openStores(); err != nil {
		return nil, err
	}
	if err := a.openScreen(); err != nil {
		return nil, errors.Join(fault(err), a.courier.Close(), a.people.Close())
	}
	a.lines = line.New(line.Config{Relays: a.relays, Audio: a.audioConfig, Video: a.videoConfig, Locals: locals, Emit: a.emit, Now: time.Now})
	a.ringer = newRinger(a.ringSpeaker)
	a.calls = call.New(call.Config{
		Self: call.PeerID(a.me.ID().String()), Courier: post{a}, Media: a.lines, Policy: policy{a}, Observer: observer{a},
		Name: func() string { return a.settings.Current().Name }, ReasonOf: reasonOf,
	})
	a.lines.Use(a.calls)
	go a.sampleStats()
	return a, nil
}

func (a *App) openStores() error {
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
	me, err := a.openIdentity()
	if err != nil {
		return err
	}
	a.me = me
	a.people, notice, err = people.Open(filepath.Join(a.opts.Profile, "people.db"), me.Derive("people"))
	if err != nil {
		return err
	}
	a.note(notice)
	a.courier, err = courier.Open(courier.Config{
		Identity: me, Store: a.people.Blobs("courier"), OnMessage: a.received,
		OnUndeliverable: a.undeliverable, OnProblem: a.problem,
	})
	if err != nil {
		return errors.Join(err, a.people.Close())
	}
	return nil
}

// note keeps what was found while opening until somebody listens.
func (a *App) note(err error) {
	if err != nil {
		a.notices = append(a.notices, phone.Notice{Err: fault(err)})
	}
}

// Subscribe calls handle for every event from now on, on one goroutine, in
// order. handle must not call back into the phone.
func (a *App) Subscribe(handle func(phone.Event)) (cancel func()) { return a.events.Subscribe(handle) }

func (a *App) emit(e phone.Event) {
	if n, ok := e.(phone.Notice); ok {
		e = phone.Notice{Err: fault(n.Err)}
	}
	a.events.emit(e)
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
	a.mu.Unlock()
	close(a.stop)
	a.calls.Close()
	a.ringer.stop()
	a.ending.Wait()
	a.goodbye()
	a.disconnect()
	err := errors.Join(a.courier.Close(), a.screens.close())
	a.events.flush()
	return errors.Join(err, a.people.Close())
}
