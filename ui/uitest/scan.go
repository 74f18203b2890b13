package uitest

import (
	"context"
	"io"

	"paravent/app/phone"
)

// Faults with the codes of the real ones.
var (
	ErrNoCode   = phone.NewFault("code-not-found")
	ErrLarge    = phone.NewFault("code-picture-too-large")
	ErrNoCamera = phone.NewFault("camera-missing")
)

// ReadCode takes files that hold nothing but a link for pictures of its code.
func (f *Fake) ReadCode(r io.Reader) (string, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return "", err
	}
	if len(text) > 10<<20 {
		return "", ErrLarge
	}
	if _, err := f.WhoseLink(string(text)); err != nil {
		return "", ErrNoCode
	}
	return string(text), nil
}

// OnScan is what the camera does from now on; without it there is none.
func (f *Fake) OnScan(camera func(ctx context.Context, show phone.Screen) (link string, err error)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.camera = camera
}

func (f *Fake) ScanCode(ctx context.Context, show phone.Screen) (string, error) {
	f.mu.Lock()
	camera := f.camera
	f.mu.Unlock()
	if camera == nil {
		return "", ErrNoCamera
	}
	return camera(ctx, show)
}
