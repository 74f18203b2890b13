package call

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"paravent/app/phone"
)

var errTest = errors.New("test")

// in is a call in a phase, as it looks after an ordinary life so far.
func in(role Role, p phase) state {
	s := state{
		role: role, peer: Party{ID: "peer"}, wish: phone.Relay, ttl: defaultTTL, tell: true, video: true,
		started: epoch, phase: p,
	}
	if role == Callee {
		s.theirs = phone.Direct
	}
	s.opened = p != made && p != ringing
	s.used = s.opened
	switch p {
	case checking, proposing, alerting, ringing, securing, negotiating, recovering:
		s.deadline = epoch.Add(time.Minute)
	case made, connected, ended:
	}
	switch p {
	case negotiating, connected, recovering:
		s.route, s.may, s.widest, s.relayOK, s.accepted = phone.Relay, phone.Relay, phone.Relay, true, epoch
	case made, checking, proposing, alerting, ringing, securing, ended:
	}
	if p == connected || p == recovering {
		s.gen, s.use, s.upGen, s.exchange, s.connectedAt = 1, 1, 1, exDone, epoch
	}
	if p == recovering {
		s.retry = epoch.Add(recoveryRetry)
	}
	return s
}

func with(s state, changes ...func(*state)) state {
	for _, change := range changes {
		change(&s)
	}
	return s
}

func msg(k kind) event           { return event{kind: evMessage, msg: message{kind: k, video: k == kindPrepare}} }
func msgWhy(k kind, w why) event { return event{kind: evMessage, msg: message{kind: k, why: w}} }
func msgGen(k kind, gen uint32) event {
	return event{kind: evMessage, msg: message{kind: k, gen: gen, text: "x"}}
}
func offerOf(r phone.Route, gen uint32) event {
	return event{kind: evMessage, msg: message{kind: kindOffer, route: r, gen: gen, text: "x"}}
}
func routeMsg(s routeStep, ask uint32) event {
	return event{kind: evMessage, msg: message{kind: kindRoute, step: s, ask: ask}}
}
func proceedBy(r phone.Route) event {
	return event{kind: evMessage, msg: message{kind: kindProceed, route: r, video: true}}
}
func soundOnly(k kind) event {
	return event{kind: evMessage, msg: message{kind: k, route: phone.Relay}}
}
func proceedReady(ready bool) event {
	return event{kind: evMessage, msg: message{kind: kindProceed, route: phone.Relay, ready: ready, video: true}}
}
func late(d time.Duration) event { return event{kind: evTick, at: epoch.Add(d)} }

// brief writes actions in a row's short form: messages in capitals with
// reason, media and observer by name.
func brief(as []action) string {
	kinds := [...]string{"", "", "PROPOSE", "RINGING", "PROCEED", "REJECT", "RETRACT", "OFFER", "ANSWER", "CAND", "WANT", "STATE", "HANGUP", "PREPARE", "ROUTE", "MOVED", "DROP", "KNOCK", "WELCOME", "COMMIT", "KEY", "REVEAL"}
	names := [...]string{"drop", "", "checkRelay", "open", "offer", "answer", "complete", "candidate", "setLocal", "carry", "closeSession", "close", "incoming", "changed", "ended", "missed", "notice", "consult"}
	var out []string
	for _, a := range as {
		switch {
		case a.kind == actSend && a.msg.why != 0:
			out = append(out, fmt.Sprintf("%s/%d", kinds[a.msg.kind], a.msg.why))
		case a.kind == actSend && a.msg.step != 0:
			out = append(out, [...]string{"", "ASK", "WITHDRAW", "REFUSE", "BACK"}[a.msg.step])
		case a.kind == actSend:
			out = append(out, kinds[a.msg.kind])
		default:
			out = append(out, names[a.kind])
		}
	}
	return strings.Join(out, " ")
}

func TestNext(t *testing.T) {
	offered := with(in(Caller, negotiating), func(s *state) { s.gen, s.use, s.exchange = 1, 1, exOffered })
	describing := with(in(Caller, negotiating), func(s *state) { s.gen, s.use, s.exchange = 1, 1, exDescribing })
	answering := with(in(Callee, negotiating), func(s *state) { s.gen, s.use, s.exchange = 1, 1, exDescribing })
	answered := with(in(Callee, negotiating), func(s *state) { s.gen, s.use, s.exchange = 1, 1, exDone })
	direct := func(s *state) { s.wish = phone.Direct }
	secret := func(s *state) { s.tell = false }
	may := func(s *state) { s.ready = readyMay }
	checkingNow := func(s *state) { s.ready = readyChecking }
	ready := func(s *state) { s.ready, s.relayOK = readyAgreed, true }
	prepared := func(s *state) { s.ready, s.used, s.gen, s.use, s.exchange = readyAgreed, true, 1, 1, exDone }
	through := func(s *state) { s.upGen = 1 }
	checkedRelay := func(s *state) { s.relayOK = true }
	until := epoch.Add(time.Minute)
	askedThem := func(s *state) { s.widest, s.asks, s.turn = phone.Direct, 1, turn{move: asking, until: until, mine: 1} }
	askedUs := func(s *state) { s.turn = turn{move: asked, theirs: 1} }
	weigh := func(s *state) { s.turn = turn{move: weighing, theirs: 1} }
	agreedDirect := func(s *state) {
		s.may, s.widest, s.turn = phone.Direct, phone.Direct, turn{move: awaiting, until: until, mine: 1, theirs: 1}
	}
	makingDirect := func(s *state) {
		agreedDirect(s)
		s.turn.move, s.turn.gen, s.turn.route, s.gen, s.exchange = making, 2, phone.Direct, 2, exDescribing
		s.retry = epoch.Add(time.Hour)
	}
	bothDescribed := func(s *state) { s.exchange = exDone }
	isAwaited := func(s *state) { s.turn.move = awaited }
	isMoved := func(s *state) { s.turn.move, s.turn.until = moved, never }
	isDirect := func(s *state) { s.route, s.may, s.widest = phone.Direct, phone.Direct, phone.Direct }
	takenBack := func(s *state) { s.may = phone.Relay }
	rows := []struct {
		name string
		from state
		e    event
		to   phase
		acts string
		end  phone.EndReason
	}{
		// The caller's way to Connected.
		{"made->place->checking", in(Caller, made), event{kind: evPlace}, checking, "open checkRelay changed", 0},
		{"made->place(direct)->proposing", with(in(Caller, made), direct), event{kind: evPlace}, proposing, "open PROPOSE changed", 0},
		{"checking->relay->proposing", in(Caller, checking), event{kind: evRelayChecked}, proposing, "PROPOSE changed", 0},
		{"proposing->RINGING->alerting", in(Caller, proposing), msg(kindRinging), alerting, "changed", 0},
		{"proposing->PROCEED(relay)->negotiating", with(in(Caller, proposing), func(s *state) { s.relayOK = true }), proceedBy(phone.Relay), negotiating, "offer changed", 0},
		{"alerting->PROCEED(direct)->negotiating", with(in(Caller, alerting), direct), proceedBy(phone.Direct), negotiating, "offer changed", 0},
		{"alerting->PROCEED(relay, unchecked)->securing", with(in(Caller, alerting), direct), proceedBy(phone.Relay), securing, "checkRelay changed", 0},
		{"securing->relay->negotiating", in(Caller, securing), event{kind: evRelayChecked}, negotiating, "offer changed", 0},
		{"negotiating->described->negotiating", describing, event{kind: evDescribed, gen: 1, text: "o"}, negotiating, "OFFER", 0},
		{"negotiating->ANSWER->negotiating", offered, msgGen(kindAnswer, 1), negotiating, "complete", 0},
		{"negotiating->up->connected", with(offered, func(s *state) { s.exchange = exDone }), event{kind: evMediaUp, gen: 1}, connected, "carry changed", 0},
		// The callee's way to Connected.
		{"made->ring->ringing", in(Callee, made), event{kind: evRing, left: time.Second}, ringing, "RINGING incoming changed", 0},
		{"made->ring(secret)->ringing", with(in(Callee, made), secret), event{kind: evRing, left: time.Second}, ringing, "incoming changed", 0},
		{"made->join->securing", in(Callee, made), event{kind: evJoin}, securing, "open checkRelay changed", 0},
		{"made->turnAway->ended", in(Callee, made), event{kind: evTurnAway}, ended, "REJECT/2", phone.Busy},
		{"ringing->answer->securing", in(Callee, ringing), event{kind: evAnswer, video: true}, securing, "open checkRelay changed", 0},
		{"ringing->answer(direct)->negotiating", with(in(Callee, ringing), direct), event{kind: evAnswer, video: true}, negotiating, "open PROCEED changed", 0},
		{"ringing->answer(no camera)->negotiating", with(in(Callee, ringing), direct), event{kind: evAnswer}, negotiating, "open PROCEED STATE changed", 0},
		{"securing(callee)->relay->negotiating", in(Callee, securing), event{kind: evRelayChecked}, negotiating, "PROCEED changed", 0},
		{"negotiating->OFFER->negotiating", in(Callee, negotiating), offerOf(phone.Relay, 1), negotiating, "answer", 0},
		{"negotiating(callee)->described->negotiating", answering, event{kind: evDescribed, gen: 1, text: "a"}, negotiating, "ANSWER", 0},
		{"negotiating(callee)->up->connected", answered, event{kind: evMediaUp, gen: 1}, connected, "carry changed", 0},
		// Ends before an answer.
		{"checking->no relay->ended", in(Caller, checking), event{kind: evRelayChecked, err: errTest}, ended, "close changed ended", phone.RelayUnavailable},
		{"checking->no server->ended", in(Caller, checking), event{kind: evRelayChecked, err: errTest, reason: phone.ServerUnreachable}, ended, "close changed ended", phone.ServerUnreachable},
		{"checking->5 s->ended", in(Caller, checking), late(time.Minute), ended, "close changed ended", phone.RelayUnavailable},
		{"checking->hangup->ended", in(Caller, checking), event{kind: evHangup}, ended, "close changed ended", phone.Cancelled},
		{"proposing->hangup->ended", in(Caller, proposing), event{kind: evHangup}, ended, "close changed ended RETRACT/4", phone.Cancelled},
		{"alerting->ttl->ended", in(Caller, alerting), late(time.Minute), ended, "close changed ended RETRACT/5", phone.NoAnswer},
		{"alerting->declined->ended", in(Caller, alerting), msgWhy(kindReject, whyDeclined), ended, "close changed ended", phone.Declined},
		{"proposing->busy->ended", in(Caller, proposing), msgWhy(kindReject, whyBusy), ended, "close changed ended", phone.Busy},
		{"alerting->unavailable->ended", in(Caller, alerting), msgWhy(kindReject, whyUnavailable), ended, "close changed ended", phone.RelayUnavailable},
		{"alerting->wider PROCEED->ended", in(Caller, alerting), proceedBy(phone.Direct), ended, "close changed ended HANGUP/7", phone.PolicyRefused},
		{"proposing->not sent->ended", in(Caller, proposing), event{kind: evSendFailed, reason: phone.ServerUnreachable, err: errTest}, ended, "close changed ended", phone.ServerUnreachable},
		{"proposing->no microphone->ended", in(Caller, proposing), event{kind: evMediaFailed, reason: phone.DeviceFailed, err: errTest}, ended, "close changed ended RETRACT/4", phone.DeviceFailed},
		{"alerting->glare->ended", in(Caller, alerting), event{kind: evGlareLost}, ended, "close changed ended", phone.GlareLost},
		{"ringing->decline->ended", in(Callee, ringing), event{kind: evDecline}, ended, "changed ended REJECT/1", phone.Declined},
		{"ringing->decline(secret)->ended", with(in(Callee, ringing), secret), event{kind: evDecline}, ended, "changed ended", phone.Declined},
		{"ringing->hangup->ended", in(Callee, ringing), event{kind: evHangup}, ended, "changed ended REJECT/1", phone.Declined},
		{"ringing->ttl->ended", in(Callee, ringing), late(time.Minute), ended, "changed ended missed", phone.Missed},
		{"ringing->RETRACT->ended", in(Callee, ringing), msgWhy(kindRetract, whyCancelled), ended, "changed ended missed", phone.Cancelled},
		{"ringing->RETRACT(timeout)->ended", in(Callee, ringing), msgWhy(kindRetract, whyTimeout), ended, "changed ended missed", phone.Missed},
		{"ringing->called again->ended", in(Callee, ringing), event{kind: evReplaced}, ended, "changed ended", phone.Replaced},
		{"ringing->network lost->ended", in(Callee, ringing), event{kind: evNetworkLost}, ended, "changed ended missed", phone.NetworkLost},
		{"ringing->shut down->ended", in(Callee, ringing), event{kind: evShutDown}, ended, "changed ended missed", phone.ShutDown},
		{"securing->no relay->ended", in(Callee, securing), event{kind: evRelayChecked, err: errTest}, ended, "close changed ended REJECT/3", phone.RelayUnavailable},
		{"securing->5 s->ended", in(Callee, securing), late(time.Minute), ended, "close changed ended REJECT/3", phone.RelayUnavailable},
		{"securing->decline->ended", in(Callee, securing), event{kind: evDecline}, ended, "close changed ended REJECT/1", phone.Declined},
		{"securing->hangup->ended", in(Callee, securing), event{kind: evHangup}, ended, "close changed ended REJECT/1", phone.HungUp},
		{"securing->no server->ended", in(Callee, securing), event{kind: evRelayChecked, err: errTest, reason: phone.ServerUnreachable}, ended, "close changed ended REJECT/3", phone.ServerUnreachable},
		{"securing(caller)->no server->ended", in(Caller, securing), event{kind: evRelayChecked, err: errTest, reason: phone.ServerUnreachable}, ended, "close changed ended HANGUP/7", phone.ServerUnreachable},
		{"securing(caller)->no relay->ended", in(Caller, securing), event{kind: evRelayChecked, err: errTest}, ended, "close changed ended HANGUP/7", phone.RelayUnavailable},
		// Ends after an answer.
		{"negotiating->30 s->ended", offered, late(time.Minute), ended, "close changed ended HANGUP/7", phone.NegotiationFailed},
		{"negotiating->leak->ended", describing, event{kind: evDescribed, gen: 1, err: errTest, reason: phone.LeakPrevented}, ended, "close changed ended HANGUP/7", phone.LeakPrevented},
		{"negotiating->failed->ended", offered, event{kind: evMediaFailed, gen: 1, err: errTest, reason: phone.NegotiationFailed}, ended, "close changed ended HANGUP/7", phone.NegotiationFailed},
		{"connected->hangup->ended", in(Caller, connected), event{kind: evHangup}, ended, "close changed ended HANGUP/6", phone.HungUp},
		{"connected->HANGUP->ended", in(Callee, connected), msgWhy(kindHangup, whyHungUp), ended, "close changed ended", phone.RemoteHungUp},
		{"connected->HANGUP(lost)->ended", in(Callee, connected), msgWhy(kindHangup, whyLost), ended, "close changed ended", phone.MediaLost},
		{"alerting->HANGUP(failed)->ended", in(Caller, alerting), msgWhy(kindHangup, whyFailed), ended, "close changed ended", phone.NegotiationFailed},
		{"connected->RETRACT->ended", in(Callee, connected), msgWhy(kindRetract, whyCancelled), ended, "close changed ended", phone.Cancelled},
		{"connected->network lost->ended", in(Callee, connected), event{kind: evNetworkLost}, ended, "close changed ended HANGUP/7", phone.NetworkLost},
		{"connected->shut down->ended", in(Callee, connected), event{kind: evShutDown}, ended, "close changed ended HANGUP/9", phone.ShutDown},
		{"connected->called again->ended", in(Callee, connected), event{kind: evReplaced}, ended, "close changed ended", phone.Replaced},
		{"connected->leak->ended", in(Callee, connected), event{kind: evMediaFailed, err: errTest, reason: phone.LeakPrevented}, ended, "close changed ended HANGUP/7", phone.LeakPrevented},
		// Recovery.
		{"connected->down->recovering", in(Caller, connected), event{kind: evMediaDown, gen: 1}, recovering, "offer changed", 0},
		{"connected(callee)->down->recovering", in(Callee, connected), event{kind: evMediaDown, gen: 1}, recovering, "WANT changed", 0},
		{"connected->old down->connected", in(Caller, connected), event{kind: evMediaDown, gen: 0}, connected, "drop", 0},
		{"connected->path failed->recovering", in(Caller, connected), event{kind: evMediaFailed, gen: 1, err: errTest, reason: phone.NegotiationFailed}, recovering, "offer changed", 0},
		{"connected->restart->connected", in(Caller, connected), event{kind: evRestart}, connected, "offer", 0},
		{"connected(callee)->restart->connected", in(Callee, connected), event{kind: evRestart}, connected, "WANT", 0},
		{"connected->WANT->connected", in(Caller, connected), msgGen(kindWant, 1), connected, "offer", 0},
		{"connected->stale WANT->connected", in(Caller, connected), msgGen(kindWant, 0), connected, "drop", 0},
		{"recovering->7 s->recovering", in(Caller, recovering), late(recoveryRetry), recovering, "offer", 0},
		{"recovering(callee)->7 s->recovering", in(Callee, recovering), late(recoveryRetry), recovering, "WANT", 0},
		{"recovering->up->connected", in(Caller, recovering), event{kind: evMediaUp, gen: 1}, connected, "carry changed", 0},
		{"recovering->failed->recovering", in(Caller, recovering), event{kind: evMediaFailed, gen: 1, err: errTest, reason: phone.NegotiationFailed}, recovering, "", 0},
		{"recovering->20 s->ended", with(in(Callee, recovering), func(s *state) { s.retry = epoch.Add(time.Hour) }), late(time.Minute), ended, "close changed ended HANGUP/8", phone.MediaLost},
		// Made ready while it rings.
		{"made->ring(ready)->ringing", with(in(Callee, made), may), event{kind: evRing, left: time.Minute}, ringing, "RINGING incoming changed checkRelay", 0},
		{"ringing->relay->ringing", with(in(Callee, ringing), checkingNow), event{kind: evRelayChecked}, ringing, "PREPARE", 0},
		{"ringing->no relay->ringing", with(in(Callee, ringing), checkingNow), event{kind: evRelayChecked, err: errTest}, ringing, "", 0},
		{"ringing->OFFER->ringing(ready)", with(in(Callee, ringing), ready), offerOf(phone.Relay, 1), ringing, "answer", 0},
		{"ringing->wide OFFER->ringing", with(in(Callee, ringing), ready), offerOf(phone.Direct, 1), ringing, "drop", 0},
		{"ringing->second OFFER->ringing", with(in(Callee, ringing), prepared), offerOf(phone.Relay, 2), ringing, "drop", 0},
		{"ringing->up->ringing(ready)", with(in(Callee, ringing), prepared), event{kind: evMediaUp, gen: 1}, ringing, "", 0},
		{"ringing->answer->connected", with(in(Callee, ringing), prepared, through), event{kind: evAnswer, video: true}, connected, "open PROCEED carry changed", 0},
		{"ringing->answer(not through)->negotiating", with(in(Callee, ringing), prepared), event{kind: evAnswer, video: true}, negotiating, "open PROCEED changed", 0},
		{"ringing->answer(no offer)->negotiating", with(in(Callee, ringing), ready), event{kind: evAnswer, video: true}, negotiating, "open PROCEED changed", 0},
		{"ringing->answer(checking)->securing", with(in(Callee, ringing), checkingNow), event{kind: evAnswer, video: true}, securing, "open changed", 0},
		{"ringing->ready failed->ringing", with(in(Callee, ringing), prepared), event{kind: evMediaFailed, gen: 1, err: errTest, reason: phone.NegotiationFailed}, ringing, "closeSession", 0},
		{"ringing->ready down->ringing", with(in(Callee, ringing), prepared, through), event{kind: evMediaDown, gen: 1}, ringing, "closeSession", 0},
		{"ringing->DROP->ringing", with(in(Callee, ringing), prepared), msgGen(kindDrop, 1), ringing, "closeSession", 0},
		{"ringing(ready)->decline->ended", with(in(Callee, ringing), prepared), event{kind: evDecline}, ended, "close changed ended REJECT/1", phone.Declined},
		{"ringing(ready)->ttl->ended", with(in(Callee, ringing), prepared), late(time.Minute), ended, "close changed ended missed", phone.Missed},
		{"alerting->PROCEED(sound only)->negotiating", with(in(Caller, alerting), checkedRelay), soundOnly(kindProceed), negotiating, "setLocal changed STATE offer changed", 0},
		{"alerting->PREPARE(sound only)->alerting", with(in(Caller, alerting), may, checkedRelay), soundOnly(kindPrepare), alerting, "setLocal changed offer", 0},
		{"alerting->PREPARE->alerting", with(in(Caller, alerting), may, checkedRelay), msg(kindPrepare), alerting, "offer", 0},
		{"alerting->PREPARE(unchecked)->alerting", with(in(Caller, alerting), may), msg(kindPrepare), alerting, "checkRelay", 0},
		{"alerting->second PREPARE->alerting", with(in(Caller, alerting), prepared), msg(kindPrepare), alerting, "drop", 0},
		{"alerting->PROCEED(ready)->connected", with(in(Caller, alerting), prepared, through), proceedReady(true), connected, "carry changed", 0},
		{"alerting->PROCEED(not ready)->negotiating", with(in(Caller, alerting), prepared, through, checkedRelay), proceedReady(false), negotiating, "closeSession offer changed", 0},
		{"alerting->ready failed->alerting", with(in(Caller, alerting), prepared), event{kind: evMediaFailed, gen: 1, err: errTest, reason: phone.NegotiationFailed}, alerting, "DROP closeSession", 0},
		{"connected->DROP of what was ready->recovering", in(Callee, connected), msgGen(kindDrop, 1), recovering, "closeSession WANT changed", 0},
		// To a direct path.
		{"connected->go direct->asking", in(Caller, connected), event{kind: evGoDirect}, connected, "ASK changed", 0},
		{"asking->again->asking", with(in(Caller, connected), askedThem), event{kind: evGoDirect}, connected, "drop", 0},
		{"connected->ASK->weighing", in(Callee, connected), routeMsg(stepAsk, 1), connected, "consult", 0},
		{"weighing->allowed->asked", with(in(Callee, connected), weigh), event{kind: evConsulted, allowed: true}, connected, "changed", 0},
		{"weighing->forbidden->calm", with(in(Callee, connected), weigh), event{kind: evConsulted}, connected, "REFUSE changed", 0},
		{"asked->go direct->awaiting", with(in(Callee, connected), askedUs), event{kind: evGoDirect}, connected, "ASK changed", 0},
		{"asked(caller)->go direct->making", with(in(Caller, connected), askedUs), event{kind: evGoDirect}, connected, "ASK offer changed", 0},
		{"asked->go relay->calm", with(in(Callee, connected), askedUs), event{kind: evGoRelay}, connected, "REFUSE changed", 0},
		{"asked->WITHDRAW->calm", with(in(Callee, connected), askedUs), routeMsg(stepWithdraw, 1), connected, "changed", 0},
		{"asked->old WITHDRAW->asked", with(in(Callee, connected), askedUs), routeMsg(stepWithdraw, 9), connected, "drop", 0},
		{"asking->ASK->making", with(in(Caller, connected), askedThem), routeMsg(stepAsk, 1), connected, "offer changed", 0},
		{"asking(callee)->ASK->awaiting", with(in(Callee, connected), askedThem), routeMsg(stepAsk, 1), connected, "changed", 0},
		{"asking->REFUSE->calm", with(in(Caller, connected), askedThem), routeMsg(stepRefuse, 1), connected, "notice changed", 0},
		{"asking->old REFUSE->asking", with(in(Caller, connected), askedThem), routeMsg(stepRefuse, 9), connected, "drop", 0},
		{"asking->30 s->calm", with(in(Caller, connected), askedThem), late(time.Minute), connected, "WITHDRAW notice changed", 0},
		{"asking->go relay->calm", with(in(Caller, connected), askedThem), event{kind: evGoRelay}, connected, "WITHDRAW changed", 0},
		{"awaiting->OFFER->making", with(in(Callee, connected), agreedDirect), offerOf(phone.Direct, 2), connected, "answer changed", 0},
		{"awaiting->15 s->calm", with(in(Callee, connected), agreedDirect), late(time.Minute), connected, "notice changed", 0},
		{"awaiting->go relay->calm", with(in(Callee, connected), agreedDirect), event{kind: evGoRelay}, connected, "BACK changed", 0},
		{"making->go relay->calm", with(in(Caller, connected), makingDirect), event{kind: evGoRelay}, connected, "closeSession DROP changed", 0},
		{"making->BACK->calm", with(in(Caller, connected), makingDirect), routeMsg(stepRelay, 0), connected, "closeSession DROP changed", 0},
		{"making->15 s->calm", with(in(Caller, connected), makingDirect), late(time.Minute), connected, "closeSession DROP notice changed", 0},
		{"making->failed->calm", with(in(Caller, connected), makingDirect), event{kind: evMediaFailed, gen: 2, err: errTest, reason: phone.NegotiationFailed}, connected, "closeSession DROP notice changed", 0},
		{"making->DROP->calm", with(in(Caller, connected), makingDirect), msgGen(kindDrop, 2), connected, "closeSession notice changed", 0},
		{"making->leak->ended", with(in(Caller, connected), makingDirect), event{kind: evDescribed, gen: 2, err: errTest, reason: phone.LeakPrevented}, ended, "close changed ended HANGUP/7", phone.LeakPrevented},
		{"making->up->moved", with(in(Caller, connected), makingDirect, bothDescribed), event{kind: evMediaUp, gen: 2}, connected, "carry MOVED changed", 0},
		{"making->MOVED->awaited", with(in(Caller, connected), makingDirect, bothDescribed), msgGen(kindMoved, 2), connected, "", 0},
		{"awaited->up->calm", with(in(Caller, connected), makingDirect, bothDescribed, isAwaited), event{kind: evMediaUp, gen: 2}, connected, "carry MOVED closeSession changed", 0},
		{"moved->MOVED->calm", with(in(Caller, connected), makingDirect, bothDescribed, isMoved), msgGen(kindMoved, 2), connected, "closeSession changed", 0},
		{"moved->DROP->calm", with(in(Caller, connected), makingDirect, bothDescribed, isMoved), msgGen(kindDrop, 2), connected, "carry closeSession notice changed", 0},
		{"moved->go relay->moved", with(in(Callee, connected), makingDirect, bothDescribed, isMoved), event{kind: evGoRelay}, connected, "carry BACK changed", 0},
		{"moved(caller, taken back)->MOVED->making", with(in(Caller, connected), makingDirect, bothDescribed, isMoved, takenBack), msgGen(kindMoved, 2), connected, "carry closeSession offer changed", 0},
		{"making->old path down->recovering", with(in(Caller, connected), makingDirect), event{kind: evMediaDown, gen: 1}, recovering, "changed", 0},
		{"recovering->new path up->connected", with(in(Caller, recovering), makingDirect, bothDescribed), event{kind: evMediaUp, gen: 2}, connected, "carry MOVED changed", 0},
		{"moved->old path down->moved", with(in(Caller, connected), makingDirect, bothDescribed, isMoved), event{kind: evMediaDown, gen: 1}, connected, "drop", 0},
		// Back to the relay.
		{"direct->go relay->making", with(in(Caller, connected), isDirect), event{kind: evGoRelay}, connected, "offer changed", 0},
		{"direct(callee)->go relay->awaiting", with(in(Callee, connected), isDirect), event{kind: evGoRelay}, connected, "BACK changed", 0},
		{"direct->BACK->making", with(in(Caller, connected), isDirect), routeMsg(stepRelay, 0), connected, "offer changed", 0},
		{"direct(callee)->OFFER(relay)->making", with(in(Callee, connected), isDirect), offerOf(phone.Relay, 2), connected, "answer changed", 0},
		{"direct->ASK->direct", with(in(Callee, connected), isDirect), routeMsg(stepAsk, 1), connected, "drop", 0},
		{"direct(taken back)->down->recovering", with(in(Caller, connected), isDirect, takenBack), event{kind: evMediaDown, gen: 1}, recovering, "offer changed", 0},
		{"direct(callee, taken back)->restart OFFER->direct", with(in(Callee, connected), isDirect, takenBack), offerOf(phone.NoRoute, 2), connected, "drop", 0},
		// Hostile: a direct session that nobody agreed to.
		{"relayed->OFFER(direct)->ended", in(Callee, connected), offerOf(phone.Direct, 2), ended, "close changed ended HANGUP/7", phone.PolicyRefused},
		{"negotiating->OFFER(direct)->ended", in(Callee, negotiating), offerOf(phone.Direct, 1), ended, "close changed ended HANGUP/7", phone.PolicyRefused},
		{"asked->OFFER(direct)->ended", with(in(Callee, connected), askedUs), offerOf(phone.Direct, 2), ended, "close changed ended HANGUP/7", phone.PolicyRefused},
		{"withdrawn->OFFER(direct)->calm", with(in(Callee, connected), func(s *state) { s.widest = phone.Direct }), offerOf(phone.Direct, 2), connected, "DROP", 0},
		{"relayed->another OFFER(relay)->relayed", in(Callee, connected), offerOf(phone.Relay, 2), connected, "DROP", 0},
		// Flags.
		{"connected->mute->connected", in(Caller, connected), event{kind: evSetLocal, local: Flags{Muted: true}}, connected, "setLocal STATE changed", 0},
		{"alerting->mute->alerting", in(Caller, alerting), event{kind: evSetLocal, local: Flags{Muted: true}}, alerting, "setLocal changed", 0},
		{"ringing->mute->ringing", in(Callee, ringing), event{kind: evSetLocal, local: Flags{Muted: true}}, ringing, "changed", 0},
		{"connected->same->connected", in(Caller, connected), event{kind: evSetLocal}, connected, "", 0},
		{"connected->STATE->connected", in(Caller, connected), event{kind: evMessage, msg: message{kind: kindState, flags: Flags{Held: true}}}, connected, "changed", 0},
		// What does not fit.
		{"alerting->OFFER->alerting", in(Caller, alerting), msgGen(kindOffer, 9), alerting, "drop", 0},
		{"connected(caller)->OFFER->connected", in(Caller, connected), msgGen(kindOffer, 9), connected, "drop", 0},
		{"ringing->OFFER->ringing", in(Callee, ringing), msgGen(kindOffer, 1), ringing, "drop", 0},
		{"ringing->CAND->ringing", in(Callee, ringing), msgGen(kindCandidate, 0), ringing, "drop", 0},
		{"ringing->PROCEED->ringing", in(Callee, ringing), proceedBy(phone.Relay), ringing, "drop", 0},
		{"ringing->up->ringing", in(Callee, ringing), event{kind: evMediaUp}, ringing, "drop", 0},
		{"connected->old OFFER->connected", in(Callee, connected), msgGen(kindOffer, 1), connected, "drop", 0},
		{"negotiating->old ANSWER->negotiating", with(offered, func(s *state) { s.gen, s.use = 2, 2 }), msgGen(kindAnswer, 1), negotiating, "drop", 0},
		{"negotiating->second ANSWER->negotiating", with(offered, func(s *state) { s.exchange = exDone }), msgGen(kindAnswer, 1), negotiating, "drop", 0},
		{"negotiating->old CAND->negotiating", with(offered, func(s *state) { s.gen, s.use = 2, 2 }), msgGen(kindCandidate, 1), negotiating, "drop", 0},
		{"negotiating->old description->negotiating", with(describing, func(s *state) { s.gen, s.use = 2, 2 }), event{kind: evDescribed, gen: 1}, negotiating, "drop", 0},
		{"proposing->answer->proposing", in(Caller, proposing), event{kind: evAnswer}, proposing, "drop", 0},
		{"negotiating->up before ANSWER->negotiating", offered, event{kind: evMediaUp, gen: 1}, negotiating, "drop", 0},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			if r.e.at.IsZero() {
				r.e.at = epoch
			}
			got, acts := next(r.from, r.e)
			if got.phase != r.to || brief(acts) != r.acts || got.reason != r.end {
				t.Errorf("got %v %q %v, want %v %q %v", got.phase, brief(acts), got.reason, r.to, r.acts, r.end)
			}
		})
	}
}

// A caller that goes back to the relay does not agree to a direct path any
// more: the callee expects none when it is there.
func TestCallersWayBackIsTheWholeAgreement(t *testing.T) {
	s := with(in(Callee, connected), func(s *state) { s.route, s.may, s.widest = phone.Direct, phone.Direct, phone.Direct })
	for _, e := range []event{offerOf(phone.Relay, 2), {kind: evDescribed, gen: 2, text: "a"}, {kind: evMediaUp, gen: 2}, msgGen(kindMoved, 2)} {
		e.at = epoch
		s, _ = next(s, e)
	}
	if s.route != phone.Relay || s.may != phone.Relay || s.turn != (turn{}) || s.use != 2 {
		t.Errorf("got route %v, may %v, %+v", s.route, s.may, s.turn)
	}
}

func TestEarlyCandidatesWaitForTheirDescription(t *testing.T) {
	s := with(in(Caller, negotiating), func(s *state) { s.gen, s.use, s.exchange = 1, 1, exOffered })
	for range 100 {
		s, _ = next(s, msgGen(kindCandidate, 1))
	}
	if len(s.early) != maxHeld {
		t.Fatalf("holds %d, want %d", len(s.early), maxHeld)
	}
	s, acts := next(s, msgGen(kindAnswer, 1))
	if want := "complete" + strings.Repeat(" candidate", maxHeld); brief(acts) != want {
		t.Errorf("got %q", brief(acts))
	}
	taken := len(acts) - 1
	for range 1000 {
		var more []action
		s, more = next(s, msgGen(kindCandidate, 1))
		taken += len(more) - strings.Count(brief(more), "drop")
	}
	if taken != maxCandidates {
		t.Errorf("took %d candidates, want %d", taken, maxCandidates)
	}
}

func TestCandidatesOfANewerOfferWaitAndOldOnesGo(t *testing.T) {
	s := in(Callee, connected)
	s, _ = next(s, msgGen(kindCandidate, 2))
	s, _ = next(s, msgGen(kindCandidate, 3))
	s, acts := next(s, msgGen(kindOffer, 3))
	if brief(acts) != "answer candidate" || acts[1].gen != 3 || len(s.early) != 0 {
		t.Errorf("got %q, %d held", brief(acts), len(s.early))
	}
}

// everyEvent makes each kind of event, messages of each kind included, mostly
// about a generation near the newest.
func everyEvent(r *rand.Rand, newest uint32) event {
	near := func() uint32 { return max(newest, 1) + uint32(r.IntN(4)) - min(max(newest, 1), 2) }
	e := event{
		kind: []eventKind{eventKind(r.IntN(int(evTick) + 1)), evMessage}[r.IntN(2)], at: epoch.Add(time.Duration(r.IntN(90)) * time.Second),
		video: r.IntN(2) == 0, gen: near(), text: "x", left: time.Minute, reason: phone.NegotiationFailed,
		local: Flags{Muted: r.IntN(2) == 0}, allowed: r.IntN(2) == 0,
	}
	if r.IntN(4) == 0 {
		e.err = errTest
	}
	e.msg = message{
		kind: kind(1 + r.IntN(int(kindLast))), route: phone.Route(1 + r.IntN(2)), gen: near(), text: "x",
		ready: r.IntN(2) == 0, step: stepAsk + routeStep(r.IntN(4)), ask: uint32(r.IntN(2)),
	}
	if e.msg.kind == kindOffer {
		e.msg.route = phone.Route(r.IntN(3))
	}
	switch e.msg.kind {
	case kindReject:
		e.msg.why = whyDeclined + why(r.IntN(3))
	case kindRetract:
		e.msg.why = whyCancelled + why(r.IntN(2))
	case kindHangup:
		e.msg.why = whyHungUp + why(r.IntN(4))
	case kindAck, kindPropose, kindRinging, kindProceed, kindOffer, kindAnswer, kindCandidate, kindWant, kindState,
		kindPrepare, kindRoute, kindMoved, kindDrop, kindKnock, kindWelcome, kindCommit, kindKey, kindReveal:
	}
	return e
}

// orders runs fn over random orders of all events.
// What ends a call is looked at, and then mostly did not happen: most orders
// would be short ones otherwise. A third begins in a connected, relayed call.
func orders(t *testing.T, n int, fn func(t *testing.T, before, after state, e event, acts []action)) {
	for seed := range uint64(n) {
		r := rand.New(rand.NewPCG(seed, 2))
		s := in(Role(1+r.IntN(2)), []phase{made, made, connected}[r.IntN(3)])
		s.wish, s.theirs = phone.Route(1+r.IntN(2)), phone.Route(1+r.IntN(2))
		s.tell = r.IntN(2) == 0
		if s.phase == made && s.tell && r.IntN(2) == 0 {
			s.ready = readyMay
		}
		for range 60 {
			e := everyEvent(r, s.gen)
			before := s
			held := slices.Clone(s.early)
			after, acts := next(s, e)
			if !reflect.DeepEqual(held, before.early) {
				t.Fatalf("seed %d: next wrote into its argument", seed)
			}
			fn(t, before, after, e, acts)
			if after.phase != ended || r.IntN(20) == 0 {
				s = after
			}
		}
	}
}

// P10: microphone and camera open only in the local Place and Answer; no event
// of the other side or of the ports opens them, in any order.
func TestP10MediaOpenOnlyOnThePersonsAct(t *testing.T) {
	opened, carried := 0, 0
	orders(t, 20_000, func(t *testing.T, before, after state, e event, acts []action) {
		for _, a := range acts {
			switch a.kind {
			case actOpen:
				opened++
				if e.kind != evPlace && e.kind != evAnswer && e.kind != evJoin {
					t.Fatalf("event %d in %v opened the microphone", e.kind, before.phase)
				}
			case actOffer, actAnswer:
				if silent := a.early && a.route == phone.Relay && after.ready == readyAgreed; after.accepted.IsZero() && !silent {
					t.Fatalf("event %d in %v began media before Accept", e.kind, before.phase)
				}
			case actCarry:
				carried++
				if after.accepted.IsZero() || !after.opened {
					t.Fatalf("event %d in %v sent frames before Accept", e.kind, before.phase)
				}
			case actComplete, actCandidate, actDrop, actSend, actCheckRelay, actSetLocal, actCloseSession, actClose, actIncoming,
				actChanged, actEnded, actMissed, actNotice, actConsult:
			}
		}
	})
	if opened == 0 || carried == 0 {
		t.Fatal("no order opened or carried anything: the test shows nothing")
	}
}

// P01: no message that carries an address leaves before PROCEED, and while it
// rings nothing is asked of the media, but where both sides wished to make the
// call ready: then relayed only.
func TestP01NothingBeforeAccept(t *testing.T) {
	addresses, early := 0, 0
	orders(t, 20_000, func(t *testing.T, before, after state, e event, acts []action) {
		never := before.ready == readyNever && after.ready == readyNever
		for _, a := range acts {
			media := a.kind >= actCheckRelay && a.kind <= actSetLocal
			if media && after.phase == ringing && (never || a.kind == actOpen || a.kind == actSetLocal) {
				t.Fatalf("event %d while ringing asked the media for %q", e.kind, brief([]action{a}))
			}
			if a.kind != actSend || a.msg.kind != kindOffer && a.msg.kind != kindAnswer && a.msg.kind != kindCandidate {
				continue
			}
			addresses++
			if slices.Contains([]phase{negotiating, connected, recovering}, before.phase) && before.route != phone.NoRoute {
				continue
			}
			early++
			if before.ready != readyAgreed || before.fresh != phone.Relay {
				t.Fatalf("%v, %v sent an address before PROCEED", before.phase, before.ready)
			}
		}
	})
	if addresses == 0 || early == 0 {
		t.Fatalf("%d addresses, %d early: the test shows nothing", addresses, early)
	}
}

// P10: what was made ready may come up while it rings, at either side, again and
// again; nothing goes through it before Accept.
func TestP10NothingCarriesBeforeAccept(t *testing.T) {
	for _, s := range []state{in(Callee, ringing), in(Caller, alerting), in(Caller, proposing)} {
		s.ready, s.used, s.gen, s.use, s.exchange = readyAgreed, true, 1, 1, exDone
		for range 3 {
			var acts []action
			s, acts = next(s, event{kind: evMediaUp, gen: 1, at: epoch})
			if len(acts) > 0 || s.upGen != 1 {
				t.Errorf("%v: %q", s.phase, brief(acts))
			}
		}
	}
}

// P01, P10: what is not wished on both sides is not made ready.
func TestP01NotWishedIsNotMadeReady(t *testing.T) {
	for _, r := range []readiness{readyNever, readyMay, readyChecking} {
		s := with(in(Callee, ringing), func(s *state) { s.ready = r })
		if _, acts := next(s, offerOf(phone.Relay, 1)); brief(acts) != "drop" {
			t.Errorf("callee, %v: %q", r, brief(acts))
		}
		s = with(in(Caller, alerting), func(s *state) { s.ready = r })
		if _, acts := next(s, msg(kindPrepare)); r != readyMay && brief(acts) != "drop" {
			t.Errorf("caller, %v: %q", r, brief(acts))
		}
	}
}

// P04: without a word of the person here no route is wider than either wish,
// and a session is never described over a wider one than both agree to now.
func TestP04RouteIsTheStricter(t *testing.T) {
	agreed, wider := 0, 0
	consented := false
	orders(t, 20_000, func(t *testing.T, before, after state, e event, acts []action) {
		consented = consented && before.phase != made && before.asks > 0
		if e.kind == evGoDirect && brief(acts) != "drop" && before.phase != ended {
			consented = true
		}
		for _, a := range acts {
			if (a.kind == actOffer || a.kind == actAnswer) && !a.early && a.route > after.may {
				t.Fatalf("describes %v, agreed is %v", a.route, after.may)
			}
		}
		if after.route == phone.NoRoute {
			return
		}
		agreed++
		widest := after.wish
		if after.role == Callee {
			widest = phone.Stricter(widest, after.theirs)
		}
		if after.route > widest || after.may > widest {
			wider++
			if !consented {
				t.Fatalf("route %v, may %v, wishes %v and %v", after.route, after.may, after.wish, after.theirs)
			}
		}
	})
	if agreed == 0 || wider == 0 {
		t.Fatalf("%d agreed, %d by consent: the test shows nothing", agreed, wider)
	}
}

// P14: a callee that lets it ring in secret and was not accepted says nothing.
func TestP14SecretRingingSaysNothing(t *testing.T) {
	orders(t, 20_000, func(t *testing.T, before, after state, e event, acts []action) {
		if before.role == Caller || before.tell || !after.accepted.IsZero() {
			return
		}
		for _, a := range acts {
			if a.kind == actSend && e.kind != evTurnAway { // the manager turns away only whom it may tell
				t.Fatalf("event %d in %v sent %q", e.kind, before.phase, brief(acts))
			}
		}
		if !after.mute() {
			t.Fatal("would acknowledge")
		}
	})
}

// An ended call stays ended and does nothing; closing comes before anything else.
func TestEndIsFinal(t *testing.T) {
	orders(t, 20_000, func(t *testing.T, before, after state, _ event, acts []action) {
		if before.phase == ended && (after.phase != ended || len(acts) > 0) {
			t.Fatalf("an ended call did %q", brief(acts))
		}
		if before.phase != ended && after.phase == ended && before.used && acts[0].kind != actClose {
			t.Fatalf("media not closed first: %q", brief(acts))
		}
	})
}
