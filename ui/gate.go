package ui

import (
	"fyne.io/fyne/v2"

	"paravent/app/phone"
	"paravent/ui/unlock"
	"paravent/ui/widgets"
	"paravent/ui/words"
)

// Opening is how the phone of a Gate is opened.
type Opening struct {
	Folder   string // of the profile
	Profile  string // its name, "" for the default one
	Language string // "" follows the system
	Err      error  // why it is not open
	// Open tries again, "" with the passphrase of the environment, away from the
	// drawing goroutine.
	Open func(passphrase string) (Phone, error)
	// Spawn runs Open, as widgets.Env has it; nil does on a goroutine of its own.
	Spawn func(work func() (done func()))
	// Opened gets the window of the phone once it is there, on the drawing goroutine.
	Opened func(*Window)
}

// Gate is the window while its phone does not open: the profile is locked, or
// something is in the way. The same window then becomes that of the phone.
type Gate struct {
	// Set at construction.
	app     fyne.App
	win     fyne.Window
	world   world
	env     widgets.Env
	opening Opening

	// Owned by the drawing goroutine.
	screen *unlock.Screen
	link   string // opened outside, for the phone's window
	gone   bool   // closed, or the phone's window by now
}

// NewGate makes the window. Drawing goroutine.
func NewGate(a fyne.App, o Opening) *Gate {
	real := realWorld()
	if o.Spawn != nil {
		real.spawn = o.Spawn
	}
	return newGate(a, o, real)
}

func newGate(a fyne.App, o Opening, real world) *Gate {
	g := &Gate{app: a, win: newFrame(a), world: real, opening: o}
	g.env = widgets.Env{Words: speaking(o.Language), Window: g.win, Spawn: real.spawn}
	g.win.SetTitle(titleOf(g.env.Words, o.Profile))
	g.win.SetOnClosed(func() { g.gone = true })
	g.stop(o.Err)
	return g
}

// Show opens the window.
func (g *Gate) Show() { g.win.Show() }

// Raise brings the window forward.
func (g *Gate) Raise() {
	if !g.gone {
		raise(g.win)
	}
}

// Open keeps a paravent: link until there is a phone to ask about it.
func (g *Gate) Open(link string) {
	g.link = link
	g.Raise()
}

// stop says why the phone does not open: where the screen has a place for that,
// there.
func (g *Gate) stop(err error) {
	code := phone.CodeOf(err)
	locked := code == "identity-locked" || code == "wrong-passphrase"
	if g.screen != nil && g.screen.Asks() == locked {
		g.screen.Failed(g.env.Words.Error(err))
		return
	}
	ways := unlock.Ways{Try: g.try, Quit: g.win.Close, Folder: g.opening.Folder, Profile: words.SafeName(g.opening.Profile)}
	if locked {
		g.screen = unlock.Ask(g.env, ways)
	} else {
		g.screen = unlock.Tell(g.env, ways, g.env.Words.Error(err))
	}
	show(g.win, g.screen.Object(), g.screen.Key)
	g.win.Canvas().Focus(g.screen.First())
}

func (g *Gate) try(passphrase string) {
	g.env.Spawn(func() func() {
		p, err := g.opening.Open(passphrase)
		return func() {
			switch {
			case g.gone:
			case err != nil:
				g.stop(err)
			default:
				g.becomes(p)
			}
		}
	})
}

// becomes makes the window that of p.
func (g *Gate) becomes(p Phone) {
	g.gone = true
	w := newWindowIn(g.app, g.win, p, g.world)
	g.opening.Opened(w)
	if g.link != "" {
		w.Open(g.link)
	}
}
