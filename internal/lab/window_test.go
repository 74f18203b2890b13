package lab

import (
	"bytes"
	"context"
	"fmt"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// startDisplay runs an X server of its own, and returns its name.
func startDisplay(t *testing.T) string {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("a virtual display is an X server, which this system does not have")
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	// The X server picks a free number and writes it to the descriptor.
	x := exec.Command("Xvfb", "-displayfd", "3", "-screen", "0", "1280x800x24", "-noreset", "-nolisten", "tcp")
	x.ExtraFiles = []*os.File{w}
	if err := x.Start(); err != nil {
		t.Fatalf("Xvfb is missing, `make setup` installs it: %v", err)
	}
	_ = w.Close()
	t.Cleanup(func() { terminate(x) })
	var number int
	if _, err := fmt.Fscan(r, &number); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf(":%d", number)
}

// logBuffer takes what a program writes to its standard error.
type logBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// A real window rings, answers, shows a moving picture and hangs up.
func TestWindowShowsACall(t *testing.T) {
	display := startDisplay(t)
	window := must(buildWindow())(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	server, stop, err := StartServer(ctx, program("paravent-server"))
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	log := &logBuffer{}
	launch := Launch{Binary: window, Log: log, Env: []string{"DISPLAY=" + display, "LANG=en_GB.UTF-8"}, Args: []string{
		"--profile", filepath.Join(t.TempDir(), "alice"), "--name", "Alice", "--server", server,
		"--mic", "tone:440", "--speaker", "null", "--camera", "pattern", "--script"}}
	alice, err := launch.StartPhone(ctx, "alice")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(alice.Quit)
	ready := must(alice.Wait(0, "ready", 60*time.Second, nil))(t)
	bob, bobAddress := startPhone(t, "bob", server, "--answer", "auto", "--camera", "pattern")
	must(alice.Do("contact.add", Event{"name": "Bob", "address": bobAddress}))(t)
	must(bob.Do("contact.add", Event{"name": "Alice", "address": ready.Text("address")}))(t)
	call := must(alice.Do("call", Event{"to": "Bob", "video": true}))(t).Text("call")
	must(alice.Wait(0, "connected", 30*time.Second, nil))(t)
	waitFor(t, "two different pictures on the screen", func() bool { return moving(t, display) })
	before := brightness(t, display)
	press(t, display, "Tab", "Return") // the shield: the safety words
	waitFor(t, "the safety words over a darkened picture", func() bool { return brightness(t, display) < before*2/3 })
	press(t, display, "Escape")
	waitFor(t, "the picture again", func() bool { return brightness(t, display) > before*2/3 })
	must(alice.Do("hangup", Event{"call": call}))(t)
	must(alice.Wait(0, "receipt", 20*time.Second, nil))(t)
	from := alice.Seen()
	must(alice.Do("call", Event{"to": "Bob", "video": false}))(t)
	must(alice.Wait(from, "connected", 30*time.Second, nil))(t)
	alice.Quit() // in the middle of a call: its end is told before the phone is gone
	for _, last := range []string{"ended", "receipt"} {
		must(alice.Wait(from, last, time.Second, nil))(t)
	}
	for _, sign := range []string{"Error in Fyne call thread", "should have been called in fyne.Do", "panic:", "DATA RACE", "dbus"} {
		if strings.Contains(log.String(), sign) {
			t.Fatalf("the window's log has %q:\n%s", sign, log)
		}
	}
}

func waitFor(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(40 * time.Second); time.Now().Before(deadline); time.Sleep(300 * time.Millisecond) {
		if holds() {
			return
		}
	}
	t.Fatalf("never saw %s", what)
}

// press presses keys, one after the other.
func press(t *testing.T, display string, keys ...string) {
	t.Helper()
	cmd := exec.Command("xdotool", append([]string{"key", "--delay", "100"}, keys...)...)
	cmd.Env = append(os.Environ(), "DISPLAY="+display)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("xdotool, which `make setup` installs: %v\n%s", err, out)
	}
}

// moving takes two pictures of the display and tells whether a good part of
// it changed and has colour: a video, not a clock.
func moving(t *testing.T, display string) bool {
	t.Helper()
	first, second := grab(t, display), grab(t, display)
	changed, colourful := 0, 0
	for i := 0; i+3 < len(first); i += 4 * 97 {
		if first[i] != second[i] || first[i+1] != second[i+1] || first[i+2] != second[i+2] {
			changed++
		}
		if d := int(first[i]) - int(first[i+2]); d > 30 || d < -30 {
			colourful++
		}
	}
	all := len(first) / (4 * 97)
	return changed > all/10 && colourful > all/10
}

// brightness is the mean green of what the display shows.
func brightness(t *testing.T, display string) int {
	t.Helper()
	pixels := grab(t, display)
	sum := 0
	for i := 1; i < len(pixels); i += 4 {
		sum += int(pixels[i])
	}
	return sum * 4 / len(pixels)
}

// grab returns the RGBA bytes of the whole display.
func grab(t *testing.T, display string) []byte {
	t.Helper()
	cmd := exec.Command("import", "-display", display, "-window", "root", "png:-")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("import of ImageMagick, which `make setup` installs: %v", err)
	}
	picture, err := png.Decode(bytes.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	b := picture.Bounds()
	pixels := make([]byte, 0, 4*b.Dx()*b.Dy())
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			r, g, bl, _ := picture.At(x, y).RGBA()
			pixels = append(pixels, byte(r>>8), byte(g>>8), byte(bl>>8), 255)
		}
	}
	return pixels
}
