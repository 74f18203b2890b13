package call

import (
	"testing"
	"time"

	"paravent/app/phone"
)

func TestAdmit(t *testing.T) {
	ring := Verdict{Ring: true, TellRinging: true, Wish: phone.Relay}
	secret := Verdict{Ring: true, Wish: phone.Relay}
	refuse := Verdict{Wish: phone.Relay}
	// A live call of id 5 with "peer", whose clock was last seen at 10 s.
	live := func(role Role, p phase) *actor {
		a := &actor{id: phone.CallID{5}, state: in(role, p)}
		a.link.peerAt = epoch.Add(10 * time.Second)
		return a
	}
	const before, after = 9 * time.Second, 11 * time.Second
	for _, r := range []struct {
		name    string
		live    *actor
		from    PeerID
		id      byte
		created time.Duration
		left    time.Duration
		verdict Verdict
		want    admission
	}{
		{"idle->may ring->ring", nil, "peer", 1, after, time.Second, ring, admitRing},
		{"idle->may not->silence", nil, "peer", 1, after, time.Second, refuse, admitSilence},
		{"idle->no route->silence", nil, "peer", 1, after, time.Second, Verdict{Ring: true}, admitSilence},
		{"idle->late->late", nil, "peer", 1, after, 0, ring, admitLate},
		{"idle->late, may not->silence", nil, "peer", 1, after, -time.Hour, refuse, admitSilence},
		{"connected->other->busy", live(Caller, connected), "other", 1, after, time.Second, ring, admitBusy},
		{"ringing->other->busy", live(Callee, ringing), "other", 1, after, time.Second, ring, admitBusy},
		{"connected->other in secret->silent busy", live(Caller, connected), "other", 1, after, time.Second, secret, admitSilentBusy},
		{"connected->other, may not->silence", live(Caller, connected), "other", 1, after, time.Second, refuse, admitSilence},
		{"connected->same, newer->replace", live(Caller, connected), "peer", 1, after, time.Second, ring, admitReplacing},
		{"ringing->same, newer->replace", live(Callee, ringing), "peer", 1, after, time.Second, ring, admitReplacing},
		{"connected->same, newer, may not->silence", live(Caller, connected), "peer", 1, after, time.Second, refuse, admitSilence},
		{"connected->same, older->old copy", live(Caller, connected), "peer", 1, before, time.Second, ring, admitOldCopy},
		{"negotiating->same, older->old copy", live(Caller, negotiating), "peer", 1, before, time.Second, ring, admitOldCopy},
		{"checking->glare->join", live(Caller, checking), "peer", 9, before, time.Second, ring, admitJoining},
		{"proposing->glare, smaller->join", live(Caller, proposing), "peer", 4, before, time.Second, ring, admitJoining},
		{"proposing->glare, larger->ours", live(Caller, proposing), "peer", 6, before, time.Second, ring, admitOurs},
		{"alerting->glare, larger->ours", live(Caller, alerting), "peer", 6, before, time.Second, ring, admitOurs},
		{"alerting->forgot that it rings->join", live(Caller, alerting), "peer", 6, after, time.Second, ring, admitJoining},
		{"proposing->glare, may not->join", live(Caller, proposing), "peer", 4, before, time.Second, refuse, admitJoining},
		{"proposing->glare, no verdict->join", live(Caller, proposing), "peer", 4, before, time.Second, Verdict{}, admitJoining},
		{"proposing->other->busy", live(Caller, proposing), "other", 4, before, time.Second, ring, admitBusy},
	} {
		t.Run(r.name, func(t *testing.T) {
			in := Received{From: Party{ID: r.from}, Call: phone.CallID{r.id}}
			if got := admit(r.live, in, Proposal{Created: epoch.Add(r.created)}, r.left, r.verdict); got != r.want {
				t.Errorf("got %v, want %v", got, r.want)
			}
		})
	}
}
