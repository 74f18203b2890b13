package people

import (
	"bytes"
	"encoding/binary"
	"hash/fnv"
)

// What bbolt's pages look like (bbolt 1.x, file format 2, little-endian):
//
//	page     id 8 | kind 2 | elements 2 | pages more 4 | elements...
//	meta     magic 4 | version 4 | page size 4 | flags 4 | root page 8 | sequence 8 | freelist 8 | pages 8 | transaction 8 | FNV-1a 8
//	leaf     flags 4 | pos 4 | key size 4 | value size 4      the key lies pos bytes after the element's beginning
//	branch   pos 4 | key size 4 | page 8
//	bucket   root page 8 | sequence 8, and where the root is 0 the page itself
const (
	pageHead    = 16
	elementSize = 16
	bucketHead  = 16
	kindBranch  = 1
	kindLeaf    = 2
	flagBucket  = 1
	metaMagic   = 0xED0CDAED
	metaSummed  = 56 // bytes before the checksum
	maxDepth    = 32
)

// pages is a file of bbolt's, perhaps damaged, as raw bytes. No method trusts
// anything in it.
type pages struct {
	file []byte
	size int // of a page
}

// element is one entry of a leaf, or the way to a page of a branch.
type element struct {
	key, value []byte
	bucket     bool   // leaf: value is a bucket
	page       uint64 // branch
}

// at is the page with that number and all that belong to it; false where its
// head says otherwise.
func (p pages) at(id uint64) ([]byte, bool) {
	if id >= uint64(len(p.file)/p.size) {
		return nil, false
	}
	b := p.file[int(id)*p.size:] //nolint:gosec // bounded above
	more := uint64(binary.LittleEndian.Uint32(b[12:]))
	if binary.LittleEndian.Uint64(b) != id || more >= uint64(len(b)/p.size) {
		return nil, false
	}
	return b[:(int(more)+1)*p.size], true //nolint:gosec // bounded above
}

// elements are those of a leaf or branch that lie within the page; whole tells
// that all do.
func elements(page []byte) (list []element, kind uint16, whole bool) {
	if len(page) < pageHead {
		return nil, 0, false
	}
	kind, whole = binary.LittleEndian.Uint16(page[8:]), true
	for i := range int(binary.LittleEndian.Uint16(page[10:])) {
		at := pageHead + i*elementSize
		if at+elementSize > len(page) {
			return list, kind, false
		}
		e, ok := elementAt(page[at:], kind)
		if !ok {
			whole = false
			continue
		}
		list = append(list, e)
	}
	return list, kind, whole
}

func elementAt(b []byte, kind uint16) (e element, ok bool) {
	word := func(i int) uint64 { return uint64(binary.LittleEndian.Uint32(b[i:])) }
	switch kind {
	case kindLeaf:
		pos, key, value := word(4), word(8), word(12)
		if pos+key+value > uint64(len(b)) {
			return e, false
		}
		return element{key: b[pos : pos+key], value: b[pos+key : pos+key+value], bucket: word(0)&flagBucket != 0}, true
	case kindBranch:
		pos, key := word(0), word(4)
		if pos+key > uint64(len(b)) {
			return e, false
		}
		return element{key: b[pos : pos+key], page: binary.LittleEndian.Uint64(b[8:])}, true
	}
	return e, false
}

// inline is the page inside a bucket that is small enough to lie in its
// parent's leaf; false where it has pages of its own.
func (e element) inline() (page []byte, root uint64, ok bool) {
	if len(e.value) < bucketHead {
		return nil, 0, false
	}
	if root = binary.LittleEndian.Uint64(e.value); root != 0 {
		return nil, root, false
	}
	return e.value[bucketHead:], 0, len(e.value) >= bucketHead+pageHead
}

func (e element) sequence() uint64 {
	if len(e.value) < bucketHead {
		return 0
	}
	return binary.LittleEndian.Uint64(e.value[8:])
}

// openPages finds the size of a page: a sound meta page says it.
func openPages(file []byte, usual int) pages {
	for _, at := range []int{0, usual, 512, 1 << 10, 2 << 10, 4 << 10, 8 << 10, 16 << 10, 32 << 10, 64 << 10} {
		if m, ok := metaAt(file, at); ok {
			return pages{file, m.pageSize}
		}
	}
	return pages{file, usual}
}

type meta struct {
	pageSize          int
	root, transaction uint64
}

func metaAt(file []byte, at int) (m meta, ok bool) {
	if at+pageHead+metaSummed+8 > len(file) {
		return m, false
	}
	b := file[at+pageHead:]
	sum := fnv.New64a()
	_, _ = sum.Write(b[:metaSummed])
	if binary.LittleEndian.Uint32(b) != metaMagic || binary.LittleEndian.Uint64(b[metaSummed:]) != sum.Sum64() {
		return m, false
	}
	m = meta{int(binary.LittleEndian.Uint32(b[8:])), binary.LittleEndian.Uint64(b[16:]), binary.LittleEndian.Uint64(b[48:])}
	return m, m.pageSize >= 512 && m.pageSize <= 64<<10 && m.pageSize&(m.pageSize-1) == 0
}

// newest is the sound meta page of the last transaction.
func (p pages) newest() (m meta, ok bool) {
	for _, at := range []int{0, p.size} {
		if one, sound := metaAt(p.file, at); sound && (!ok || one.transaction > m.transaction) {
			m, ok = one, true
		}
	}
	return m, ok
}

// span is a range of keys, from low on and below high; nil is no bound.
type span struct{ low, high []byte }

func (s span) holds(key []byte) bool {
	return bytes.Compare(key, s.low) >= 0 && (s.high == nil || bytes.Compare(key, s.high) < 0)
}
