package people

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"paravent/app/phone"
)

// The book is in order after whatever was put and removed, one by one or many
// at once, and finds names as a walk through all of it would.
func TestBookKeepsItsOrder(t *testing.T) {
	contact := rapid.Custom(func(t *rapid.T) phone.Contact {
		return phone.Contact{ID: id(rapid.IntRange(0, 30).Draw(t, "id")), Name: rapid.SampledFrom([]string{"Zoé", "zoe", "Éric", "eric", "Ann", "", "李"}).Draw(t, "name")}
	})
	rapid.Check(t, func(t *rapid.T) {
		b, want := newBook(), map[string]phone.Contact{}
		for range rapid.IntRange(0, 20).Draw(t, "steps") {
			if rapid.Bool().Draw(t, "remove") {
				gone := id(rapid.IntRange(0, 30).Draw(t, "gone"))
				b.remove(gone)
				delete(want, gone)
				continue
			}
			several := rapid.SliceOfN(contact, 0, 5).Draw(t, "several")
			b.put(several...)
			for _, c := range several {
				want[c.ID] = c
			}
		}
		all := slices.Collect(maps.Values(want))
		slices.SortFunc(all, func(a, b phone.Contact) int {
			return cmp.Or(strings.Compare(phone.Fold(a.Name), phone.Fold(b.Name)), strings.Compare(a.ID, b.ID))
		})
		require.Equal(t, all, append([]phone.Contact(nil), b.list()...))
		for _, name := range []string{"ZOE", " eric ", "李", "nobody", ""} {
			found := 0
			for _, c := range all {
				if phone.Fold(c.Name) == phone.Fold(name) {
					found++
				}
			}
			require.Len(t, b.named(name), found, name)
		}
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

// FuzzClean: a contact that is taken can be shown, and is taken again as it is.
func FuzzClean(f *testing.F) {
	for _, s := range []string{"", " Ann ", "a\u202eb", "\xff", "a\nb", "👩\u200d👩\u200d👧", "\u3164", "\u00a0x\u2003"} {
		f.Add(s, "paravent:x")
	}
	f.Fuzz(func(t *testing.T, name, address string) {
		c, err := clean(phone.Contact{ID: id(1), Name: name, Address: address})
		if err != nil {
			if !errors.Is(err, ErrBadContact) {
				t.Fatalf("untyped error %v", err)
			}
			return
		}
		if c.Name == "" || len(c.Name) > MaxName || !utf8.ValidString(c.Name+c.Address) || strings.TrimSpace(c.Name) != c.Name {
			t.Fatalf("%q was taken as %q", name, c.Name)
		}
		for _, r := range c.Name {
			if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
				t.Fatalf("%q keeps %U", c.Name, r)
			}
		}
		if again, err := clean(c); err != nil || again != c {
			t.Fatalf("%+v became %+v, %v", c, again, err)
		}
	})
}
