package server

import (
	"fmt"

	"github.com/pion/stun/v4"

	"paravent/server/wire"
)

// granter gives a phone the use of a relay.
type granter interface {
	grant(mailbox string) wire.TurnReply
}

// outsideRelays are TURN servers of others that share a secret with this
// server. It only makes credentials for them: quotas and ranges are theirs.
type outsideRelays struct {
	uris []string
	mint *mint
}

func newOutsideRelays(cfg Config) (*outsideRelays, error) {
	m, err := newMint([]byte(cfg.RelaySecret))
	if err != nil {
		return nil, fmt.Errorf("relay: %w", err)
	}
	return &outsideRelays{cfg.RelayURIs, m}, nil
}

func (o *outsideRelays) grant(mailbox string) wire.TurnReply { return o.mint.grant(mailbox, o.uris) }

// checkRelayURIs refuses what no phone would use.
func checkRelayURIs(uris []string) error {
	for _, text := range uris {
		u, err := stun.ParseURI(text)
		if err != nil || u.Scheme != stun.SchemeTypeTURN && (u.Scheme != stun.SchemeTypeTURNS || u.Proto != stun.ProtoTypeTCP) {
			return fmt.Errorf("%w: %q is none of turns:HOST:PORT?transport=tcp, turn:HOST:PORT?transport=udp and turn:HOST:PORT?transport=tcp", ErrConfig, text)
		}
	}
	return nil
}
