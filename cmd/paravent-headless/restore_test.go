package main

import (
	"path/filepath"
	"strings"
	"testing"

	"paravent/app"
)

func TestRestoreIntoAnUnusedProfile(t *testing.T) {
	dir := t.TempDir()
	a, err := app.Open(app.Options{Profile: filepath.Join(dir, "old"), Unattended: true})
	if err != nil {
		t.Fatal(err)
	}
	id, file := a.Self().ID, filepath.Join(dir, "b.age")
	if err := a.BackupTo(file, "correct horse"); err != nil {
		t.Fatal(err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	profile := filepath.Join(dir, "new")
	opts := app.Options{Profile: profile, Unattended: true}
	if err := restoreFrom(file, opts, strings.NewReader("wrong horse\n")); err == nil {
		t.Fatal("restored with a wrong passphrase")
	}
	if err := restoreFrom(file, opts, strings.NewReader("correct horse\r\n")); err != nil {
		t.Fatal(err)
	}
	b, err := app.Open(opts)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = b.Close() }()
	if got := b.Self().ID; got != id {
		t.Errorf("restored %s, want %s", got, id)
	}
	t.Setenv(backupPassphrase, "correct horse")
	if got := run([]string{"--restore", file, "--profile", profile}); got != exitFailure {
		t.Errorf("over a used profile: exit %d", got)
	}
	if got := run([]string{"--restore", file, "--profile", filepath.Join(dir, "third")}); got != 0 {
		t.Errorf("by the environment: exit %d", got)
	}
}
