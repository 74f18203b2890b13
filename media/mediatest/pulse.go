package mediatest

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"paravent/media/wav"
)

// The virtual sound devices of Pulse. What is played to PulseMouth comes out of
// PulseMic; PulseEar is a speaker. Both are recorded on one clock.
const (
	PulseMouth = "test_mouth"
	PulseMic   = "test_mic"
	PulseEar   = "test_ear"
)

// Pulse is a private PulseAudio server with virtual devices. This process and
// its children use it while the test runs.
type Pulse struct {
	dir    string
	server *exec.Cmd
}

const pulseScript = `.fail
load-module module-native-protocol-unix auth-anonymous=1 socket=%[1]s
load-module module-null-sink sink_name=test_both rate=48000 channels=2 channel_map=front-left,front-right norewinds=1
load-module module-remap-sink sink_name=test_mouth master=test_both channels=1 channel_map=mono master_channel_map=front-left remix=no
load-module module-remap-source source_name=test_mic master=test_both.monitor channels=1 channel_map=mono master_channel_map=front-left remix=no
load-module module-null-sink sink_name=test_spare rate=48000 channels=2 norewinds=1
load-module module-remap-sink sink_name=test_ear master=test_both channels=1 channel_map=mono master_channel_map=front-right remix=no
set-default-source test_mic
set-default-sink test_ear
`

// alsaConfig lets PortAudio, which knows no PulseAudio, see the speaker by name.
const alsaConfig = `</usr/share/alsa/alsa.conf>
pcm.test_ear { type pulse device test_ear hint { show on description "Test ear" } }
`

// StartPulse starts a server; the test ends it. It must be called before this
// process uses sound, and by one test at a time.
func StartPulse(t testing.TB) *Pulse {
	t.Helper()
	dir, err := os.MkdirTemp("", "pulse") // t.TempDir's path may be too long for a socket
	if err != nil {
		t.Fatal(err)
	}
	p := &Pulse{dir: dir}
	socket := filepath.Join(dir, "native")
	script, alsa := filepath.Join(dir, "test.pa"), filepath.Join(dir, "asound.conf")
	write(t, script, fmt.Sprintf(pulseScript, socket))
	write(t, alsa, alsaConfig)
	t.Setenv("XDG_RUNTIME_DIR", dir)
	t.Setenv("PULSE_RUNTIME_PATH", dir)
	t.Setenv("PULSE_STATE_PATH", dir)
	t.Setenv("PULSE_CONFIG_PATH", dir)
	t.Setenv("ALSA_CONFIG_PATH", alsa)
	t.Setenv("PULSE_SERVER", "unix:"+socket)
	p.server = exec.Command("pulseaudio", "-n", "-F", script, "--daemonize=no", "--exit-idle-time=-1",
		"--disallow-exit", "--use-pid-file=no", "--realtime=no", "--high-priority=no", "--log-target=stderr")
	p.server.Env = append(os.Environ(), "PULSE_SERVER=")
	var log bytes.Buffer
	p.server.Stderr = &log
	endWithParent(p.server)
	ended := make(chan struct{})
	if err := startUntil(p.server, ended); err != nil {
		t.Fatal("pulseaudio: ", err)
	}
	t.Cleanup(func() {
		_ = p.server.Process.Kill()
		err := p.server.Wait()
		close(ended)
		_ = os.RemoveAll(dir)
		if t.Failed() {
			t.Logf("pulseaudio ended with %v and wrote: %s", err, log.String())
		}
	})
	for deadline := time.Now().Add(10 * time.Second); exec.Command("pactl", "info").Run() != nil; {
		if time.Now().After(deadline) {
			_ = p.server.Process.Kill()
			_ = p.server.Wait()
			t.Fatal("pulseaudio did not start: ", log.String())
		}
	}
	return p
}

// startUntil starts c from a thread of its own that lives until ended: on
// Linux, endWithParent ends c with the thread that started it.
func startUntil(c *exec.Cmd, ended <-chan struct{}) error {
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		started <- c.Start()
		<-ended
	}()
	return <-started
}

func write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// Unplug takes the device away that module and argument name, for example
// "module-remap-sink" and PulseEar.
func (p *Pulse) Unplug(t testing.TB, module, argument string) {
	t.Helper()
	out, err := exec.Command("pactl", "list", "short", "modules").Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		if len(fields) > 2 && fields[1] == module && strings.Contains(line, "="+argument) {
			if err := exec.Command("pactl", "unload-module", fields[0]).Run(); err != nil {
				t.Fatal(err)
			}
			return
		}
	}
	t.Fatalf("no %s with %s in %s", module, argument, out)
}

// Speak plays sound into the virtual mouth and records mouth and ear on one
// clock until some time after it ended.
func (p *Pulse) Speak(t testing.TB, sound []int16, after time.Duration) (mouth, ear []int16) {
	t.Helper()
	path := filepath.Join(p.dir, "spoken.wav")
	if err := wav.Save(path, sound); err != nil {
		t.Fatal(err)
	}
	var raw bytes.Buffer
	record := exec.Command("parec", "-d", "test_both.monitor", "--format=s16le", "--channels=2",
		"--rate=48000", "--latency-msec=20", "--raw")
	record.Stdout = &raw
	if err := record.Start(); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("paplay", "-d", PulseMouth, path).CombinedOutput(); err != nil {
		t.Fatalf("paplay: %v %s", err, out)
	}
	time.Sleep(after) // the sound under way is not announced by anything
	_ = record.Process.Kill()
	_ = record.Wait()
	b := raw.Bytes()
	for i := 0; i+4 <= len(b); i += 4 {
		mouth = append(mouth, int16(uint16(b[i])|uint16(b[i+1])<<8))
		ear = append(ear, int16(uint16(b[i+2])|uint16(b[i+3])<<8))
	}
	return mouth, ear
}
