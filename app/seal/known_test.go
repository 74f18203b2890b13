package seal

import (
	"bytes"
	"encoding/hex"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"paravent/app/identity"
	"paravent/app/phone"
)

// Values of docs/protocol.md's derivations, computed by other code than ours:
// a changed label or order would make older phones deaf.
func TestKnownDerivations(t *testing.T) {
	fill := func(b byte, n int) []byte { return bytes.Repeat([]byte{b}, n) }
	secret, export := [secretSize]byte(fill(1, 32)), fill(2, 32)
	tag := replyTag(secret)
	require.Equal(t, "4a03810de8775beb", hex.EncodeToString(tag[:]))
	b := binding{identity.ID(fill(3, 32)), identity.ID(fill(4, 32)), phone.CallID(fill(5, 16))}
	s, err := b.session(secret, export, []byte("key"), []byte("enc"), caller)
	require.NoError(t, err)
	require.Equal(t, "9296c6f6435226ce", hex.EncodeToString(s.outID[:]))
	require.Equal(t, "12d45e3a4754f51b", hex.EncodeToString(s.inID[:]))
	env, err := s.Seal(time.UnixMilli(1), []byte("x"))
	require.NoError(t, err)
	require.Equal(t, "039296c6f6435226ce00000000000000014716862969ba4878d8565d88ae5852b8", hex.EncodeToString(env[:33]))
	require.EqualValues(t, 0x647a, kem.ID(), "X-Wing")
	require.Equal(t, []int{1301, 3253}, []int{bundleSize, knockHeader + encSize + sigSize + knockStep + tagSize})
}
