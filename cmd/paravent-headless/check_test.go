package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"paravent/app"
	"paravent/app/phone"
)

func TestPrivacyCheckOfAMissingProfileWritesAReportAndLeavesNothing(t *testing.T) {
	profile := filepath.Join(t.TempDir(), "none")
	var out, log bytes.Buffer
	passed, err := check(t.Context(), app.Options{Profile: profile, Unattended: true}, &out, &log)
	if err != nil || !passed {
		t.Fatalf("passed %v: %v\n%s", passed, err, &log)
	}
	var r phone.PrivacyReport
	if err := json.Unmarshal(out.Bytes(), &r); err != nil || !r.Passed || r.Route != "relay" || len(r.Rules) != 26 || len(r.Learned) == 0 {
		t.Errorf("%v in %s", err, &out)
	}
	if !bytes.Contains(log.Bytes(), []byte("passed: route relay")) {
		t.Errorf("the table says %s", &log)
	}
	if _, err := os.Stat(profile); err == nil {
		t.Error("a profile was made")
	}
}

func TestPrivacyCheckThatCannotRunFails(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if got := run([]string{"--privacy-check", "--profile", file}); got != exitFailure {
		t.Errorf("exit %d", got)
	}
	if got := run([]string{"--privacy-check", "now"}); got != exitUsage {
		t.Errorf("bad usage: exit %d", got)
	}
}
