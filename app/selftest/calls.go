package selftest

import (
	"context"

	"paravent/app/hostile"
	"paravent/app/phone"
)

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
	t.endedEarly = t.peer.Ended(t.call) != phone.NotEnded
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

// whileMuted counts packets of sound that came while the microphone was muted.
const whileMuted = "packets while muted"

// prepared rings, and is made ready meanwhile; nobody answers.
func prepared(ctx context.Context, w *world, t *trial) error {
	if err := w.ring(ctx, t); err != nil || !t.rang {
		return err
	}
	_ = within(ctx, func(ctx context.Context) error { // whether it comes is the phone's affair
		return t.peer.Await(ctx, func() bool { return t.peer.Log().Packets(hostile.DTLS) > 0 })
	})
	if err := settle(ctx, settleTime); err != nil {
		return err
	}
	t.peer.Hangup(t.call)
	return w.awaitEnd(ctx, t)
}

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
		t.counts[whileMuted] = len(t.peer.Log().SoundSizes(t.call)) - before
	}
	return ctx.Err()
}
