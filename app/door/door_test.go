package door

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"paravent/app/identity"
	"paravent/app/phone"
)

// memory is a Store that can be full.
type memory struct {
	values map[string][]byte
	full   bool
}

var errFull = errors.New("full")

func (m *memory) Get(key string) ([]byte, error) { return m.values[key], nil }

func (m *memory) Put(key string, value []byte) error {
	if m.full {
		return errFull
	}
	m.values[key] = value
	return nil
}

func open(t *testing.T, m *memory, fresh bool) *Door {
	d, notice, err := Open(m, fresh)
	require.NoError(t, err)
	require.NoError(t, notice)
	return d
}

var now = time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)

func TestP14Tokens(t *testing.T) {
	m := &memory{values: map[string][]byte{}}
	old := open(t, m, false)
	require.True(t, old.Token().IsZero(), "the links of a profile older than tokens stay true")
	require.True(t, open(t, m, true).Token().IsZero(), "it was decided once")
	require.NoError(t, old.Renew())
	drawn := old.Token()
	require.False(t, drawn.IsZero())
	require.Equal(t, drawn, open(t, m, false).Token())
	m.full = true
	require.ErrorIs(t, old.Renew(), errFull)
	require.Equal(t, drawn, old.Token())

	fresh := open(t, &memory{values: map[string][]byte{}}, true)
	require.False(t, fresh.Token().IsZero())
	damaged := open(t, &memory{values: map[string][]byte{keyToken: {1, 2}}}, false)
	require.False(t, damaged.Token().IsZero(), "a token that was lost does not open the door to links without one")
	_, _, err := Open(&memory{values: map[string][]byte{}, full: true}, true)
	require.ErrorIs(t, err, errFull)
}

func TestP14AdmissionsHoldOnceAndSurvive(t *testing.T) {
	m := &memory{values: map[string][]byte{}}
	d := open(t, m, true)
	who := phone.Admission{Who: phone.Person{ID: "a", Name: "Ann"}, Until: now.Add(time.Hour)}
	require.False(t, d.MayOnce("a", now))
	require.NoError(t, d.Admit(who, now))
	require.NoError(t, d.Admit(who, now))
	d = open(t, m, true)
	require.Equal(t, []phone.Admission{who}, d.Admitted(now))
	require.True(t, d.MayOnce("a", now.Add(59*time.Minute)))
	require.False(t, d.MayOnce("b", now))
	require.False(t, d.MayOnce("a", now.Add(time.Hour)))
	require.False(t, d.MayOnce("a", now.Add(-time.Minute)), "a clock set back gives no more than an hour")
	m.full = true
	require.ErrorIs(t, d.Withdraw("a"), errFull)
	require.True(t, d.MayOnce("a", now))
	require.ErrorIs(t, d.Use("a"), errFull)
	require.False(t, d.MayOnce("a", now), "what was used is gone, written or not")
	m.full = false
	require.NoError(t, d.Admit(who, now))
	require.NoError(t, d.Withdraw("a"))
	require.ErrorIs(t, d.Withdraw("a"), ErrNotAdmitted)
	require.Empty(t, open(t, m, true).Admitted(now))
}

func TestAdmissionsAreBounded(t *testing.T) {
	d := open(t, &memory{values: map[string][]byte{}}, true)
	admit := func(i int, at time.Time) error {
		return d.Admit(phone.Admission{Who: phone.Person{ID: fmt.Sprint(i)}, Until: at.Add(time.Hour)}, at)
	}
	for i := range maxAdmitted {
		require.NoError(t, admit(i, now))
	}
	require.ErrorIs(t, admit(maxAdmitted, now), ErrTooMany)
	require.NoError(t, admit(maxAdmitted, now.Add(2*time.Hour)), "those that are over make room")
	require.Len(t, d.Admitted(now.Add(2*time.Hour)), 1)
}

func TestKnocksAreAwaitedForThreeDays(t *testing.T) {
	m := &memory{values: map[string][]byte{}}
	d := open(t, m, true)
	require.False(t, d.Awaits("a", now))
	require.NoError(t, d.Knocked("a", now))
	d = open(t, m, true)
	require.True(t, d.Awaits("a", now.Add(AwaitFor)))
	require.False(t, d.Awaits("a", now.Add(AwaitFor+time.Second)))
	for i := range 2 * maxKnocked {
		require.NoError(t, d.Knocked(fmt.Sprint(i), now))
	}
	require.Len(t, d.knocked, maxKnocked)
	require.True(t, d.Awaits(fmt.Sprint(2*maxKnocked-1), now))
}

func TestBlockingSurvivesAndIsBounded(t *testing.T) {
	m := &memory{values: map[string][]byte{}}
	d := open(t, m, true)
	require.NoError(t, d.Block(phone.Person{ID: "a", Name: "Ann", Contact: true}))
	require.NoError(t, d.Block(phone.Person{ID: "a", Name: "Ann"}))
	d = open(t, m, true)
	require.True(t, d.Blocks("a"))
	require.Equal(t, []phone.Person{{ID: "a", Name: "Ann"}}, d.Blocked())
	require.NoError(t, d.Unblock("a"))
	require.ErrorIs(t, d.Unblock("a"), ErrNotBlocked)
	require.False(t, open(t, m, true).Blocks("a"))
	for i := range maxBlocked {
		d.blocked = append(d.blocked, phone.Person{ID: fmt.Sprint(i)})
	}
	require.ErrorIs(t, d.Block(phone.Person{ID: "z"}), ErrTooMany)
}

func TestDamagedListsAreTold(t *testing.T) {
	m := &memory{values: map[string][]byte{keyBlocked: []byte("{"), keyToken: make([]byte, len(identity.Door{}))}}
	_, notice, err := Open(m, false)
	require.NoError(t, err)
	require.ErrorIs(t, notice, ErrDamaged)
}
