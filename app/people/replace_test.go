package people

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestReplaceLeavesTheOldIdentityNowhere(t *testing.T) {
	path := newPath(t)
	s := openAt(t, path)
	require.NoError(t, s.Put(person(1, "Ann")))
	require.NoError(t, s.Put(person(2, "Bob")))
	require.ErrorIs(t, s.Replace(id(1), person(2, "Ann")), ErrAlreadyContact)
	require.ErrorIs(t, s.Replace(id(9), person(3, "Ann")), ErrNoContact)
	require.ErrorIs(t, s.Replace(id(1), person(3, "")), ErrBadContact)
	require.Len(t, s.Contacts(), 2)
	require.NoError(t, s.Replace(id(1), person(3, "Ann")))
	for range 2 {
		_, old := s.Find(id(1))
		got, now := s.Find(id(3))
		require.True(t, !old && now && got.Name == "Ann")
		require.Len(t, s.Contacts(), 2)
		require.NoError(t, s.Close())
		s = openAt(t, path)
	}
}

func TestNamedReadsNamesAsFindDoes(t *testing.T) {
	s := openAt(t, newPath(t))
	require.NoError(t, s.Put(person(1, "Zoé  B")))
	require.True(t, s.Named(" ZOE b", id(2)))
	require.False(t, s.Named("Zoé B", id(1)))
	require.False(t, s.Named("Zoé", id(2)))
}
