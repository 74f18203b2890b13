// Package ui is the phone's window. New, Show and Close are called on the
// drawing goroutine; the phone's events may arrive on any.
//
//	phone events (any goroutine) -> pump (merges) -> fyne.Do -> Window.handle -> screens
//	pictures (decoder goroutine) -> video.Picture (keeps the newest) -> fyne.Do -> screen
//	taps, keys -> screens -> Phone
package ui

import (
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"

	"paravent/app/phone"
	"paravent/settings"
	"paravent/ui/callview"
	"paravent/ui/knock"
	"paravent/ui/openlink"
	"paravent/ui/theme"
	"paravent/ui/video"
	"paravent/ui/welcome"
	"paravent/ui/widgets"
	"paravent/ui/words"
)

// Window is the one window. It shows the first start, the main screens, or a
// call that rings, runs or has just ended.
type Window struct {
	// Set at construction.
	app           fyne.App
	phone         Phone
	win           fyne.Window
	world         world
	remote, local *video.Picture
	cancel        func()
	stopTicks     func()
	restoreHere   RestoreHere // nil where the phone cannot be replaced

	// Owned by the drawing goroutine.
	env     widgets.Env
	lang    string // the choice the words were made for
	main    *shell
	asks    *welcome.Screen // first start, nil afterwards
	call    *callview.Screen
	ringing *callview.Incoming
	ended   *callview.Ended
	door    knock.Memory
	away    bool   // another program has the person's attention
	profile string // its name, "" for the default one
	receipt map[phone.CallID]phone.Receipt
	link    string // opened outside the window, and not answered yet
	linkAsk *openlink.Question
	closed  bool
}

// world is what the window needs of time and goroutines; tests hold it still.
type world struct {
	now   func() time.Time
	spawn func(work func() (done func()))
	every func(time.Duration, func()) (stop func())
}

// New makes the window of p. PARAVENT_RENDER=raster or =shader overrides how
// pictures are drawn.
func New(a fyne.App, p Phone) *Window {
	return newWindow(a, p, realWorld())
}

func realWorld() world { return world{now: time.Now, spawn: spawn, every: every} }

func newWindow(a fyne.App, p Phone, real world) *Window {
	return newWindowIn(a, newFrame(a), p, real)
}

// newFrame is the window of the system, empty.
func newFrame(a fyne.App) fyne.Window {
	a.Settings().SetTheme(theme.New())
	a.SetIcon(theme.AppIcon())
	win := a.NewWindow("Paravent")
	win.SetPadded(false)
	win.Resize(fyne.NewSize(1000, 700))
	return win
}

func newWindowIn(a fyne.App, frame fyne.Window, p Phone, real world) *Window {
	way := video.WayFromEnv()
	w := &Window{
		app: a, phone: p, world: real,
		win:    frame,
		remote: video.New("remote", way, false), local: video.New("local", way, true),
		receipt: map[phone.CallID]phone.Receipt{},
	}
	w.win.SetOnClosed(w.letGo)
	w.watchAttention()
	w.listenForKeys()
	w.speak()
	w.listen()
	w.stopTicks = real.every(time.Second, w.tick)
	w.begin()
	w.showTitle()
	return w
}

// Show opens the window.
func (w *Window) Show() { w.win.Show() }

// Close closes the window and stops listening to the phone, which it does not
// close.
func (w *Window) Close() {
	if !w.closed {
		w.letGo()
		w.win.Close()
	}
}

// letGo releases the phone, once; the window may be closing by itself.
func (w *Window) letGo() {
	if w.closed {
		return
	}
	w.closed = true
	w.cancel()
	w.stopTicks()
	w.phone.SetScreens(nil, nil)
	if w.main != nil {
		w.main.check.Close()
	}
	widgets.ClearOverlays(w.win.Canvas())
	widgets.ForgetTips(w.win.Canvas())
}

// speak makes the words of the chosen language.
func (w *Window) speak() {
	w.lang = w.phone.Settings().Language
	w.env = widgets.Env{Words: speaking(w.lang), Window: w.win, Fail: w.fail, Spawn: w.world.spawn}
}

// speaking speaks a language that was chosen, or with "" the system's.
func speaking(language string) words.Words {
	if language == "" {
		language = string(lang.SystemLocale())
	}
	return words.For(language)
}

// begin shows what fits the phone's state: first start, or the main screens
// and whatever call is under way.
func (w *Window) begin() {
	s := w.phone.Settings()
	if s.Server.Mode == settings.ServerUnset || s.Name == "" {
		w.welcome(welcome.Answers{Name: s.Name, Language: s.Language, Server: s.Server})
		return
	}
	w.asks = nil
	w.main = newShell(w)
	w.showMain()
	for _, c := range w.phone.Calls() {
		w.callChanged(c)
	}
	switch { // a call may have come while the first start was shown
	case w.ringing != nil:
		w.setContent(w.ringing.Object(), w.ringing.Key)
	case w.call != nil:
		w.setContent(w.call.Object(), w.call.Key)
	}
	w.askLink()
}

func (w *Window) welcome(draft welcome.Answers) {
	w.asks = welcome.New(w.env, draft, w.finishWelcome, func(a welcome.Answers) {
		w.env.Words = speaking(a.Language)
		w.welcome(a)
	})
	if w.restoreHere != nil {
		w.asks.OfferRestore(w.askBackup)
	}
	w.main = nil
	w.setContent(w.asks.Object(), nil)
	w.win.Canvas().Focus(w.asks.FirstField())
}

func (w *Window) finishWelcome(a welcome.Answers) {
	err := w.phone.UpdateSettings(func(s *settings.Settings) {
		s.Name, s.Language, s.Server = a.Name, a.Language, a.Server
	})
	if err != nil {
		w.asks.SetBusy(false)
		w.fail(err)
		return
	}
	w.start(func() {
		w.speak()
		w.begin()
	})
}

// start starts the phone away from the drawing goroutine, then runs then.
func (w *Window) start(then func()) {
	w.env.Spawn(func() func() {
		err := w.phone.Start()
		return func() {
			if w.closed {
				return
			}
			then()
			w.fail(err)
		}
	})
}

// fail tells of err in words, where the person is looking.
func (w *Window) fail(err error) { w.tell("failed.title", err) }

// tell does so under the title of that key where there is room for one.
func (w *Window) tell(title string, err error) {
	if err == nil {
		return
	}
	text := w.env.Words.Error(err)
	if w.main != nil && w.call == nil && w.ringing == nil {
		w.main.banner.Say(text)
		return
	}
	widgets.Tell(w.win, w.env.Words.T(title), text, w.env.Words.T("close"))
}

func (w *Window) tick() {
	if w.call != nil {
		w.call.Tick(w.world.now())
	}
	if w.main != nil {
		w.main.knocks.Tick()
		w.main.contacts.Tick(w.world.now())
		w.main.history.Tick(w.world.now())
		w.main.audience.Tick(w.world.now())
		w.main.standing.Tick(w.world.now())
	}
}

// spawn runs work on its own goroutine, and what it returns on the drawing one.
func spawn(work func() (done func())) {
	go func() {
		if done := work(); done != nil {
			fyne.Do(done)
		}
	}()
}

// every runs f on the drawing goroutine once each period until stop.
func every(period time.Duration, f func()) (stop func()) {
	ticker, quit := time.NewTicker(period), make(chan struct{})
	newest := widgets.NewLatest(func(struct{}) { f() })
	go func() {
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				newest.Put(struct{}{})
			case <-quit:
				return
			}
		}
	}()
	return func() { close(quit) }
}
