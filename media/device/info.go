package device

import (
	"github.com/gen2brain/malgo"
)

// Info describes a device that can be chosen.
type Info struct {
	ID      string // stable as far as the system allows; what specs and settings take
	Name    string // what people read
	Default bool
}

// Microphones lists what can be captured from now. ErrNoBackend when no sound system answers.
func Microphones() ([]Info, error) { return list(malgo.Capture) }

// Speakers lists what can be played to now. ErrNoBackend when no sound system answers.
func Speakers() ([]Info, error) { return list(malgo.Playback) }

func list(kind malgo.DeviceType) ([]Info, error) {
	var found []Info
	err := withContext(backends(), func(ctx *malgo.AllocatedContext) error {
		infos, err := ctx.Devices(kind)
		if err != nil {
			return err
		}
		for _, d := range infos {
			id := readableID(d.ID)
			if kind == malgo.Capture && isMonitor(id) {
				continue
			}
			found = append(found, Info{ID: id, Name: d.Name(), Default: d.IsDefault != 0})
		}
		return nil
	})
	return found, err
}
