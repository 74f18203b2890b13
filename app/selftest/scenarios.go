package selftest

import (
	"context"
	"errors"
	"slices"
	"time"

	"paravent/app/hostile"
	"paravent/app/phone"
)

// scenario is one thing that a hostile peer does to the phone.
type scenario struct {
	name   string
	who    relation
	script hostile.Script
	skip   string // why it cannot take place under these settings
	run    func(ctx context.Context, w *world, t *trial) error
}

// scenarios lists them in order; the flood, which uses up what the phone may
// ring, is last.
func (w *world) scenarios() []scenario {
	friend, friendRings := admitted(w.cfg.Settings)
	stranger := relation{describe: "a stranger"}
	blocked := friend
	blocked.blocked, blocked.describe = true, "somebody blocked"
	incoming, outgoing := "", ""
	if !friendRings {
		incoming = "\"who can call me\" lets nobody of the address book ring"
	}
	dear, hasty := relation{contact: true, favour: true, trust: phone.Verified, describe: "a verified contact you follow"}, ""
	switch {
	case !dear.prepared(w.cfg.Settings):
		hasty = "no call is made ready while it rings"
	case !dear.mayRing(w.cfg.Settings, time.Now()):
		hasty = incoming
	}
	if !w.cfg.Settings.Calls.Enabled {
		outgoing = "calls are switched off"
	}
	list := []scenario{
		{name: "stranger-unanswered", who: stranger, run: unanswered},
		{name: "blocked", who: blocked, run: unanswered},
		{name: "contact-unanswered", who: friend, run: unanswered, skip: incoming},
		{name: "contact-declined", who: friend, run: declined, skip: incoming},
		{name: "contact-prepared", who: dear, run: prepared, skip: hasty},
		{name: "contact-answered", who: friend, run: answeredCall, skip: incoming, script: hostile.Script{Race: true}},
		{name: "contact-called", who: friend, run: placedCall, skip: outgoing},
		{name: "stranger-called", who: stranger, run: placedCall, skip: outgoing},
		{name: "hostile-candidates", who: friend, run: placedCall, skip: outgoing, script: baited(hostile.BaitLines(hostile.Baits()))},
		{name: "too-many-candidates", who: friend, run: placedCall, skip: outgoing, script: baited(tooMany(friend.route(w.cfg.Settings)))},
		{name: "malformed", who: friend, run: malformed, skip: outgoing, script: hostile.Script{Describe: nextMalformed()}},
		{name: "wrong-fingerprint", who: friend, run: refusedCall, skip: outgoing, script: hostile.Script{Describe: wrongFingerprint}},
		{name: "relay-down", who: w.relayed(friend, stranger), run: relayDown, skip: outgoing},
		{name: "relay-probe", who: stranger, run: probeRelay},
		{name: "other-server", who: stranger, run: otherServer, skip: outgoing},
	}
	if stranger.mayRing(w.cfg.Settings, time.Now()) {
		list = append(list, scenario{name: "stranger-answered", who: stranger, run: answeredCall})
	}
	for _, c := range w.cfg.Choices {
		who := friend
		who.choice, who.describe = c, "a contact with the choice \""+string(c)+"\""
		list = append(list, scenario{name: "contact-choice-" + string(c), who: who, run: placedCall, skip: outgoing})
	}
	return append(list, scenario{name: "flood", who: stranger, run: flood, skip: outgoing})
}

// relayed is somebody whose calls go through a relay, where there is one.
func (w *world) relayed(who ...relation) relation {
	for _, r := range who {
		if r.route(w.cfg.Settings) == phone.Relay {
			return r
		}
	}
	return who[0]
}

// baited adds candidates to every description, and tells them one by one too.
func baited(lines []string) hostile.Script {
	return hostile.Script{
		Describe: func(_ hostile.Kind, sdp string) string { return hostile.WithCandidates(sdp, lines) },
		Trickle:  lines,
	}
}

// crowd is a network on this computer's loopback where nobody is.
const crowd = "127.0.77."

func tooMany(r phone.Route) []string {
	if r == phone.Direct {
		return hostile.TooMany(crowdSize, crowd, "host")
	}
	return hostile.TooMany(crowdSize, crowd, "relay")
}

// crowdSize is more than a phone may try, and fits into a description.
const crowdSize = 90

func wrongFingerprint(_ hostile.Kind, sdp string) string { return hostile.WithWrongFingerprint(sdp) }

// runAll runs every scenario; only an end of ctx ends it early.
func (w *world) runAll(ctx context.Context, progress func(done, total int)) ([]*trial, error) {
	list := w.scenarios()
	if only := w.cfg.Only; only != nil {
		list = slices.DeleteFunc(list, func(s scenario) bool { return !slices.Contains(only, s.name) })
	}
	var trials []*trial
	for i, s := range list {
		progress(i, len(list))
		t := &trial{name: s.name, who: s.who, skipped: s.skip, counts: map[string]int{},
			route: s.who.route(w.cfg.Settings), rings: s.who.mayRing(w.cfg.Settings, time.Now())}
		trials = append(trials, t)
		if s.skip != "" {
			continue
		}
		var err error
		s.script.Answer = true
		if t.peer, err = w.peer(ctx, "check "+s.name, s.who, s.script); err != nil {
			return nil, err
		}
		err = s.run(ctx, w, t)
		t.over = time.Now()
		if err = errors.Join(err, w.dismiss()); err != nil {
			return nil, err
		}
	}
	progress(len(list), len(list))
	return trials, nil
}
