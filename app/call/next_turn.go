package call

import (
	"fmt"

	"paravent/app/phone"
)

// The transitions of a change of route. See turn and move in state.go.

// goDirect is the person's word for a direct route: a question, or the answer
// to the other side's.
func (t *step) goDirect() {
	if !t.inCall() || t.route != phone.Relay {
		t.drop()
		return
	}
	switch t.turn.move {
	case calm:
		t.ask()
		t.turn = turn{move: asking, until: t.now.Add(askLimit), mine: t.asks}
	case weighing, asked:
		t.ask()
		t.turn.mine = t.asks
		t.agreeDirect()
	case asking, awaiting, making, awaited, moved:
		t.drop()
		return
	}
	t.changed()
}

// inCall: the call was connected once.
func (t *step) inCall() bool { return t.phase == connected || t.phase == recovering }

func (t *step) ask() {
	t.asks++
	t.widest = phone.Direct
	t.say(stepAsk, t.asks)
}

func (t *step) say(s routeStep, ask uint32) {
	t.send(message{kind: kindRoute, step: s, ask: ask})
}

// agreeDirect: both sides want it.
func (t *step) agreeDirect() {
	t.may = phone.Direct
	t.turn.move, t.turn.until = awaiting, t.now.Add(moveLimit)
	t.settle()
}

// goRelay is the person's word for the relay. Nobody is asked.
func (t *step) goRelay() {
	back := t.turn.route == phone.Relay && t.turn.gen != 0 // on the way already
	switch {
	case !t.inCall() || back:
		t.drop()
		return
	case t.turn.move == calm || t.turn.move == awaiting:
		t.back()
		return
	}
	switch t.turn.move {
	case asking:
		t.say(stepWithdraw, t.turn.mine)
		t.turn = turn{}
	case weighing, asked:
		t.say(stepRefuse, t.turn.theirs)
		t.turn = turn{}
	case making, awaited:
		t.giveUp(true, nil)
		return
	case moved: // the other side may be through already: nothing more leaves by that way
		t.may = phone.Relay
		t.do(action{kind: actCarry, gen: t.use})
		t.tellBack()
	case calm, awaiting:
	}
	t.changed()
}

// back leaves the direct route, or takes back the agreement to it.
func (t *step) back() {
	if t.may == phone.Relay && (t.route == phone.Relay || t.turn.move == awaiting) {
		t.drop()
		return
	}
	t.may = phone.Relay
	t.tellBack()
	t.turn.move = calm
	t.settle()
	t.changed()
}

// tellBack says that this side leaves the direct route. The caller's offer of
// a relayed session says it too, unless there will be none.
func (t *step) tellBack() {
	switch {
	case t.role == Callee:
		t.say(stepRelay, t.turn.mine)
	case t.route == phone.Relay && t.turn.gen == 0:
		t.say(stepWithdraw, t.turn.mine)
	}
}

// settle begins what brings the route to what both agreed to.
func (t *step) settle() {
	switch {
	case t.turn.gen != 0: // on the way
	case t.route == t.may:
		if t.turn.move == awaiting {
			t.turn = turn{}
		}
	case t.role == Caller:
		t.begin()
	default:
		t.awaitOffer()
	}
}

// awaitOffer: agreed, and to be done soon.
func (t *step) awaitOffer() {
	if t.turn.move != awaiting {
		t.turn.move, t.turn.until = awaiting, t.now.Add(moveLimit)
	}
}

// begin offers a session over the route agreed to, beside the one in use, as
// soon as the path and the exchange of that are settled. A route that was
// taken back is left in any case.
func (t *step) begin() {
	settled := t.phase == connected || t.phase == recovering && t.may < t.route
	if !settled || t.exchange != exDone || t.use == 0 {
		t.awaitOffer()
		return
	}
	t.gen++
	t.second(t.gen, t.may)
	t.describe(action{kind: actOffer, gen: t.gen, route: t.may})
}

// second is the session that is being made beside the one in use.
func (t *step) second(gen uint32, r phone.Route) {
	t.turn.move, t.turn.until = making, t.now.Add(moveLimit)
	t.turn.gen, t.turn.route = gen, r
}

// theyMove: the caller offers a session beside the one in use.
func (t *step) theyMove(m message) {
	switch {
	case t.turn.gen != 0:
		t.drop()
	case m.route == t.route:
		t.refuseOffer(m)
	default:
		t.may = phone.Stricter(t.may, m.route) // the caller takes back what it agreed to
		t.second(m.gen, m.route)
		t.answerOffer(m)
		t.changed()
	}
}

// refuseOffer: a wider session than agreed. It is no more than a crossing of
// messages where this side had agreed before, else the other side is hostile.
// Either way nothing leaves.
func (t *step) refuseOffer(m message) {
	if m.route > t.widest {
		t.end(phone.PolicyRefused, errWiderRoute)
		return
	}
	t.gen, t.exchange = m.gen, exDone
	t.send(message{kind: kindDrop, gen: m.gen})
	if t.turn.move == weighing || t.turn.move == asked {
		t.turn = turn{}
		t.changed()
	}
}

// turnUp: the second session is through here, and carries from now on.
func (t *step) turnUp() {
	if t.exchange != exDone {
		t.drop()
		return
	}
	if t.turn.move == moved { // it came back
		t.turn.repair = false
		t.recovered()
		return
	}
	t.do(action{kind: actCarry, gen: t.turn.gen})
	t.send(message{kind: kindMoved, gen: t.turn.gen})
	through := t.turn.move == awaited
	t.turn.move, t.turn.until = moved, never
	if t.phase == negotiating {
		t.connectedAt = t.now
	}
	t.phase, t.deadline, t.retry = connected, never, never
	if through {
		t.commit()
	}
	t.changed()
}

func (t *step) theyMoved(m message) {
	switch {
	case m.gen != t.turn.gen || m.gen == 0:
		t.drop()
	case t.turn.move == making:
		t.turn.move = awaited
	case t.turn.move == moved:
		t.commit()
		t.changed()
	default:
		t.drop()
	}
}

// commit: both sides are through, and the session before closes.
func (t *step) commit() {
	if t.may < t.turn.route { // it had been taken off already
		t.do(action{kind: actCarry, gen: t.turn.gen})
	}
	t.do(action{kind: actCloseSession, gen: t.use})
	t.use, t.upGen, t.route = t.turn.gen, t.turn.gen, t.turn.route
	t.made, t.proven = t.turn.gen, t.turn.proven
	repair := t.turn.repair
	t.turn = turn{}
	t.compare()
	t.settle()
	if repair {
		t.repair()
	}
}

// theyDrop: the other side gave a session up.
func (t *step) theyDrop(m message) {
	newer := m.gen > t.gen
	switch {
	case !t.talking() || m.gen == 0 || newer && t.role == Caller:
		t.drop()
		return
	case newer:
		t.gen, t.exchange = m.gen, exDone
	}
	switch {
	case m.gen == t.turn.gen, newer && t.turn.move == awaiting:
		t.giveUp(false, t.turnFailed(nil))
	case m.gen != t.use || t.turn.gen != 0:
		t.drop()
	case !t.agreed():
		t.unready()
	case t.phase == connected:
		t.abandon()
		t.lost()
	default:
		t.abandon()
	}
}

// giveUp goes on with the session in use. err is what the person is told.
func (t *step) giveUp(tell bool, err error) {
	back := t.turn.move == moved
	if gen := t.turn.gen; gen != 0 {
		if back {
			t.do(action{kind: actCarry, gen: t.use})
		}
		t.do(action{kind: actCloseSession, gen: gen})
		t.exchange = exDone
		if tell {
			t.send(message{kind: kindDrop, gen: gen})
		}
	}
	repair := t.turn.repair
	t.may = phone.Stricter(t.may, t.route)
	t.turn = turn{}
	if err != nil {
		t.do(action{kind: actNotice, err: err})
	}
	t.changed()
	switch {
	case back && t.upGen == 0 && t.phase == connected: // it never was through here
		t.lost()
	case repair:
		t.repair()
	}
}

// turnFailed is what a failed change of route means to the person.
func (t *step) turnFailed(cause error) error {
	fault := ErrDirectFailed
	if t.turn.route == phone.Relay || t.turn.gen == 0 && t.may == phone.Relay {
		fault = ErrRelayFailed
	}
	if cause == nil {
		return fault
	}
	return fmt.Errorf("%w: %w", fault, cause)
}

// turnLate: a change of route took too long.
func (t *step) turnLate() {
	switch t.turn.move {
	case asking:
		t.say(stepWithdraw, t.turn.mine)
		t.giveUp(false, ErrDirectUnanswered)
	case awaiting, making, awaited:
		t.giveUp(true, t.turnFailed(nil))
	case calm, weighing, asked, moved:
		t.turn.until = never
	}
}

// consulted: the policy said whether the person may agree.
func (t *step) consulted(e event) {
	switch {
	case t.turn.move != weighing:
		t.drop()
		return
	case e.allowed:
		t.turn.move = asked
	default:
		t.say(stepRefuse, t.turn.theirs)
		t.turn = turn{}
	}
	t.changed()
}
