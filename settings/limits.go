package settings

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"unicode"
	"unicode/utf8"
)

// Errors about keys and values.
var (
	ErrUnknownKey = errors.New("unknown setting")
	ErrBadValue   = errors.New("bad value for setting")
)

// Limits of texts, in bytes.
const (
	maxName   = 64
	maxDevice = 512
	maxServer = 400
)

var serverAddress = regexp.MustCompile(`^[!-~]{1,300}:\d{1,5}#[A-Za-z0-9_-]{43}$`)

// Validate checks every value against its limits. The error is ErrBadValue and
// names the key.
func (s Settings) Validate() error {
	return errors.Join(
		text("name", s.Name, maxName),
		oneOf("language", s.Language, "", "en", "fr"),
		s.Server.validate(),
		oneOf("privacy.route", s.Privacy.Route, RouteRelay, RouteContactsDirect, RouteDirect),
		text("privacy.vpn_device", s.Privacy.VPNDevice, maxDevice),
		s.Calls.validate(),
		s.History.validate(),
		s.Audio.validate(),
		s.Video.validate(),
	)
}

func (s Server) validate() error {
	err := oneOf("server.mode", s.Mode, ServerUnset, ServerEmbedded, ServerRemote)
	if s.Address != "" && (len(s.Address) > maxServer || !serverAddress.MatchString(s.Address)) {
		err = errors.Join(err, bad("server.address", "not host:port#pin"))
	}
	return err
}

func (c Calls) validate() error {
	err := within("calls.ring_seconds", c.RingSecs, 10, 120)
	for i, a := range c.Audience {
		err = errors.Join(err, oneOf("calls.audience", a,
			AudienceContacts, AudienceFollowing, AudienceVerified, AudienceEveryone))
		if slices.Contains(c.Audience[:i], a) {
			err = errors.Join(err, bad("calls.audience", "a group is named twice"))
		}
	}
	return err
}

func (a Audio) validate() error {
	return errors.Join(
		text("audio.microphone", a.Microphone, maxDevice),
		text("audio.speaker", a.Speaker, maxDevice),
		oneOf("audio.speaker_backend", a.SpeakerBackend, SpeakerAuto, SpeakerPortAudio, SpeakerMiniaudio),
	)
}

func (v Video) validate() error {
	return errors.Join(
		text("video.camera", v.Camera, maxDevice),
		within("video.width", v.Width, 160, 1920),
		within("video.height", v.Height, 120, 1080),
		within("video.fps", v.FPS, 1, 60),
		within("video.max_kbps", v.MaxKbps, 100, 8000),
	)
}

func bad(key, why string) error { return fmt.Errorf("%w %s: %s", ErrBadValue, key, why) }

func oneOf[T ~string](key string, v T, allowed ...T) error {
	if slices.Contains(allowed, v) {
		return nil
	}
	return bad(key, "not one of the choices")
}

func within(key string, v, low, high int) error {
	if v >= low && v <= high {
		return nil
	}
	return bad(key, fmt.Sprintf("%d is not within %d to %d", v, low, high))
}

func text(key, v string, limit int) error {
	if len(v) <= limit && utf8.ValidString(v) && !slices.ContainsFunc([]rune(v), unicode.IsControl) {
		return nil
	}
	return bad(key, fmt.Sprintf("not a line of at most %d bytes", limit))
}
