// Package backup is the format of the one file in which a person keeps a copy
// of who they are and whom they know. The file is an age file for a passphrase,
// so that any age tool opens it too; inside are a line that names the version
// and one JSON object, padded so that the length tells little. Nothing here
// touches a profile. Everything may be called from any goroutine.
//
//	Contents -> JSON -> padded -> age (scrypt, ChaCha20-Poly1305) -> file
package backup

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"filippo.io/age"

	"paravent/app/identity"
	"paravent/app/phone"
)

// Faults of this package.
var (
	ErrPassphrase = phone.NewFault("passphrase-too-short")
	ErrForeign    = phone.NewFault("backup-foreign") // this is no backup of Paravent
	ErrDamaged    = phone.NewFault("backup-damaged") // it was one, and is cut off or altered
	ErrNewer      = phone.NewFault("backup-newer")   // a newer version of the program wrote it
)

// Version is the version of the clear text that this package writes.
const Version = 1

// Limits.
const (
	maxFile = 64 << 20 // the fullest address book and history take a third of it
	padTo   = 64 << 10
	power   = 18 // 2^18: about a second, age's own default
)

// mark begins the clear text; the version follows.
const mark = "paravent-backup "

// Contents are what a backup holds. Prekeys and the memory against replays are
// not in it: see app.Restore.
type Contents struct {
	Made     time.Time                  `json:"made"`
	Seed     []byte                     `json:"seed"` // of the identity
	Contacts []phone.Contact            `json:"contacts"`
	History  []phone.HistoryEntry       `json:"history"`
	Settings map[string]json.RawMessage `json:"settings"` // by dotted key
	Secrets  map[string][]byte          `json:"secrets"`  // what other parts keep, by name
}

// Write writes c as an encrypted file. What w got before an error is no backup.
func Write(w io.Writer, passphrase string, c Contents) error { return write(w, passphrase, c, power) }

func write(w io.Writer, passphrase string, c Contents, power int) error {
	if utf8.RuneCountInString(passphrase) < phone.MinPassphrase {
		return ErrPassphrase
	}
	to, err := age.NewScryptRecipient(passphrase)
	if err != nil {
		return err
	}
	to.SetWorkFactor(power)
	text, err := marshal(c)
	if err != nil {
		return err
	}
	out, err := age.Encrypt(w, to)
	if err != nil {
		return err
	}
	if _, err := out.Write(text); err != nil {
		return err
	}
	return out.Close()
}

// Read reads a whole file and checks all of it before it returns any. Errors
// are identity.ErrWrongPassphrase, ErrForeign, ErrDamaged, ErrNewer, and what r
// says.
func Read(r io.Reader, passphrase string) (Contents, error) {
	file, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return Contents{}, err
	}
	if len(file) > maxFile {
		return Contents{}, fmt.Errorf("%w: over %d bytes", ErrForeign, maxFile)
	}
	text, err := decrypt(file, passphrase)
	if err != nil {
		return Contents{}, err
	}
	return unmarshal(text)
}

// ageMark begins every age file.
const ageMark = "age-encryption.org/v1\n"

func decrypt(file []byte, passphrase string) ([]byte, error) {
	if !bytes.HasPrefix(file, []byte(ageMark)) {
		return nil, ErrForeign
	}
	who, err := age.NewScryptIdentity(passphrase)
	if err != nil {
		return nil, identity.ErrWrongPassphrase // the empty one
	}
	who.SetMaxWorkFactor(power) // a crafted file must occupy neither the processor nor all memory
	r, err := age.Decrypt(bytes.NewReader(file), who)
	if none, ok := errors.AsType[*age.NoIdentityMatchError](err); ok {
		if slices.Contains(none.StanzaTypes, "scrypt") {
			return nil, identity.ErrWrongPassphrase
		}
		return nil, fmt.Errorf("%w: for a key, not for a passphrase", ErrForeign)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return text, nil
}

func marshal(c Contents) ([]byte, error) {
	text, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	text = fmt.Appendf(nil, "%s%d\n%s\n", mark, Version, text)
	return append(text, bytes.Repeat([]byte("\n"), (padTo-len(text)%padTo)%padTo)...), nil
}

// unmarshal is strict: a field that this version does not know may be one that
// keeps somebody out, and must not be lost.
func unmarshal(text []byte) (Contents, error) {
	line, rest, ok := bytes.Cut(text, []byte("\n"))
	number, isOurs := strings.CutPrefix(string(line[:min(len(line), 64)]), mark)
	if !ok || !isOurs {
		return Contents{}, ErrForeign
	}
	version, err := strconv.Atoi(number)
	switch {
	case err != nil || version < 1:
		return Contents{}, fmt.Errorf("%w: version %q", ErrDamaged, number)
	case version > Version:
		return Contents{}, fmt.Errorf("%w: %d", ErrNewer, version)
	}
	var c Contents
	d := json.NewDecoder(bytes.NewReader(rest))
	d.DisallowUnknownFields()
	err = d.Decode(&c)
	if err != nil && strings.Contains(err.Error(), "unknown field") { // encoding/json has no type for it
		return Contents{}, fmt.Errorf("%w: %w", ErrNewer, err)
	}
	if err != nil {
		return Contents{}, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	if len(bytes.TrimSpace(rest[d.InputOffset():])) > 0 {
		return Contents{}, fmt.Errorf("%w: more than one object", ErrDamaged)
	}
	if len(c.Seed) != identity.SeedSize {
		return Contents{}, fmt.Errorf("%w: %d bytes of seed", ErrDamaged, len(c.Seed))
	}
	return c, nil
}
