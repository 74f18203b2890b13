package app

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"paravent/app/courier"
	"paravent/app/identity"
	"paravent/app/phone"
)

const (
	leakyTries = 200 // of each leak
	// sideEvery is how many tries one other message goes with: a RETRACT, and
	// what no honest caller sends.
	sideEvery = 10
	// A mailbox takes 100 messages a second; without a pause a fast computer
	// would have the server drop the rest, which would prove nothing.
	silentPace = 12 * time.Millisecond
	// leakAlpha is how likely two equal distributions are called different, in
	// one comparison. There are about thirty.
	leakAlpha = 1e-8
)

// silence is one reason why nobody answers.
type silence struct {
	name string
	step string // what the caller does: "call" or "knock"
	make func(callee *App, caller string) error
}

func everyone(a *App) error { return a.SetSetting("calls.audience", json.RawMessage(`["everyone"]`)) }

// known makes the caller a contact of somebody whom everyone may call.
func known(alter func(*phone.Contact)) func(*App, string) error {
	return func(a *App, caller string) error {
		c, err := a.AddContact("caller", caller)
		if err != nil {
			return err
		}
		alter(&c)
		return errors.Join(a.PutContact(c), everyone(a))
	}
}

func away(a *App, _ string) error { return a.Close() }

var silences = []silence{
	{"not allowed", "call", func(*App, string) error { return nil }}, // a stranger, where the address book may call
	{"retired link", "call", func(a *App, _ string) error { _, err := a.NewAddress(); return errors.Join(err, everyone(a)) }},
	{"blocked contact", "call", known(func(c *phone.Contact) { c.Blocked = true })},
	{"blocked outside the address book", "call", func(a *App, caller string) error {
		p, err := a.PersonOf(caller)
		return errors.Join(err, a.BlockPerson(p), everyone(a))
	}},
	{"never", "call", known(func(c *phone.Contact) { c.Permission = phone.PermissionNever })},
	{"do not disturb", "call", func(a *App, caller string) error {
		return errors.Join(known(func(*phone.Contact) {})(a, caller), a.SetSetting("calls.do_not_disturb.now", json.RawMessage(`"on"`)))
	}},
	{"offline", "call", away},
	{"knock shown", "knock", func(*App, string) error { return nil }},
	{"knock not allowed", "knock", func(a *App, _ string) error { return a.SetSetting("calls.unknown", json.RawMessage(`"silence"`)) }},
	{"knock offline", "knock", away},
}

// pairing is a caller, whom it calls, and all that it received.
type pairing struct {
	name, step string
	tries      int
	caller     *suitor
	heard      func() courier.Stats // of the callee
	away       bool                 // there is no callee
	prekey     int                  // bytes of the answer that brought the callee's
	frames     map[string][][]frame // by step and try
}

func (p *pairing) do(step string, f func() error) error {
	if err := f(); err != nil {
		return err
	}
	got, err := p.caller.tap.take(1)
	p.frames[step] = append(p.frames[step], got)
	return err
}

func (p *pairing) try() error {
	if p.step == "knock" {
		return p.do(p.step, p.caller.knock)
	}
	return p.do(p.step, p.caller.propose)
}

// times are those from a request to its answer.
func (p *pairing) times(step string) (d []time.Duration) {
	for _, try := range p.frames[step] {
		d = append(d, try[0].after)
	}
	return d
}

// unlike counts the tries that brought anything but the server's one answer.
func (p *pairing) unlike() (n int) {
	for _, tries := range p.frames {
		for _, try := range tries {
			if len(try) != 1 || try[0].kind != "answer" || try[0].body != "{}" {
				n++
			}
		}
	}
	return n
}

func (p *pairing) envelopes() (n int) {
	for _, tries := range p.frames {
		for _, try := range tries {
			n += len(slices.DeleteFunc(slices.Clone(try), func(f frame) bool { return f.kind != "envelope" }))
		}
	}
	return n
}

func openPairing(t *testing.T, s *tapped, c silence) *pairing {
	t.Helper()
	callee, _ := openPhone(t, "callee", s.Addr().String())
	p := &pairing{name: c.name, step: c.step, tries: silentTries, caller: openSuitor(t, s), heard: callee.courier.Stats, frames: map[string][][]frame{}}
	var err error
	p.caller.link, err = identity.ParseAddress(callee.Self().Address)
	require.NoError(t, err)
	require.NoError(t, c.make(callee, p.caller.client.Self().String()), c.name)
	p.away = !callee.Self().Online
	return p
}

// openReceipts is a callee that acknowledges what it refuses, as a messenger
// does that tells when something was delivered.
func openReceipts(t *testing.T, s *tapped) *pairing {
	p := &pairing{name: "leak: automatic receipts", step: "call", tries: leakyTries, caller: openSuitor(t, s), frames: map[string][][]frame{}}
	var c *courier.Courier
	client, c := openPoint(t, identity.New(), s.Addr(), func(r courier.Received) {
		time.AfterFunc(leakDelay, func() { _ = c.Send(context.Background(), r.From, r.Call, []byte("seen"), false) })
	})
	p.caller.link, p.heard = client.Self(), c.Stats
	return p
}

// openSlow is a silent callee whose server answers late, as one that
// first looks whether somebody is there.
func openSlow(t *testing.T, s *tapped) *pairing {
	p := openPairing(t, s, silences[0])
	p.name, p.tries, p.caller.tap.delay = "leak: a server that looks first", leakyTries, leakDelay
	return p
}

// inTurn has each of the list do something, in an order drawn anew each time
// and two at a time: whatever slows this computer slows all of them alike.
func inTurn(t *testing.T, list []*pairing, do func(*pairing) error) {
	t.Helper()
	next := make(chan *pairing, len(list))
	for _, i := range rand.Perm(len(list)) {
		next <- list[i]
	}
	close(next)
	failed := make([]error, 2)
	var lanes sync.WaitGroup
	for i := range failed {
		lanes.Go(func() {
			for p := range next {
				failed[i] = errors.Join(failed[i], do(p))
			}
		})
	}
	lanes.Wait()
	require.NoError(t, errors.Join(failed...))
}

// court has every caller try; the frames are in the pairings then.
func court(t *testing.T, all []*pairing) {
	t.Helper()
	for _, p := range all { // the first request fetches the prekey too
		require.NoError(t, p.caller.knock())
		got, err := p.caller.tap.take(2)
		require.NoError(t, err, p.name)
		for _, f := range got {
			p.prekey = max(p.prekey, len(f.body))
		}
	}
	for round := range silentTries {
		pace := time.After(silentPace)
		list := slices.DeleteFunc(slices.Clone(all), func(p *pairing) bool { return round >= p.tries })
		inTurn(t, list, (*pairing).try)
		if round%sideEvery == 0 {
			list = slices.DeleteFunc(list, func(p *pairing) bool { return p.step != "call" })
			inTurn(t, list, func(p *pairing) error {
				return p.do("pester", func() error { return p.caller.pester(byte(round / sideEvery)) })
			})
			inTurn(t, list, func(p *pairing) error { return p.do("give up", p.caller.giveUp) })
		}
		<-pace
	}
	for _, p := range all {
		heard := func() bool { s := p.heard(); return s.Received+s.Dropped >= uint64(p.tries) }
		require.Eventually(t, func() bool { return p.away || heard() }, 20*time.Second, 10*time.Millisecond, "%s: %+v", p.name, p.heard())
	}
	time.Sleep(200 * time.Millisecond) // for an answer that must not come there is nothing to wait for
	for _, p := range all {
		late, err := p.caller.tap.take(0)
		require.NoError(t, err)
		if len(late) > 0 {
			p.frames["late"] = append(p.frames["late"], late)
		}
	}
}
