package phone

// KeyPlace is where a profile's key lies, from which everything else in it is
// derived.
type KeyPlace string

// The places.
const (
	KeyInKeyring  KeyPlace = "keyring"         // that of the desktop
	KeyInClear    KeyPlace = "file"            // a file that only the file system protects
	KeyWithSecret KeyPlace = "file-passphrase" // a file that a passphrase opens
)
