package selftest

import (
	"paravent/app/egress"
	"paravent/app/phone"
	"paravent/settings"
)

// Phone is the phone under test; *app.App satisfies it.
type Phone interface {
	Start() error
	Subscribe(handle func(phone.Event)) (cancel func())
	Self() phone.Self
	AddContact(name, address string) (phone.Contact, error)
	PutContact(c phone.Contact) error
	Call(to string, video bool, consents ...phone.Consent) (phone.CallID, error)
	Answer(id phone.CallID, video bool, consents ...phone.Consent) error
	Decline(id phone.CallID) error
	Hangup(id phone.CallID) error
	Mute(id phone.CallID, audioMuted, cameraOff bool) error
	Close() error
}

// Setup is what the phone under test is opened with.
type Setup struct {
	Profile  string // an empty folder
	Server   string
	Settings settings.Settings
	Network  func(egress.Network) egress.Network // goes between the phone and its network
}

// Config says what to look at.
type Config struct {
	Settings settings.Settings   // as the person chose them
	Choices  []phone.RouteChoice // what they chose for single contacts
	Open     func(Setup) (Phone, error)
	Progress func(done, total int) // nil: nobody watches
	Only     []string              // these scenarios alone; nil: all. A rule that needs others cannot pass then
}

// Faults of the check itself.
var (
	ErrCannotRun = phone.NewFault("privacy-check-cannot-run")
	ErrTooSlow   = phone.NewFault("privacy-check-too-slow")
)
