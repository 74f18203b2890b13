package video

import (
	"context"
	"fmt"
	"image"
	"time"

	"github.com/pion/mediadevices"

	"paravent/media/device"
)

// Look opens a camera and hands its pictures to see, each valid until see
// returns, until see returns false (then it returns nil), ctx ends, or the
// camera fails. When it returns, the camera is closed, see is not called any
// more, and nothing was encoded or sent. A device that takes its time to open
// or to close does so behind its back.
func Look(ctx context.Context, camera device.CameraSpec, want device.CameraFormat, see func(*image.YCbCr) bool) error {
	track, err := openToLook(ctx, camera, want)
	if err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- look(ctx, track, see) }()
	select {
	case err = <-ended:
		closeCamera(track)
		return err
	case <-ctx.Done():
		closeCamera(track)
	}
	select {
	case <-ended:
	case <-time.After(stopWait):
	}
	return context.Cause(ctx)
}

// openToLook opens the camera; where ctx ends first, it closes it as soon as it
// is open.
func openToLook(ctx context.Context, camera device.CameraSpec, want device.CameraFormat) (*mediadevices.VideoTrack, error) {
	type result struct {
		track *mediadevices.VideoTrack
		err   error
	}
	opened := make(chan result, 1)
	go func() {
		track, err := device.OpenCamera(camera, want, nil)
		opened <- result{track, err}
	}()
	select {
	case r := <-opened:
		return r.track, r.err
	case <-ctx.Done():
		go func() {
			if r := <-opened; r.err == nil {
				_ = r.track.Close() // a device that fails to close is gone
			}
		}()
		return nil, context.Cause(ctx)
	}
}

// closeCamera waits a moment for the device to stop.
func closeCamera(track *mediadevices.VideoTrack) {
	closed := make(chan struct{})
	go func() {
		_ = track.Close() // a device that fails to close is gone
		close(closed)
	}()
	select {
	case <-closed:
	case <-time.After(stopWait):
	}
}

func look(ctx context.Context, track *mediadevices.VideoTrack, see func(*image.YCbCr) bool) error {
	var c converter
	reader := track.NewReader(false)
	for {
		img, release, err := reader.Read()
		if err != nil {
			return fmt.Errorf("%w: %w", device.ErrCameraGone, err)
		}
		picture, err := c.i420(img)
		if err == nil && ctx.Err() != nil {
			err = ctx.Err()
		}
		goesOn := err == nil && see(picture)
		release()
		if !goesOn {
			return err
		}
	}
}
