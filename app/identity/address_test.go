package identity

import (
	"crypto/sha256"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"paravent/app/phone"
	"paravent/server/wire"
)

func testAddress(t testing.TB, hostPort string) Address {
	a, err := NewAddress(New(), wire.Addr{HostPort: hostPort, Pin: wire.Pin(sha256.Sum256([]byte(hostPort)))})
	require.NoError(t, err)
	return a
}

func TestAddressRoundTrip(t *testing.T) {
	for _, hp := range []string{"127.0.0.1:1", "[2001:db8::1]:65535", "phone.example.org:443", "nas:7000"} {
		a := testAddress(t, hp)
		got, err := ParseAddress(" " + a.String() + "\n")
		require.NoError(t, err, hp)
		require.Equal(t, a, got)
		require.Less(t, len(a.String()), 220, "it must fit a small QR code")
		a.Door = NewDoor()
		got, err = ParseAddress(a.String())
		require.NoError(t, err, hp)
		require.Equal(t, a, got)
		require.Less(t, len(a.String()), 220, "it must fit a small QR code")
	}
}

// A link of the first version, as phones gave it out before there were tokens.
func TestAddressOfTheFirstVersion(t *testing.T) {
	a := testAddress(t, "nas:7000")
	raw, err := linkText.DecodeString(a.String()[len(scheme):])
	require.NoError(t, err)
	require.Equal(t, byte(addressPlain), raw[0])
	got, err := ParseAddress(a.String())
	require.NoError(t, err)
	require.True(t, got.Door.IsZero())
}

// linkOf is the link with these bytes and the right check.
func linkOf(body []byte) string {
	sum := sha256.Sum256(body)
	return scheme + linkText.EncodeToString(append(slices.Clone(body), sum[:checkLen]...))
}

func TestAddressDoorIsStrict(t *testing.T) {
	a := testAddress(t, "nas:7000")
	a.Door = Door{1, 2, 3, 4, 5, 6, 7, 8}
	body, err := linkText.DecodeString(a.String()[len(scheme):])
	require.NoError(t, err)
	body = body[:len(body)-checkLen]
	require.Equal(t, a.String(), linkOf(body))
	zero := slices.Concat(body[:addressFixed], make([]byte, 8), body[addressFixed+8:])
	newer := append([]byte{3}, body[1:]...)
	for name, bad := range map[string][]byte{"zero token": zero, "no host": body[:addressFixed+8], "cut token": body[:addressFixed+5], "version": newer} {
		_, err := ParseAddress(linkOf(bad))
		require.ErrorIs(t, err, ErrBadAddress, name)
	}
}

func TestDoorsAreDrawn(t *testing.T) {
	d := NewDoor()
	require.False(t, d.IsZero())
	require.False(t, d.Same(NewDoor()))
	require.True(t, d.Same(d))
	require.True(t, Door{}.IsZero())
}

func TestAddressRefusesBadServers(t *testing.T) {
	for _, hp := range []string{"", "host", "host:", ":1", "host:0", "host:65536", "host:01", "host:+1", "ho st:1", "host/x:1",
		"host#x:1", "[fe80::1%eth0]:1", "[host]:1", "-x:1", "a\nb:1", strings.Repeat("h", 254) + ":1", "user@host:1"} {
		a := testAddress(t, hp)
		_, err := ParseAddress(a.String())
		require.ErrorIs(t, err, ErrBadAddress, hp)
	}
}

// Every mistyped character is noticed, and nothing that is not the one link is taken.
func TestAddressIsStrict(t *testing.T) {
	s := testAddress(t, "127.0.0.1:7000").String()
	for i := range s {
		m := []byte(s)
		if m[i]++; m[i] == 'z'+1 {
			m[i] = 'a'
		}
		_, err := ParseAddress(string(m))
		require.ErrorIs(t, err, ErrBadAddress, "changed character %d", i)
	}
	for name, bad := range map[string]string{
		"direction": s[:30] + "\u202e" + s[30:], "nul": s[:30] + "\x00" + s[30:], "not UTF-8": s[:30] + "\xff" + s[30:], "emoji": s[:30] + "🙂" + s[30:],
		"10 MB": "paravent:" + strings.Repeat("A", 10<<20), "10 MB of space inside": s[:30] + strings.Repeat(" ", 10<<20) + s[30:],
		"empty": "", "scheme only": "paravent:", "cut": s[:len(s)-1], "longer": s + "A", "padded": s + "=", "broken line": s[:20] + "\n" + s[20:],
		"slashes": strings.Replace(s, ":", "://", 1), "huge": "paravent:" + strings.Repeat("A", 1<<20), "no scheme": s[len(scheme):],
	} {
		_, err := ParseAddress(bad)
		require.ErrorIs(t, err, ErrBadAddress, name)
		require.Equal(t, "bad-address", phone.CodeOf(err), name)
	}
}

func TestAddressWithoutMailboxHasNoLink(t *testing.T) {
	require.Empty(t, Address{}.String())
}

func TestMailboxNameRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		raw := [32]byte(rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "raw"))
		name, err := MailboxName(raw)
		require.NoError(t, err)
		got, err := MailboxBytes(name)
		require.NoError(t, err)
		require.Equal(t, raw, got)
	})
	for _, bad := range []string{"", "U", strings.Repeat("A", 56), "inbox.*", strings.Repeat("U", 57)} {
		_, err := MailboxBytes(bad)
		require.ErrorIs(t, err, ErrBadAddress, bad)
	}
}

func FuzzParseAddress(f *testing.F) {
	f.Add(testAddress(f, "127.0.0.1:7000").String())
	f.Add(testAddress(f, "[2001:db8::1]:443").String())
	withDoor := testAddress(f, "127.0.0.1:7000")
	withDoor.Door = NewDoor()
	f.Add(withDoor.String())
	f.Add("paravent:")
	f.Add("")
	f.Fuzz(func(t *testing.T, s string) {
		a, err := ParseAddress(s)
		if err != nil {
			if !errors.Is(err, ErrBadAddress) {
				t.Fatalf("untyped error %v", err)
			}
			return
		}
		if a.String() != strings.TrimSpace(s) {
			t.Fatalf("%q has a second form %q", s, a.String())
		}
	})
}
