package server

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"

	"paravent/server/wire"
)

const (
	maxBody        = 48 << 10 // bytes of a request: a forwarded envelope, twice in base64
	servicePending = 4096     // requests that wait for one service
	vaultTimeout   = 2 * time.Second
)

// services answers the phones' requests. Each service runs on the goroutine of
// its subscription; forward goes on in goroutines of its own.
type services struct {
	conn    *nats.Conn
	broker  *broker
	vault   *vault
	roster  *roster
	postman *postman
	grants  granter // nil: no relay is offered
	peers   *peers
	log     *slog.Logger

	sends    *limiter // by mailbox
	pairs    *limiter // by mailbox and target
	requests *limiter // by mailbox and service
	networks *limiter // by household, all services: mailboxes are free to make
	refused  atomic.Int64

	ctx        context.Context // ends forwarding
	cancel     context.CancelFunc
	forwards   chan struct{} // one for each forwarded request under way
	forwarding sync.WaitGroup
}

// call is one request of a phone.
type call struct {
	mailbox string // who asks: the broker let nobody else publish on this subject
	body    []byte
	msg     *nats.Msg
}

func (s *services) open(ctx context.Context, limits Limits) error {
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.forwards = make(chan struct{}, maxForwards)
	s.sends = newLimiter(limits.Sends, 3*limits.Sends)
	s.pairs = newLimiter(limits.Sends/2, 2*limits.Sends)
	s.requests = newLimiter(limits.Requests, 10*limits.Requests)
	s.networks = newLimiter(10*limits.Sends, 30*limits.Sends)
	for name, serve := range map[string]func(call){
		wire.ServiceSend: s.send, wire.ServiceBox: s.takeBox, wire.ServicePrekey: s.prekey,
		wire.ServiceTurn: s.turn, wire.ServiceForward: s.forward,
	} {
		sub, err := s.conn.Subscribe(wire.Service(name, "*"), s.receive(name, serve))
		if err != nil {
			return fmt.Errorf("service %s: %w", name, err)
		}
		if err := sub.SetPendingLimits(servicePending, servicePending*maxBody/8); err != nil {
			return fmt.Errorf("service %s: %w", name, err)
		}
	}
	return flush(ctx, s.conn)
}

// Close ends what still runs for a request.
func (s *services) Close() {
	s.cancel()
	s.conn.Close()
	s.forwarding.Wait()
}

// receive checks what every service must: the broker does not compare the
// reply subject with the sender's permissions, so without the prefix check a
// phone could have a service write into any mailbox.
func (s *services) receive(name string, serve func(call)) nats.MsgHandler {
	return func(m *nats.Msg) {
		c := call{mailbox: m.Subject[strings.LastIndexByte(m.Subject, '.')+1:], body: m.Data, msg: m}
		if !strings.HasPrefix(m.Reply, wire.Replies(c.mailbox)+".") {
			s.refused.Add(1)
			return
		}
		switch {
		case !s.allow(name, c.mailbox):
			s.refuse(c, wire.RefusedRate)
		case len(c.body) > maxBody:
			s.refuse(c, wire.RefusedTooBig)
		default:
			serve(c)
		}
	}
}

func (s *services) allow(name, mailbox string) bool {
	// One network a request: the oldest connection's.
	if all := s.roster.of(mailbox); len(all) > 0 && !s.networks.allow(networkOf(all[0].from.Addr()).String()) {
		return false
	}
	if name == wire.ServiceSend || name == wire.ServiceForward {
		return s.sends.allow(mailbox)
	}
	return s.requests.allow(name + mailbox)
}

func (s *services) refuse(c call, why string) {
	s.refused.Add(1)
	s.answer(c, wire.Reply{Err: why})
}

func (s *services) answer(c call, v any) {
	data, err := json.Marshal(v)
	if err == nil {
		err = c.msg.Respond(data)
	}
	if err != nil {
		s.log.Warn("a service could not answer", "error", err)
	}
}

// isMailbox keeps wildcards and other subjects out of what clients name.
func isMailbox(name string) bool {
	return len(name) == wire.MailboxLen && nkeys.IsValidPublicUserKey(name)
}

// send answers before it looks whether anybody is there, and has the postman
// do the rest, so that neither the answer nor its timing tells (P14).
func (s *services) send(c call) {
	var req wire.Send
	switch {
	case json.Unmarshal(c.body, &req) != nil || !isMailbox(req.To) || len(req.Envelope) == 0:
		s.refuse(c, wire.RefusedBad)
	case len(req.Envelope) > wire.MaxEnvelope:
		s.refuse(c, wire.RefusedTooBig)
	case !s.pairs.allow(c.mailbox + req.To):
		s.refuse(c, wire.RefusedRate)
	default:
		s.answer(c, wire.Reply{})
		s.postman.post(letter{to: req.To, envelope: req.Envelope, keep: req.Keep})
	}
}

// roomInAnswer is how many envelope bytes fit an answer, in base64 with quotes.
const roomInAnswer = (maxPayload-1024)*3/4 - 8*boxPerMailbox

func (s *services) takeBox(c call) {
	ctx, cancel := context.WithTimeout(context.Background(), vaultTimeout)
	defer cancel()
	envelopes, more, err := s.vault.take(ctx, c.mailbox, roomInAnswer)
	if err != nil {
		s.log.Error("the box cannot be read", "error", err)
		s.refuse(c, wire.RefusedOff)
		return
	}
	s.answer(c, wire.BoxReply{Envelopes: envelopes, More: more})
}

func (s *services) prekey(c call) {
	var req wire.PrekeyRequest
	if json.Unmarshal(c.body, &req) != nil || (req.Put == nil) == (req.Get == nil) {
		s.refuse(c, wire.RefusedBad)
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), vaultTimeout)
	defer cancel()
	if req.Put != nil {
		s.putPrekey(ctx, c, req.Put.Bundle)
		return
	}
	s.answer(c, s.getPrekey(ctx, req.Get.Of))
}

func (s *services) putPrekey(ctx context.Context, c call, bundle []byte) {
	switch {
	case len(bundle) == 0:
		s.refuse(c, wire.RefusedBad)
	case len(bundle) > maxPrekey:
		s.refuse(c, wire.RefusedTooBig)
	default:
		if err := s.vault.publish(ctx, c.mailbox, bundle); err != nil {
			s.log.Error("a prekey cannot be stored", "error", err)
			s.refuse(c, wire.RefusedOff)
			return
		}
		s.answer(c, wire.PrekeyReply{})
	}
}

func (s *services) getPrekey(ctx context.Context, of string) wire.PrekeyReply {
	if !isMailbox(of) {
		return wire.PrekeyReply{Reply: wire.Reply{Err: wire.RefusedBad}}
	}
	bundle, err := s.vault.prekey(ctx, of)
	if err != nil {
		return wire.PrekeyReply{Reply: wire.Reply{Err: wire.RefusedUnknown}}
	}
	return wire.PrekeyReply{Bundle: bundle}
}

// turn grants relay credentials and tells the phone its own address.
func (s *services) turn(c call) {
	if s.grants == nil {
		s.refuse(c, wire.RefusedOff)
		return
	}
	grant := s.grants.grant(c.mailbox)
	if a := s.seenAs(c); a.IsValid() {
		grant.SeenAs = a.String()
	}
	s.answer(c, grant)
}

// seenAs is the address of the connection that will receive the answer. A
// mailbox may have several (two devices, or a stale one after a network
// change); where they cannot be told apart, none is claimed.
func (s *services) seenAs(c call) netip.Addr {
	var found netip.Addr
	members := s.roster.of(c.mailbox)
	for _, m := range members {
		if len(members) > 1 && !s.broker.listensTo(m.client, c.msg.Reply) {
			continue
		}
		a := m.from.Addr()
		if found.IsValid() && found != a {
			return netip.Addr{}
		}
		found = a
	}
	return found
}
