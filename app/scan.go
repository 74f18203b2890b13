package app

import (
	"context"
	"errors"
	"image"
	"slices"
	"sync"
	"time"

	"paravent/app/call"
	"paravent/app/code"
	"paravent/app/phone"
	"paravent/media/device"
	"paravent/media/video"
)

// Faults of scanning.
var (
	ErrScanInCall = phone.NewFault("scan-in-call")  // the camera belongs to the call
	ErrScanning   = phone.NewFault("scan-goes-on")  // the camera is scanning already
	ErrScanEnded  = phone.NewFault("scan-stopped")  // by the person, or by a call
	ErrScanNone   = phone.NewFault("scan-saw-none") // nothing was found within scanLimit
)

// scanLimit ends a scan that was forgotten: no camera stays on unattended.
const scanLimit = 2 * time.Minute

// scan is the camera's look for a code, which is at most one at a time.
//
//	off -- ScanCode --> on -- found, no use, stopped, a call, scanLimit --> off
type scan struct {
	mu   sync.Mutex
	stop context.CancelCauseFunc // guarded by mu; nil while off
	off  chan struct{}           // guarded by mu; closed once the camera is
}

// ScanCode opens the chosen camera, shows its pictures (show may be nil), and
// returns the call address in the first QR code that it sees. Only a person's
// own press may lead here (P10). The camera is closed when it returns, which it
// also does when ctx ends (ErrScanEnded), after scanLimit (ErrScanNone), and
// when a call begins; in a call it refuses (ErrScanInCall).
func (a *App) ScanCode(ctx context.Context, show phone.Screen) (link string, err error) {
	ctx, end, err := a.scan.begin(ctx)
	if err != nil {
		return "", err
	}
	defer end()
	if err := a.mayScan(); err != nil {
		return "", err
	}
	scanner, v := code.NewScanner(), a.videoConfig()
	var texts []string
	var refused error
	err = video.Look(ctx, v.Camera, device.CameraFormat{Width: v.Width, Height: v.Height, FPS: v.FPS}, func(p *image.YCbCr) bool {
		if refused = a.mayScan(); refused != nil {
			return false
		}
		if show != nil {
			show.Show(p)
		}
		scanner.See(p)
		select {
		case texts = <-scanner.Found():
			return false
		default:
			return true
		}
	})
	if err = errors.Join(refused, err); err != nil {
		return "", fault(err)
	}
	return linkIn(texts)
}

// mayScan refuses while a call has the camera, or may take it at any moment. One
// that rings here has not: nobody shall close a camera by ringing.
func (a *App) mayScan() error {
	select {
	case <-a.stop:
		return phone.ErrClosed
	default:
	}
	if slices.ContainsFunc(a.calls.Calls(), func(s call.Snapshot) bool { return s.State != phone.Ringing }) {
		return ErrScanInCall
	}
	return nil
}

// begin takes the camera; what it returns ends with the reason why a scan does.
func (s *scan) begin(ctx context.Context) (scanning context.Context, end func(), err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stop != nil {
		return nil, nil, ErrScanning
	}
	off := make(chan struct{})
	scanning, s.stop = context.WithCancelCause(context.WithoutCancel(ctx))
	s.off = off
	stop := s.stop
	given := context.AfterFunc(ctx, func() { stop(ErrScanEnded) })
	forgotten := time.AfterFunc(scanLimit, func() { stop(ErrScanNone) })
	return scanning, func() {
		given()
		forgotten.Stop()
		s.mu.Lock()
		defer s.mu.Unlock()
		stop(nil)
		s.stop = nil
		close(off)
	}, nil
}

// end stops a scan, where there is one, and waits until the camera is off; a
// device that does not close is given up by video.Look.
func (s *scan) end(why error) {
	s.mu.Lock()
	stop, off := s.stop, s.off
	s.mu.Unlock()
	if stop == nil {
		return
	}
	stop(why)
	<-off
}
