//go:build linux

package leaktest

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// build builds programs into a fresh folder.
func build(t *testing.T, args ...string) string {
	t.Helper()
	dir := t.TempDir()
	args = append([]string{"build", "-o", dir + "/"}, args...)
	if out, err := exec.Command("go", args...).CombinedOutput(); err != nil {
		t.Fatalf("go %v: %v\n%s", args, err, out)
	}
	return dir
}

// leaktest runs the command, and skips the test where nothing can be run.
func leaktest(t *testing.T, args ...string) (Report, string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "report.json")
	command := filepath.Join(build(t, "paravent/internal/lab/leaktest/cmd"), "cmd")
	var out bytes.Buffer
	cmd := exec.Command(command, append(args, "-json", file)...)
	cmd.Stdout, cmd.Stderr = &out, &out
	runErr := cmd.Run()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatalf("no report (%v): %v\n%s", err, runErr, &out)
	}
	var r Report
	if err := json.Unmarshal(b, &r); err != nil {
		t.Fatal(err)
	}
	if r.Skipped != "" {
		t.Skip("nothing was tested: " + r.Skipped)
	}
	if (runErr == nil) != r.Passed {
		t.Errorf("exit status %v, but passed: %v", runErr, r.Passed)
	}
	return r, out.String()
}

// Every scenario of `make leaktest`, with the programs as they are.
func TestLeaktest(t *testing.T) {
	bin := build(t, "paravent/cmd/paravent-headless", "paravent/cmd/paravent-server", "paravent/internal/lab/hostilepeer", "paravent/internal/lab/wgtun")
	r, out := leaktest(t, "-bin", bin)
	for _, s := range r.Scenarios {
		t.Run(s.Name, func(t *testing.T) {
			for _, why := range s.Reasons {
				t.Error(why)
			}
			if s.Skipped != "" {
				t.Skip(s.Skipped)
			}
		})
	}
	if !r.Passed || len(r.Scenarios) == 0 {
		t.Errorf("did not pass:\n%s", out)
	}
}

// A phone that lets its own addresses out on a relayed route is found out: by
// what it says and by what the receipt conceals.
func TestP03TheLeaktestNoticesALeak(t *testing.T) {
	overlay := mutate(t, map[string][2]string{
		"app/route/gate.go": {"case g.plan.route != phone.Direct:", "case g.plan.route == phone.NoRoute:"},
		"app/route/plan.go": {"config.ICETransportPolicy = webrtc.ICETransportPolicyRelay", "config.ICETransportPolicy = webrtc.ICETransportPolicyAll"},
	})
	bin := build(t, "-overlay", overlay, "paravent/cmd/paravent-headless", "paravent/cmd/paravent-server")
	r, out := leaktest(t, "-bin", bin, "-only", "^routes relay and relay$")
	if r.Passed || len(r.Scenarios) != 1 || !strings.Contains(strings.Join(r.Scenarios[0].Reasons, "\n"), siteA.lan.Addr().String()) {
		t.Errorf("the leak went unnoticed:\n%s", out)
	}
}

// mutate writes an overlay in which one text of each file is another one.
func mutate(t *testing.T, changes map[string][2]string) string {
	t.Helper()
	root, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	replace := map[string]string{}
	for file, c := range changes {
		source, err := os.ReadFile(filepath.Join(root, file))
		if err != nil {
			t.Fatal(err)
		}
		if strings.Count(string(source), c[0]) != 1 {
			t.Fatalf("%s no longer has %q once: adapt this test", file, c[0])
		}
		to := filepath.Join(dir, filepath.Base(file))
		if err := os.WriteFile(to, []byte(strings.Replace(string(source), c[0], c[1], 1)), 0o600); err != nil {
			t.Fatal(err)
		}
		replace[filepath.Join(root, file)] = to
	}
	b, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}
