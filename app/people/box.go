package people

import (
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"slices"

	"golang.org/x/crypto/chacha20poly1305"
)

const (
	padTo        = 128 // hides the exact length of values
	revisionSize = 8
)

var errOpen = errors.New("value does not open")

// box encrypts values and hashes the keys under which they lie.
type box struct {
	aead    cipher.AEAD
	nameKey []byte
}

func newBox(key [32]byte) (*box, error) {
	derived := func(use string) ([]byte, error) { return hkdf.Key(sha256.New, key[:], nil, "paravent people "+use, 32) }
	valueKey, err1 := derived("values")
	nameKey, err2 := derived("names")
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	aead, err := chacha20poly1305.NewX(valueKey)
	if err != nil {
		return nil, err
	}
	return &box{aead, nameKey}, nil
}

// name hides a key; the same key in two buckets has two unrelated names.
func (b *box) name(bucket, key []byte) []byte {
	h := hmac.New(sha256.New, b.nameKey)
	h.Write([]byte{byte(len(bucket))})
	h.Write(bucket)
	h.Write(key)
	return h.Sum(nil)
}

// seal encrypts a value; at is where it lies, so that values cannot be swapped,
// and revision counts the transactions of the file, so that of two copies of a
// damaged file the newer is known.
func (b *box) seal(bucket, at []byte, revision uint64, value []byte) []byte {
	padded := append(binary.BigEndian.AppendUint64(nil, revision), value...)
	padded = append(padded, 0x80) // ISO/IEC 7816-4 padding
	for len(padded)%padTo != 0 {
		padded = append(padded, 0)
	}
	nonce := make([]byte, chacha20poly1305.NonceSizeX, chacha20poly1305.NonceSizeX+len(padded)+chacha20poly1305.Overhead)
	_, _ = rand.Read(nonce) // never fails since Go 1.24
	return b.aead.Seal(nonce, nonce, padded, place(bucket, at))
}

// open is the reverse of seal.
func (b *box) open(bucket, at, sealed []byte) (revision uint64, value []byte, err error) {
	text, err := b.unseal(place(bucket, at), sealed)
	if err != nil || len(text) < revisionSize {
		return 0, nil, errOpen
	}
	return binary.BigEndian.Uint64(text), text[revisionSize:], nil
}

// openV1 opens what version 1 sealed, which knew no revisions.
func (b *box) openV1(bucket, at, sealed []byte) (revision uint64, value []byte, err error) {
	value, err = b.unseal(placeV1(bucket, at), sealed)
	return 0, value, err
}

func (b *box) unseal(place, sealed []byte) ([]byte, error) {
	if len(sealed) < chacha20poly1305.NonceSizeX {
		return nil, errOpen
	}
	nonce, text := sealed[:chacha20poly1305.NonceSizeX], sealed[chacha20poly1305.NonceSizeX:]
	padded, err := b.aead.Open(nil, nonce, text, place)
	if err != nil {
		return nil, errOpen
	}
	for i := len(padded) - 1; i >= 0; i-- {
		switch padded[i] {
		case 0:
		case 0x80:
			return padded[:i], nil
		default:
			return nil, errOpen
		}
	}
	return nil, errOpen
}

// place differs from that of version 1 by its first byte, which no length of a
// bucket's name is.
func place(bucket, at []byte) []byte {
	return append([]byte{0xff}, placeV1(bucket, at)...)
}

func placeV1(bucket, at []byte) []byte {
	return slices.Concat([]byte{byte(len(bucket))}, bucket, at)
}
