package phone

import "fmt"

// Recovery says that the file with people and history was damaged, and what
// could be read of it. It wraps the fault.
type Recovery struct {
	Err     error
	People  int    // recovered
	Entries int    // of the history, recovered
	Kept    string // name of the damaged file, which was kept
}

// Error implements error.
func (r *Recovery) Error() string {
	return fmt.Sprintf("%v (%d people and %d entries of the history were recovered; kept as %s)", r.Err, r.People, r.Entries, r.Kept)
}

// Unwrap gives the fault.
func (r *Recovery) Unwrap() error { return r.Err }
