package server

import (
	"context"
	"encoding/json"

	"paravent/server/wire"
)

// maxForwards bounds the forwarded requests under way.
const maxForwards = 64

// forward asks another server for the phone, which therefore stays unknown
// there (P26). What goes out and what comes back is rebuilt from its fields, so
// that neither side can make this server say anything else.
func (s *services) forward(c call) {
	server, service, body, ok := forwardable(c.body)
	if !ok {
		s.refuse(c, wire.RefusedBad)
		return
	}
	select {
	case s.forwards <- struct{}{}:
	default:
		s.refuse(c, wire.RefusedRate)
		return
	}
	s.forwarding.Go(func() {
		defer func() { <-s.forwards }()
		s.answer(c, s.askPeer(server, service, body))
	})
}

// forwardable reads a request of the two services that may be forwarded.
func forwardable(raw []byte) (server wire.Addr, service string, body []byte, ok bool) {
	var req wire.Forward
	if json.Unmarshal(raw, &req) != nil {
		return server, "", nil, false
	}
	server, err := wire.ParseAddr(req.Server)
	if err != nil {
		return server, "", nil, false
	}
	switch req.Service {
	case wire.ServiceSend:
		var send wire.Send
		ok = json.Unmarshal(req.Body, &send) == nil && isMailbox(send.To) &&
			len(send.Envelope) > 0 && len(send.Envelope) <= wire.MaxEnvelope
		body, err = json.Marshal(send)
	case wire.ServicePrekey:
		var ask wire.PrekeyRequest
		ok = json.Unmarshal(req.Body, &ask) == nil && ask.Put == nil && ask.Get != nil && isMailbox(ask.Get.Of)
		body, err = json.Marshal(ask)
	}
	return server, req.Service, body, ok && err == nil
}

// askPeer says no more than "unreachable" of any trouble: details would make
// this server a port scanner.
func (s *services) askPeer(server wire.Addr, service string, body []byte) wire.PrekeyReply {
	ctx, cancel := context.WithTimeout(s.ctx, forwardTimeout)
	defer cancel()
	var reply wire.PrekeyReply // a Reply has the same head and nothing else
	data, err := s.peers.request(ctx, server, service, body)
	if err != nil || json.Unmarshal(data, &reply) != nil || len(reply.Bundle) > maxPrekey {
		return wire.PrekeyReply{Reply: wire.Reply{Err: wire.RefusedUnreachable}}
	}
	return reply
}
