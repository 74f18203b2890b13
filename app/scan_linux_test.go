package app

import (
	"context"
	"errors"
	"image"
	"image/draw"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"paravent/app/code"
	"paravent/app/phone"
	"paravent/media/y4m"
	"paravent/server"
)

// film is a y4m file that shows text as a code, or with none a grey wall.
func film(t *testing.T, text string) string {
	t.Helper()
	p := y4m.NewPicture(640, 480)
	for _, plane := range [][]byte{p.Y, p.Cb, p.Cr} {
		for i := range plane {
			plane[i] = 128
		}
	}
	if text != "" {
		qr, err := code.Make(text, 5)
		if err != nil {
			t.Fatal(err)
		}
		grey := &image.Gray{Pix: p.Y, Stride: p.YStride, Rect: p.Rect}
		draw.Draw(grey, qr.Rect.Add(image.Pt(100, 60)), qr, image.Point{}, draw.Src)
	}
	path := filepath.Join(t.TempDir(), "film.y4m")
	w, err := y4m.Create(path, y4m.Header{Width: 640, Height: 480, Num: 30, Den: 1})
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := w.Write(p); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// isOpen tells whether this process has a file open.
func isOpen(t *testing.T, path string) bool {
	t.Helper()
	all, err := filepath.Glob("/proc/self/fd/*")
	if err != nil || len(all) == 0 {
		t.Fatal(err, all)
	}
	for _, fd := range all {
		if to, err := os.Readlink(fd); err == nil && to == path {
			return true
		}
	}
	return false
}

func withCamera(t *testing.T, path string) *App {
	t.Helper()
	camera := "off"
	if path != "" {
		camera = "file:" + path
	}
	a, err := Open(Options{Profile: t.TempDir(), Unattended: true, Microphone: "silence", Speaker: "null", Camera: camera})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.Close() })
	return a
}

// seen counts the pictures shown.
type seen chan struct{}

func (s seen) Show(*image.YCbCr) {
	select {
	case s <- struct{}{}:
	default:
	}
}

// scanning starts a scan and returns once its first picture was shown.
func scanning(t *testing.T, ctx context.Context, a *App) (result chan error) { //nolint:revive // t comes first in tests
	t.Helper()
	shown := make(seen, 1)
	result = make(chan error, 1)
	go func() {
		_, err := a.ScanCode(ctx, shown)
		result <- err
	}()
	select {
	case <-shown:
	case err := <-result:
		t.Fatal(err)
	}
	return result
}

func TestP10ScanFindsTheAddress(t *testing.T) {
	link := linkOn(t, "198.51.100.7:7000")
	path := film(t, link)
	a := withCamera(t, path)
	got, err := a.ScanCode(t.Context(), nil)
	if err != nil || got != link {
		t.Errorf("%v, %q", err, got)
	}
	if isOpen(t, path) {
		t.Error("the camera stayed open")
	}
	other := withCamera(t, film(t, "https://example.com"))
	if _, err := other.ScanCode(t.Context(), nil); !errors.Is(err, ErrCodeNoAddress) {
		t.Errorf("a code about something else: %v", err)
	}
	none := withCamera(t, "")
	if _, err := none.ScanCode(t.Context(), nil); phone.CodeOf(err) != "camera-missing" {
		t.Errorf("no camera: %v", err)
	}
}

// P10: the camera is open while the person scans, and at no other time.
func TestP10ScanClosesTheCamera(t *testing.T) {
	path := film(t, "")
	for name, end := range map[string]struct {
		by   func(a *App, cancel func())
		want error
	}{
		"cancelled":    {func(_ *App, cancel func()) { cancel() }, ErrScanEnded},
		"phone closed": {func(a *App, _ func()) { _ = a.Close() }, phone.ErrClosed},
		"forgotten":    {func(a *App, _ func()) { a.scan.end(ErrScanNone) }, ErrScanNone},
	} {
		a := withCamera(t, path)
		if isOpen(t, path) {
			t.Fatalf("%s: open before anybody pressed", name)
		}
		ctx, cancel := context.WithCancel(t.Context())
		result := scanning(t, ctx, a)
		if !isOpen(t, path) {
			t.Errorf("%s: not open while scanning", name)
		}
		if _, err := a.ScanCode(ctx, nil); !errors.Is(err, ErrScanning) {
			t.Errorf("%s: a second scan: %v", name, err)
		}
		asked := time.Now()
		end.by(a, cancel)
		if err := <-result; !errors.Is(err, end.want) {
			t.Errorf("%s: %v", name, err)
		}
		if isOpen(t, path) {
			t.Errorf("%s: the camera stayed open", name)
		}
		if took := time.Since(asked); took > time.Second {
			t.Errorf("%s: %v to close", name, took)
		}
		cancel()
	}
}

// P10: nobody has to be there for the camera to close.
func TestP10ForgottenScanEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s scan
		ctx, end, err := s.begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer end()
		time.Sleep(scanLimit - time.Second)
		if synctest.Wait(); ctx.Err() != nil {
			t.Errorf("ended before its time: %v", context.Cause(ctx))
		}
		time.Sleep(time.Second)
		if synctest.Wait(); !errors.Is(context.Cause(ctx), ErrScanNone) {
			t.Errorf("after %v: %v", scanLimit, context.Cause(ctx))
		}
	})
}

// P10: a call takes the camera for itself; while one is on nobody scans.
func TestP10NoScanInACall(t *testing.T) {
	s := openServer(t, server.Config{})
	bob, bobs := openPhone(t, "bob", s.Addr().String())
	path := film(t, "")
	alice, err := Open(Options{Profile: t.TempDir(), Name: "alice", Server: s.Addr().String(), Unattended: true, Microphone: "silence", Speaker: "null", Camera: "file:" + path})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = alice.Close() })
	w := watch(t, alice)
	if err := alice.Start(); err != nil {
		t.Fatal(err)
	}
	wait(t, w, func(e phone.ServerChanged) bool { return e.Online })
	acquaint(t, alice, bob)
	result := scanning(t, t.Context(), alice)
	id, err := alice.Call("B", false)
	if err != nil {
		t.Fatal(err)
	}
	if err := <-result; !errors.Is(err, ErrScanInCall) {
		t.Errorf("the scan ended with %v", err)
	}
	if isOpen(t, path) {
		t.Error("the camera is open in a call without pictures")
	}
	wait(t, bobs, func(phone.Incoming) bool { return true })
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if _, err := alice.ScanCode(ctx, nil); !errors.Is(err, ErrScanInCall) {
		t.Errorf("in a call: %v", err)
	}
	rung := scanning(t, ctx, bob) // it only rings there
	cancel()
	if err := <-rung; !errors.Is(err, ErrScanEnded) {
		t.Errorf("while it rings: %v", err)
	}
	if err := alice.Hangup(id); err != nil {
		t.Error(err)
	}
}
