package audience

import (
	"fyne.io/fyne/v2"

	"paravent/settings"
	"paravent/ui/widgets"
)

// media is whether calls may have pictures.
type media struct {
	card   fyne.CanvasObject
	choice *widgets.Choice
}

func newMedia(s *Screen) *media {
	w := s.env.Words
	choice := widgets.NewChoice([]widgets.Option{
		{ID: string(settings.MediaAudioVideo), Title: w.T("media.audio-video"), Detail: w.T("media.audio-video-detail")},
		{ID: string(settings.MediaAudio), Title: w.T("media.audio"), Detail: w.T("media.audio-detail")},
	}, "", func(id string) { s.save(func(c *settings.Calls) { c.Media = settings.Media(id) }) })
	return &media{card: widgets.Section(w.T("media.title"), choice), choice: choice}
}

func (m *media) object() fyne.CanvasObject { return m.card }

func (m *media) show(v view) {
	m.choice.Select(string(v.calls.Media))
	m.choice.SetDisabled(!v.calls.Enabled)
}
