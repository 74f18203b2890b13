package call

import "paravent/app/phone"

// The transitions that the other side's ROUTE causes.

func (t *step) theyRoute(m message) {
	if !t.inCall() {
		t.drop()
		return
	}
	switch m.step {
	case stepAsk:
		t.theyAsk(m.ask)
	case stepWithdraw:
		t.theyWithdraw(m.ask)
	case stepRefuse:
		t.theyRefuse(m.ask)
	case stepRelay:
		t.theyBack(m.ask)
	}
}

func (t *step) theyAsk(ask uint32) {
	if t.route != phone.Relay {
		t.drop()
		return
	}
	switch t.turn.move {
	case calm:
		t.turn = turn{move: weighing, theirs: ask}
		t.do(action{kind: actConsult})
	case weighing, asked:
		t.turn.theirs = ask
	case asking: // both ask: that is an agreement
		t.turn.theirs = ask
		t.agreeDirect()
		t.changed()
	case awaiting, making, awaited, moved:
		t.drop()
	}
}

func (t *step) theyWithdraw(ask uint32) {
	widening := t.route == phone.Relay && t.may == phone.Direct
	switch {
	case ask != t.turn.theirs:
		t.drop()
	case t.turn.move == weighing || t.turn.move == asked:
		t.turn = turn{}
		t.changed()
	case widening && t.turn.move != moved && t.turn.move != calm:
		t.say(stepWithdraw, t.turn.mine) // it may have come to them as a question
		t.giveUp(true, nil)
	default:
		t.drop()
	}
}

func (t *step) theyRefuse(ask uint32) {
	if t.turn.move != asking || ask != t.turn.mine {
		t.drop()
		return
	}
	t.giveUp(false, ErrDirectRefused)
}

// theyBack: the callee leaves the direct route.
func (t *step) theyBack(ask uint32) {
	if t.role != Caller {
		t.drop()
		return
	}
	t.may = phone.Relay
	switch t.turn.move {
	case making, awaited:
		if t.turn.route == phone.Direct {
			t.giveUp(true, nil)
			return
		}
	case weighing, asked:
		if t.turn.theirs == ask { // the question is over with it
			t.turn = turn{}
		}
	case calm, awaiting:
		t.settle()
	case asking, moved: // what follows does what is needed
	}
	t.changed()
}
