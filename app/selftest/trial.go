package selftest

import (
	"context"
	"fmt"
	"time"

	"paravent/app/hostile"
	"paravent/app/phone"
)

// trial is one scenario as it went.
type trial struct {
	name string
	who  relation
	// expected, from the settings
	route phone.Route // the widest that may be agreed with this peer
	rings bool        // this peer's calls may ring
	// what happened
	peer       *hostile.Peer
	call       phone.CallID
	skipped    string    // why it could not take place under these settings
	problem    string    // what did not go as it must for the trial to tell anything
	placed     time.Time // just before the first message
	rang       bool
	accepted   time.Time // just before the person answered or called; zero: never
	up         bool      // media arrived at the peer
	ended      time.Time // when the phone's own hang-up returned; zero: it hung up nothing
	over       time.Time // when the trial stopped to listen
	receipts   []phone.Receipt
	reason     phone.EndReason
	endedEarly bool     // the peer's call ended before it gave up
	notes      []string // of single things that a judge counts
	counts     map[string]int
}

// patience bounds what must happen; a busy computer is no leak.
const patience = 6 * time.Second

// enough packets of sound for a judgement.
const enough = 30

func (t *trial) failed(format string, args ...any) {
	if t.problem == "" {
		t.problem = fmt.Sprintf(format, args...)
	}
}

// took tells that the trial can be judged.
func (t *trial) took() bool { return t.skipped == "" && t.problem == "" }

func within(ctx context.Context, f func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return f(ctx)
}

// ring lets the peer call, and waits until it rings or must have rung.
func (w *world) ring(ctx context.Context, t *trial) error {
	t.placed = time.Now()
	var err error
	if t.call, err = t.peer.Call(w.phone.Self().Address); err != nil {
		return err
	}
	isIt := func(e phone.Incoming) bool { return e.Call == t.call }
	if !t.rings {
		err := settle(ctx, settleTime)
		t.rang = count(w.events, isIt) > 0
		return err
	}
	err = within(ctx, func(ctx context.Context) error {
		_, err := await(ctx, w.events, isIt)
		return err
	})
	if t.rang = err == nil; !t.rang {
		t.failed("the call did not ring")
	}
	return ctx.Err()
}

// answer lets the person answer the peer's call, and waits for sound.
func (w *world) answer(ctx context.Context, t *trial) error {
	if !t.rang {
		return nil
	}
	t.accepted = time.Now()
	if err := w.phone.Answer(t.call, false); err != nil {
		t.failed("answering: %v", err)
		return nil
	}
	return w.listen(ctx, t)
}

// place lets the person call the peer, and waits for sound.
func (w *world) place(ctx context.Context, t *trial, to string) error {
	t.placed = time.Now()
	t.accepted = t.placed
	var err error
	if t.call, err = w.phone.Call(to, false); err != nil {
		t.failed("calling: %v", err)
		return nil //nolint:nilerr // told by the trial
	}
	return w.listen(ctx, t)
}

// listen waits until enough sound arrived at the peer.
func (w *world) listen(ctx context.Context, t *trial) error {
	err := within(ctx, func(ctx context.Context) error {
		return t.peer.Await(ctx, func() bool {
			return len(t.peer.Log().SoundSizes(t.call)) >= enough || t.peer.Ended(t.call) != phone.NotEnded
		})
	})
	t.up = err == nil && len(t.peer.Log().SoundSizes(t.call)) >= enough
	if !t.up {
		t.failed("no sound arrived: %v", w.end(t.call))
	}
	return ctx.Err()
}

// end is why a call ended, as far as the phone told.
func (w *world) end(id phone.CallID) (why string) {
	count(w.events, func(e phone.CallChanged) bool {
		if e.Call.ID == id {
			why = fmt.Sprintf("%v %v %v", e.Call.State, e.Call.Reason, e.Call.Err)
		}
		return false
	})
	return why
}

// hangUp ends the call here and waits for the receipt.
func (w *world) hangUp(ctx context.Context, t *trial) error {
	if t.call == (phone.CallID{}) {
		return nil
	}
	if w.phone.Hangup(t.call) == nil {
		t.ended = time.Now()
	}
	return w.awaitEnd(ctx, t)
}

// awaitEnded waits for the end of a call and for its receipt.
func (w *world) awaitEnded(ctx context.Context, t *trial) (phone.CallInfo, error) {
	id := t.call
	var end phone.CallChanged
	err := within(ctx, func(ctx context.Context) error {
		r, err := await(ctx, w.events, func(e phone.ReceiptReady) bool { return e.Receipt.Call == id })
		if err != nil {
			return err
		}
		t.receipts = append(t.receipts, r.Receipt)
		end, err = await(ctx, w.events, func(e phone.CallChanged) bool { return e.Call.ID == id && e.Call.State == phone.Ended })
		return err
	})
	return end.Call, err
}

// awaitEnd waits until the call is over, and a little longer.
func (w *world) awaitEnd(ctx context.Context, t *trial) error {
	e, err := w.awaitEnded(ctx, t)
	if err != nil {
		t.failed("the call did not end with a receipt")
		return ctx.Err()
	}
	t.reason = e.Reason
	return settle(ctx, afterEnd)
}

// afterEnd is how long packets after the end are waited for.
const afterEnd = 250 * time.Millisecond

// answerOrOver is when the person answered, or else the end of the trial.
func (t *trial) answerOrOver() time.Time {
	if t.accepted.IsZero() {
		return t.over
	}
	return t.accepted
}
