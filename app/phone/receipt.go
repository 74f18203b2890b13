package phone

// Receipt says what a call really showed of this phone. It is computed from
// what left through the outgoing gate and from the chosen media path, never
// from the settings.
type Receipt struct {
	Call      CallID   `json:"call"`
	Route     Route    `json:"route"`
	PeerSaw   []string `json:"peer_saw"`  // addresses of this phone that the peer could learn: "203.0.113.7:40000"
	RelaySaw  []string `json:"relay_saw"` // addresses of this phone that the relay saw
	Hidden    bool     `json:"hidden"`    // the peer learned no address of this computer
	RelayKind Relaying `json:"relay_kind"`
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
