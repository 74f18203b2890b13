package lab

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// buildWindow builds the window once. It is built without Fyne's
// migrated_fynedo, so that a call from a wrong thread shows in its log.
var buildWindow = sync.OnceValues(func() (string, error) {
	window := program("paravent")
	out, err := exec.Command("go", "build", "-o", window, "paravent").CombinedOutput()
	if err != nil {
		err = errors.Join(err, errors.New(string(out)))
	}
	return window, err
})

// again starts a program to its end and returns what it wrote and its exit status.
func again(t *testing.T, display, binary string, args ...string) (written string, status int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 40*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, binary, args...)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	cmd.Env = append(os.Environ(), "DISPLAY="+display, "LANG=en_GB.UTF-8")
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return out.String(), cmd.ProcessState.ExitCode()
}

// openWindow starts the window of a profile, and returns once its phone is ready.
func openWindow(t *testing.T, display, window, profile, server string, log *logBuffer) *Phone {
	t.Helper()
	launch := Launch{Binary: window, Log: log, Env: []string{"DISPLAY=" + display, "LANG=en_GB.UTF-8"}, Args: []string{
		"--profile", profile, "--name", "Alice", "--server", server, "--mic", "silence", "--speaker", "null", "--camera", "off", "--script"}}
	p := must(launch.StartPhone(t.Context(), "alice"))(t)
	t.Cleanup(p.Quit)
	must(p.Wait(0, "ready", 60*time.Second, nil))(t)
	return p
}

// A second start of a profile hands over to the first and ends. After kill -9
// the next start is the first, at once.
func TestSecondStartBringsTheFirstForward(t *testing.T) {
	display := startDisplay(t)
	window := must(buildWindow())(t)
	server, stop, err := StartServer(t.Context(), program("paravent-server"))
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	_, bob := startPhone(t, "bob", server)
	profile := filepath.Join(t.TempDir(), "alice")
	log := &logBuffer{}
	alice := openWindow(t, display, window, profile, server, log)
	for _, args := range [][]string{{}, {bob}, {"https://example.org"}} {
		if out, status := again(t, display, window, append([]string{"--profile", profile}, args...)...); out != "" || status != 0 {
			t.Fatalf("second start with %q: status %d, it wrote %q", args, status, out)
		}
	}
	if n := len(must(alice.Do("contacts", nil))(t)["contacts"].([]any)); n != 0 {
		t.Fatal("a link added somebody by itself")
	}
	if len(alice.Events("state")) != 0 {
		t.Fatal("a link called by itself")
	}
	if out, status := again(t, display, program("paravent-headless"), "--profile", profile, "--server", server); status != 1 || !strings.Contains(out, "people-in-use") {
		t.Fatalf("headless beside the window: status %d, it wrote %q", status, out)
	}
	if err := syscall.Kill(alice.PID(), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	<-alice.done
	begun := time.Now()
	openWindow(t, display, window, profile, server, log)
	if took := time.Since(begun); took > 15*time.Second {
		t.Fatalf("the start after a kill took %v", took)
	}
	for _, sign := range []string{"Error in Fyne call thread", "should have been called in fyne.Do", "panic:"} {
		if strings.Contains(log.String(), sign) {
			t.Fatalf("the window's log has %q:\n%s", sign, log)
		}
	}
}

// The person answers the question about a link with the keyboard alone.
func TestALinkOpensInTheWindow(t *testing.T) {
	display := startDisplay(t)
	window := must(buildWindow())(t)
	server, stop, err := StartServer(t.Context(), program("paravent-server"))
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	_, bob := startPhone(t, "bob", server)
	profile := filepath.Join(t.TempDir(), "alice")
	setUp(t, profile, server)
	alice := openWindow(t, display, window, profile, server, &logBuffer{})
	before := brightness(t, display)
	if out, status := again(t, display, window, "--profile", profile, bob); status != 0 {
		t.Fatalf("status %d: %s", status, out)
	}
	waitFor(t, "the question over darkened screens", func() bool { return brightness(t, display) < before*9/10 })
	typeText(t, display, "Bob")
	press(t, display, "Return")
	waitFor(t, "Bob in the address book", func() bool {
		return len(must(alice.Do("contacts", nil))(t)["contacts"].([]any)) == 1
	})
	if len(alice.Events("state")) != 0 {
		t.Fatal("a link called by itself")
	}
}

// setUp answers what the first start of a window asks.
func setUp(t *testing.T, profile, server string) {
	t.Helper()
	p, err := StartPhone(t.Context(), "setup", program("paravent-headless"), "--profile", profile, "--server", server, "--name", "Alice",
		"--mic", "silence", "--speaker", "null", "--camera", "off")
	if err != nil {
		t.Fatal(err)
	}
	defer p.Quit()
	must(p.Do("set", Event{"key": "server.address", "value": server}))(t)
	must(p.Do("set", Event{"key": "server.mode", "value": "remote"}))(t)
}

func typeText(t *testing.T, display, text string) {
	t.Helper()
	cmd := exec.Command("xdotool", "type", "--delay", "60", text)
	cmd.Env = append(os.Environ(), "DISPLAY="+display)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("xdotool, which `make setup` installs: %v\n%s", err, out)
	}
}
