package app

import (
	"errors"
	"flag"

	"paravent/app/egress"
	"paravent/media/device"
	"paravent/server/wire"
)

// Options say where a phone lives and what stands in for its devices. Empty
// fields follow the person's settings.
type Options struct {
	Profile string // folder of everything this phone keeps
	// ProfileName names one of this user's profiles instead of its folder.
	ProfileName string
	Name        string // how the person calls themselves; kept
	Server      string // "embedded" or host:port#pin, for this run only

	Microphone string // a device.ParseMic specification, for this run only
	Speaker    string // a device.ParseSpeaker specification
	Camera     string // a device.ParseCamera specification
	Screen     string // a device.ParseScreen specification: pictures go there too

	// Unattended phones keep their key in a file of the profile, since nobody
	// is there to unlock the keyring of the desktop.
	Unattended bool

	// Passphrase opens the profile's key file, or is given to a new one; "" takes
	// that of the environment (PassphraseVariable).
	Passphrase string

	// watch goes between the phone and the way out that the system chooses; nil does not.
	// The privacy check counts with it what leaves.
	watch func(egress.Network) egress.Network
	// Trace is a file that gets every call message in clear: a test aid that
	// writes addresses to disk, never on by itself.
	Trace string

	standIns standIns // what the specifications say; set by Check
}

// watched is a way out, watched where somebody watches.
func (o *Options) watched(n egress.Network) egress.Network {
	if o.watch == nil {
		return n
	}
	return o.watch(n)
}

// standIns are the parsed device specifications, nil where there was none.
// They are parsed once: a file that vanishes later must be missed by name, and
// never be replaced by a real microphone or camera.
type standIns struct {
	mic     *device.MicSpec
	speaker *device.SpeakerSpec
	camera  *device.CameraSpec
	screen  *device.ScreenSpec
}

// EmbeddedServer is the value of Options.Server that asks for a server inside
// this phone.
const EmbeddedServer = "embedded"

// Bind declares the command line flags that the window and the scriptable
// phone share.
func (o *Options) Bind(fs *flag.FlagSet) {
	fs.StringVar(&o.Profile, "profile", "", "`folder` of this phone's key, people and settings (default: one in your configuration folder)")
	fs.StringVar(&o.ProfileName, "profile-name", "", "`name` of one of your profiles, as the settings list them")
	fs.StringVar(&o.Name, "name", "", "how you call yourself, shown to people you call")
	fs.StringVar(&o.Server, "server", "", "`address` host:port#pin of a server, or \"embedded\" (default: as the settings say)")
	fs.StringVar(&o.Microphone, "mic", "", "file:X.wav, tone:HZ, silence or device[:NAME]")
	fs.StringVar(&o.Speaker, "speaker", "", "file:Y.wav, null or device[:NAME]")
	fs.StringVar(&o.Camera, "camera", "", "file:X.y4m, pattern, off or device[:NAME]")
	fs.StringVar(&o.Screen, "screen", "", "file:Y.y4m or null")
}

// Check completes the options and refuses what no phone could be opened with,
// before anything is opened.
func (o *Options) Check() error {
	if err := o.findProfile(); err != nil {
		return err
	}
	if o.Server != "" && o.Server != EmbeddedServer {
		if _, err := wire.ParseAddr(o.Server); err != nil {
			return fault(err)
		}
	}
	return o.checkDevices()
}

func (o *Options) checkDevices() error {
	var s standIns
	err := errors.Join(
		parse(&s.mic, o.Microphone, device.ParseMic), parse(&s.speaker, o.Speaker, device.ParseSpeaker),
		parse(&s.camera, o.Camera, device.ParseCamera), parse(&s.screen, o.Screen, device.ParseScreen),
	)
	o.standIns = s
	return fault(err)
}

func parse[S any](into **S, text string, read func(string) (S, error)) error {
	if text == "" {
		return nil
	}
	spec, err := read(text)
	*into = &spec
	return err
}
