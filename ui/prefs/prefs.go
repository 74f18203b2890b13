// Package prefs is the settings screen. Every change is saved at once.
// Drawing goroutine only.
package prefs

import (
	"reflect"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"paravent/app/phone"
	"paravent/settings"
	"paravent/ui/widgets"
)

// Phone is what the settings need. Devices, NetworkDevices, ImportTunnel and
// RemoveTunnel may be slow, as those of profiles and backups and ProtectKey, and
// are called away from the drawing goroutine.
type Phone interface {
	Settings() settings.Settings
	UpdateSettings(change func(*settings.Settings)) error
	Devices() phone.Devices
	NetworkDevices() []phone.NetworkDevice
	History(limit int) []phone.HistoryEntry

	Tunnel() (phone.Tunnel, bool)
	ImportTunnel(name string, config []byte) (phone.Tunnel, error)
	RemoveTunnel() error

	Profiles() []phone.Profile
	CreateProfile(name string) (phone.Profile, error)
	RenameProfile(profile, name string) error
	DeleteProfile(profile string) error
	OpenProfile(profile string) error

	Self() phone.Self
	BackupTo(path, passphrase string, without ...phone.BackupPart) error
	ReadBackup(path, passphrase string) (phone.BackupContents, error)
	RestoreProfile(name, path, passphrase string) (phone.Profile, error)

	KeyPlace() phone.KeyPlace
	// ProtectKey gives the key file the passphrase next in place of current; ""
	// is none.
	ProtectKey(current, next string) error
}

// Screen is the settings.
type Screen struct {
	env      widgets.Env
	phone    Phone
	now      func() time.Time
	onServer func()
	onCheck  func()
	// onProfiles runs after the profiles changed.
	onProfiles func()

	object   fyne.CanvasObject
	shown    settings.Settings
	body     *fyne.Container
	devices  phone.Devices
	networks []phone.NetworkDevice
	shelf    []phone.Profile
	looked   bool          // devices and networks were looked for
	refused  *widget.Label // why the last tunnel was not taken
	backedUp string        // where this window's last backup lies
}

// New shows the settings of p; onServer runs after another server was chosen,
// onCheck opens the privacy check, onProfiles runs after the profiles changed.
func New(env widgets.Env, p Phone, now func() time.Time, onServer, onCheck, onProfiles func()) *Screen {
	s := &Screen{env: env, phone: p, now: now, onServer: onServer, onCheck: onCheck, onProfiles: onProfiles, body: container.NewVBox(), refused: widgets.Problem()}
	s.object = container.NewBorder(widgets.Inset(24, 20, widgets.Heading(env.Words.T("prefs.title"))), nil, nil, nil,
		widgets.Page(640, s.body))
	s.fill()
	return s
}

// Object is the screen.
func (s *Screen) Object() fyne.CanvasObject { return s.object }

// Reload shows the settings again where something else changed them.
func (s *Screen) Reload() {
	if !reflect.DeepEqual(s.shown, s.phone.Settings()) {
		s.fill()
	}
}

// LookForDevices lists what is plugged in, for the next time it is shown.
func (s *Screen) LookForDevices() {
	s.env.Spawn(func() func() {
		found, networks, shelf := s.phone.Devices(), s.phone.NetworkDevices(), s.phone.Profiles()
		return func() {
			s.devices, s.networks, s.shelf, s.looked = found, networks, shelf, true
			s.fill()
		}
	})
}

func (s *Screen) fill() {
	s.shown = s.phone.Settings()
	gap := func() fyne.CanvasObject { return widgets.Gap(8) }
	s.body.Objects = []fyne.CanvasObject{
		s.privacy(), gap(), s.network(), gap(), s.history(), gap(), s.sound(), gap(), s.picture(), gap(), s.you(), gap(), s.server(), gap(), s.backup(), gap(), s.key(), gap(), s.profiles(),
	}
	s.body.Refresh()
}

// save changes the settings and remembers the result, so that the event about
// it does not rebuild the screen under the person's hands.
func (s *Screen) save(change func(*settings.Settings)) bool {
	err := s.phone.UpdateSettings(change)
	s.shown = s.phone.Settings()
	s.env.Fail(err)
	if err != nil {
		s.fill()
	}
	return err == nil
}

func (s *Screen) you() fyne.CanvasObject {
	w := s.env.Words
	name := widget.NewEntry()
	name.SetText(s.shown.Name)
	name.OnChanged = func(text string) { s.save(func(v *settings.Settings) { v.Name = text }) }
	language := widgets.NewLanguage(w, s.shown.Language, func(lang string) {
		s.save(func(v *settings.Settings) { v.Language = lang })
	})
	return widgets.Section(w.T("prefs.you"),
		widgets.Field(w.T("prefs.name"), name), widgets.Hint(w.T("prefs.name-detail")),
		widgets.Field(w.T("prefs.language"), language))
}

func (s *Screen) server() fyne.CanvasObject {
	w := s.env.Words
	lan := widget.NewCheck(w.T("server.lan"), nil)
	lan.SetChecked(s.shown.Effective().Server.LAN)
	if s.shown.Privacy.Lockdown {
		lan.Disable()
	}
	address := widget.NewEntry()
	address.SetPlaceHolder(w.T("server.address-hint"))
	address.SetText(s.shown.Server.Address)
	problem := widgets.Problem()
	lanRow := widgets.Inset(24, 0, lan)
	addressRow := widgets.Inset(28, 0, container.NewVBox(address, problem))
	chosen := s.shown.Server
	use := widgets.NewButton(w.T("server.use"), func() {
		if s.save(func(v *settings.Settings) { v.Server = chosen }) {
			s.onServer()
			s.fill()
		}
	})
	check := func() {
		embedded := chosen.Mode == settings.ServerEmbedded
		text := ""
		if !embedded && chosen.Address != "" {
			text = w.ServerAddress(chosen.Address)
		}
		widgets.SetProblem(problem, text)
		if chosen == s.shown.Server || !embedded && (chosen.Address == "" || text != "") {
			use.Disable()
		} else {
			use.Enable()
		}
		lanRow.Hidden, addressRow.Hidden = !embedded, embedded
	}
	mode := widgets.NewChoice([]widgets.Option{
		{ID: string(settings.ServerEmbedded), Title: w.T("server.embedded"), Detail: w.T("server.embedded-detail"), More: lanRow},
		{ID: string(settings.ServerRemote), Title: w.T("server.remote"), Detail: w.T("server.remote-detail"), More: addressRow},
	}, string(chosen.Mode), func(id string) { chosen.Mode = settings.ServerMode(id); check(); s.body.Refresh() })
	lan.OnChanged = func(on bool) { chosen.LAN = on; check() }
	address.OnChanged = func(text string) { chosen.Address = text; check() }
	check()
	return widgets.Section(w.T("prefs.server"), mode,
		container.NewHBox(use), widgets.Hint(w.T("server.use-detail")))
}
