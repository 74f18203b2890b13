package people

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"paravent/app/phone"
)

func TestSearchTable(t *testing.T) {
	list := []phone.Contact{person(1, "Amélie Poulain"), person(2, "Émile Zola"), person(3, "Paul Amel"), person(4, "Rosa")}
	for query, want := range map[string][]string{
		"":          {"Amélie Poulain", "Émile Zola", "Paul Amel", "Rosa"},
		"ame":       {"Amélie Poulain", "Paul Amel"},
		"AMÉL p":    {"Amélie Poulain", "Paul Amel"},
		"emile":     {"Émile Zola"},
		"a":         {"Amélie Poulain", "Paul Amel", "Émile Zola", "Rosa"}, // at the start of a word first
		"zola emi":  {"Émile Zola"},
		"nobody":    {},
		"  rosa   ": {"Rosa"},
	} {
		got := []string{}
		for _, c := range Search(list, query) {
			got = append(got, c.Name)
		}
		require.Equal(t, want, got, query)
	}
}

func TestSortIsAnOrder(t *testing.T) {
	contact := rapid.Custom(func(t *rapid.T) phone.Contact {
		return phone.Contact{ID: id(rapid.IntRange(0, 99).Draw(t, "id")), Name: rapid.SampledFrom([]string{"Zoé", "zoe", "Éric", "eric", "Ann", "", "李"}).Draw(t, "name")}
	})
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOf(contact).Draw(t, "list")
		once := slices.Clone(list)
		SortByName(once)
		again := slices.Clone(once)
		slices.Reverse(again)
		SortByName(again)
		for i := range once {
			require.Equal(t, fold(once[i].Name), fold(again[i].Name))
			require.Equal(t, once[i].ID, again[i].ID)
			if i > 0 {
				require.LessOrEqual(t, fold(once[i-1].Name), fold(once[i].Name))
			}
		}
		require.ElementsMatch(t, list, once)
	})
}

func TestBoxOpensOnlyWhatItSealedThere(t *testing.T) {
	b, err := newBox(testKey)
	require.NoError(t, err)
	other, err := newBox([32]byte{7})
	require.NoError(t, err)
	rapid.Check(t, func(t *rapid.T) {
		bytesOf := rapid.SliceOfN(rapid.Byte(), 0, 300)
		value, at := bytesOf.Draw(t, "value"), bytesOf.Draw(t, "at")
		revision := rapid.Uint64().Draw(t, "revision")
		sealed := b.seal(bucketBlobs, at, revision, value)
		require.Zero(t, (len(sealed)-40)%padTo)
		gotRevision, got, err := b.open(bucketBlobs, at, sealed)
		require.NoError(t, err)
		require.Equal(t, revision, gotRevision)
		require.Equal(t, append([]byte{}, value...), append([]byte{}, got...))
		for _, wrong := range []func() (uint64, []byte, error){
			func() (uint64, []byte, error) { return b.open(bucketHistory, at, sealed) },
			func() (uint64, []byte, error) { return b.open(bucketBlobs, append(at, 1), sealed) },
			func() (uint64, []byte, error) { return b.openV1(bucketBlobs, at, sealed) },
			func() (uint64, []byte, error) { return other.open(bucketBlobs, at, sealed) },
			func() (uint64, []byte, error) {
				bad := slices.Clone(sealed)
				bad[rapid.IntRange(0, len(bad)-1).Draw(t, "flip")] ^= 1
				return b.open(bucketBlobs, at, bad)
			},
			func() (uint64, []byte, error) {
				return b.open(bucketBlobs, at, sealed[:rapid.IntRange(0, len(sealed)-1).Draw(t, "cut")])
			},
		} {
			_, _, err := wrong()
			require.Error(t, err)
		}
	})
}
