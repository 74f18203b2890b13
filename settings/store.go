package settings

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"sync"
	"time"
)

// fileName is the settings file inside the profile's folder.
const fileName = "settings.json"

// Errors about saving. The old file is intact after both.
var (
	ErrSave     = errors.New("settings could not be saved")
	ErrDiskFull = errors.New("the disk is full") // beside ErrSave
)

// Store holds the settings of one profile and keeps them in its file. All
// methods may be called from any goroutine, and from subscribers.
type Store struct {
	path string

	saving sync.Mutex // one change at a time, held while writing the file

	mu      sync.Mutex
	current Settings
	subs    []*subscriber
	news    []Settings // changes not told yet
	telling bool       // some goroutine is telling them
}

type subscriber struct{ tell func(Settings) }

// Open reads the settings in dir, making dir if needed. A file that cannot be
// read or holds bad values is kept aside as settings.json.broken-TIME and told
// in notice (ErrBroken, ErrNewer); defaults stand in for what is bad. err says
// that there is no usable folder or file at all.
func Open(dir string) (s *Store, notice error, err error) { //nolint:revive,staticcheck // err is the last one; notice is not a failure
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, nil, fmt.Errorf("%w: %w", ErrSave, diskError(err))
	}
	s = &Store{path: filepath.Join(dir, fileName), current: Defaults()}
	RemoveLeftovers(s.path)
	data, err := os.ReadFile(s.path)
	if errors.Is(err, os.ErrNotExist) {
		return s, nil, nil
	}
	if err != nil {
		return nil, nil, fmt.Errorf("read settings: %w", err)
	}
	s.current, notice = parse(data, steps)
	if notice != nil {
		aside := s.path + ".broken-" + time.Now().UTC().Format("20060102-150405.000")
		if err := os.Rename(s.path, aside); err != nil {
			return nil, notice, fmt.Errorf("%w: %w", ErrSave, diskError(err))
		}
		if err := s.save(s.current); err != nil {
			notice = errors.Join(notice, err)
		}
	}
	return s, notice, nil
}

// Read reads the settings in dir and changes nothing there; defaults stand in
// for what cannot be read.
func Read(dir string) Settings {
	data, err := os.ReadFile(filepath.Join(dir, fileName))
	if err != nil {
		return Defaults()
	}
	s, _ := parse(data, steps)
	return s
}

// Current is a copy of the settings.
func (s *Store) Current() Settings {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.current.clone()
}

// Update changes the settings by change, which must not call the Store. They
// are checked (ErrBadValue), saved (ErrSave, ErrDiskFull), and then told to
// subscribers; on error nothing has changed.
func (s *Store) Update(change func(*Settings)) error {
	return s.update(func(v *Settings) error {
		change(v)
		return nil
	})
}

// Get reads one value as JSON; the key is dotted, as in "privacy.route".
func (s *Store) Get(key string) (json.RawMessage, error) { return get(s.Current(), key) }

// Set changes one value, as Update does.
func (s *Store) Set(key string, value json.RawMessage) error {
	return s.update(func(v *Settings) error { return set(v, key, value) })
}

// SetAll changes several values at once, or none.
func (s *Store) SetAll(values map[string]json.RawMessage) error {
	return s.update(func(v *Settings) error {
		for key, value := range values {
			if err := set(v, key, value); err != nil {
				return err
			}
		}
		return nil
	})
}

// Subscribe has tell called with every change, in order, one at a time, and
// without locks held, on a goroutine that changed something. After cancel
// returned, at most the call in progress is still finished.
func (s *Store) Subscribe(tell func(Settings)) (cancel func()) {
	sub := &subscriber{tell}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.subs = append(slices.Clone(s.subs), sub)
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.subs = slices.DeleteFunc(slices.Clone(s.subs), func(x *subscriber) bool { return x == sub })
	}
}

func (s *Store) update(change func(*Settings) error) error {
	if err := s.commit(change); err != nil {
		return err
	}
	s.tell()
	return nil
}

// commit saves a change and queues its news.
func (s *Store) commit(change func(*Settings) error) error {
	s.saving.Lock()
	defer s.saving.Unlock()
	old := s.Current()
	next := old.clone()
	if err := change(&next); err != nil {
		return err
	}
	next = next.clone() // the caller may keep the slices it put in
	next.Version = Version
	if err := next.Validate(); err != nil {
		return err
	}
	if reflect.DeepEqual(old, next) {
		return nil
	}
	if err := s.save(next); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.current = next
	s.news = append(s.news, next)
	return nil
}

// tell works the queue off, unless another goroutine, or a caller further up
// this one's stack, is at it and will.
func (s *Store) tell() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.telling {
		return
	}
	s.telling = true
	defer func() { s.telling = false }()
	for len(s.news) > 0 {
		news := s.news[0]
		s.news = s.news[1:]
		for _, sub := range s.subs {
			if slices.Contains(s.subs, sub) { // cancelled by one before it
				s.tellOne(sub, news.clone())
			}
		}
	}
}

// tellOne releases the lock for the time of the call, also when it panics.
func (s *Store) tellOne(sub *subscriber, news Settings) {
	s.mu.Unlock()
	defer s.mu.Lock()
	sub.tell(news)
}

func (s *Store) save(v Settings) error {
	data, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("%w: %w", ErrSave, err)
	}
	if err := WriteBytes(s.path, append(data, '\n')); err != nil {
		return fmt.Errorf("%w: %w", ErrSave, diskError(err))
	}
	return nil
}

// diskError marks errors that say that there is no room.
func diskError(err error) error {
	if IsDiskFull(err) {
		return fmt.Errorf("%w: %w", ErrDiskFull, err)
	}
	return err
}
