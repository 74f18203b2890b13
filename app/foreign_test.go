package app

import (
	"encoding/binary"
	"errors"
	"slices"
	"testing"
	"time"

	"paravent/app/call"
	"paravent/app/identity"
	"paravent/app/phone"
	"paravent/server"
	"paravent/server/wire"
)

// linkOn is the address of somebody on a server that is not ours.
func linkOn(t *testing.T, hostPort string) string {
	t.Helper()
	address, err := identity.NewAddress(identity.New(), wire.Addr{HostPort: hostPort, Pin: wire.Pin{7}})
	if err != nil {
		t.Fatal(err)
	}
	return address.String()
}

func stranger(link string) call.Party {
	address, _ := identity.ParseAddress(link)
	return call.Party{ID: call.PeerID(address.ID.String()), Address: link}
}

// ringAt lets somebody ring, by a PROPOSE as docs/protocol.md writes it.
func ringAt(t *testing.T, a *App, from call.Party) phone.CallID {
	t.Helper()
	now := binary.BigEndian.AppendUint64(nil, uint64(time.Now().UnixMilli()))
	frame := slices.Concat([]byte{2}, make([]byte, 8), now, []byte{1, 0, 1}, now, []byte{0, 45, 0})
	id := phone.NewCallID()
	a.calls.Receive(call.Received{From: from, Call: id, Payload: frame, Stranger: true, HasLink: true})
	return id
}

// P26: before the first message leaves for a server that would see this very
// computer, the person is told; each server is agreed to by itself.
func TestP26ToldBeforeAForeignServerSeesThisComputer(t *testing.T) {
	a, _ := openPhone(t, "alice", EmbeddedServer)
	far, further := linkOn(t, "203.0.113.9:7000"), linkOn(t, "phone.example:7000")
	for _, to := range []string{far, further} {
		if _, err := a.Call(to, false); !errors.Is(err, ErrShowsAddress) {
			t.Errorf("called %s: %v", to, err)
		}
	}
	if n := len(a.Calls()) + len(a.History(0)); n != 0 {
		t.Errorf("%d calls were made", n)
	}
	id, err := a.Call(far, false, phone.ServerSees)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Hangup(id); err != nil {
		t.Fatal(err)
	}
	if err := a.mayReachServer(far); err != nil {
		t.Errorf("not remembered: %v", err)
	}
	if err := a.mayReachServer(further); !errors.Is(err, ErrShowsAddress) {
		t.Errorf("one server's agreement counts for another: %v", err)
	}
}

// P26: nobody needs to be told where the own server stands between, or where
// the other one is on this computer.
func TestP26NothingToTell(t *testing.T) {
	s := openServer(t, server.Config{})
	a, _ := openPhone(t, "alice", EmbeddedServer)
	b, _ := openPhone(t, "bob", s.Addr().String())
	for name, err := range map[string]error{
		"own server":         a.mayReachServer(a.Self().Address),
		"other one here":     a.mayReachServer(b.Self().Address),
		"other one here too": a.mayReachServer(linkOn(t, "[::1]:7000")),
	} {
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	b.mu.Lock()
	b.link.addr.HostPort = "198.51.100.4:7000" // as if its server were elsewhere
	b.mu.Unlock()
	if err := b.mayReachServer(linkOn(t, "203.0.113.9:7000")); err != nil {
		t.Errorf("own server elsewhere: %v", err)
	}
}

// P26: answering somebody on a foreign server also asks first; it goes on
// ringing meanwhile.
func TestP26AnsweringAsksFirst(t *testing.T) {
	a, w := openPhone(t, "alice", EmbeddedServer)
	from := stranger(linkOn(t, "203.0.113.9:7000"))
	if _, err := a.AddContact("Far", from.Address); err != nil {
		t.Fatal(err)
	}
	if v := (policy{a}).Decide(from, call.Proposal{}); !v.Ring || v.TellRinging {
		t.Errorf("would tell a foreign server by itself that it rings: %+v", v)
	}
	id := ringAt(t, a, from)
	wait(t, w, func(e phone.Incoming) bool { return e.Call == id })
	if err := a.Answer(id, false); !errors.Is(err, ErrShowsAddress) {
		t.Fatalf("answered: %v", err)
	}
	if s, ok := a.calls.Snapshot(id); !ok || s.State != phone.Ringing {
		t.Errorf("no longer rings: %+v", s)
	}
	if err := a.Answer(id, false, phone.ServerSees); err != nil {
		t.Error(err)
	}
}
