package call

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"paravent/app/phone"
	"paravent/app/sas"
)

// The transitions of the safety words. They are agreed on once for every
// session that carries: a repaired path keeps them, another session has other
// certificates and gets other ones.

// proven is what came with the proof that a session is up. The secret serves
// one exchange.
type proven struct {
	proof  Proof
	secret [32]byte
}

// note keeps the first proof: a session's certificates never change.
func (p *proven) note(e event) {
	if p.proof == (Proof{}) {
		p.proof, p.secret = e.proof, e.secret
	}
}

// compared is where the safety words stand.
type compared struct {
	gen      uint32 // of the session that they are about
	exchange sas.Exchange
	until    time.Time // when the other side is taken for one that knows of no words; zero: never
	given    bool      // it was
	early    message   // callee: a COMMIT that came before the session was up here
}

// wordsLimit is generous: nothing waits for it.
const wordsLimit = 20 * time.Second

// compare begins with the session in use, which is up and carries (P23).
func (t *step) compare() {
	if t.words.gen == t.made || t.proven.proof == (Proof{}) {
		return
	}
	early := t.words.early
	t.words = compared{gen: t.made, until: t.now.Add(wordsLimit)}
	exchange, first, err := sas.Begin(t.sasRole(), t.transcript(), t.proven.secret)
	t.words.exchange = exchange
	t.proven.secret = [32]byte{}
	switch {
	case err != nil:
		t.words.until, t.words.given = never, true
	case t.role == Caller:
		t.sendWords(first)
	case early.gen == t.made && early.kind == kindCommit:
		t.theirWords(early)
	}
}

func (t *step) sasRole() sas.Role {
	if t.role == Caller {
		return sas.Caller
	}
	return sas.Callee
}

// transcript is all that the words are bound to.
func (t *step) transcript() sas.Transcript {
	self, peer := sha256.Sum256([]byte(t.self)), sha256.Sum256([]byte(t.peer.ID))
	x := sas.Transcript{Call: t.id, Route: uint8(t.route)}
	if t.role == Caller {
		x.Caller, x.Callee, x.CallerPrint, x.CalleePrint = self, peer, t.proven.proof.Local, t.proven.proof.Remote
	} else {
		x.Caller, x.Callee, x.CallerPrint, x.CalleePrint = peer, self, t.proven.proof.Remote, t.proven.proof.Local
	}
	return x
}

var wordSteps = map[kind]sas.Step{kindCommit: sas.Commit, kindKey: sas.Key, kindReveal: sas.Reveal}

func (t *step) sendWords(m sas.Message) {
	for k, s := range wordSteps {
		if s == m.Step {
			t.send(message{kind: k, gen: t.made, key: m.Value})
		}
	}
}

// theirWords takes the other side's part. What was tampered with ends the
// call; what belongs to another session, or comes twice, is dropped.
func (t *step) theirWords(m message) {
	switch {
	case !t.inCall() && t.phase != negotiating:
		t.drop()
		return
	case m.kind == kindCommit && t.role == Callee && m.gen == t.made && t.words.gen != t.made:
		t.words.early = m
		return
	case m.gen == 0 || m.gen != t.words.gen || m.gen != t.made:
		t.drop()
		return
	}
	exchange, reply, err := t.words.exchange.Take(sas.Message{Step: wordSteps[m.kind], Value: m.key})
	switch {
	case errors.Is(err, sas.ErrOrder):
		t.drop()
		return
	case err != nil:
		t.end(phone.SecurityFailed, fmt.Errorf("%w: %w", ErrForged, err))
		return
	}
	t.words.exchange = exchange
	if reply.Step != 0 {
		t.sendWords(reply)
	}
	if _, ready := exchange.Code(); ready {
		t.words.until, t.words.given = never, false
		t.changed()
	}
}

// wordsLate: the other side's phone knows of no words, or does not want any.
func (t *step) wordsLate() {
	t.words.until, t.words.given = never, true
	t.changed()
}

// safety is what people see of it. While the other side was not heard to be
// through to another session, what that one carries has no words yet.
func (s *state) safety() phone.Safety {
	switch s.phase {
	case connected, recovering:
	case made, checking, proposing, alerting, ringing, securing, negotiating, ended:
		return phone.Safety{State: phone.NoSafety}
	}
	code, ready := s.words.exchange.Code()
	switch {
	case s.words.given, s.phase == connected && s.proven.proof == (Proof{}):
		return phone.Safety{State: phone.NoSafety}
	case !ready || s.words.gen != s.made || s.turn.move == moved:
		return phone.Safety{State: phone.SafetyPending}
	}
	return phone.Safety{State: phone.SafetyReady, Code: code}
}
