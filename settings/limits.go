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

// MaxPeriods bounds the weekly schedule: seven days with three each, and some.
const MaxPeriods = 24

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
	return errors.Join(
		within("calls.ring_seconds", c.RingSecs, 10, 120),
		someOf("calls.audience", c.Audience, AudienceContacts, AudienceFollowing, AudienceVerified, AudienceEveryone),
		oneOf("calls.media", c.Media, MediaAudioVideo, MediaAudio),
		oneOf("calls.unknown", c.Unknown, UnknownSilence, UnknownKnock),
		moment("calls.expecting_until", c.ExpectingUntil),
		c.DoNotDisturb.validate(),
	)
}

func (d DoNotDisturb) validate() error {
	const key = "calls.do_not_disturb"
	err := errors.Join(
		moment(key+".now", d.Now.Until),
		someOf(key+".exceptions", d.Exceptions, ExceptContacts, ExceptFollowing, ExceptVerified, ExceptAlways),
		within(key+".schedule: periods", len(d.Schedule), 0, MaxPeriods),
	)
	if !d.Now.On && !d.Now.Until.IsZero() {
		err = errors.Join(err, bad(key+".now", "off, and yet with an end"))
	}
	for _, p := range d.Schedule {
		err = errors.Join(err, p.validate(key+".schedule"))
	}
	return err
}

func (p Period) validate(key string) error {
	err := someOf(key, p.Days, Days...)
	if len(p.Days) == 0 {
		err = errors.Join(err, bad(key, "a period without days"))
	}
	for _, c := range []Clock{p.From, p.To} {
		if _, ok := c.minutes(); !ok {
			err = errors.Join(err, bad(key, "not a time of day as in 07:30"))
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

// someOf is any of the allowed, each at most once.
func someOf[T ~string](key string, list []T, allowed ...T) error {
	var err error
	for i, v := range list {
		err = errors.Join(err, oneOf(key, v, allowed...))
		if slices.Contains(list[:i], v) {
			err = errors.Join(err, bad(key, "one choice is named twice"))
		}
	}
	return err
}

// moment is one that RFC 3339 can write, or none.
func moment(key string, m Moment) error {
	if m.IsZero() || m.UTC().Year() >= 1970 && m.UTC().Year() <= 9998 {
		return nil
	}
	return bad(key, "not a time of these days")
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
