package script

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"paravent/app/phone"
)

// maxLine bounds one command; a longer line is bad input, not a reason to stop.
const maxLine = 256 << 10

// Face joins one Phone to a stream of commands and a stream of events.
type Face struct {
	phone  Phone
	answer AnswerMode
	now    func() time.Time
	checks sync.WaitGroup // privacy checks that go on beside commands

	mu       sync.Mutex
	out      *json.Encoder // guarded by mu
	pending  map[phone.CallID]*connected
	sounds   map[phone.CallID]time.Duration // first sounds that came before their "connected"
	upgrades map[phone.CallID]phone.Upgrade // as last told
	safety   map[phone.CallID]safety        // as last told
	stopScan context.CancelFunc             // guarded by mu; nil before the first scan
}

// AnswerMode says what happens when it rings.
type AnswerMode string

// The modes of --answer.
const (
	AnswerAsk   AnswerMode = "ask"   // a command answers
	AnswerAuto  AnswerMode = "auto"  // answered at once
	AnswerNever AnswerMode = "never" // it rings until the caller gives up
)

// ErrAnswerMode is the error for an unknown --answer.
var ErrAnswerMode = errors.New("answer is ask, auto or never")

// ParseAnswerMode reads the value of --answer.
func ParseAnswerMode(s string) (AnswerMode, error) {
	switch m := AnswerMode(s); m {
	case AnswerAsk, AnswerAuto, AnswerNever:
		return m, nil
	}
	return "", fmt.Errorf("%w, not %q", ErrAnswerMode, s)
}

// New makes a face that writes to out.
func New(p Phone, out io.Writer, answer AnswerMode) *Face {
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	return &Face{phone: p, answer: answer, now: time.Now, out: enc, pending: map[phone.CallID]*connected{},
		sounds: map[phone.CallID]time.Duration{}, upgrades: map[phone.CallID]phone.Upgrade{}, safety: map[phone.CallID]safety{}}
}

// Attach begins to write the phone's events; detach ends it.
func (f *Face) Attach() (detach func()) { return f.phone.Subscribe(f.event) }

// Run obeys the commands of in until "quit", the end of in, or ctx. It returns
// nil for all three: a script that ends its input has finished with the phone.
func (f *Face) Run(ctx context.Context, in io.Reader) error {
	lines := make(chan []byte)
	failed := make(chan error, 1)
	go readLines(ctx, in, lines, failed)
	ctx, cancel := context.WithCancel(ctx)
	defer f.checks.Wait()
	defer cancel()
	for {
		select {
		case <-ctx.Done():
			return nil
		case line := <-lines:
			if quit := f.obey(ctx, line); quit {
				return nil
			}
		case err := <-failed:
			if errors.Is(err, io.EOF) {
				f.checks.Wait() // their results were asked for
				return nil
			}
			return err
		}
	}
}

func readLines(ctx context.Context, in io.Reader, lines chan<- []byte, failed chan<- error) {
	r := bufio.NewReaderSize(in, 64<<10)
	for {
		line, err := readLine(r)
		if len(line) > 0 {
			select {
			case lines <- line:
			case <-ctx.Done():
				return
			}
		}
		if err != nil {
			failed <- err
			return
		}
	}
}

// readLine returns one line; of an over-long one only the start, which no
// command parser accepts.
func readLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		if len(line) <= maxLine {
			line = append(line, part...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, err
		}
	}
}

// write puts out one object with its time and event name.
func (f *Face) write(event string, fields map[string]any) {
	if fields == nil {
		fields = map[string]any{}
	}
	fields["event"] = event
	fields["at"] = f.now().UTC().Format(time.RFC3339Nano)
	f.mu.Lock()
	defer f.mu.Unlock()
	_ = f.out.Encode(fields) // nobody is left to tell when standard output is gone
}

func (f *Face) writeError(err error) {
	f.write("error", map[string]any{"code": phone.CodeOf(err), "message": err.Error()})
}
