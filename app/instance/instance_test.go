package instance

import (
	"bufio"
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

const holderVariable = "PARAVENT_TEST_HOLDS"

// TestMain is also the program that holds a profile until it is killed.
func TestMain(m *testing.M) {
	if profile := os.Getenv(holderVariable); profile != "" {
		first, err := Take(profile)
		if err != nil {
			os.Exit(1)
		}
		_, _ = os.Stdout.WriteString("holds\n")
		for range first.Requests() {
		}
	}
	os.Exit(m.Run())
}

func within(t *testing.T, d time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}

func TestTheFirstTakesWhatLaterOnesHandOver(t *testing.T) {
	profile := t.TempDir()
	first, handed, err := Claim(within(t, 10*time.Second), profile, Opening(""))
	require.NoError(t, err)
	require.False(t, handed)
	got := make(chan Request, 8)
	go func() {
		for r := range first.Requests() {
			got <- r
		}
	}()
	for _, r := range []Request{Opening(""), Opening("paravent:AB<>&\"é"), Opening(strings.Repeat("\x01é", 5000)), Opening(strings.Repeat("\x01", 5000))} {
		later, handed, err := Claim(within(t, 10*time.Second), profile, r)
		require.NoError(t, err)
		require.True(t, handed)
		require.Nil(t, later)
		require.Equal(t, r, <-got)
	}
	require.True(t, Running(profile))
	require.NoError(t, first.Close())
	require.False(t, Running(profile))
	next, err := Take(profile)
	require.NoError(t, err)
	require.NoError(t, next.Close())
}

// A process that was told nothing opens the window itself once the first ends.
func TestARequestThatNobodyReceivedIsNotLost(t *testing.T) {
	profile := t.TempDir()
	first, err := Take(profile)
	require.NoError(t, err)
	result := make(chan *Instance)
	go func() {
		later, handed, err := Claim(context.Background(), profile, Opening("paravent:x"))
		if handed || err != nil {
			later = nil
		}
		result <- later
	}()
	require.Eventually(t, func() bool { return len(first.slots) == 1 }, 10*time.Second, time.Millisecond)
	require.NoError(t, first.Close())
	later := <-result
	require.NotNil(t, later)
	require.NoError(t, later.Close())
}

func TestASilentFirstIsTold(t *testing.T) {
	profile := t.TempDir()
	first, err := Take(profile) // nobody reads its requests
	require.NoError(t, err)
	t.Cleanup(func() { _ = first.Close() })
	_, handed, err := Claim(within(t, 200*time.Millisecond), profile, Opening(""))
	require.ErrorIs(t, err, ErrSilent)
	require.False(t, handed)
}

func TestTwoStartersCannotBothWin(t *testing.T) {
	profile := t.TempDir()
	var firsts, handed atomic.Int32
	var all sync.WaitGroup
	for range 24 {
		all.Go(func() {
			first, given, err := Claim(within(t, 30*time.Second), profile, Opening(""))
			switch {
			case err != nil:
				t.Error(err)
			case given:
				handed.Add(1)
			default:
				firsts.Add(1)
				t.Cleanup(func() { _ = first.Close() })
				go func() {
					for range first.Requests() {
					}
				}()
			}
		})
	}
	all.Wait()
	require.EqualValues(t, 1, firsts.Load())
	require.EqualValues(t, 23, handed.Load())
}

// killed starts a process that holds the profile, and kills it.
func killed(t *testing.T, profile string) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), holderVariable+"="+profile)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "holds\n", line)
	require.True(t, Running(profile))
	require.NoError(t, cmd.Process.Kill())
	_ = cmd.Wait()
}

func TestAfterAKillTheNextStartIsTheFirstAtOnce(t *testing.T) {
	profile := t.TempDir()
	killed(t, profile)
	_, err := os.Lstat(places(profile)[0])
	require.NoError(t, err, "the socket of the killed process is still there, else this tests nothing")
	require.False(t, Running(profile))
	begun := time.Now()
	first, handed, err := Claim(within(t, 10*time.Second), profile, Opening(""))
	require.NoError(t, err)
	require.False(t, handed)
	require.Less(t, time.Since(begun), time.Second)
	require.NoError(t, first.Close())
}

func TestOnlyThisUserReachesTheSocket(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there the profile's access list says who may")
	}
	profile := t.TempDir()
	require.NoError(t, os.Chmod(profile, 0o755))
	require.NoError(t, os.Mkdir(folder(profile), 0o777))
	first, err := Take(profile)
	require.NoError(t, err)
	t.Cleanup(func() { _ = first.Close() })
	for path, want := range map[string]os.FileMode{folder(profile): 0o700, places(profile)[0]: 0o600} {
		s, err := os.Lstat(path)
		require.NoError(t, err)
		require.Equal(t, want, s.Mode().Perm(), path)
	}
}

func TestALongPathUsesTheRuntimeFolder(t *testing.T) {
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	profile := filepath.Join(t.TempDir(), strings.Repeat("long", 30))
	first, err := Take(profile)
	require.NoError(t, err)
	t.Cleanup(func() { _ = first.Close() })
	require.Len(t, places(profile), 1)
	require.True(t, strings.HasPrefix(places(profile)[0], os.Getenv("XDG_RUNTIME_DIR")))
	go func() { <-first.Requests() }()
	_, handed, err := Claim(within(t, 10*time.Second), profile, Opening(""))
	require.NoError(t, err)
	require.True(t, handed)
}

func TestAnUnusableProfileIsTold(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	_, err := Take(file)
	require.ErrorIs(t, err, ErrUnusable)
	require.False(t, Running(file))
}

// Junk on the socket reaches nobody, and does not stop the next request.
func TestJunkIsRefused(t *testing.T) {
	profile := t.TempDir()
	first, err := Take(profile)
	require.NoError(t, err)
	t.Cleanup(func() { _ = first.Close() })
	for _, junk := range []string{"\n", "{}\n", `{"do":"call","link":"x"}` + "\n", `{"do":"open"}` + "\n", `{"do":"show","link":"x"}` + "\n",
		`{"do":"show"}{"do":"show"}` + "\n", `{"do":"show","more":1}` + "\n", strings.Repeat("x", maxLine+100) + "\n"} {
		c, err := net.Dial("unix", places(profile)[0])
		require.NoError(t, err)
		_, _ = c.Write([]byte(junk))
		answer, _ := bufio.NewReader(c).ReadString('\n')
		require.NotEqual(t, taken, answer, junk[:min(40, len(junk))])
		_ = c.Close()
	}
	go func() { <-first.Requests() }()
	_, handed, err := Claim(within(t, 10*time.Second), profile, Opening(""))
	require.NoError(t, err)
	require.True(t, handed)
}

func FuzzParse(f *testing.F) {
	for _, r := range []Request{Opening(""), Opening("paravent:abc"), Opening(strings.Repeat("\x00", 3000))} {
		line, err := r.line()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		r, err := parse(line)
		if err != nil {
			if !errors.Is(err, errBadRequest) || r != (Request{}) {
				t.Fatal(r, err)
			}
			return
		}
		if len(r.Link) > maxLink || (r.Do == Open) != (r.Link != "") {
			t.Fatal(r)
		}
		again, err := r.line()
		if err != nil {
			t.Fatal(err)
		}
		if back, err := parse(again); err != nil || back != r {
			t.Fatal(back, err)
		}
	})
}
