package settings

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// Errors about the file, as notices from Open.
var (
	// ErrBroken: the file, or values in it, could not be read. Defaults stand in, the file was kept aside.
	ErrBroken = errors.New("settings file is broken")
	// ErrNewer: a newer version of the program wrote the file. What is known was read, the file was kept aside.
	ErrNewer = errors.New("settings file is from a newer version")
)

// document is a settings file before it is typed.
type document map[string]json.RawMessage

// step turns a document of one version into one of the next.
type step func(document) error

// steps are in order: steps[0] leads from version 1 to 2.
var steps []step

// parse reads a file of any version. It always gives usable settings: what
// cannot be read is replaced by its default and told in notice.
func parse(data []byte, steps []step) (s Settings, notice error) {
	s = Defaults()
	var doc document
	if err := json.Unmarshal(data, &doc); err != nil {
		return s, fmt.Errorf("%w: %w", ErrBroken, err)
	}
	version := 1
	if raw, ok := doc["version"]; ok {
		if err := json.Unmarshal(raw, &version); err != nil || version < 1 {
			return s, fmt.Errorf("%w: version", ErrBroken)
		}
	}
	if version > len(steps)+1 {
		notice = fmt.Errorf("%w: %d", ErrNewer, version)
	}
	for ; version <= len(steps); version++ {
		if err := steps[version-1](doc); err != nil {
			return s, fmt.Errorf("%w: from version %d: %w", ErrBroken, version, err)
		}
	}
	for _, key := range Keys() {
		value, err := find(doc, key)
		if err == nil && value != nil {
			err = set(&s, key, value)
		}
		if err != nil {
			notice = errors.Join(notice, fmt.Errorf("%w: %w", ErrBroken, err))
		}
	}
	return s, notice
}

// find follows a dotted key; nil says that the document has no such key.
func find(doc document, key string) (json.RawMessage, error) {
	section, rest, nested := strings.Cut(key, ".")
	raw, ok := doc[section]
	if !ok || !nested {
		return raw, nil
	}
	var inner document
	if err := json.Unmarshal(raw, &inner); err != nil {
		return nil, fmt.Errorf("%w %s: %w", ErrBadValue, section, err)
	}
	return find(inner, rest)
}
