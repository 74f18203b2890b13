package app

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"paravent/app/egress"
	"paravent/app/egress/wireguard"
	"paravent/app/line"
	"paravent/app/phone"
	"paravent/app/route"
	"paravent/app/seal"
	"paravent/app/signal"
	"paravent/media"
	"paravent/media/audio"
	"paravent/media/device"
	"paravent/media/video"
	"paravent/media/wav"
	"paravent/media/y4m"
	"paravent/server"
	"paravent/server/wire"
	"paravent/settings"
)

// Faults for what packages below the phone report with plain errors.
var (
	errBadServerAddress = phone.NewFault("bad-server-address")
	errPortInUse        = phone.NewFault("server-port-in-use")
	errServerListen     = phone.NewFault("server-cannot-listen")
	errServerFolder     = phone.NewFault("server-folder-unusable")
	errServerKey        = phone.NewFault("server-certificate-unusable")
	errServerRunning    = phone.NewFault("server-already-running")
	errSettingsBroken   = phone.NewFault("settings-broken")
	errSettingsNewer    = phone.NewFault("settings-newer")
	errSettingsSave     = phone.NewFault("settings-not-saved")
	errUnknownSetting   = phone.NewFault("setting-unknown")
	errBadSetting       = phone.NewFault("setting-bad-value")
	errBadDevice        = phone.NewFault("device-bad-name")
	errNoSound          = phone.NewFault("device-no-sound-system")
	errDeviceMissing    = phone.NewFault("device-missing")
	errDeviceGone       = phone.NewFault("device-gone")
	errDeviceOpen       = phone.NewFault("device-cannot-open")
	errCameraMissing    = phone.NewFault("camera-missing")
	errCameraOpen       = phone.NewFault("camera-cannot-open")
	errCameraGone       = phone.NewFault("camera-gone")
	errBadWav           = phone.NewFault("wav-unreadable")
	errBadY4M           = phone.NewFault("y4m-unreadable")
)

// translations says which fault stands for which plain error. The first match
// counts, so that the particular stands before the general.
var translations = []struct {
	plain error
	fault *phone.Fault
}{
	{wire.ErrWrongPin, signal.ErrWrongServer},
	{wire.ErrBadAddress, errBadServerAddress},
	{server.ErrDiskFull, phone.ErrDiskFull},
	{server.ErrPortInUse, errPortInUse},
	{server.ErrListen, errServerListen},
	{server.ErrDirInUse, errServerRunning},
	{server.ErrStore, errServerFolder},
	{server.ErrCertificate, errServerKey},
	{settings.ErrDiskFull, phone.ErrDiskFull},
	{settings.ErrBroken, errSettingsBroken},
	{settings.ErrNewer, errSettingsNewer},
	{settings.ErrSave, errSettingsSave},
	{settings.ErrUnknownKey, errUnknownSetting},
	{settings.ErrBadValue, errBadSetting},
	{device.ErrBadSpec, errBadDevice},
	{device.ErrNoBackend, errNoSound},
	{device.ErrNotFound, errDeviceMissing},
	{device.ErrDeviceGone, errDeviceGone},
	{device.ErrDeviceOpen, errDeviceOpen},
	{device.ErrNoCamera, errCameraMissing},
	{device.ErrCameraOpen, errCameraOpen},
	{device.ErrCameraGone, errCameraGone},
	{video.ErrFormat, errCameraOpen},
	{media.ErrSDP, route.ErrBadDescription}, {media.ErrCandidate, route.ErrBadDescription},
	{media.ErrClosed, phone.ErrNoSuchCall}, {audio.ErrClosed, phone.ErrNoSuchCall}, {video.ErrClosed, phone.ErrNoSuchCall}, {device.ErrClosed, phone.ErrNoSuchCall},
	{wav.ErrNotWav, errBadWav}, {wav.ErrNotPCM16, errBadWav}, {wav.ErrTruncated, errBadWav}, {wav.ErrEmpty, errBadWav}, {wav.ErrTooLong, errBadWav},
	{y4m.ErrNotY4M, errBadY4M}, {y4m.ErrNot420, errBadY4M}, {y4m.ErrSize, errBadY4M}, {y4m.ErrRate, errBadY4M}, {y4m.ErrTruncated, errBadY4M}, {y4m.ErrEmpty, errBadY4M},
}

// fault gives err a code that people can be told, where it has none yet.
func fault(err error) error {
	if _, ok := errors.AsType[*phone.Fault](err); err == nil || ok {
		return err
	}
	for _, t := range translations {
		if errors.Is(err, t.plain) {
			return fmt.Errorf("%w: %w", t.fault, err)
		}
	}
	return fileFault(err)
}

// fileFault is for files that the person named: all others are known to the
// packages that keep them.
func fileFault(err error) error {
	_, isPath := errors.AsType[*fs.PathError](err)
	if _, isLink := errors.AsType[*os.LinkError](err); isLink { // a rename
		isPath = true
	}
	switch {
	case settings.IsDiskFull(err):
		return fmt.Errorf("%w: %w", phone.ErrDiskFull, err)
	case isPath, errors.Is(err, fs.ErrNotExist), errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%w: %w", phone.ErrFile, err)
	}
	return err
}

// reasonOf sorts the errors of a call's media into the reason for its end.
func reasonOf(err error) phone.EndReason {
	err = fault(err)
	for _, r := range []struct {
		fault  *phone.Fault
		reason phone.EndReason
	}{
		{route.ErrLeak, phone.LeakPrevented},
		{egress.ErrDeviceGone, phone.NetworkLost}, {egress.ErrDeviceMissing, phone.NetworkLost}, {egress.ErrDeviceBind, phone.NetworkLost},
		{wireguard.ErrUnreachable, phone.NetworkLost}, {ErrNetworkChanged, phone.NetworkLost}, {ErrNoTunnel, phone.NetworkLost},
		{route.ErrRelayUnavailable, phone.RelayUnavailable},
		{signal.ErrServerUnreachable, phone.ServerUnreachable}, {ErrNoServer, phone.ServerUnreachable},
		{phone.ErrClosed, phone.ShutDown},
		{line.ErrNoPath, phone.NegotiationFailed},
		{seal.ErrForged, phone.SecurityFailed},
		{errNoSound, phone.DeviceFailed}, {errDeviceMissing, phone.DeviceFailed}, {errDeviceGone, phone.DeviceFailed},
		{errDeviceOpen, phone.DeviceFailed}, {errBadDevice, phone.DeviceFailed}, {errBadWav, phone.DeviceFailed},
		{phone.ErrFile, phone.DeviceFailed}, {phone.ErrDiskFull, phone.DeviceFailed},
	} {
		if errors.Is(err, r.fault) {
			return r.reason
		}
	}
	return phone.NegotiationFailed
}
