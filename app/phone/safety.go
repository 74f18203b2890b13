package phone

// SafetyState is where the safety words of a call stand.
type SafetyState string

// The states.
const (
	NoSafety      SafetyState = "none"    // not connected, or the other phone takes no part
	SafetyPending SafetyState = "pending" // being agreed on
	SafetyReady   SafetyState = "ready"
)

// Safety are the safety words of a call: four symbols (assets.Safety) that
// people read to each other. Both ends show the same ones exactly where nobody
// is in between.
type Safety struct {
	State SafetyState
	Code  [4]byte // meaningful when ready
}
