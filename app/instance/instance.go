package instance

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/gofrs/flock"

	"paravent/app/phone"
)

// Faults of claiming a profile.
var (
	// ErrRunning: another process has the profile.
	ErrRunning = phone.NewFault("profile-running")
	// ErrSilent: another process has the profile, and does not take the request.
	ErrSilent = phone.NewFault("window-silent")
	// ErrUnusable: the profile can hold neither lock nor socket.
	ErrUnusable = phone.NewFault("instance-unusable")
)

const (
	// retry is the pause between two attempts while the other process begins or ends.
	retry = 40 * time.Millisecond
	// readLimit bounds how long a later process may take to say what it wants.
	readLimit = 5 * time.Second
	// maxWaiting bounds how many later processes are served at a time.
	maxWaiting = 16

	taken   = "ok\n"
	refused = "no\n"
)

// Instance is the claim of the first process on its profile.
type Instance struct {
	// set at construction
	unlock   func() error
	listener *net.UnixListener
	requests chan Request
	closing  chan struct{}
	slots    chan struct{}

	serving sync.WaitGroup
	once    sync.Once
	err     error
}

// Claim makes this process the one that has the profile or, where another has
// it, hands r over; handed says that the other took it. ctx bounds the waiting.
func Claim(ctx context.Context, profile string, r Request) (first *Instance, handed bool, err error) {
	for {
		first, err := Take(profile)
		if !errors.Is(err, ErrRunning) {
			return first, false, err
		}
		allowForward()
		why := hand(ctx, profile, r)
		if why == nil {
			return nil, true, nil
		}
		select {
		case <-ctx.Done():
			return nil, false, fmt.Errorf("%w: %w", ErrSilent, why)
		case <-time.After(retry): // it may begin, or end, just now
		}
	}
}

// Take makes this process the one that has the profile, or is ErrRunning.
func Take(profile string) (*Instance, error) {
	profile = absolute(profile)
	unlock, err := Lock(profile)
	if err != nil {
		return nil, err
	}
	l, err := listen(places(profile))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%w: %w", ErrUnusable, err), unlock())
	}
	i := &Instance{
		unlock: unlock, listener: l,
		requests: make(chan Request), closing: make(chan struct{}), slots: make(chan struct{}, maxWaiting),
	}
	i.serving.Go(i.accept)
	return i, nil
}

// Lock keeps other processes from claiming the profile until unlock, or is
// ErrRunning where one has it.
func Lock(profile string) (unlock func() error, err error) {
	dir := folder(absolute(profile))
	if err := private(dir); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnusable, err)
	}
	lock := flock.New(filepath.Join(dir, "lock"), flock.SetPermissions(0o600))
	locked, err := lock.TryLock()
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrUnusable, err)
	case !locked:
		return nil, errors.Join(ErrRunning, lock.Close())
	}
	return lock.Close, nil
}

// Running tells whether a process has the profile.
func Running(profile string) bool {
	if _, err := os.Lstat(folder(absolute(profile))); err != nil {
		return false // nobody ever claimed it; asking must not change it
	}
	unlock, err := Lock(profile)
	if err != nil {
		return errors.Is(err, ErrRunning)
	}
	_ = unlock()
	return false
}

// absolute is the one name of a profile that all processes use.
func absolute(profile string) string {
	path, err := filepath.Abs(profile)
	if err != nil {
		return filepath.Clean(profile)
	}
	return path
}

// Requests brings what later processes want, until Close. Each waits until its
// request was received here, and is told so.
func (i *Instance) Requests() <-chan Request { return i.requests }

func (i *Instance) accept() {
	for {
		c, err := i.listener.Accept()
		if err != nil {
			return // Close closed it
		}
		select {
		case i.slots <- struct{}{}:
			i.serving.Go(func() {
				i.serve(c)
				<-i.slots
			})
		default:
			_ = c.Close() // it tries again
		}
	}
}

// serve takes one request.
func (i *Instance) serve(c net.Conn) {
	defer func() { _ = c.Close() }()
	_ = c.SetDeadline(time.Now().Add(readLimit)) // fails on a closed socket, as reading will
	line, err := bufio.NewReader(io.LimitReader(c, maxLine+1)).ReadBytes('\n')
	if err != nil {
		return
	}
	r, err := parse(line)
	if err != nil {
		_, _ = io.WriteString(c, refused)
		return
	}
	select {
	case i.requests <- r:
		_ = c.SetDeadline(time.Now().Add(readLimit))
		_, _ = io.WriteString(c, taken)
	case <-i.closing: // the other process claims the profile then
	}
}

// Close gives the profile up. Requests that nobody received are left to the
// processes that made them.
func (i *Instance) Close() error {
	i.once.Do(func() {
		close(i.closing)
		i.err = i.listener.Close()
		i.serving.Wait()
		close(i.requests)
		i.err = errors.Join(i.err, i.unlock())
	})
	return i.err
}

// hand gives r to the process that has the profile; nil says that it took it.
func hand(ctx context.Context, profile string, r Request) error {
	deadline, _ := ctx.Deadline()
	c, err := dial(places(absolute(profile)), deadline)
	if err != nil {
		return err
	}
	defer func() { _ = c.Close() }()
	stop := context.AfterFunc(ctx, func() { _ = c.Close() })
	defer stop()
	line, err := r.line()
	if err != nil {
		return err
	}
	if _, err := c.Write(line); err != nil {
		return err
	}
	answer, err := bufio.NewReader(io.LimitReader(c, int64(len(taken)))).ReadString('\n')
	if err != nil {
		return err
	}
	if answer != taken {
		return errBadRequest
	}
	return nil
}
