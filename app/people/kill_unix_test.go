//go:build unix

package people

import (
	"bufio"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"paravent/app/identity"
	"paravent/app/phone"
	"paravent/settings"
)

// The variables by which the test binary becomes the phone that is killed.
const (
	killDir  = "PARAVENT_KILL_DIR"
	killFrom = "PARAVENT_KILL_FROM" // number of the first write
	killTorn = "PARAVENT_KILL_TORN" // "yes": settings are written in two halves
)

// kills is how often each of the profiles is killed.
const (
	kills        = 170
	killProfiles = 2
)

// TestMain lets the binary be the child.
func TestMain(m *testing.M) {
	if dir := os.Getenv(killDir); dir != "" {
		if err := writeForEver(dir); err != nil {
			fmt.Println("error", err)
		}
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// disk is what a profile keeps, as far as this test writes it.
type disk struct {
	contacts map[string]string // name by id
	history  []string          // texts, oldest first
	blob     string
	name     string // of the settings
	seed     string
}

func seedOf(n int) []byte {
	sum := sha256.Sum256([]byte(strconv.Itoa(n)))
	return sum[:]
}

// after is d once write n was done.
func (d disk) after(n int) disk {
	text := "write " + strconv.Itoa(n)
	next := d
	next.contacts, next.history = map[string]string{}, slices.Clone(d.history)
	for id, name := range d.contacts {
		next.contacts[id] = name
	}
	switch n % 8 {
	case 0, 1:
		next.contacts[killContact(n)] = text
	case 2:
		delete(next.contacts, killContact(n-1))
	case 3, 4:
		next.history = append(next.history, text)
	case 5:
		if n%3 == 0 {
			next.history = next.history[min(oldest, len(next.history)):]
		} else {
			next.blob = text
		}
	case 6:
		next.name = text
	case 7:
		next.seed = string(seedOf(n))
	}
	return next
}

func killContact(n int) string { return fmt.Sprintf("%064x", n/8%40*2+n%8) }

// profile is the three stores of a phone.
type profile struct {
	people   *Store
	settings *settings.Store
	keeper   identity.Keeper
	dir      string
}

// openProfile opens them; it is an error that something had to be mended.
func openProfile(dir string) (profile, error) {
	p := profile{dir: dir, keeper: identity.OpenFile(filepath.Join(dir, "identity.key"), "")}
	var notice, why error
	p.settings, notice, why = settings.Open(dir)
	if err := errors.Join(notice, why); err != nil {
		return p, err
	}
	p.people, notice, why = Open(filepath.Join(dir, "people.db"), [32]byte{1})
	return p, errors.Join(notice, why)
}

// read is what the stores hold.
func (p profile) read() (disk, error) {
	d := disk{contacts: map[string]string{}, name: p.settings.Current().Name}
	for _, c := range p.people.Contacts() {
		d.contacts[c.ID] = c.Name
	}
	for _, e := range p.people.History(0) {
		d.history = append(d.history, e.Text)
	}
	slices.Reverse(d.history)
	blob, err := p.people.Blobs("test").Get("blob")
	d.blob = string(blob)
	if err != nil {
		return d, err
	}
	seed, err := p.keeper.Load()
	if errors.Is(err, identity.ErrNoIdentity) {
		err = nil
	}
	d.seed = string(seed)
	return d, err
}

// write does write n.
func (p profile) write(n int, torn bool) error {
	text := "write " + strconv.Itoa(n)
	switch n % 8 {
	case 0, 1:
		return p.people.Put(phone.Contact{ID: killContact(n), Name: text})
	case 2:
		err := p.people.Remove(killContact(n - 1))
		if errors.Is(err, ErrNoContact) {
			return nil
		}
		return err
	case 3, 4:
		_, err := p.people.AddHistory(phone.HistoryEntry{Kind: phone.HistoryKnock, Outgoing: true, Text: text})
		return err
	case 5:
		if n%3 == 0 {
			return p.deleteOldest()
		}
		return p.people.Blobs("test").Put("blob", []byte(text))
	case 6:
		if torn {
			return p.tear(text)
		}
		return p.settings.Update(func(s *settings.Settings) { s.Name = text })
	}
	return p.keeper.Save(seedOf(n))
}

// oldest is how many entries of the history are deleted at once.
const oldest = 5

func (p profile) deleteOldest() error {
	var ids []uint64
	all := p.people.History(0)
	for _, e := range all[max(0, len(all)-oldest):] {
		ids = append(ids, e.ID)
	}
	return p.people.DeleteHistory(ids...)
}

// tear is how settings must not be written: the file is emptied, and filled in
// two halves.
func (p profile) tear(name string) error {
	f, err := os.Create(filepath.Join(p.dir, "settings.json"))
	if err != nil {
		return err
	}
	text := fmt.Sprintf(`{"version":1,"name":%q}`, name)
	if _, err := f.WriteString(text[:15]); err != nil {
		return err
	}
	time.Sleep(2 * time.Millisecond)
	_, err = f.WriteString(text[15:])
	return errors.Join(err, f.Close())
}

// writeForEver is the phone: it writes and tells each write that is done.
func writeForEver(dir string) error {
	from, err := strconv.Atoi(os.Getenv(killFrom))
	if err != nil {
		return err
	}
	p, err := openProfile(dir)
	if err != nil {
		return err
	}
	fmt.Println("open")
	for n := from; ; n++ {
		if err := p.write(n, os.Getenv(killTorn) == "yes"); err != nil {
			return fmt.Errorf("write %d: %w", n, err)
		}
		fmt.Println(n)
	}
}

// killer kills one profile's phone again and again.
type killer struct {
	dir   string
	torn  bool
	rand  *rand.Rand
	next  int  // number of the first write that is not done
	holds disk // after all before it
}

// round lets the phone run for a moment, kills it and compares: everything
// that was told is there, the write that was under way may be.
func (k *killer) round() error {
	last, err := k.run()
	if err != nil {
		return err
	}
	for ; k.next <= last; k.next++ {
		k.holds = k.holds.after(k.next)
	}
	p, err := openProfile(k.dir)
	if err != nil {
		return fmt.Errorf("after write %d: %w", last, err)
	}
	got, err := p.read()
	if err = errors.Join(err, p.people.Close()); err != nil {
		return err
	}
	if under := k.holds.after(k.next); !same(got, k.holds) && same(got, under) {
		k.next, k.holds = k.next+1, under
	}
	if !same(got, k.holds) {
		return fmt.Errorf("after write %d there is %+v, want %+v", last, got, k.holds)
	}
	return k.onlyTheStores()
}

func same(a, b disk) bool {
	return reflect.DeepEqual(a.contacts, b.contacts) && slices.Equal(a.history, b.history) && a.blob == b.blob && a.name == b.name && a.seed == b.seed
}

// onlyTheStores: the files that a killed write left are few and do not add up.
func (k *killer) onlyTheStores() error {
	entries, err := os.ReadDir(k.dir)
	if err == nil && len(entries) > 3+2 {
		err = fmt.Errorf("%d files in the profile", len(entries))
	}
	return err
}

// run starts the phone, kills it at a moment that nobody chose, and returns the
// number of the last write that it told.
func (k *killer) run() (last int, err error) {
	cmd := exec.Command(os.Args[0])
	torn := ""
	if k.torn {
		torn = "yes"
	}
	cmd.Env = append(os.Environ(), killDir+"="+k.dir, killFrom+"="+strconv.Itoa(k.next), killTorn+"="+torn)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return 0, err
	}
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	last = k.next - 1
	lines := bufio.NewReader(out)
	stop := func() {
		_ = cmd.Process.Kill()
	}
	var timer *time.Timer
	if k.rand.IntN(8) == 0 { // while it opens, too
		timer = time.AfterFunc(time.Duration(k.rand.IntN(60))*time.Millisecond, stop)
	}
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			break // killed
		}
		line = strings.TrimSpace(line)
		if timer == nil {
			timer = time.AfterFunc(time.Duration(k.rand.IntN(40_000))*time.Microsecond, stop)
		}
		if strings.HasPrefix(line, "error") {
			stop()
			_ = cmd.Wait()
			return 0, errors.New(line)
		}
		if n, err := strconv.Atoi(line); err == nil {
			last = n
		}
	}
	_, _ = io.Copy(io.Discard, lines)
	_ = cmd.Wait()
	return last, nil //nolint:nilerr // to be killed is no error
}

func newKiller(t *testing.T, seed uint64, torn bool) *killer {
	t.Helper()
	return &killer{dir: t.TempDir(), torn: torn, rand: rand.New(rand.NewPCG(seed, 1)), holds: disk{contacts: map[string]string{}}}
}

// A phone that is killed at any write loses nothing that was done, and keeps
// nothing that is half done.
func TestKilledAtAnyWrite(t *testing.T) {
	var all sync.WaitGroup
	total := make([]int, killProfiles)
	for i := range killProfiles {
		k := newKiller(t, uint64(time.Now().UnixNano())+uint64(i), false)
		all.Go(func() {
			for round := range kills {
				if err := k.round(); err != nil {
					t.Errorf("kill %d: %v", round, err)
					return
				}
			}
			total[i] = k.next
		})
	}
	all.Wait()
	t.Logf("%d kills, %v writes", kills*killProfiles, total)
	for _, n := range total {
		require.Greater(t, n, kills/2, "hardly anything was written")
	}
}

// The test above notices a store that writes in place.
func TestKilledInTornWritesIsNoticed(t *testing.T) {
	k := newKiller(t, 7, true)
	for range 300 {
		if err := k.round(); err != nil {
			t.Log(err)
			return
		}
	}
	t.Error("300 kills did not notice settings that are written in place")
}
