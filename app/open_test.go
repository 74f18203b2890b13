package app

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/zalando/go-keyring"

	"paravent/app/identity"
	"paravent/app/people"
	"paravent/app/phone"
	"paravent/app/seal"
	"paravent/media/device"
	"paravent/media/wav"
	"paravent/media/y4m"
)

// withKeyring gives the test a keyring of its own, and a session bus that
// looks alive.
func withKeyring(t *testing.T) {
	t.Helper()
	keyring.MockInit()
	path := filepath.Join(t.TempDir(), "bus")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path="+path)
}

func openAndClose(t *testing.T, opts Options) (id string, err error) {
	t.Helper()
	a, err := Open(opts)
	if err != nil {
		return "", err
	}
	id = a.Self().ID
	if err := a.Close(); err != nil {
		t.Error(err)
	}
	return id, nil
}

// One run without the keyring must not begin a second identity beside people
// that are sealed with the first.
func TestProfileKeepsItsIdentityWhereTheKeyringIsAway(t *testing.T) {
	withKeyring(t)
	dir := t.TempDir()
	attended, unattended := Options{Profile: dir}, Options{Profile: dir, Unattended: true}
	id, err := openAndClose(t, attended)
	if err != nil {
		t.Fatal(err)
	}
	away := func(name string, opts Options, want error) {
		if _, err := openAndClose(t, opts); !errors.Is(err, want) || errors.Is(err, people.ErrWrongKey) {
			t.Errorf("%s: %v, want %v", name, err, want)
		}
		if _, err := os.Stat(filepath.Join(dir, "identity.key")); err == nil {
			t.Errorf("%s: a second key was made", name)
		}
	}
	away("unattended", unattended, identity.ErrNoIdentity)
	bus := os.Getenv("DBUS_SESSION_BUS_ADDRESS")
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path="+dir+"/gone")
	away("no session bus", attended, identity.ErrNoIdentity)
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", bus)
	if again, err := openAndClose(t, attended); err != nil || again != id {
		t.Errorf("with the keyring back: %s (%v), want %s", again, err, id)
	}
	keyring.MockInit() // another, empty one
	away("empty keyring", attended, identity.ErrNoIdentity)
	keyring.MockInitWithError(errors.New("locked"))
	away("locked keyring", attended, identity.ErrKeyring)
}

func writeSound(t *testing.T, path string) {
	t.Helper()
	if err := wav.Save(path, make([]int16, 4800)); err != nil {
		t.Fatal(err)
	}
}

func writePicture(t *testing.T, path string) {
	t.Helper()
	w, err := y4m.Create(path, y4m.Header{Width: 64, Height: 48, Num: 10, Den: 1})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.Write(y4m.NewPicture(64, 48)), w.Close()); err != nil {
		t.Fatal(err)
	}
}

// A file that stands in for a device and vanishes is missed; nothing real
// opens in its place.
func TestVanishedStandInIsNotReplacedByADevice(t *testing.T) {
	dir := t.TempDir()
	sound, picture := filepath.Join(dir, "x.wav"), filepath.Join(dir, "x.y4m")
	writeSound(t, sound)
	writePicture(t, picture)
	a, err := Open(Options{Profile: filepath.Join(dir, "p"), Unattended: true, Microphone: "file:" + sound, Speaker: "null", Camera: "file:" + picture})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = a.Close() }()
	if err := errors.Join(os.Remove(sound), os.Remove(picture)); err != nil {
		t.Fatal(err)
	}
	if c := a.audioConfig(); c.Mic.Kind != device.MicFile || c.Mic.Path != sound {
		t.Errorf("microphone %v", c.Mic)
	}
	if c := a.videoConfig(); c.Camera.Kind != device.CameraFile || c.Camera.Path != picture {
		t.Errorf("camera %v", c.Camera)
	}
	_, err = device.OpenMic(a.audioConfig().Mic)
	if phone.CodeOf(fault(err)) != "file-unusable" {
		t.Errorf("opening it: %v", err)
	}
}

// What was found while opening waits for whoever listens first, whether or not
// the phone is ever started.
func TestNoticesWaitForTheFirstSubscriber(t *testing.T) {
	dir := t.TempDir()
	opts := Options{Profile: dir, Unattended: true}
	a, err := Open(opts)
	if err != nil {
		t.Fatal(err)
	}
	err = errors.Join(a.people.Blobs("courier").Put("courier/prekeys", []byte("nonsense")), a.Close(),
		os.WriteFile(filepath.Join(dir, "settings.json"), []byte("{broken"), 0o600))
	if err != nil {
		t.Fatal(err)
	}
	if a, err = Open(opts); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = a.Close() }()
	w := watch(t, a)
	wait(t, w, func(e phone.Notice) bool { return errors.Is(e.Err, errSettingsBroken) })
	wait(t, w, func(e phone.Notice) bool { return errors.Is(e.Err, seal.ErrMalformed) })
	again := watch(t, a)
	a.events.flush(flushLimit)
	again.mu.Lock()
	defer again.mu.Unlock()
	if len(again.seen) > 0 {
		t.Errorf("told again: %v", again.seen)
	}
}
