package phone

// Consent is what the person agreed to after a fault asked for it.
type Consent uint8

// The consents.
const (
	ServerSees Consent = iota + 1 // another server sees this computer's address (server-here-shows-address, P26)
	KeyChanged                    // the contact's key is not the verified one (contact-key-changed)
)
