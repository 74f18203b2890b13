package selftest

import (
	"context"
	"time"

	"paravent/app/hostile"
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
	answered, called := "", ""
	if !friendRings {
		answered = "\"who can call me\" lets nobody of the address book ring"
	}
	if !w.cfg.Settings.Calls.Enabled {
		called = "calls are switched off"
	}
	list := []scenario{
		{name: "stranger-unanswered", who: stranger, run: unanswered},
		{name: "blocked", who: blocked, run: unanswered},
		{name: "contact-unanswered", who: friend, run: unanswered, skip: answered},
		{name: "contact-declined", who: friend, run: declined, skip: answered},
		{name: "contact-answered", who: friend, run: answeredCall, skip: answered},
		{name: "contact-called", who: friend, script: hostile.Script{Answer: true}, run: placedCall, skip: called},
		{name: "stranger-called", who: stranger, script: hostile.Script{Answer: true}, run: placedCall, skip: called},
	}
	if stranger.mayRing(w.cfg.Settings) {
		list = append(list, scenario{name: "stranger-answered", who: stranger, run: answeredCall})
	}
	for _, c := range w.cfg.Choices {
		who := friend
		who.choice, who.describe = c, "a contact with the choice \""+string(c)+"\""
		list = append(list, scenario{name: "contact-choice-" + string(c), who: who, script: hostile.Script{Answer: true}, run: placedCall, skip: called})
	}
	return list
}

// runAll runs every scenario; only an end of ctx ends it early.
func (w *world) runAll(ctx context.Context, progress func(done, total int)) ([]*trial, error) {
	list := w.scenarios()
	var trials []*trial
	for i, s := range list {
		progress(i, len(list))
		t := &trial{name: s.name, who: s.who, skipped: s.skip, counts: map[string]int{},
			route: s.who.route(w.cfg.Settings), rings: s.who.mayRing(w.cfg.Settings)}
		trials = append(trials, t)
		if s.skip != "" {
			continue
		}
		var err error
		if t.peer, err = w.peer(ctx, "check "+s.name, s.who, s.script); err != nil {
			return nil, err
		}
		if err := s.run(ctx, w, t); err != nil {
			return nil, err
		}
		t.over = time.Now()
	}
	progress(len(list), len(list))
	return trials, nil
}

// unanswered calls, says too much too early, and gives up.
func unanswered(ctx context.Context, w *world, t *trial) error {
	if err := w.ring(ctx, t); err != nil {
		return err
	}
	to := w.phone.Self().Address
	act := t.peer.Smuggle
	if t.rang {
		act = func(to string) (int, error) { return t.peer.Hurry(to, t.call) }
	}
	n, err := act(to)
	if err != nil {
		t.failed("the peer could not send: %v", err)
	}
	t.counts[early] = n
	if err := settle(ctx, settleTime); err != nil {
		return err
	}
	if err := t.peer.Abandon(to, t.call); err != nil {
		t.failed("the peer could not send: %v", err)
	}
	if !t.rang {
		return nil
	}
	return w.awaitEnd(ctx, t)
}

// early counts descriptions and candidates that came before their time.
const early = "descriptions and candidates before an answer"

// declined rings, and the person declines.
func declined(ctx context.Context, w *world, t *trial) error {
	if err := w.ring(ctx, t); err != nil || !t.rang {
		return err
	}
	if err := w.phone.Decline(t.call); err != nil {
		t.failed("declining: %v", err)
	}
	return w.awaitEnd(ctx, t)
}

// answeredCall is the peer's call, answered and talked in.
func answeredCall(ctx context.Context, w *world, t *trial) error {
	if err := w.ring(ctx, t); err != nil {
		return err
	}
	if err := w.answer(ctx, t); err != nil {
		return err
	}
	if err := w.muted(ctx, t); err != nil {
		return err
	}
	return w.hangUp(ctx, t)
}

// placedCall is the person's call to the peer.
func placedCall(ctx context.Context, w *world, t *trial) error {
	if err := w.place(ctx, t, t.peer.Address()); err != nil {
		return err
	}
	return w.hangUp(ctx, t)
}

// muted goes on a little with the microphone muted, where private speech says
// that nobody may notice.
func (w *world) muted(ctx context.Context, t *trial) error {
	if !t.up || !w.cfg.Settings.Effective().Privacy.ConstantBitrate {
		return nil
	}
	if err := w.phone.Mute(t.call, true, false); err != nil {
		t.failed("muting: %v", err)
		return nil
	}
	before := len(t.peer.Log().SoundSizes(t.call))
	err := within(ctx, func(ctx context.Context) error {
		return t.peer.Await(ctx, func() bool { return len(t.peer.Log().SoundSizes(t.call)) >= before+enough })
	})
	if err == nil {
		t.counts["packets while muted"] = len(t.peer.Log().SoundSizes(t.call)) - before
	}
	return ctx.Err()
}
