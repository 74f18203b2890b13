// Package settings holds what the person chose: typed values, their defaults
// and limits, and the file they live in. Values are plain copies and may be
// used from any goroutine; the Store guards the file.
package settings

// Version is the version of the file that this package writes.
const Version = 1

// RoutePolicy says whom this phone may show its IP address (P4, P5).
type RoutePolicy string

// The policies, strictest first.
const (
	RouteRelay          RoutePolicy = "relay"           // nobody: always through a relay ("Enhanced call privacy")
	RouteContactsDirect RoutePolicy = "contacts-direct" // contacts, if they allow it too
	RouteDirect         RoutePolicy = "direct"          // everyone who may call, if they allow it too
)

// Audience is one group of people who may ring.
type Audience string

// The groups; the groups in Calls.Audience add up.
const (
	AudienceContacts  Audience = "contacts"  // people in the address book
	AudienceFollowing Audience = "following" // favourites
	AudienceVerified  Audience = "verified"  // people whose safety words were compared
	AudienceEveryone  Audience = "everyone"
)

// Media says what calls may carry.
type Media string

// What calls may carry.
const (
	MediaAudioVideo Media = "audio-video"
	MediaAudio      Media = "audio" // sound only: a video call rings, and is held, as an audio call
)

// Unknown says what becomes of callers who may not ring.
type Unknown string

// What may become of them. Neither rings, and neither is answered (P13, P14).
const (
	UnknownSilence Unknown = "silence" // a line in the history
	UnknownKnock   Unknown = "knock"   // they may leave a short text
)

// ServerMode says where the phone finds its server.
type ServerMode string

// The modes.
const (
	ServerUnset    ServerMode = ""         // first start: not chosen yet
	ServerEmbedded ServerMode = "embedded" // run one inside this phone
	ServerRemote   ServerMode = "remote"   // use the one at Server.Address
)

// SpeakerBackend says which library plays sound.
type SpeakerBackend string

// The backends.
const (
	SpeakerAuto      SpeakerBackend = "auto" // miniaudio where a PulseAudio or PipeWire server runs, else PortAudio
	SpeakerPortAudio SpeakerBackend = "portaudio"
	SpeakerMiniaudio SpeakerBackend = "miniaudio"
)

// Settings are all choices. The JSON names joined by dots are the keys that
// Get and Set take, as in "privacy.route".
type Settings struct {
	Version  int     `json:"version"`
	Name     string  `json:"name"`     // how the person calls themselves; shown to people they call
	Language string  `json:"language"` // "" follows the system, else "en" or "fr"
	Server   Server  `json:"server"`
	Privacy  Privacy `json:"privacy"`
	Calls    Calls   `json:"calls"`
	History  History `json:"history"`
	Audio    Audio   `json:"audio"`
	Video    Video   `json:"video"`
}

// Server says which server carries signalling and relays media.
type Server struct {
	Mode    ServerMode `json:"mode"`
	Address string     `json:"address"` // host:port#pin, for ServerRemote
	LAN     bool       `json:"lan"`     // embedded: let people on my network call me
}

// Privacy says who learns what.
type Privacy struct {
	Route           RoutePolicy `json:"route"`
	VPNDevice       string      `json:"vpn_device"`       // network device that every packet must leave by; "" lets the system choose (P8)
	Tunnel          bool        `json:"tunnel"`           // calls go through the imported WireGuard tunnel and not at all without it
	ConstantBitrate bool        `json:"constant_bitrate"` // private speech: packets of sound tell nothing by their size or their absence (P20)
	Lockdown        bool        `json:"lockdown"`         // see Settings.Effective
}

// Calls says who may ring, when, and how calls start.
type Calls struct {
	Enabled        bool         `json:"enabled"`
	Audience       []Audience   `json:"audience"`
	Media          Media        `json:"media"`
	Unknown        Unknown      `json:"unknown"`
	ExpectingUntil Moment       `json:"expecting_until"` // "I am expecting a call": till then everyone with the link may ring
	DoNotDisturb   DoNotDisturb `json:"do_not_disturb"`
	RingSecs       int          `json:"ring_seconds"` // how long this phone lets a call ring, 10 to 120
	// Preconnect lets calls of people one follows or has verified be made ready
	// through relays while they ring, so that sound starts at once.
	Preconnect bool `json:"preconnect"`
}

// Audio says how sound is taken and played. Device names are those that
// phone.Devices lists; "" is the system's default.
type Audio struct {
	Microphone       string         `json:"microphone"`
	Speaker          string         `json:"speaker"`
	SpeakerBackend   SpeakerBackend `json:"speaker_backend"`
	EchoCancellation bool           `json:"echo_cancellation"`
	NoiseSuppression bool           `json:"noise_suppression"`
}

// Video says how pictures are taken and sent.
type Video struct {
	Camera  string `json:"camera"`
	Width   int    `json:"width"`    // pixels, 160 to 1920
	Height  int    `json:"height"`   // pixels, 120 to 1080
	FPS     int    `json:"fps"`      // 1 to 60
	MaxKbps int    `json:"max_kbps"` // 100 to 8000
}

// Defaults are the private ones: relay, address book only. The history is kept
// for 90 days: long enough to look up a receipt, and not a record of a life for
// whoever gets at the computer. Strangers may knock: it does not ring, is never
// answered and shows them nothing, and without it nobody could ask to be let in.
func Defaults() Settings {
	return Settings{
		Version: Version,
		Privacy: Privacy{Route: RouteRelay},
		Calls: Calls{
			Enabled: true, Audience: []Audience{AudienceContacts}, Media: MediaAudioVideo, Unknown: UnknownKnock,
			DoNotDisturb: DoNotDisturb{Schedule: []Period{}, Exceptions: []Exception{}}, RingSecs: 45,
		},
		History: History{Keep: Keep90Days},
		Audio:   Audio{SpeakerBackend: SpeakerAuto, EchoCancellation: true, NoiseSuppression: true},
		Video:   Video{Width: 1280, Height: 720, FPS: 30, MaxKbps: 1500},
	}
}
