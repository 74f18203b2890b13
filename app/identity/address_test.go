package identity

import (
	"crypto/sha256"
	"errors"
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
	}
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
