package app

import (
	"encoding/json"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"paravent/app/call"
	"paravent/app/identity"
	"paravent/app/phone"
	"paravent/server"
)

func isKnock(e phone.Knocked) bool { return true }

// rings places a call and tells whether it rings at the other side; it is over
// when rings returns.
func rings(t *testing.T, from, at *App, to string) bool {
	t.Helper()
	w := watch(t, at)
	id, err := from.Call(to, false)
	require.NoError(t, err)
	defer func() { require.NoError(t, from.Hangup(id)) }()
	deadline := time.After(20 * time.Second)
	for {
		w.mu.Lock()
		seen, more := w.seen, w.more
		w.mu.Unlock()
		for _, e := range seen {
			if in, ok := e.(phone.Incoming); ok && in.Call == id {
				return true
			}
		}
		if h := at.History(1); len(h) == 1 && h[0].Call == id && h[0].Silenced {
			return false
		}
		select {
		case <-more:
		case <-time.After(20 * time.Millisecond): // a line in the history makes no event when it is dropped
		case <-deadline:
			t.Fatal("neither rang nor was silenced")
		}
	}
}

// The whole way: knock, accept once, one call that rings, one that does not.
func TestP14KnockAdmitAndRingOnce(t *testing.T) {
	s := openServer(t, server.Config{})
	a, wa := openPhone(t, "alice", s.Addr().String())
	b, wb := openPhone(t, "bob", s.Addr().String())
	link := b.Self().Address
	require.False(t, rings(t, a, b, link), "a stranger")
	require.NoError(t, a.Knock(link, "It is Alice\u202e from the \n library 👩\u200d💻"))
	k := wait(t, wb, isKnock)
	require.Equal(t, "It is Alice from the library 👩\u200d💻", k.Text)
	require.Equal(t, "alice", k.From.Name)
	require.False(t, k.From.Contact)
	require.Equal(t, a.Self().Address, k.From.Address, "the way back lets a stranger call")
	entry := b.History(1)[0]
	require.Equal(t, []any{phone.HistoryKnock, k.Text, k.Entry, false}, []any{entry.Kind, entry.Text, entry.ID, entry.Silenced})
	require.False(t, rings(t, a, b, link), "knocking opens nothing")

	before := time.Now()
	require.NoError(t, b.Admit(k.Entry))
	welcome := wait(t, wa, func(phone.Admitted) bool { return true })
	require.Equal(t, b.Self().ID, welcome.From.ID)
	require.WithinRange(t, welcome.Until, before.Add(phone.AdmitFor-2*time.Second), time.Now().Add(phone.AdmitFor))
	require.Len(t, b.Admitted(), 1)
	require.True(t, rings(t, a, b, welcome.From.Address))
	require.Empty(t, b.Admitted(), "it was used")
	require.False(t, rings(t, a, b, welcome.From.Address))
	require.ErrorIs(t, b.Admit(entry.ID+1000), ErrNoKnock)
	require.ErrorIs(t, b.Admit(b.History(1)[0].ID), ErrNoKnock, "a call is no knock")
}

// P13, P14: whoever knocks is sent nothing, whatever became of it, and sees
// the same where the other phone is away.
func TestP13KnocksGetNoAnswer(t *testing.T) {
	s := openServer(t, server.Config{})
	a, _ := openPhone(t, "alice", s.Addr().String())
	b, wb := openPhone(t, "bob", s.Addr().String())
	link := b.Self().Address
	require.NoError(t, a.Knock(link, "shown"))
	wait(t, wb, isKnock)
	for _, shut := range []struct {
		name string
		do   func() error
	}{
		{"retired link", func() error { _, err := b.NewAddress(); return err }},
		{"calls off", func() error { return b.SetSetting("calls.enabled", json.RawMessage("false")) }},
		{"blocked", func() error { return b.BlockPerson(phone.Person{ID: a.Self().ID}) }},
	} {
		require.NoError(t, shut.do(), shut.name)
		got := b.courier.Stats().Received
		require.NoError(t, a.Knock(link, shut.name), shut.name)
		require.Eventually(t, func() bool { return b.courier.Stats().Received > got }, 10*time.Second, 5*time.Millisecond, shut.name)
	}
	require.NoError(t, b.Close())
	require.NoError(t, a.Knock(link, "offline"))
	require.Zero(t, a.courier.Stats().Received, "not one message came back")
	wb.mu.Lock()
	defer wb.mu.Unlock()
	knocks := 0
	for _, e := range wb.seen {
		if _, ok := e.(phone.Knocked); ok {
			knocks++
		}
	}
	require.Equal(t, 1, knocks)
}

// A knock waits for who is away, and an admission outlives a restart.
func TestKnockWaitsInTheBoxAndAdmissionsSurvive(t *testing.T) {
	s := openServer(t, server.Config{})
	a, wa := openPhone(t, "alice", s.Addr().String())
	dir := filepath.Join(t.TempDir(), "bob")
	open := func() (*App, *watcher) {
		b, err := Open(Options{Profile: dir, Server: s.Addr().String(), Unattended: true, Microphone: "silence", Speaker: "null", Camera: "off", Screen: "null"})
		require.NoError(t, err)
		t.Cleanup(func() { _ = b.Close() })
		w := watch(t, b)
		require.NoError(t, b.Start())
		wait(t, w, func(e phone.ServerChanged) bool { return e.Online })
		return b, w
	}
	b, _ := open()
	link := b.Self().Address
	require.NoError(t, b.Close())
	require.NoError(t, a.Knock(link, "while you were away"))
	b, wb := open()
	require.Equal(t, link, b.Self().Address, "the token was kept")
	k := wait(t, wb, isKnock)
	require.Equal(t, "while you were away", k.Text)
	require.NoError(t, b.Admit(k.Entry))
	wait(t, wa, func(phone.Admitted) bool { return true })
	require.NoError(t, b.Close())
	b, _ = open()
	require.Len(t, b.Admitted(), 1)
	require.NoError(t, b.Withdraw(a.Self().ID))
	require.False(t, rings(t, a, b, link), "taken back")
}

// Whoever is outside, and goes by the name of somebody inside, is told apart.
func TestANamesakeIsNoContact(t *testing.T) {
	a, w := openPhone(t, "alice", EmbeddedServer)
	c, err := a.AddContact("Zoé Martin", linkOn(t, "203.0.113.9:7000"))
	require.NoError(t, err)
	for name, want := range map[string]bool{"zoe\u200b  MARTIN": true, "Zoé": false, "": false} {
		payload, err := call.EncodeKnock("it is me", name, time.Now())
		require.NoError(t, err)
		from := w.count()
		a.calls.Receive(call.Received{From: stranger(linkOn(t, "203.0.113.9:7000")), Call: phone.NewCallID(), Payload: payload, Stranger: true, HasLink: true})
		require.Equal(t, want, waitFrom(t, w, from, isKnock).From.Namesake, name)
	}
	require.False(t, a.person(c.ID, c.Address, "Zoé Martin").Namesake, "it is them")
}

// New address: strangers with an old link are nobody, contacts go on.
func TestP14ANewAddressRetiresOldLinks(t *testing.T) {
	s := openServer(t, server.Config{})
	a, _ := openPhone(t, "alice", s.Addr().String())
	b, wb := openPhone(t, "bob", s.Addr().String())
	c, _ := openPhone(t, "carol", s.Addr().String())
	old := b.Self().Address
	acquaint(t, c, b)
	require.NoError(t, b.SetSetting("calls.audience", json.RawMessage(`["contacts","everyone"]`)))
	require.True(t, rings(t, a, b, old))
	from := wb.count()
	link, err := b.NewAddress()
	require.NoError(t, err)
	require.NotEqual(t, old, link)
	told := waitFrom(t, wb, from, func(e phone.ServerChanged) bool { return e.Online })
	require.Equal(t, link, told.Address)
	require.Equal(t, link, b.Self().Address)
	require.False(t, rings(t, a, b, old))
	plain, err := identity.ParseAddress(old)
	require.NoError(t, err)
	plain.Door = identity.Door{}
	require.False(t, rings(t, a, b, plain.String()), "nor by the link without its token")
	require.True(t, rings(t, c, b, "B"), "a contact, by the old link")
	require.True(t, rings(t, a, b, link))
}

// Blocking works for people outside the address book, and keeps to them when
// they enter or leave it.
func TestP13BlockedPeopleLeaveNoTrace(t *testing.T) {
	s := openServer(t, server.Config{})
	a, _ := openPhone(t, "alice", s.Addr().String())
	b, wb := openPhone(t, "bob", s.Addr().String())
	link := b.Self().Address
	require.NoError(t, a.Knock(link, "hello"))
	k := wait(t, wb, isKnock)
	require.NoError(t, b.Admit(k.Entry))
	require.NoError(t, b.BlockPerson(k.From))
	require.Empty(t, b.Admitted())
	require.ErrorIs(t, b.Admit(k.Entry), ErrBlockedByYou)
	require.Equal(t, []phone.Person{{ID: a.Self().ID, Name: "alice", Address: k.From.Address}}, b.Blocked())
	_, err := b.Call(k.From.Address, false)
	require.ErrorIs(t, err, ErrBlockedByYou)
	require.NoError(t, everyone(b))
	from := call.Party{ID: call.PeerID(a.Self().ID), Address: k.From.Address}
	require.Equal(t, call.Verdict{}, policy{b}.Decide(from, call.Proposal{HasLink: true}))
	require.False(t, doorkeeper{b}.MayKnock(from, true))
	require.NoError(t, b.SetSetting("calls.audience", json.RawMessage(`["contacts"]`)))
	lines := len(b.History(0))
	got := b.courier.Stats().Received
	require.NoError(t, a.Knock(link, "again"))
	require.Eventually(t, func() bool { return b.courier.Stats().Received > got }, 10*time.Second, 5*time.Millisecond)
	require.Len(t, b.History(0), lines)

	added, err := b.AddContact("Alice", k.From.Address)
	require.NoError(t, err)
	require.True(t, added.Blocked, "adding is not unblocking")
	require.NoError(t, b.RemoveContact(added.ID))
	require.Len(t, b.Blocked(), 1, "nor is removing")
	named, err := b.PersonOf(k.From.Address)
	require.NoError(t, err)
	require.NoError(t, b.Unblock(named.ID))
	require.Empty(t, b.Blocked())
	require.Error(t, b.Unblock(added.ID))
	require.NoError(t, b.Admit(k.Entry))
	require.True(t, rings(t, a, b, link))
	require.ErrorIs(t, b.BlockPerson(phone.Person{ID: b.Self().ID}), ErrOwnContact)
	require.Equal(t, "bad-contact", phone.CodeOf(b.BlockPerson(phone.Person{ID: "x"})))
}

func TestKnocksThatCannotBeSent(t *testing.T) {
	a, _ := openPhone(t, "alice", EmbeddedServer)
	far := linkOn(t, "203.0.113.9:7000")
	for want, knock := range map[error][2]string{
		call.ErrKnockEmpty:     {far, " \u200b\n"},
		call.ErrKnockTooLong:   {far, strings.Repeat("x", 141)},
		ErrNotFound:            {"nobody", "hello"},
		identity.ErrBadAddress: {"paravent:xyz", "hello"},
		call.ErrOwnAddress:     {a.Self().Address, "hello"},
	} {
		require.ErrorIs(t, a.Knock(knock[0], knock[1]), want)
	}
	require.Empty(t, a.History(0))
}

// P26: to knock and to let somebody in write to their server too.
func TestP26KnockingAndAdmittingAskFirst(t *testing.T) {
	a, w := openPhone(t, "alice", EmbeddedServer)
	far := linkOn(t, "203.0.113.9:7000")
	require.ErrorIs(t, a.Knock(far, "hello"), ErrShowsAddress)
	require.Empty(t, a.History(0))
	from := stranger(far)
	payload, err := call.EncodeKnock("hello", "Ann", time.Now())
	require.NoError(t, err)
	a.calls.Receive(call.Received{From: from, Call: phone.NewCallID(), Payload: payload, Stranger: true, HasLink: true})
	k := wait(t, w, isKnock)
	require.ErrorIs(t, a.Admit(k.Entry), ErrShowsAddress)
	require.Empty(t, a.Admitted())
	err = a.Admit(k.Entry, phone.ServerSees) // agreed, but nobody is there
	require.True(t, err != nil && !errors.Is(err, ErrShowsAddress))
	require.Empty(t, a.Admitted(), "who cannot be told is not let in")
}
