package phone

import "errors"

// Fault is an error that people may see. Its code is stable: the window and
// the scriptable phone translate it as "error.CODE". Packages declare their
// faults as variables and wrap them with %w, so that errors.Is finds them.
type Fault struct{ code string }

// faults holds every declared code, so that a test can ask for a translation
// of each. It is written only while packages initialise.
var faults []string

// NewFault declares a fault. Call it only in package variable declarations.
func NewFault(code string) *Fault {
	faults = append(faults, code)
	return &Fault{code}
}

// Error is the code; words for people come from the translations.
func (f *Fault) Error() string { return f.code }

// Code is the stable name.
func (f *Fault) Code() string { return f.code }

// CodeOf finds the code of the first Fault in err's chain, or "internal".
func CodeOf(err error) string {
	if f, ok := errors.AsType[*Fault](err); ok {
		return f.code
	}
	return "internal"
}

// FaultCodes lists the codes of all faults linked into this program.
func FaultCodes() []string { return append([]string{"internal"}, faults...) }

// Faults that belong to no single package.
var (
	ErrBadCallID  = NewFault("bad-call-id")
	ErrNoSuchCall = NewFault("no-such-call")
	ErrInCall     = NewFault("already-in-call")
	ErrBadCommand = NewFault("bad-command")
	ErrClosed     = NewFault("phone-closed")
	ErrDiskFull   = NewFault("disk-full")
	ErrFile       = NewFault("file-unusable") // a file that the person named cannot be read or written
)
