// Package lab runs whole phones and servers as processes, for the demo and for
// tests that want the real programs: it writes commands to their standard
// input and waits for their events. A Phone may be used from any goroutine.
package lab

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Errors of the laboratory.
var (
	ErrNoEvent = errors.New("the event did not come in time")
	ErrRefused = errors.New("the phone refused the command")
	ErrDied    = errors.New("the program ended")
)

// Launch says which program runs where. The zero value of a field but Binary
// means: as this process.
type Launch struct {
	Binary    string
	Args      []string
	Namespace string    // a network namespace, as `ip netns` names it
	Env       []string  // besides ours
	Log       io.Writer // standard error
}

func (l Launch) command(ctx context.Context) *exec.Cmd {
	args := append([]string{l.Binary}, l.Args...)
	if l.Namespace != "" {
		args = append([]string{"ip", "netns", "exec", l.Namespace}, args...)
	}
	cmd := exec.CommandContext(ctx, args[0], args[1:]...)
	cmd.Stderr, cmd.Env = l.Log, append(os.Environ(), l.Env...)
	if l.Log == nil {
		cmd.Stderr = os.Stderr
	}
	return cmd
}

// Start runs any program; stop ends it and waits.
func (l Launch) Start(ctx context.Context) (stop func(), err error) {
	cmd := l.command(ctx)
	cmd.Stdout = cmd.Stderr
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return func() { terminate(cmd) }, nil
}

// Output runs a program to its end and returns what it wrote, also where it
// ended with an error.
func (l Launch) Output(ctx context.Context) ([]byte, error) {
	out, err := l.command(ctx).Output()
	if err != nil {
		err = fmt.Errorf("%s: %w", l.Binary, err)
	}
	return out, err
}

// StartServer runs a paravent-server and returns the address that it serves.
func StartServer(ctx context.Context, binary string, args ...string) (addr string, stop func(), err error) {
	return Launch{Binary: binary, Args: args}.StartServer(ctx)
}

// StartServer is StartServer with all that can be said.
func (l Launch) StartServer(ctx context.Context) (addr string, stop func(), err error) {
	cmd := l.command(ctx)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", nil, err
	}
	if err := cmd.Start(); err != nil {
		return "", nil, err
	}
	stop = func() { terminate(cmd) }
	line, err := bufio.NewReader(out).ReadString('\n')
	addr, ok := strings.CutPrefix(strings.TrimSpace(line), "server ")
	if err != nil || !ok {
		stop()
		return "", nil, fmt.Errorf("%w: %s wrote %q", ErrDied, l.Binary, line)
	}
	return addr, stop, nil
}

func terminate(cmd *exec.Cmd) {
	_ = cmd.Process.Signal(syscall.SIGTERM)
	done := make(chan struct{})
	go func() { _ = cmd.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(5 * time.Second):
		_ = cmd.Process.Kill()
		<-done
	}
}

// Event is one line a phone wrote.
type Event map[string]any

// Text is a field as text, "" where it is not one.
func (e Event) Text(field string) string { s, _ := e[field].(string); return s }

// Number is a field as a number, 0 where it is not one.
func (e Event) Number(field string) float64 { n, _ := e[field].(float64); return n }

// Phone is a running paravent-headless, or a paravent with --script.
type Phone struct {
	Name string
	cmd  *exec.Cmd
	in   io.WriteCloser

	mu   sync.Mutex
	seen []Event       // guarded by mu; everything it wrote, in order
	more chan struct{} // guarded by mu; closed and made anew at every event
	done chan struct{} // closed at the end of its output
}

// StartPhone runs a phone. Its standard error goes to ours.
func StartPhone(ctx context.Context, name, binary string, args ...string) (*Phone, error) {
	return Launch{Binary: binary, Args: args}.StartPhone(ctx, name)
}

// StartPhone is StartPhone with all that can be said.
func (l Launch) StartPhone(ctx context.Context, name string) (*Phone, error) {
	cmd := l.command(ctx)
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &Phone{Name: name, cmd: cmd, in: in, more: make(chan struct{}), done: make(chan struct{})}
	go p.read(out)
	return p, nil
}

func (p *Phone) read(out io.Reader) {
	defer close(p.done)
	s := bufio.NewScanner(out)
	s.Buffer(nil, 4<<20)
	for s.Scan() {
		var e Event
		if json.Unmarshal(s.Bytes(), &e) != nil {
			e = Event{"event": "unreadable", "line": s.Text()}
		}
		p.mu.Lock()
		p.seen = append(p.seen, e)
		close(p.more)
		p.more = make(chan struct{})
		p.mu.Unlock()
	}
}

// PID is the process id, for reading its CPU time and memory.
func (p *Phone) PID() int { return p.cmd.Process.Pid }

// Seen is how many events have come; Wait and Do take it as a place to start.
func (p *Phone) Seen() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.seen)
}

// Events lists what was written so far under one name.
func (p *Phone) Events(name string) []Event {
	p.mu.Lock()
	defer p.mu.Unlock()
	var list []Event
	for _, e := range p.seen {
		if e.Text("event") == name {
			list = append(list, e)
		}
	}
	return list
}

// Wait returns the first event with the given name, at or after place from,
// for which match (nil: any) holds.
func (p *Phone) Wait(from int, name string, timeout time.Duration, match func(Event) bool) (Event, error) {
	deadline := time.After(timeout)
	for {
		p.mu.Lock()
		for ; from < len(p.seen); from++ {
			if e := p.seen[from]; e.Text("event") == name && (match == nil || match(e)) {
				p.mu.Unlock()
				return e, nil
			}
		}
		more, ended := p.more, p.done
		p.mu.Unlock()
		select {
		case <-more:
		case <-ended:
			return nil, fmt.Errorf("%w: %s, waiting for %q", ErrDied, p.Name, name)
		case <-deadline:
			return nil, fmt.Errorf("%w: %s, %q; it wrote %v", ErrNoEvent, p.Name, name, p.tail())
		}
	}
}

func (p *Phone) tail() []Event {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.seen[max(0, len(p.seen)-5):]
}

// Do sends a command and returns its result; a refused one is an error.
func (p *Phone) Do(do string, fields Event) (Event, error) {
	c := Event{"do": do}
	for k, v := range fields {
		c[k] = v
	}
	line, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	from := p.Seen()
	if _, err := p.in.Write(append(line, '\n')); err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrDied, p.Name, err)
	}
	r, err := p.Wait(from, "result", 15*time.Second, func(e Event) bool { return e.Text("do") == do })
	if err == nil && r["ok"] != true {
		err = fmt.Errorf("%w: %s: %s: %s", ErrRefused, p.Name, r.Text("code"), r.Text("message"))
	}
	return r, err
}

// Quit asks the phone to end, and makes it if it does not.
func (p *Phone) Quit() {
	_, _ = p.in.Write([]byte(`{"do":"quit"}` + "\n"))
	select {
	case <-p.done:
		_ = p.cmd.Wait()
	case <-time.After(5 * time.Second):
		terminate(p.cmd)
	}
}
