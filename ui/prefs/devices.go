package prefs

import (
	"fmt"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"paravent/app/phone"
	"paravent/settings"
	"paravent/ui/widgets"
)

func (s *Screen) sound() fyne.CanvasObject {
	w, a := s.env.Words, s.shown.Audio
	mic := s.device(s.devices.Microphones, a.Microphone, func(v *settings.Settings, id string) { v.Audio.Microphone = id })
	speaker := s.device(s.devices.Speakers, a.Speaker, func(v *settings.Settings, id string) { v.Audio.Speaker = id })
	backend := choose(s, []settings.SpeakerBackend{settings.SpeakerAuto, settings.SpeakerPortAudio, settings.SpeakerMiniaudio},
		a.SpeakerBackend, w.Backend,
		func(v *settings.Settings, b settings.SpeakerBackend) { v.Audio.SpeakerBackend = b })
	echo := s.check(w.T("sound.echo"), a.EchoCancellation, func(v *settings.Settings, on bool) { v.Audio.EchoCancellation = on })
	noise := s.check(w.T("sound.noise"), a.NoiseSuppression, func(v *settings.Settings, on bool) { v.Audio.NoiseSuppression = on })
	return widgets.Section(w.T("sound.title"),
		widgets.Field(w.T("sound.microphone"), mic), widgets.Field(w.T("sound.speaker"), speaker),
		widgets.Field(w.T("sound.backend"), backend), echo, noise, widgets.Hint(w.T("sound.next-call")))
}

// pictureSize is one way to send video.
type pictureSize struct{ width, height, kbps int }

var pictureSizes = []pictureSize{{1280, 720, 1500}, {960, 540, 1000}, {640, 360, 600}, {320, 180, 250}}

func (s *Screen) picture() fyne.CanvasObject {
	w, v := s.env.Words, s.shown.Video
	camera := s.device(s.devices.Cameras, v.Camera, func(v *settings.Settings, id string) { v.Video.Camera = id })
	sizes := slices.Clone(pictureSizes)
	now := pictureSize{v.Width, v.Height, v.MaxKbps}
	if !slices.Contains(sizes, now) {
		sizes = append(sizes, now)
	}
	size := choose(s, sizes, now, func(p pictureSize) string {
		return w.T("picture.size", "width", fmt.Sprint(p.width), "height", fmt.Sprint(p.height), "kbps", fmt.Sprint(p.kbps))
	}, func(v *settings.Settings, p pictureSize) {
		v.Video.Width, v.Video.Height, v.Video.MaxKbps = p.width, p.height, p.kbps
	})
	return widgets.Section(w.T("picture.title"),
		widgets.Field(w.T("picture.camera"), camera), widgets.Field(w.T("picture.size-title"), size))
}

// device chooses among what is plugged in and the system's default; a chosen
// one that is away stays chosen, and says so.
func (s *Screen) device(found []phone.Device, chosen string, set func(*settings.Settings, string)) fyne.CanvasObject {
	w := s.env.Words
	ids := []string{""}
	names := map[string]string{"": w.T("device.default")}
	for _, d := range found {
		ids = append(ids, d.ID)
		names[d.ID] = d.Name
	}
	if _, ok := names[chosen]; !ok {
		ids = append(ids, chosen)
		names[chosen] = w.T("device.away", "name", chosen)
	}
	return choose(s, ids, chosen, func(id string) string { return names[id] }, set)
}

func (s *Screen) check(name string, on bool, set func(*settings.Settings, bool)) fyne.CanvasObject {
	return container.NewHBox(s.saved(name, on, set))
}

// saved is a check whose every change is saved.
func (s *Screen) saved(name string, on bool, set func(*settings.Settings, bool)) *widget.Check {
	c := widget.NewCheck(name, nil)
	c.SetChecked(on)
	c.OnChanged = func(on bool) { s.save(func(v *settings.Settings) { set(v, on) }) }
	return c
}

// choose is a drop-down of values under their names, saved when chosen; then
// runs afterwards.
func choose[T comparable](s *Screen, values []T, chosen T, name func(T) string, set func(*settings.Settings, T), then ...func()) fyne.CanvasObject {
	names := make([]string, len(values))
	for i, v := range values {
		names[i] = name(v)
	}
	sel := widget.NewSelect(names, nil)
	sel.SetSelectedIndex(slices.Index(values, chosen))
	sel.OnChanged = func(string) {
		if i := sel.SelectedIndex(); i >= 0 {
			s.save(func(v *settings.Settings) { set(v, values[i]) })
			for _, f := range then {
				f()
			}
		}
	}
	return sel
}
