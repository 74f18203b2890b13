package identity

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"filippo.io/age"

	"paravent/app/phone"
	"paravent/settings"
)

// The clear text of an identity file is one line: fileMark, then the seed in base64.
const (
	fileMark    = "paravent-identity-1 "
	ageMark     = "age-encryption.org/v1"
	maxFile     = 4 << 10
	scryptPower = 18 // 2^18: about a second, age's own default
)

type file struct {
	path, passphrase string
	power            int
}

// OpenFile keeps the seed in a file of mode 0600: encrypted by age with the
// passphrase where there is one (any age tool opens it), else in clear.
func OpenFile(path, passphrase string) Keeper {
	return &file{path: path, passphrase: passphrase, power: scryptPower}
}

func (f *file) Load() ([]byte, error) {
	b, err := readBounded(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNoIdentity
	}
	if err != nil {
		return nil, err
	}
	if bytes.HasPrefix(b, []byte(ageMark)) {
		if b, err = f.decrypt(b); err != nil {
			return nil, err
		}
	}
	text, ok := strings.CutPrefix(strings.TrimSuffix(string(b), "\n"), fileMark)
	seed, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if !ok || err != nil || len(seed) != SeedSize {
		return nil, fmt.Errorf("%w: %s", ErrBadIdentity, filepath.Base(f.path))
	}
	return seed, nil
}

func (f *file) Save(seed []byte) error {
	b := []byte(fileMark + base64.RawURLEncoding.EncodeToString(seed) + "\n")
	if f.passphrase != "" {
		var err error
		if b, err = f.encrypt(b); err != nil {
			return err
		}
	}
	return writeAtomic(f.path, b)
}

func (f *file) Remove() error {
	if err := os.Remove(f.path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func (f *file) decrypt(b []byte) ([]byte, error) {
	if f.passphrase == "" {
		return nil, ErrLocked
	}
	who, err := age.NewScryptIdentity(f.passphrase)
	if err != nil {
		return nil, err
	}
	who.SetMaxWorkFactor(scryptPower + 2) // a crafted file must not occupy the computer for minutes
	r, err := age.Decrypt(bytes.NewReader(b), who)
	if _, wrong := errors.AsType[*age.NoIdentityMatchError](err); wrong {
		return nil, ErrWrongPassphrase
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBadIdentity, err)
	}
	clear, err := io.ReadAll(io.LimitReader(r, maxFile))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBadIdentity, err)
	}
	return clear, nil
}

func (f *file) encrypt(b []byte) ([]byte, error) {
	to, err := age.NewScryptRecipient(f.passphrase)
	if err != nil {
		return nil, err
	}
	to.SetWorkFactor(f.power)
	var out bytes.Buffer
	w, err := age.Encrypt(&out, to)
	if err != nil {
		return nil, err
	}
	if _, err = w.Write(b); err == nil {
		err = w.Close()
	}
	return out.Bytes(), err
}

func readBounded(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	b, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(b) > maxFile {
		err = fmt.Errorf("%w: too long", ErrBadIdentity)
	}
	return b, err
}

// writeAtomic leaves either the old file or the whole new one.
func writeAtomic(path string, b []byte) error {
	err := os.MkdirAll(filepath.Dir(path), 0o700)
	if err == nil {
		err = settings.WriteBytes(path, b)
	}
	if settings.IsDiskFull(err) {
		return fmt.Errorf("%w: %w", phone.ErrDiskFull, err)
	}
	return err
}
