package wireguard

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/netip"
	"strings"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

const (
	nameTries   = 2
	nameWait    = 2 * time.Second // for one server, once
	maxAnswers  = 64
	maxDatagram = 4096
	dnsPort     = 53
)

// names finds addresses of hosts, by asking the tunnel's name servers through
// the tunnel. It knows no hosts file, no search domains and no other server.
type names struct {
	servers []netip.Addr
	v4, v6  bool // the families that are of use
	dial    func(ctx context.Context, network string, to netip.AddrPort) (net.Conn, error)
}

// lookup finds the addresses of a host, or takes it for one.
func (n *names) lookup(ctx context.Context, host string) ([]netip.Addr, error) {
	if a, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{a}, nil
	}
	if !isName(host) || isHere(host) {
		return nil, notFound(host)
	}
	if len(n.servers) == 0 {
		return nil, ErrNoDNS
	}
	var kinds []dnsmessage.Type
	if n.v4 {
		kinds = append(kinds, dnsmessage.TypeA)
	}
	if n.v6 {
		kinds = append(kinds, dnsmessage.TypeAAAA)
	}
	return n.both(ctx, host, kinds)
}

// isHere tells names that stand for this computer or its own network.
func isHere(host string) bool {
	host = "." + strings.ToLower(strings.TrimSuffix(host, "."))
	return strings.HasSuffix(host, ".localhost") || strings.HasSuffix(host, ".local")
}

func notFound(host string) error {
	return &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
}

// both asks for all kinds at once; one that has addresses is enough.
func (n *names) both(ctx context.Context, host string, kinds []dnsmessage.Type) ([]netip.Addr, error) {
	type answer struct {
		found []netip.Addr
		err   error
	}
	answers := make([]chan answer, len(kinds))
	for i, kind := range kinds {
		answers[i] = make(chan answer, 1)
		go func() {
			found, err := n.persist(ctx, host, kind)
			answers[i] <- answer{found, err}
		}()
	}
	var found []netip.Addr
	var failed error
	for _, c := range answers {
		a := <-c
		found = append(found, a.found...)
		failed = errors.Join(failed, a.err)
	}
	if len(found) == 0 {
		if failed == nil {
			failed = notFound(host)
		}
		return nil, failed
	}
	return found, nil
}

// persist asks one server after the other until one knows.
func (n *names) persist(ctx context.Context, host string, kind dnsmessage.Type) ([]netip.Addr, error) {
	var failed error
	for range nameTries {
		for _, server := range n.servers {
			found, err := n.ask(ctx, server, host, kind)
			if err == nil {
				return found, nil
			}
			failed = &net.DNSError{Err: err.Error(), Name: host, IsTimeout: errors.Is(err, context.DeadlineExceeded)}
			if ctx.Err() != nil {
				return nil, failed
			}
		}
	}
	return nil, failed
}

// ask asks one server, by TCP where its answer is too long for UDP.
func (n *names) ask(ctx context.Context, server netip.Addr, host string, kind dnsmessage.Type) ([]netip.Addr, error) {
	ctx, cancel := context.WithTimeout(ctx, nameWait)
	defer cancel()
	q, err := newQuestion(host, kind)
	if err != nil {
		return nil, err
	}
	for _, network := range []string{"udp", "tcp"} {
		found, cut, err := n.exchange(ctx, network, server, q)
		if err != nil || !cut {
			return found, err
		}
	}
	return nil, errors.New("an answer that is cut off")
}

func (n *names) exchange(ctx context.Context, network string, server netip.Addr, q question) (found []netip.Addr, cut bool, err error) {
	c, err := n.dial(ctx, network, netip.AddrPortFrom(server, dnsPort))
	if err != nil {
		return nil, false, err
	}
	defer func() { _ = c.Close() }()
	defer context.AfterFunc(ctx, func() { _ = c.SetDeadline(time.Unix(1, 0)) })()
	request := q.message
	if network == "tcp" {
		request = append(binary.BigEndian.AppendUint16(nil, uint16(len(request))), request...)
	}
	if _, err := c.Write(request); err != nil {
		return nil, false, err
	}
	for {
		reply, err := readReply(c, network)
		if err != nil {
			if ctx.Err() != nil {
				err = ctx.Err()
			}
			return nil, false, err
		}
		if found, cut, ours, err := q.answer(reply); ours {
			return found, cut, err
		}
	}
}

func readReply(c net.Conn, network string) ([]byte, error) {
	if network == "udp" {
		b := make([]byte, maxDatagram)
		n, err := c.Read(b)
		return b[:n], err
	}
	var length [2]byte
	if _, err := io.ReadFull(c, length[:]); err != nil {
		return nil, err
	}
	b := make([]byte, binary.BigEndian.Uint16(length[:]))
	_, err := io.ReadFull(c, b)
	return b, err
}

// question is one question to a name server.
type question struct {
	id      uint16
	asked   dnsmessage.Question
	message []byte
}

func newQuestion(host string, kind dnsmessage.Type) (question, error) {
	name, err := dnsmessage.NewName(strings.ToLower(strings.TrimSuffix(host, ".")) + ".")
	if err != nil {
		return question{}, err
	}
	var id [2]byte
	_, _ = rand.Read(id[:]) // never fails
	q := question{
		id:    binary.BigEndian.Uint16(id[:]),
		asked: dnsmessage.Question{Name: name, Type: kind, Class: dnsmessage.ClassINET},
	}
	m := dnsmessage.Message{
		Header:    dnsmessage.Header{ID: q.id, RecursionDesired: true},
		Questions: []dnsmessage.Question{q.asked},
	}
	q.message, err = m.Pack()
	return q, err
}

// answer reads a reply. It is ours if it repeats the question.
func (q question) answer(reply []byte) (found []netip.Addr, cut, ours bool, err error) {
	var p dnsmessage.Parser
	h, err := p.Start(reply)
	if err != nil || !h.Response || h.ID != q.id {
		return nil, false, false, nil //nolint:nilerr // what cannot be read is no answer of ours
	}
	asked, err := p.Question()
	if err != nil || asked.Type != q.asked.Type || asked.Class != q.asked.Class || !strings.EqualFold(asked.Name.String(), q.asked.Name.String()) {
		return nil, false, false, nil //nolint:nilerr // nor is an answer to something else
	}
	if h.Truncated {
		return nil, true, true, nil
	}
	if h.RCode == dnsmessage.RCodeNameError {
		return nil, false, true, nil
	}
	if h.RCode != dnsmessage.RCodeSuccess {
		return nil, false, true, errors.New("the name server failed: " + h.RCode.String())
	}
	if err := p.SkipAllQuestions(); err != nil {
		return nil, false, true, err
	}
	found, err = addresses(&p)
	return found, false, true, err
}

// addresses reads the addresses among the answers.
func addresses(p *dnsmessage.Parser) ([]netip.Addr, error) {
	var found []netip.Addr
	for range maxAnswers {
		h, err := p.AnswerHeader()
		if errors.Is(err, dnsmessage.ErrSectionDone) {
			break
		}
		if err != nil {
			return nil, err
		}
		switch h.Type { //nolint:exhaustive // the others are no addresses
		case dnsmessage.TypeA:
			r, err := p.AResource()
			if err != nil {
				return nil, err
			}
			found = append(found, netip.AddrFrom4(r.A))
		case dnsmessage.TypeAAAA:
			r, err := p.AAAAResource()
			if err != nil {
				return nil, err
			}
			found = append(found, netip.AddrFrom16(r.AAAA))
		default:
			if err := p.SkipAnswer(); err != nil {
				return nil, err
			}
		}
	}
	return found, nil
}
