package main

import (
	"bytes"
	"context"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"paravent/server/wire"
)

// start runs the command until stop is called, which returns its exit status
// and everything on its standard output after the first line.
func start(t *testing.T, args ...string) (first string, stop func() (int, string)) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r, w := io.Pipe()
	status := make(chan int, 1)
	go func() {
		status <- run(ctx, args, w, io.Discard)
		_ = w.Close()
	}()
	buf := make([]byte, 4096)
	n, err := r.Read(buf)
	require.NoError(t, err)
	return string(buf[:n]), func() (int, string) {
		cancel()
		rest, err := io.ReadAll(r)
		require.NoError(t, err)
		select {
		case code := <-status:
			return code, string(rest)
		case <-time.After(5 * time.Second):
			t.Fatal("does not end")
			return 0, ""
		}
	}
}

func TestPrintsOneLineOnceItServes(t *testing.T) {
	dir := t.TempDir()
	line, stop := start(t, "--dir", dir)
	word, text, ok := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
	require.True(t, ok)
	require.Equal(t, "server", word)
	addr, err := wire.ParseAddr(text)
	require.NoError(t, err)
	c, err := net.Dial("tcp", addr.HostPort)
	require.NoError(t, err)
	require.NoError(t, c.Close())
	code, rest := stop()
	require.Equal(t, exitOK, code)
	require.Empty(t, rest)

	_, port, err := net.SplitHostPort(addr.HostPort)
	require.NoError(t, err)
	again, stop := start(t, "--dir", dir, "--port", port)
	require.Equal(t, line, again, "the address outlives a restart")
	stop()
}

func TestBadUsage(t *testing.T) {
	for _, args := range [][]string{
		{"--nonsense"}, {"extra"}, {"--port", "x"}, {"--port", "70000"}, {"--public", "nowhere"}, {"--cert", "only"},
		{"--relay-ports", "5"}, {"--relay-ports", "9-1"}, {"--relay-ports", "0-9"}, {"--max-clients", "-1"},
	} {
		var stdout, stderr bytes.Buffer
		require.Equal(t, exitUsage, run(t.Context(), args, &stdout, &stderr), args)
		require.Empty(t, stdout.String(), args)
		require.Equal(t, 1, strings.Count(stderr.String(), "\n"), "one readable line: %s", stderr.String())
	}
}

func TestErrorsAreReadable(t *testing.T) {
	busy, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer busy.Close() //nolint:errcheck // test
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	for want, args := range map[string][]string{
		"already in use":              {"--port", strconv.Itoa(busy.Addr().(*net.TCPAddr).Port)},
		"certificate":                 {"--cert", file, "--key", file},
		"state folder cannot be used": {"--dir", file},
		"cannot listen":               {"--listen", "192.0.2.1"},
	} {
		var stdout, stderr bytes.Buffer
		require.Equal(t, exitError, run(t.Context(), args, &stdout, &stderr), want)
		require.Empty(t, stdout.String())
		require.Contains(t, stderr.String(), want)
		require.Equal(t, 1, strings.Count(stderr.String(), "\n"), stderr.String())
	}
}

func TestHelpIsEnough(t *testing.T) {
	var stdout, stderr bytes.Buffer
	require.Equal(t, exitOK, run(t.Context(), []string{"--help"}, &stdout, &stderr))
	require.Empty(t, stderr.String())
	for _, word := range []string{"--dir /var/lib/paravent", "-listen", "-relay-ports", "Exit status"} {
		require.Contains(t, stdout.String(), word)
	}
}
