package server

import (
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha1" //nolint:gosec // the coturn REST convention prescribes HMAC-SHA1
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"github.com/pion/stun/v4"
	"github.com/pion/turn/v5"
	"golang.org/x/crypto/chacha20poly1305"

	"paravent/server/wire"
)

const (
	realm       = "paravent"
	ownerLen    = 8   // bytes of the pseudonym that quotas count by
	maxUsername = 128 // bytes
)

// mint makes and checks relay credentials by the coturn REST convention:
// "EXPIRY:NAME" and base64(HMAC-SHA1(secret, username)). NAME is random for
// every grant (P17): it encrypts a pseudonym of the mailbox, so that quotas
// work without a table and onlookers cannot tell whose grants belong together.
// A secret that is not given lasts as long as the process. Any goroutine may use it.
type mint struct {
	secret []byte
	seal   cipher.AEAD
	now    func() time.Time
}

// newMint makes a mint with a secret that another TURN server knows, or with a
// fresh one.
func newMint(secret []byte) (*mint, error) {
	key := make([]byte, chacha20poly1305.KeySize)
	_, _ = rand.Read(key) // never fails, see crypto/rand
	if len(secret) == 0 {
		secret = make([]byte, 32)
		_, _ = rand.Read(secret)
	}
	seal, err := chacha20poly1305.New(key)
	if err != nil {
		return nil, err
	}
	return &mint{secret: secret, seal: seal, now: time.Now}, nil
}

// grant makes credentials for a phone, at the relays of uris.
func (m *mint) grant(mailbox string, uris []string) wire.TurnReply {
	user, password := m.issue(mailbox, grantLifetime)
	return wire.TurnReply{Username: user, Password: password, Seconds: int(grantLifetime.Seconds()), URIs: uris}
}

// issue makes credentials that allow new allocations for the given time.
func (m *mint) issue(mailbox string, lifetime time.Duration) (username, password string) {
	h := hmac.New(sha256.New, m.secret)
	h.Write([]byte(mailbox))
	nonce := make([]byte, m.seal.NonceSize(), 64)
	_, _ = rand.Read(nonce)
	name := m.seal.Seal(nonce, nonce, h.Sum(nil)[:ownerLen], nil)
	expiry := m.now().Add(lifetime).Unix()
	username = strconv.FormatInt(expiry, 10) + ":" + base64.RawURLEncoding.EncodeToString(name)
	return username, m.password(username)
}

func (m *mint) password(username string) string {
	h := hmac.New(sha1.New, m.secret)
	h.Write([]byte(username))
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}

// check is the relay's AuthHandler. The expiry gates only new allocations: a
// call that outlives its credentials goes on (as with coturn), and every other
// method works only on an allocation that exists.
func (m *mint) check(ra *turn.RequestAttributes) (owner string, key []byte, ok bool) {
	if len(ra.Username) > maxUsername || ra.Realm != realm {
		return "", nil, false
	}
	expiry, name, found := strings.Cut(ra.Username, ":")
	unix, err := strconv.ParseInt(expiry, 10, 64)
	if !found || err != nil {
		return "", nil, false
	}
	if ra.Method == stun.MethodAllocate && m.now().After(time.Unix(unix, 0)) {
		return "", nil, false
	}
	if owner, ok = m.owner(name); !ok {
		return "", nil, false
	}
	return owner, turn.GenerateAuthKey(ra.Username, ra.Realm, m.password(ra.Username)), true
}

// owner reads the pseudonym out of a name that this mint made.
func (m *mint) owner(name string) (string, bool) {
	raw, err := base64.RawURLEncoding.DecodeString(name)
	if err != nil || len(raw) < m.seal.NonceSize() {
		return "", false
	}
	plain, err := m.seal.Open(nil, raw[:m.seal.NonceSize()], raw[m.seal.NonceSize():], nil)
	if err != nil {
		return "", false
	}
	return hex.EncodeToString(plain), true
}
