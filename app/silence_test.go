package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
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
	// what no honest caller sends. It has no factor in common with the number of
	// callers, so that they take turns here too.
	sideEvery = 9
	// A mailbox takes 100 messages a second; without a pause a fast computer
	// would have the server drop the rest, which would prove nothing.
	silentPace = 12 * time.Millisecond
	// Callees share this computer's processors with their callers, as they do
	// nowhere else: before a caller says something more, what it said before is
	// dealt with, or that work would delay the answer.
	silentRest = 25 * time.Millisecond
	// leakAlpha is how likely two equal distributions are called different, in
	// one comparison. There are about thirty.
	leakAlpha = 1e-8
)

// silence is one reason why nobody answers.
type silence struct {
	name string
	step string // what the caller does: "call" or "knock"
	make func(callee *App, callers []string) error
}

func everyone(a *App) error { return a.SetSetting("calls.audience", json.RawMessage(`["everyone"]`)) }

// known makes the callers contacts of somebody whom everyone may call.
func known(alter func(*phone.Contact)) func(*App, []string) error {
	return func(a *App, callers []string) error {
		for i, caller := range callers {
			c, err := a.AddContact(fmt.Sprint("caller ", i), caller)
			if err != nil {
				return err
			}
			alter(&c)
			if err := a.PutContact(c); err != nil {
				return err
			}
		}
		return everyone(a)
	}
}

func blockedOutside(a *App, callers []string) error {
	for _, caller := range callers {
		p, err := a.PersonOf(caller)
		if err := errors.Join(err, a.BlockPerson(p)); err != nil {
			return err
		}
	}
	return everyone(a)
}

func away(a *App, _ []string) error { return a.Close() }

var silences = []silence{
	{"not allowed", "call", func(*App, []string) error { return nil }}, // a stranger, where the address book may call
	{"retired link", "call", func(a *App, _ []string) error { _, err := a.NewAddress(); return errors.Join(err, everyone(a)) }},
	{"blocked contact", "call", known(func(c *phone.Contact) { c.Blocked = true })},
	{"blocked outside the address book", "call", blockedOutside},
	{"never", "call", known(func(c *phone.Contact) { c.Permission = phone.PermissionNever })},
	{"do not disturb", "call", func(a *App, callers []string) error {
		return errors.Join(known(func(*phone.Contact) {})(a, callers), a.SetSetting("calls.do_not_disturb.now", json.RawMessage(`"on"`)))
	}},
	{"offline", "call", away},
	{"knock shown", "knock", func(*App, []string) error { return nil }},
	{"knock not allowed", "knock", func(a *App, _ []string) error { return a.SetSetting("calls.unknown", json.RawMessage(`"silence"`)) }},
	{"knock offline", "knock", away},
}

// pairing is a callee, who calls it in turn, and all that they received.
type pairing struct {
	name, step string
	place      int // among those that share the callers
	tries      int
	callers    []*suitor
	link       identity.Address
	heard      func() courier.Stats // of the callee
	away       bool                 // there is no callee
	prekey     int                  // bytes of the answer that brought the callee's
	frames     map[string][][]frame // by step and try
}

// caller is whose turn it is: everyone calls everyone equally often, so that a
// connection that is slower than others, as happens on a busy computer, is so
// for all silences alike.
func (p *pairing) caller(round int) *suitor { return p.callers[(p.place+round)%len(p.callers)] }

func (p *pairing) do(step string, c *suitor, f func() error) error {
	if err := f(); err != nil {
		return err
	}
	got, err := c.tap.take(1)
	p.frames[step] = append(p.frames[step], got)
	return err
}

func (p *pairing) try(round int) error {
	c := p.caller(round)
	c.turnTo(p.link)
	if p.step == "knock" {
		return p.do(p.step, c, c.knock)
	}
	return p.do(p.step, c, c.propose)
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

func openPairing(t *testing.T, s *tapped, c silence, callers ...*suitor) *pairing {
	t.Helper()
	callee, _ := openPhone(t, "callee", s.Addr().String())
	p := &pairing{name: c.name, step: c.step, tries: silentTries, callers: callers, heard: callee.courier.Stats, frames: map[string][][]frame{}}
	var err error
	p.link, err = identity.ParseAddress(callee.Self().Address)
	require.NoError(t, err)
	var links []string
	for _, from := range callers {
		links = append(links, from.client.Self().String())
	}
	require.NoError(t, c.make(callee, links), c.name)
	p.away = !callee.Self().Online
	return p
}

func openPairings(t *testing.T, s *tapped) (all []*pairing) {
	var callers []*suitor
	for range silences {
		callers = append(callers, openSuitor(t, s))
	}
	for i, c := range silences {
		p := openPairing(t, s, c, callers...)
		p.place = i
		all = append(all, p)
	}
	return all
}

// openReceipts is a callee that acknowledges what it refuses, as a messenger
// does that tells when something was delivered.
func openReceipts(t *testing.T, s *tapped) *pairing {
	p := &pairing{name: "leak: automatic receipts", step: "call", tries: leakyTries, callers: []*suitor{openSuitor(t, s)}, frames: map[string][][]frame{}}
	var c *courier.Courier
	client, c := openPoint(t, identity.New(), s.Addr(), func(r courier.Received) {
		time.AfterFunc(leakDelay, func() { _ = c.Send(context.Background(), r.From, r.Call, []byte("seen"), false) })
	})
	p.link, p.heard = client.Self(), c.Stats
	return p
}

// openSlow is a silent callee whose server answers late, as one that
// first looks whether somebody is there.
func openSlow(t *testing.T, s *tapped) *pairing {
	p := openPairing(t, s, silences[0], openSuitor(t, s))
	p.name, p.tries, p.callers[0].tap.delay = "leak: a server that looks first", leakyTries, leakDelay
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
	meet(t, all)
	for round := range silentTries {
		pace := time.After(silentPace)
		list := slices.DeleteFunc(slices.Clone(all), func(p *pairing) bool { return round >= p.tries })
		inTurn(t, list, func(p *pairing) error { return p.try(round) })
		if round%sideEvery == 0 {
			list = slices.DeleteFunc(list, func(p *pairing) bool { return p.step != "call" })
			time.Sleep(silentRest)
			inTurn(t, list, func(p *pairing) error {
				c := p.caller(round)
				return p.do("pester", c, func() error { return c.pester(byte(round / sideEvery)) })
			})
			time.Sleep(silentRest)
			inTurn(t, list, func(p *pairing) error {
				c := p.caller(round)
				return p.do("give up", c, c.giveUp)
			})
		}
		<-pace
	}
	for _, p := range all {
		heard := func() bool { s := p.heard(); return s.Received+s.Dropped >= uint64(p.tries) }
		require.Eventually(t, func() bool { return p.away || heard() }, 20*time.Second, 10*time.Millisecond, "%s: %+v", p.name, p.heard())
	}
	time.Sleep(200 * time.Millisecond) // for an answer that must not come there is nothing to wait for
	for _, p := range all {
		late, err := p.caller(0).tap.take(0)
		require.NoError(t, err)
		if len(late) > 0 {
			p.frames["late"] = append(p.frames["late"], late)
		}
	}
}

// meet has everybody knock once, for the first request fetches the prekey too.
func meet(t *testing.T, all []*pairing) {
	t.Helper()
	for _, p := range all {
		for _, c := range p.callers {
			c.turnTo(p.link)
			require.NoError(t, c.knock())
			got, err := c.tap.take(2)
			require.NoError(t, err, p.name)
			for _, f := range got {
				p.prekey = max(p.prekey, len(f.body))
			}
		}
	}
}
