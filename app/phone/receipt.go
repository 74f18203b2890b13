package phone

import "time"

// Receipt says what a call really showed of this phone. It is computed from
// what left through the outgoing gate, from the chosen media paths and from
// the counters of the sockets, never from the settings (P7).
type Receipt struct {
	Call       CallID    `json:"call"`
	At         time.Time `json:"at"`
	Route      Route     `json:"route"`       // the widest way that media went
	PeerSaw    []string  `json:"peer_saw"`    // addresses of this phone that the peer could learn: "203.0.113.7:40000"
	RelaySaw   []string  `json:"relay_saw"`   // addresses of this phone that relays saw
	ServerSaw  []string  `json:"server_saw"`  // addresses of this phone that the server saw
	KeptHidden []string  `json:"kept_hidden"` // addresses of this phone that the peer did not learn
	Hidden     bool      `json:"hidden"`      // the peer learned no address of this computer
	RelayKind  Relaying  `json:"relay_kind"`
	Traffic    []Traffic `json:"traffic"` // where the call's own sockets sent packets, from their counters
}

// Traffic is what one call sent to one address.
type Traffic struct {
	To      string `json:"to"`   // "203.0.113.7:40000"
	Role    string `json:"role"` // "relay", "peer", or "other": none of the two, which no call should have
	Packets uint64 `json:"packets"`
	Bytes   uint64 `json:"bytes"`
}

// Relaying tells what a relay is worth (P25).
type Relaying string

// The kinds of relay. Only RelayElsewhere hides anything.
const (
	RelayNone      Relaying = "none"      // no relay in use
	RelayElsewhere Relaying = "elsewhere" // another computer behind another address: it hides this one
	RelayHere      Relaying = "here"      // this very computer: hides nothing
	RelaySameNAT   Relaying = "same-nat"  // behind the same public address: hides nothing
)
