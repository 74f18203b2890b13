// Package people keeps contacts, the call history and the small secrets that
// other parts store: one bbolt file in which every value is encrypted and
// every name in a key is hashed, so that who has the file without the person's
// identity key learns how much there is, but not whom it is about. A Store may
// be used from any goroutine.
package people

import "paravent/app/phone"

// Faults of this package.
var (
	ErrCorrupt        = phone.NewFault("people-corrupt")    // the file was damaged: see phone.Recovery
	ErrWrongKey       = phone.NewFault("people-wrong-key")  // the file belongs to another identity; it was not touched
	ErrNewer          = phone.NewFault("people-newer")      // a newer version of the program wrote the file; it was not touched
	ErrInUse          = phone.NewFault("people-in-use")     // another phone has this profile open
	ErrStore          = phone.NewFault("people-store")      // reading or writing failed; the old content is intact
	ErrAlreadyContact = phone.NewFault("already-contact")   // another entry has this identity
	ErrBadContact     = phone.NewFault("bad-contact")       // a contact without a key or with an unusable name
	ErrLongName       = phone.NewFault("contact-name-long") // of ErrBadContact: a name of more than MaxName bytes
	ErrOddName        = phone.NewFault("contact-name-odd")  // of ErrBadContact: a name with characters that must not be shown
	ErrNoContact      = phone.NewFault("no-such-contact")   // Remove: nobody has this id
	ErrNoEntry        = phone.NewFault("no-such-entry")     // no entry of the history has, or ever had, this ID
	ErrTooMany        = phone.NewFault("too-many-contacts") // the address book is full
)
