package app

import (
	"image"
	"sync"

	"paravent/app/phone"
	"paravent/media/audio"
	"paravent/media/device"
	"paravent/media/video"
)

// Devices lists what is plugged in now. A system without sound lists nothing.
func (a *App) Devices() phone.Devices {
	mics, err := device.Microphones()
	if err != nil {
		mics = nil
	}
	speakers, err := device.Speakers()
	if err != nil {
		speakers = nil
	}
	return phone.Devices{Microphones: named(mics), Speakers: named(speakers), Cameras: named(device.Cameras())}
}

func named(list []device.Info) []phone.Device {
	out := make([]phone.Device, len(list))
	for i, d := range list {
		out[i] = phone.Device{ID: d.ID, Name: d.Name, Default: d.Default}
	}
	return out
}

// audioConfig is what a call's sound is made of, as options and settings say.
// Options were read at Open; a file that vanished since is an error of the
// endpoint when it opens the device.
func (a *App) audioConfig() audio.Config {
	choices := a.choices()
	s := choices.Audio
	c := audio.Config{
		ConstantBitrate: choices.Privacy.ConstantBitrate,
		Mic:             device.MicSpec{Kind: device.MicDevice, Name: s.Microphone},
		Speaker:         device.SpeakerSpec{Kind: device.SpeakerDevice, Name: s.Speaker},
		Backend:         string(s.SpeakerBackend), Echo: s.EchoCancellation, Noise: s.NoiseSuppression,
	}
	if mic := a.opts.standIns.mic; mic != nil {
		c.Mic = *mic
	}
	if speaker := a.opts.standIns.speaker; speaker != nil {
		c.Speaker = *speaker
	}
	return c
}

// videoConfig is what a call's pictures are made of.
func (a *App) videoConfig() video.Config {
	s := a.settings.Current().Video
	c := video.Config{
		Camera: device.CameraSpec{Kind: device.CameraDevice, Name: s.Camera},
		Width:  s.Width, Height: s.Height, FPS: s.FPS, MaxKbps: s.MaxKbps,
		Remote: &a.screens.remote, Local: &a.screens.local,
	}
	if camera := a.opts.standIns.camera; camera != nil {
		c.Camera = *camera
	}
	return c
}

// openScreen opens the screen that the options ask for, beside the window's.
func (a *App) openScreen() error {
	spec := a.opts.standIns.screen
	if spec == nil {
		return nil
	}
	var err error
	s := a.settings.Current().Video
	a.screens.file, err = device.OpenScreen(*spec, device.CameraFormat{Width: s.Width, Height: s.Height, FPS: s.FPS})
	a.screens.remote.file = a.screens.file
	return err
}

// SetScreens says where pictures are shown from now on; nil shows nothing.
func (a *App) SetScreens(remote, local phone.Screen) {
	a.screens.remote.set(remote)
	a.screens.local.set(local)
}

// screens are where pictures go. They stay the same for every call, so that a
// window that opens in the middle of one sees it.
type screens struct {
	remote, local screen
	file          device.Screen // nil without Options.Screen
}

func (s *screens) close() error {
	if s.file == nil {
		return nil
	}
	return s.file.Close()
}

// screen passes pictures on to the window and to a file.
type screen struct {
	file device.Screen // set at construction

	mu     sync.Mutex
	window phone.Screen // guarded by mu
}

func (s *screen) set(w phone.Screen) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.window = w
}

// Show implements video.Screen.
func (s *screen) Show(picture *image.YCbCr) {
	s.mu.Lock()
	w := s.window
	s.mu.Unlock()
	if w != nil {
		w.Show(picture)
	}
	if s.file != nil {
		s.file.Show(picture)
	}
}
