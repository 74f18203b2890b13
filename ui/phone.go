package ui

import (
	"context"
	"io"
	"time"

	"paravent/app/phone"
	"paravent/settings"
)

// Phone is what the window needs of the phone. *app.App satisfies it. All
// methods may be called from any goroutine; the slow ones (Start, Devices,
// Call) are never called on the drawing goroutine.
type Phone interface {
	Self() phone.Self
	Settings() settings.Settings
	UpdateSettings(change func(*settings.Settings)) error
	// Start begins to serve or to connect, after first start chose a name and
	// a server, and again whenever the person asks for another try.
	Start() error

	// Expect and Disturb end each other; 0 ends the expecting, and the zero
	// time has no end.
	Expect(d time.Duration) error
	Disturb(on bool, until time.Time) error

	Contacts() []phone.Contact
	AddContact(name, address string) (phone.Contact, error)
	PutContact(contact phone.Contact) error
	RemoveContact(id string) error
	// Files of vCards; see contacts.
	ExportContacts(w io.Writer) error
	ImportContacts(r io.Reader) (phone.Import, error)
	UndoImport(done phone.Import) error
	// What comparing keys showed; see callview.
	Verify(contact string) error
	Distrust(contact string) error
	CompareCode(contact, scanned string) error
	// ReplaceAddress gives a contact another link, maybe of another key.
	ReplaceAddress(contact, link string) (phone.Contact, error)
	// WhoseLink tells who a paravent: link names.
	WhoseLink(link string) (phone.Person, error)
	// ReadCode and ScanCode find a call address in a QR code; see scan.
	ReadCode(r io.Reader) (link string, err error)
	ScanCode(ctx context.Context, show phone.Screen) (link string, err error)
	History(limit int) []phone.HistoryEntry
	// HistoryWith is the part about one person.
	HistoryWith(id string, limit int) []phone.HistoryEntry
	// Code draws a call address as a QR code, as a PNG file.
	Code(link string) ([]byte, error)
	// Knock and Admit wait for a server, up to ten seconds.
	Knock(to, text string, consents ...phone.Consent) error
	Admit(entry uint64, consents ...phone.Consent) error
	Admitted() []phone.Admission
	Withdraw(id string) error
	BlockPerson(p phone.Person) error
	Unblock(id string) error
	Blocked() []phone.Person
	NewAddress() (link string, err error)
	// ExportOwn writes the own address as a vCard.
	ExportOwn(w io.Writer) error
	DeleteHistory(ids ...uint64) error
	RestoreHistory(entries ...phone.HistoryEntry) error
	ClearHistory() error
	// Unseen counts missed calls and knocks since MarkSeen.
	Unseen() int
	MarkSeen() error

	// Call takes a contact's id or name, or a paravent: link.
	// consents are what the person agreed to after a fault asked for it.
	Call(to string, video bool, consents ...phone.Consent) (phone.CallID, error)
	Answer(id phone.CallID, video bool, consents ...phone.Consent) error
	Decline(id phone.CallID) error
	Hangup(id phone.CallID) error
	Mute(id phone.CallID, audioMuted, cameraOff bool) error
	Hold(id phone.CallID, on bool) error
	Calls() []phone.CallInfo
	// GoDirect asks for a direct path or agrees to one; GoRelay withdraws,
	// refuses, or goes back to the relay.
	GoDirect(id phone.CallID) error
	GoRelay(id phone.CallID) error
	// Exposure is what a call showed of this phone so far.
	Exposure(id phone.CallID) phone.Receipt

	// PrivacyCheck runs a hostile peer against the present settings; progress
	// is called from any goroutine.
	PrivacyCheck(ctx context.Context, progress func(done, total int)) (phone.PrivacyReport, error)

	// What calls may be bound to: a network device, an imported WireGuard tunnel.
	NetworkDevices() []phone.NetworkDevice
	Tunnel() (phone.Tunnel, bool)
	ImportTunnel(name string, config []byte) (phone.Tunnel, error)
	RemoveTunnel() error

	// ProfileName is "" for the default profile.
	ProfileName() string
	Profiles() []phone.Profile
	CreateProfile(name string) (phone.Profile, error)
	RenameProfile(profile, name string) error
	DeleteProfile(profile string) error
	// OpenProfile opens the window of another profile, or brings it forward.
	OpenProfile(profile string) error
	// What is about backups encrypts or decrypts for about a second.
	BackupTo(path, passphrase string, without ...phone.BackupPart) error
	ReadBackup(path, passphrase string) (phone.BackupContents, error)
	// RestoreProfile makes a profile from a backup, or none.
	RestoreProfile(name, path, passphrase string) (phone.Profile, error)
	// ProtectKey reckons for seconds; see prefs.
	KeyPlace() phone.KeyPlace
	ProtectKey(current, next string) error
	Devices() phone.Devices
	SetScreens(remote, local phone.Screen)
	Subscribe(handler func(phone.Event)) (cancel func())
	Close() error
}
