package lab

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// programs is where TestMain built the real programs.
var programs string

func TestMain(m *testing.M) { os.Exit(testMain(m)) }

// roles are what a copy of this test binary can be besides the test, by the
// variable that says so.
var roles = map[string]func(argument string) error{}

func testMain(m *testing.M) int {
	for variable, role := range roles {
		argument := os.Getenv(variable)
		if argument == "" {
			continue
		}
		if err := role(argument); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		return 0
	}
	dir, err := os.MkdirTemp("", "paravent-lab-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }()
	programs = dir
	build := exec.Command("go", "build", "-o", dir+"/", "paravent/cmd/paravent-headless", "paravent/cmd/paravent-server")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "%v\n%s", err, out)
		return 1
	}
	return m.Run()
}

func program(name string) string { return filepath.Join(programs, name) }

// startPhone starts a headless phone with generators for devices, and waits
// until it is ready.
func startPhone(t *testing.T, name, server string, args ...string) (p *Phone, address string) {
	t.Helper()
	p, err := StartPhone(t.Context(), name, program("paravent-headless"), append([]string{
		"--profile", filepath.Join(t.TempDir(), name), "--name", name, "--server", server,
		"--mic", "tone:440", "--speaker", "null", "--camera", "off", "--screen", "null"}, args...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Quit)
	ready, err := p.Wait(0, "ready", 20*time.Second, nil)
	if err != nil {
		t.Fatal(err)
	}
	return p, ready.Text("address")
}

func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// The contract of docs/headless.md, with the real programs: two phones of one
// server, both routes, from the command line alone.
func TestTwoProcessesTalkByBothRoutes(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	server, stop, err := StartServer(ctx, program("paravent-server"))
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	alice, aliceAddress := startPhone(t, "alice", server)
	bob, bobAddress := startPhone(t, "bob", server, "--answer", "auto")
	must(alice.Do("contact.add", Event{"name": "Bob", "address": bobAddress}))(t)
	must(bob.Do("contact.add", Event{"name": "Alice", "address": aliceAddress}))(t)
	for _, route := range []string{"relay", "direct"} {
		for _, p := range []*Phone{alice, bob} {
			must(p.Do("set", Event{"key": "privacy.route", "value": route}))(t)
		}
		fromA, fromB := alice.Seen(), bob.Seen()
		call := must(alice.Do("call", Event{"to": "Bob", "video": false}))(t).Text("call")
		for p, from := range map[*Phone]int{alice: fromA, bob: fromB} {
			c := must(p.Wait(from, "connected", 20*time.Second, nil))(t)
			if c.Text("route") != route || c["accept_to_audio_ms"] == nil {
				t.Errorf("%s connected %v, want %s with sound", p.Name, c, route)
			}
		}
		must(bob.Do("hangup", Event{"call": call}))(t)
		for p, from := range map[*Phone]int{alice: fromA, bob: fromB} {
			if r := must(p.Wait(from, "receipt", 20*time.Second, nil))(t); r.Text("route") != route || r.Text("call") != call {
				t.Errorf("%s receipt %v", p.Name, r)
			}
		}
	}
}

func TestExitStatus(t *testing.T) {
	for _, row := range []struct {
		args  []string
		input string
		want  int
	}{
		{[]string{"--help"}, "", 0},
		{[]string{"--nonsense"}, "", 2},
		{[]string{"--answer", "perhaps"}, "", 2},
		{[]string{"--server", "nowhere"}, "", 2},
		{[]string{"--mic", "file:missing.wav"}, "", 2},
		{[]string{"--server", "embedded", "--mic", "silence", "--speaker", "null"}, `{"do":"quit"}` + "\n", 0},
		{[]string{"--server", "embedded"}, "", 0}, // the end of the input is the end of the script
		{nil, "", 1}, // no server was ever chosen
	} {
		cmd := exec.Command(program("paravent-headless"), append([]string{"--profile", t.TempDir()}, row.args...)...)
		cmd.Stdin = strings.NewReader(row.input)
		out, err := cmd.CombinedOutput()
		if got := cmd.ProcessState.ExitCode(); got != row.want {
			t.Errorf("%v: exit status %d (%v), want %d\n%s", row.args, got, err, row.want, out)
		}
	}
}
