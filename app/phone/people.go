package phone

import "time"

// RouteChoice is what the person chose for one contact.
type RouteChoice string

// The choices; RouteInherit follows the general setting.
const (
	RouteInherit RouteChoice = "inherit"
	RouteRelay   RouteChoice = "relay"
	RouteDirect  RouteChoice = "direct"
)

// Trust is how sure this phone is that a contact's key is the contact's.
type Trust string

// The trust levels. Changed blocks calls until verified again.
const (
	Unverified Trust = "unverified"
	Verified   Trust = "verified"
	Changed    Trust = "changed"
)

// Permission is what the person chose for one contact beside the groups of
// "who can call me".
type Permission string

// The permissions; PermissionInherit follows the groups.
const (
	PermissionInherit Permission = "inherit"
	PermissionAlways  Permission = "always"
	PermissionNever   Permission = "never"
)

// Contact is a person in the address book.
type Contact struct {
	ID         string      `json:"id"` // hexadecimal identity key
	Name       string      `json:"name"`
	Address    string      `json:"address"` // paravent: link
	Favourite  bool        `json:"favourite"`
	Blocked    bool        `json:"blocked"`
	Route      RouteChoice `json:"route"`
	Permission Permission  `json:"permission"`
	Trust      Trust       `json:"trust"`
	Added      time.Time   `json:"added"`
}

// Import is what became of a file of vCards.
type Import struct {
	Added   int       `json:"added"`
	Updated int       `json:"updated"` // got another address; everything else stayed as it was
	Same    int       `json:"same"`    // were in the address book with the same address
	Skipped []Skipped `json:"skipped"`

	// What undoes it.
	NewIDs []string  `json:"-"` // of those who were added
	Before []Contact `json:"-"` // those who got another address, as they were
}

// Skipped is a vCard that was not imported.
type Skipped struct {
	Name string `json:"name"` // safe to show; "" where it has none
	Why  string `json:"why"`  // a fault's code
}

// Person is who is at the other end of a call or a knock, as far as known.
type Person struct {
	ID      string `json:"id"`   // hexadecimal identity key
	Name    string `json:"name"` // the contact's name here, else what they call themselves, made safe to show
	Contact bool   `json:"contact"`
	Address string `json:"address"`
	// Namesake: is no contact, and calls themselves by the name of one.
	Namesake bool `json:"namesake,omitempty"`
}

// HistoryKind says what an entry of the history is about.
type HistoryKind string

// The kinds.
const (
	HistoryCall  HistoryKind = "call"
	HistoryKnock HistoryKind = "knock" // somebody asked to be let in; it did not ring
)

// HistoryEntry is one line of the history.
type HistoryEntry struct {
	ID       uint64        `json:"id"` // names the entry within this profile; later ones are greater
	Kind     HistoryKind   `json:"kind"`
	Text     string        `json:"text,omitempty"` // of a knock, made safe to show
	Call     CallID        `json:"call"`
	At       time.Time     `json:"at"`
	Outgoing bool          `json:"outgoing"`
	Peer     Person        `json:"peer"`
	Video    bool          `json:"video"`
	Silenced bool          `json:"silenced"` // "who can call me" did not let it ring
	Reason   EndReason     `json:"reason"`
	Route    Route         `json:"route"`
	Lasted   time.Duration `json:"lasted"`
	Receipt  *Receipt      `json:"receipt,omitempty"`
}

// BackupPart is a part of a backup that the person may leave out.
type BackupPart string

// BackupHistory is the history; there is no other such part.
const BackupHistory BackupPart = "history"

// BackupContents is what a backup holds, for the person to recognize it.
type BackupContents struct {
	ID      string // hexadecimal identity key
	Name    string
	People  int
	Entries int // of the history
	Made    time.Time
	// ServerHere: the phone was reached through a server on its own computer,
	// whose address is not in the backup. Restored, it has another link.
	ServerHere bool
}

// MinPassphrase is the least number of characters of a passphrase, be it of a
// backup or of a key file.
const MinPassphrase = 8
