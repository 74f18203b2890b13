package hostile

import (
	"encoding/binary"
	"net/netip"
	"testing"
	"time"
)

func sound(stamp uint32) []byte {
	b := make([]byte, 40)
	b[0], b[1] = 0x80, 111
	binary.BigEndian.PutUint32(b[4:], stamp)
	binary.BigEndian.PutUint32(b[8:], 7)
	return b
}

// What waited on the way was sent when its time stamp says, and what goes on
// being sent is found, also where the stamps wrap around.
func TestMediaAfterGoesByTimeStamps(t *testing.T) {
	l, begun, wrap := newLog(), time.Now(), ^uint32(0)-1000
	from := netip.MustParseAddrPort("192.0.2.1:5000")
	for i := range uint32(100) { // 10 ms each, all of them read in this moment
		l.packet("here", true, from, sound(wrap+480*i))
	}
	if n := l.MediaAfter(begun.Add(100 * time.Millisecond)); n != 0 {
		t.Errorf("%d packets sent later, though all came in one moment", n)
	}
	late := newLog()
	late.mediaLocked(sound(wrap), begun)
	for i := range uint32(50) {
		late.mediaLocked(sound(wrap+480*i), begun.Add(time.Duration(i)*10*time.Millisecond+300*time.Millisecond))
	}
	if n := late.MediaAfter(begun.Add(250 * time.Millisecond)); n != 24 {
		t.Errorf("%d packets sent after 250 ms, want 24", n)
	}
}
