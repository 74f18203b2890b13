package server

import (
	"net/netip"
	"sync"
)

// roster knows which TCP connection speaks for which mailbox, so that a phone
// can be told the address it is seen under (P25) and counted by its network.
// It forgets a connection as soon as it closes. Any goroutine may use it.
type roster struct {
	mu    sync.Mutex
	conns map[netip.AddrPort]*member
	boxes map[string][]*member
}

// member is one connected phone.
type member struct {
	from    netip.AddrPort
	mailbox string // "" until its hello was verified
	client  uint64 // the broker's number for it
}

func newRoster() *roster {
	return &roster{conns: map[netip.AddrPort]*member{}, boxes: map[string][]*member{}}
}

// enter notes a connection before its first byte reaches the broker.
func (r *roster) enter(from netip.AddrPort) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.conns[from] = &member{from: from}
}

// name binds a connection to the mailbox it proved. It is false when the
// connection has left meanwhile or already has a name.
func (r *roster) name(from netip.AddrPort, mailbox string, client uint64) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	m := r.conns[from]
	if m == nil || m.mailbox != "" {
		return false
	}
	m.mailbox, m.client = mailbox, client
	r.boxes[mailbox] = append(r.boxes[mailbox], m)
	return true
}

func (r *roster) leave(from netip.AddrPort) {
	r.mu.Lock()
	defer r.mu.Unlock()
	m := r.conns[from]
	delete(r.conns, from)
	if m == nil || m.mailbox == "" {
		return
	}
	var rest []*member
	for _, other := range r.boxes[m.mailbox] {
		if other != m {
			rest = append(rest, other)
		}
	}
	if r.boxes[m.mailbox] = rest; len(rest) == 0 {
		delete(r.boxes, m.mailbox)
	}
}

// of lists the connections of a mailbox, oldest first.
func (r *roster) of(mailbox string) []member {
	r.mu.Lock()
	defer r.mu.Unlock()
	list := make([]member, 0, len(r.boxes[mailbox]))
	for _, m := range r.boxes[mailbox] {
		list = append(list, *m)
	}
	return list
}

// len is the number of connected phones.
func (r *roster) len() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.conns)
}
