package app

import (
	"encoding/json"
	"fmt"
	"os"
	"sync"
	"time"

	"paravent/app/call"
	"paravent/app/phone"
)

// tracer writes call messages in clear, for tests that compare what peers were
// told with what the receipt says. nil writes nothing.
type tracer struct {
	mu   sync.Mutex
	file *os.File // guarded by mu
}

// traced is one line of the file. Payload is the whole message, so that a test
// can look for bytes that Text does not show.
type traced struct {
	At        time.Time    `json:"at"`
	Direction string       `json:"direction"` // "sent", "received"
	Peer      string       `json:"peer"`
	Call      phone.CallID `json:"call"`
	Kind      string       `json:"kind"`
	Text      string       `json:"text"`
	Payload   []byte       `json:"payload"`
}

func openTracer(path string) (*tracer, error) {
	if path == "" {
		return nil, nil //nolint:nilnil // the nil tracer is the usual one
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrProfile, err)
	}
	return &tracer{file: f}, nil
}

func (t *tracer) write(direction string, peer call.PeerID, id phone.CallID, payload []byte) {
	if t == nil {
		return
	}
	kind, text := call.Explain(payload)
	line, err := json.Marshal(traced{time.Now(), direction, string(peer), id, kind, text, payload})
	if err != nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	_, _ = t.file.Write(append(line, '\n')) // the test that reads it misses the line
}

func (t *tracer) close() error {
	if t == nil {
		return nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.file.Close()
}
