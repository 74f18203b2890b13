package hostile

import (
	"net/netip"
	"slices"
	"sync"
	"time"

	"paravent/app/phone"
)

// Message is one call message that arrived, in clear.
type Message struct {
	At      time.Time    `json:"at"`
	Call    phone.CallID `json:"call"`
	Kind    Kind         `json:"kind"`
	Sent    time.Time    `json:"sent"` // by the other side's clock
	Text    string       `json:"text,omitempty"`
	Route   phone.Route  `json:"route"` // of a PROCEED: what the other side agreed to
	Payload []byte       `json:"payload"`
}

// Class is what a packet is, by its first byte (RFC 7983).
type Class string

// The classes.
const (
	STUN    Class = "stun"
	DTLS    Class = "dtls"
	Media   Class = "media"   // SRTP
	Reports Class = "reports" // SRTCP
	Other   Class = "other"
)

// Flow is all packets of one class from one address to one socket.
type Flow struct {
	At     string         `json:"at"` // the socket: "direct 127.0.0.1:5000", "relay 127.0.0.1:12001"
	From   netip.AddrPort `json:"from"`
	Class  Class          `json:"class"`
	Count  int            `json:"count"`
	Bytes  int            `json:"bytes"`
	First  time.Time      `json:"first"`
	Last   time.Time      `json:"last"`
	Direct bool           `json:"direct"` // the socket is this peer's own, not one of its relay
}

// Field is something that a call showed besides addresses: part of a
// description, of the certificate or of the packets of media.
type Field struct {
	Call  phone.CallID `json:"call"`
	Name  string       `json:"name"` // "sdp cname", "certificate serial", "rtp ssrc", ...
	Value string       `json:"value"`
	From  string       `json:"from"` // phone.Learned's; "" is a note and no fact
	At    time.Time    `json:"at"`
}

// Log is everything that a peer was told, or could see.
type Log struct {
	mu       sync.Mutex
	messages []Message
	flows    []*Flow
	fields   []Field
	media    map[uint32]*stream     // packets of media, by SSRC
	sizes    map[phone.CallID][]int // payloads of sound, decrypted
	more     chan struct{}          // closed and made anew whenever something comes
}

func newLog() *Log {
	return &Log{sizes: map[phone.CallID][]int{}, media: map[uint32]*stream{}, more: make(chan struct{})}
}

func (l *Log) changedLocked() {
	close(l.more)
	l.more = make(chan struct{})
}

func (l *Log) message(call phone.CallID, payload []byte) {
	k, sent, text := read(payload)
	agreed := phone.NoRoute
	if k == Proceed && len(payload) > headLen {
		agreed = phone.Route(payload[headLen])
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.messages = append(l.messages, Message{At: time.Now(), Call: call, Kind: k, Sent: sent, Text: text, Route: agreed, Payload: slices.Clone(payload)})
	l.changedLocked()
}

func (l *Log) packet(at string, direct bool, from netip.AddrPort, b []byte) {
	class, now := classOf(b), time.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	i := slices.IndexFunc(l.flows, func(f *Flow) bool { return f.At == at && f.From == from && f.Class == class })
	if i < 0 {
		i = len(l.flows)
		l.flows = append(l.flows, &Flow{At: at, From: from, Class: class, First: now, Direct: direct})
		defer l.changedLocked()
	}
	f := l.flows[i]
	f.Count, f.Bytes, f.Last = f.Count+1, f.Bytes+len(b), now
	if class == Media {
		l.mediaLocked(b, now)
	}
}

func (l *Log) mediaLocked(b []byte, now time.Time) {
	stamp, ssrc, ok := headOf(b)
	if !ok {
		return
	}
	s := l.media[ssrc]
	if s == nil {
		s = &stream{first: stamp, began: now}
		l.media[ssrc] = s
	}
	s.came(stamp, now)
}

func classOf(b []byte) Class {
	switch {
	case len(b) == 0:
		return Other
	case b[0] < 4:
		return STUN
	case b[0] >= 20 && b[0] < 64:
		return DTLS
	case b[0] >= 128 && b[0] < 192 && len(b) > 1 && b[1] >= 192 && b[1] < 224: // RFC 5761 section 4
		return Reports
	case b[0] >= 128 && b[0] < 192:
		return Media
	}
	return Other
}

func (l *Log) field(call phone.CallID, from, name, value string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if slices.ContainsFunc(l.fields, func(f Field) bool { return f.Call == call && f.Name == name && f.Value == value }) {
		return
	}
	l.fields = append(l.fields, Field{Call: call, Name: name, Value: value, From: from, At: time.Now()})
	l.changedLocked()
}

// note keeps a field that is about what the peer did, or that everybody shows:
// it is no fact.
func (l *Log) note(call phone.CallID, name, value string) { l.field(call, "", name, value) }

// maxSizes bounds the sizes kept of one call, and the times of packets.
const maxSizes = 5000

func (l *Log) size(call phone.CallID, n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.sizes[call]) < maxSizes {
		l.sizes[call] = append(l.sizes[call], n)
	}
	l.changedLocked()
}

// Messages are the call messages that arrived, in order.
func (l *Log) Messages() []Message {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.messages)
}

// Flows are the packets that arrived, by address and class.
func (l *Log) Flows() []Flow {
	l.mu.Lock()
	defer l.mu.Unlock()
	list := make([]Flow, len(l.flows))
	for i, f := range l.flows {
		list[i] = *f
	}
	return list
}

// Fields are what calls showed besides addresses.
func (l *Log) Fields() []Field {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.fields)
}

// SoundSizes are the sizes of a call's packets of sound, decrypted, in order.
func (l *Log) SoundSizes(call phone.CallID) []int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.sizes[call])
}

// Packets counts those of one class, of all calls.
func (l *Log) Packets(c Class) (n int) {
	for _, f := range l.Flows() {
		if f.Class == c {
			n += f.Count
		}
	}
	return n
}

// MediaAfter counts the packets of sound that were sent after a time, by their
// own time stamps: on a busy computer they wait before anybody reads them.
func (l *Log) MediaAfter(at time.Time) (n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, s := range l.media {
		n += s.sentAfter(at)
	}
	return n
}

// Has tells whether a message of a kind arrived for a call.
func (l *Log) Has(call phone.CallID, k Kind) bool {
	return slices.ContainsFunc(l.Messages(), func(m Message) bool { return m.Call == call && m.Kind == k })
}

// changed returns a channel that is closed when something comes.
func (l *Log) changed() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.more
}

// touch wakes whoever waits for something that is not in the log.
func (l *Log) touch() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.changedLocked()
}
