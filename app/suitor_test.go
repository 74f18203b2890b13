package app

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"paravent/app/call"
	"paravent/app/courier"
	"paravent/app/identity"
	"paravent/app/phone"
	"paravent/app/signal"
	"paravent/server/wire"
)

// suitor is somebody who calls: a call manager, a courier and a connection to
// the server of which every frame is seen. It has no media and no window.
type suitor struct {
	tap     *tap
	me      *identity.Identity
	client  *signal.Client
	courier *courier.Courier
	link    identity.Address // whom it calls
	calls   *call.Manager

	mu   sync.Mutex
	may  int          // guarded by mu; messages that it may still send
	id   phone.CallID // guarded by mu; the call that was proposed last
	said []byte       // guarded by mu; its first message
}

// memory is a courier's store that no disk slows down.
type memory map[string][]byte

func (m memory) Get(key string) ([]byte, error) { return m[key], nil }
func (m memory) Put(key string, b []byte) error { m[key] = b; return nil }
func (m memory) Delete(key string) error        { delete(m, key); return nil }

// openPoint connects an identity to a server with nothing but a courier.
func openPoint(t testing.TB, me *identity.Identity, at wire.Addr, onMessage func(courier.Received)) (*signal.Client, *courier.Courier) {
	t.Helper()
	published := make(chan error, 10)
	c, err := courier.Open(courier.Config{Identity: me, Store: memory{}, OnMessage: onMessage,
		OnPublished: func(_ courier.Client, err error) { published <- err }})
	require.NoError(t, err)
	client, err := signal.Open(context.Background(), signal.Config{Server: at, Identity: me, OnEnvelope: c.Receive,
		OnState: func(up bool, _ error) { c.Online(up) }})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, errors.Join(client.Close(), c.Close())) })
	c.Attach(client)
	require.NoError(t, <-published)
	return client, c
}

func openSuitor(t testing.TB, s *tapped) *suitor {
	t.Helper()
	c := &suitor{tap: s.tap(t), me: identity.New()}
	c.client, c.courier = openPoint(t, c.me, c.tap.addr, nil)
	return c
}

// Send implements call.Courier. Each step sends one message: what the call
// repeats on a computer that stalls would only confuse the counting.
func (c *suitor) Send(_ call.Party, id phone.CallID, payload []byte, keep bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.may == 0 {
		return
	}
	c.may--
	if id != c.id {
		c.id, c.said = id, payload
	}
	_ = c.courier.Send(context.Background(), c.link, id, payload, keep)
}

// Forget implements call.Courier.
func (c *suitor) Forget(id phone.CallID) { c.courier.Forget(id) }

// turnTo chooses whom the next call or knock is for.
func (c *suitor) turnTo(link identity.Address) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.link = link
}

func (c *suitor) let(messages int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.may = messages
}

// The ports of a call that never gets so far as to need the rest of them.
type (
	noMedia struct {
		call.Media
		calls *call.Manager
	}
	noPolicy   struct{ call.Policy }
	noObserver struct{ call.Observer }
)

func (m *noMedia) CheckRelay(id phone.CallID)                     { m.calls.RelayChecked(id, nil) }
func (m *noMedia) Open(phone.CallID, call.Role, bool, call.Flags) {}
func (m *noMedia) Close(phone.CallID)                             {}
func (noPolicy) Prepare(call.Party) bool                          { return false }
func (noObserver) CallChanged(call.Snapshot)                      {}
func (noObserver) Ended(call.Snapshot)                            {}

// propose places a call, in place of the one before, which ends without a word
// as where a battery is empty.
func (c *suitor) propose() error {
	if c.calls != nil {
		c.calls.Close()
	}
	c.let(1)
	media := &noMedia{}
	c.calls = call.New(call.Config{Self: call.PeerID(c.me.ID().String()), Courier: c, Media: media, Policy: noPolicy{}, Observer: noObserver{}})
	media.calls = c.calls
	_, err := c.calls.Place(call.Party{ID: call.PeerID(c.link.ID.String()), Address: c.link.String()}, false, phone.Relay)
	return err
}

// pester says something of another kind in the name of the call: one that is
// not for strangers, or not known at all.
func (c *suitor) pester(kind byte) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	b := slices.Clone(c.said)
	b[0] = kind
	return c.courier.Send(context.Background(), c.link, c.id, b, false)
}

// giveUp ends the call as people do: with a RETRACT.
func (c *suitor) giveUp() error {
	c.let(1)
	c.calls.Close()
	return nil
}

func (c *suitor) knock() error {
	payload, err := call.EncodeKnock("hello", "Ann", time.Now())
	if err != nil {
		return err
	}
	return c.courier.Post(context.Background(), c.link, phone.NewCallID(), payload)
}
