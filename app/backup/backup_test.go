package backup

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/stretchr/testify/require"

	"paravent/app/identity"
	"paravent/app/phone"
)

const passphrase = "correct horse battery"

// fast is the work factor of tests.
const fast = 10

func example() Contents {
	return Contents{
		Made: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Seed: bytes.Repeat([]byte{7}, identity.SeedSize),
		Contacts: []phone.Contact{{ID: strings.Repeat("ab", 32), Name: "Zoé", Blocked: true, Route: phone.RouteRelay, Permission: phone.PermissionNever, Trust: phone.Changed}},
		History:  []phone.HistoryEntry{{ID: 3, Kind: phone.HistoryKnock, Text: "it is me", Reason: phone.Missed}},
		Settings: map[string]json.RawMessage{"privacy.route": json.RawMessage(`"relay"`)},
		Secrets:  map[string][]byte{"wireguard/tunnel": []byte("key")},
	}
}

func written(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, write(&b, passphrase, example(), fast))
	return b.Bytes()
}

// sealedText is a file of age with this clear text.
func sealedText(t testing.TB, text string, to age.Recipient) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := age.Encrypt(&b, to)
	require.NoError(t, err)
	_, err = w.Write([]byte(text))
	require.NoError(t, errors.Join(err, w.Close()))
	return b.Bytes()
}

func forPassphrase(t testing.TB, power int) age.Recipient {
	t.Helper()
	to, err := age.NewScryptRecipient(passphrase)
	require.NoError(t, err)
	to.SetWorkFactor(power)
	return to
}

func TestRoundTrip(t *testing.T) {
	file := written(t)
	got, err := Read(bytes.NewReader(file), passphrase)
	require.NoError(t, err)
	require.Equal(t, example(), got)
	// Sealed bytes are any bytes: what is looked for is too long to come about by chance.
	for _, secret := range []string{strings.Repeat("ab", 32), "paravent", "privacy.route", "it is me", "wireguard/tunnel"} {
		require.NotContains(t, string(file), secret)
	}
}

func TestLengthTellsLittle(t *testing.T) {
	length := func(people int) int {
		c := example()
		for range people {
			c.Contacts = append(c.Contacts, c.Contacts[0])
		}
		text, err := marshal(c)
		require.NoError(t, err)
		return len(text)
	}
	require.Equal(t, length(0), length(50))
	require.Zero(t, length(1000)%padTo)
}

// TestEveryVersionIsRead fails when a change breaks reading what an older
// program wrote. A new version adds its file.
func TestEveryVersionIsRead(t *testing.T) {
	file, err := os.ReadFile(filepath.Join("testdata", "backup-v1.age"))
	require.NoError(t, err)
	got, err := Read(bytes.NewReader(file), passphrase)
	require.NoError(t, err)
	require.Equal(t, example(), got)
}

func TestPassphrases(t *testing.T) {
	for _, short := range []string{"", "seven77", "ééééééé"} {
		require.ErrorIs(t, write(&bytes.Buffer{}, short, example(), fast), ErrPassphrase, short)
	}
	require.NoError(t, write(&bytes.Buffer{}, "éééééééé", example(), fast))
	file := written(t)
	for _, wrong := range []string{"", "wrong passphrase", passphrase + " "} {
		_, err := Read(bytes.NewReader(file), wrong)
		require.ErrorIs(t, err, identity.ErrWrongPassphrase, wrong)
	}
}

// A file that was cut off or altered anywhere gives nothing at all.
func TestDamageGivesNothing(t *testing.T) {
	file := written(t)
	check := func(what string, at int, data []byte) {
		t.Helper()
		got, err := Read(bytes.NewReader(data), passphrase)
		require.Error(t, err, "%s at %d", what, at)
		require.Contains(t, []string{"backup-damaged", "backup-foreign", "wrong-passphrase"}, phone.CodeOf(err), "%s at %d: %v", what, at, err)
		require.Zero(t, got)
	}
	for at := 0; at < len(file); at += max(1, min(at/8, 997)) {
		check("cut", at, file[:at])
		flipped := bytes.Clone(file)
		flipped[at] ^= 1
		check("flip", at, flipped)
	}
	check("more", len(file), append(bytes.Clone(file), 0))
	_, err := Read(bytes.NewReader(file[:len(file)-1]), passphrase)
	require.ErrorIs(t, err, ErrDamaged)
}

func TestForeignFiles(t *testing.T) {
	key, err := age.GenerateX25519Identity()
	require.NoError(t, err)
	for name, row := range map[string]struct {
		file []byte
		want *phone.Fault
	}{
		"nothing":              {nil, ErrForeign},
		"text":                 {[]byte("hello"), ErrForeign},
		"too large":            {make([]byte, maxFile+1), ErrForeign},
		"for a key":            {sealedText(t, mark+"1\n{}", key.Recipient()), ErrForeign},
		"other age file":       {sealedText(t, "hello", forPassphrase(t, fast)), ErrForeign},
		"a key file":           {sealedText(t, "paravent-identity-1 AAAA\n", forPassphrase(t, fast)), ErrForeign},
		"newer":                {sealedText(t, mark+"2\n[]", forPassphrase(t, fast)), ErrNewer},
		"unknown field":        {sealedText(t, mark+"1\n"+`{"contacts":[{"id":"x","curfew":true}]}`, forPassphrase(t, fast)), ErrNewer},
		"no version":           {sealedText(t, mark+"one\n{}", forPassphrase(t, fast)), ErrDamaged},
		"no seed":              {sealedText(t, mark+"1\n{}", forPassphrase(t, fast)), ErrDamaged},
		"no JSON":              {sealedText(t, mark+"1\n{", forPassphrase(t, fast)), ErrDamaged},
		"two objects":          {sealedText(t, mark+"1\n{}{}", forPassphrase(t, fast)), ErrDamaged},
		"costs much to open":   {bytes.Replace(written(t), []byte(" 10\n"), []byte(" 30\n"), 1), ErrDamaged},
		"costs more than ours": {bytes.Replace(written(t), []byte(" 10\n"), []byte(" 19\n"), 1), ErrDamaged},
	} {
		began := time.Now()
		_, err := Read(bytes.NewReader(row.file), passphrase)
		require.ErrorIs(t, err, row.want, name)
		require.Less(t, time.Since(began), 10*time.Second, name)
	}
}

type failing struct{ after int }

var errFull = errors.New("full")

func (f *failing) Write(b []byte) (int, error) {
	if f.after -= len(b); f.after < 0 {
		return 0, errFull
	}
	return len(b), nil
}

func TestWriterThatFailsIsTold(t *testing.T) {
	for after := range 4 {
		require.ErrorIs(t, write(&failing{after * 100}, passphrase, example(), fast), errFull)
	}
}

func FuzzUnmarshal(f *testing.F) {
	good, err := marshal(example())
	require.NoError(f, err)
	f.Add(bytes.TrimRight(good, "\n"))
	f.Add([]byte(mark + "1\n" + `{"seed":null,"settings":{"":null},"secrets":{"a":""}}`))
	f.Add([]byte(mark + "-1\n{}"))
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := unmarshal(text)
		if err != nil {
			require.NotEqual(t, "internal", phone.CodeOf(err))
			require.Zero(t, c)
			return
		}
		require.Len(t, c.Seed, identity.SeedSize)
		again, err := marshal(c)
		require.NoError(t, err)
		back, err := unmarshal(again)
		require.NoError(t, err)
		require.Len(t, back.Contacts, len(c.Contacts))
	})
}
