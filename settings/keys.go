package settings

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
)

// keyIndex maps each dotted key to the fields that lead to it.
var keyIndex = indexKeys(reflect.TypeFor[Settings](), "", nil)

func indexKeys(t reflect.Type, prefix string, path []int) map[string][]int {
	index := map[string][]int{}
	for i := range t.NumField() {
		f := t.Field(i)
		key, at := prefix+f.Tag.Get("json"), append(slices.Clone(path), i)
		switch {
		case key == "version": // belongs to the file, not to the person
		case f.Type.Kind() == reflect.Struct && !oneValue(f.Type):
			maps.Copy(index, indexKeys(f.Type, key+".", at))
		default:
			index[key] = at
		}
	}
	return index
}

// oneValue tells whether a struct is one value to people, as a Moment is.
func oneValue(t reflect.Type) bool {
	return reflect.PointerTo(t).Implements(reflect.TypeFor[json.Unmarshaler]())
}

// Keys lists all keys in order.
func Keys() []string { return slices.Sorted(maps.Keys(keyIndex)) }

// get reads one value as JSON.
func get(s Settings, key string) (json.RawMessage, error) {
	path, ok := keyIndex[key]
	if !ok {
		return nil, fmt.Errorf("%w: %q", ErrUnknownKey, key)
	}
	return json.Marshal(reflect.ValueOf(s).FieldByIndex(path).Interface())
}

// set changes one value and checks it; s is unchanged on error.
func set(s *Settings, key string, value json.RawMessage) error {
	path, ok := keyIndex[key]
	if !ok {
		return fmt.Errorf("%w: %q", ErrUnknownKey, key)
	}
	if bytes.Equal(bytes.TrimSpace(value), []byte("null")) {
		return bad(key, "null")
	}
	next := s.clone()
	field := reflect.ValueOf(&next).Elem().FieldByIndex(path)
	fresh := reflect.New(field.Type())
	if err := json.Unmarshal(value, fresh.Interface()); err != nil {
		return fmt.Errorf("%w %s: %w", ErrBadValue, key, err)
	}
	field.Set(fresh.Elem())
	if err := next.Validate(); err != nil {
		return err
	}
	*s = next
	return nil
}

// clone shares no memory with s, and equal settings are equal in it to the bit.
func (s Settings) clone() Settings {
	s.Calls.Audience = append([]Audience{}, s.Calls.Audience...)
	s.Calls.ExpectingUntil = At(s.Calls.ExpectingUntil.Time)
	s.Calls.DoNotDisturb = s.Calls.DoNotDisturb.clone()
	return s
}
