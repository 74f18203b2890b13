package people

import (
	"bytes"
	"encoding/json"
	"os"

	"paravent/app/phone"
)

// salvager reads what can be read of a damaged file. Every value is sealed
// under the profile's key with its bucket, its key and its revision, so that
// what opens is genuine, wherever it lies. Only its age is in question: bbolt
// never writes over a page that is in use, so that older copies of values lie
// about, also of what was removed since.
//
//	the tree from the newest sound meta page -> what is certain, and the spans of keys that are lost
//	all other pages -> copies of values whose key lies in a lost span: the newest, made stricter
type salvager struct {
	pages
	box     *box
	visited map[uint64]bool
	certain map[string]bool     // by bucket and key: the tree has it
	found   map[string]salvaged // by bucket and key
	lost    map[string][]span   // by bucket
	last    uint64              // the highest sequence of the history seen
}

// salvaged is one value that opened.
type salvaged struct {
	record
	revision uint64
	version  int
}

// maxSalvage bounds what is read into memory; the fullest address book and
// history take a tenth of it.
const maxSalvage = 1 << 30

// salvage reads the file at path. A file that cannot be read has nothing in it.
func salvage(path string, box *box) *salvager {
	s := &salvager{box: box, visited: map[uint64]bool{}, certain: map[string]bool{}, found: map[string]salvaged{}, lost: map[string][]span{}}
	info, err := os.Stat(path)
	if err != nil || info.Size() > maxSalvage {
		return s
	}
	file, err := os.ReadFile(path)
	if err != nil {
		return s
	}
	s.pages = openPages(file, os.Getpagesize())
	if m, ok := s.newest(); !ok || !s.root(m.root) {
		for _, name := range valueBuckets {
			s.lose(name, span{})
		}
	}
	s.scan()
	return s
}

// valueBuckets are those worth saving; what is in meta is made anew.
var valueBuckets = [][]byte{bucketContacts, bucketHistory, bucketBlobs}

// root follows the buckets; false where the page that names them is damaged.
func (s *salvager) root(id uint64) bool {
	page, ok := s.at(id)
	if !ok {
		return false
	}
	list, kind, whole := elements(page)
	if kind != kindLeaf || !whole {
		return false
	}
	s.visited[id] = true
	for _, name := range valueBuckets {
		i := indexOf(list, name)
		if i < 0 || !list[i].bucket {
			s.lose(name, span{})
			continue
		}
		if bytes.Equal(name, bucketHistory) {
			s.last = list[i].sequence()
		}
		if page, root, inline := list[i].inline(); inline {
			s.leaf(name, page, span{})
		} else {
			s.walk(name, root, span{}, 0)
		}
	}
	return true
}

func indexOf(list []element, key []byte) int {
	for i, e := range list {
		if bytes.Equal(e.key, key) {
			return i
		}
	}
	return -1
}

// walk takes what lies below a page that is in use.
func (s *salvager) walk(bucket []byte, id uint64, keys span, depth int) {
	page, ok := s.at(id)
	if !ok || s.visited[id] || depth > maxDepth {
		s.lose(bucket, keys)
		return
	}
	s.visited[id] = true
	list, kind, whole := elements(page)
	switch {
	case kind == kindLeaf:
		s.leaf(bucket, page, keys)
	case kind != kindBranch || !whole || len(list) == 0:
		s.lose(bucket, keys)
	default:
		for i, e := range list {
			below := span{e.key, keys.high}
			if i == 0 {
				below.low = keys.low
			}
			if i+1 < len(list) {
				below.high = list[i+1].key
			}
			s.walk(bucket, e.page, below, depth+1)
		}
	}
}

// leaf takes the values of a leaf that is in use. Around one that does not open
// the keys are lost, for its own may be damaged too.
func (s *salvager) leaf(bucket, page []byte, keys span) {
	list, kind, whole := elements(page)
	if kind != kindLeaf || !whole {
		s.lose(bucket, keys)
	}
	low := keys.low
	hole := false
	for _, e := range list {
		if s.take(bucket, e, true) {
			if hole {
				s.lose(bucket, span{low, e.key})
			}
			low, hole = e.key, false
		} else {
			hole = true
		}
	}
	if hole {
		s.lose(bucket, span{low, keys.high})
	}
}

func (s *salvager) lose(bucket []byte, keys span) {
	s.lost[string(bucket)] = append(s.lost[string(bucket)], keys)
}

// take keeps a value if it opens and nothing newer is known of its key.
func (s *salvager) take(bucket []byte, e element, certain bool) bool {
	version := Version
	revision, value, err := s.box.open(bucket, e.key, e.value)
	if err != nil {
		version = 1
		revision, value, err = s.box.openV1(bucket, e.key, e.value)
	}
	if err != nil {
		return false
	}
	name := string(bucket) + "/" + string(e.key)
	before, known := s.found[name]
	if s.certain[name] || known && !certain && before.revision >= revision {
		return true
	}
	s.certain[name] = certain
	s.found[name] = salvaged{record{bucket, bytes.Clone(e.key), value}, revision, version}
	return true
}

// scan looks at all pages that the tree does not lead to, if anything is lost.
func (s *salvager) scan() {
	if len(s.lost) == 0 || s.size == 0 {
		return
	}
	for id := range uint64(len(s.file) / s.size) {
		if s.visited[id] {
			continue
		}
		page := s.file[int(id)*s.size:] //nolint:gosec // within the file
		list, kind, _ := elements(page[:min(len(page), maxLeaf)])
		if kind != kindLeaf {
			continue
		}
		for _, e := range list {
			s.offer(e)
		}
	}
}

// maxLeaf is more than a leaf of ours has: pages of 64 KiB, and one value over.
const maxLeaf = 256 << 10

// offer takes a value outside the tree, where its key is lost.
func (s *salvager) offer(e element) {
	if e.bucket {
		page, _, inline := e.inline()
		if inline {
			list, _, _ := elements(page)
			for _, below := range list {
				s.offer(below)
			}
		}
		return
	}
	for bucket, spans := range s.lost {
		for _, keys := range spans {
			if keys.holds(e.key) && s.take([]byte(bucket), e, false) {
				return
			}
		}
	}
}

// records are what is put into the new file, and how much of it is people and
// entries of the history. What cannot be brought up to date is left out.
func (s *salvager) records(into *Store) (all []record, people, entries int) {
	s.dropFragile(into)
	for name, v := range s.found {
		value, err := upgrade(v.bucket, v.value, v.version, steps)
		if err == nil && bytes.Equal(v.bucket, bucketContacts) {
			value, err = contactAgain(value, s.certain[name])
		}
		if err != nil {
			continue
		}
		switch {
		case bytes.Equal(v.bucket, bucketContacts):
			people++
		case bytes.Equal(v.bucket, bucketHistory):
			entries++
		}
		all = append(all, record{v.bucket, v.at, value})
	}
	return all, people, entries
}

// Blobs that must not come back older than they were.
var (
	// Unless the whole memory against replays is there, what was sealed to the
	// present prekeys must open nowhere any more.
	worthAll = Blob{"courier", "courier/prekeys"}
	// An older token would let links in again that were retired, and an older
	// list people who rang already.
	worthNew = []Blob{{"door", "token"}, {"door", "admitted"}}
)

func (s *salvager) dropFragile(into *Store) {
	if len(s.lost[string(bucketBlobs)]) == 0 {
		return
	}
	name := func(b Blob) string { return string(bucketBlobs) + "/" + string(into.Blobs(b.Part).at(b.Key)) }
	delete(s.found, name(worthAll))
	for _, b := range worthNew {
		if !s.certain[name(b)] {
			delete(s.found, name(b))
		}
	}
}

// contactAgain checks a contact. Of a copy that may be older than what was lost
// it takes every permission: nobody gets by damage what may have been taken
// from them. Who was blocked stays so.
func contactAgain(value []byte, certain bool) ([]byte, error) {
	var c phone.Contact
	if err := json.Unmarshal(value, &c); err != nil {
		return nil, err
	}
	if !certain {
		c.Favourite = false
		if c.Permission == phone.PermissionAlways {
			c.Permission = phone.PermissionInherit
		}
		if c.Route == phone.RouteDirect {
			c.Route = phone.RouteInherit
		}
		if c.Trust == phone.Verified {
			c.Trust = phone.Unverified
		}
	}
	c, err := clean(c)
	if err != nil {
		return nil, err
	}
	return json.Marshal(c)
}
