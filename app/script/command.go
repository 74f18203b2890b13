package script

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"paravent/app/phone"
)

// Phone is what the face needs; *app.App satisfies it.
type Phone interface {
	Subscribe(func(phone.Event)) (cancel func())
	Call(to string, video bool, consents ...phone.Consent) (phone.CallID, error)
	Answer(id phone.CallID, video bool, consents ...phone.Consent) error
	Decline(id phone.CallID) error
	Hangup(id phone.CallID) error
	Mute(id phone.CallID, audioMuted, cameraOff bool) error
	Hold(id phone.CallID, on bool) error
	GoDirect(id phone.CallID) error
	GoRelay(id phone.CallID) error
	Stats(id phone.CallID) (phone.Stats, error)
	SetSetting(key string, value json.RawMessage) error
	GetSetting(key string) (json.RawMessage, error)
	AddContact(name, address string) (phone.Contact, error)
	PutContact(c phone.Contact) error
	FindContact(nameOrID string) (phone.Contact, error)
	Contacts() []phone.Contact
	RemoveContact(id string) error
	Verify(contact string) error
	Distrust(contact string) error
	CompareCode(contact, scanned string) error
	ReplaceAddress(contact, link string) (phone.Contact, error)
	WhoseLink(link string) (phone.Person, error)
	ReadCode(r io.Reader) (link string, err error)
	ScanCode(ctx context.Context, show phone.Screen) (link string, err error)
	Code(link string) ([]byte, error)
	ExportContacts(w io.Writer) error
	ExportOwn(w io.Writer) error
	ImportContacts(r io.Reader) (phone.Import, error)
	Profiles() []phone.Profile
	CreateProfile(name string) (phone.Profile, error)
	RenameProfile(profile, name string) error
	DeleteProfile(profile string) error
	Knock(to, text string, consents ...phone.Consent) error
	Admit(entry uint64, consents ...phone.Consent) error
	Admitted() []phone.Admission
	Withdraw(id string) error
	NewAddress() (link string, err error)
	PersonOf(who string) (phone.Person, error)
	BlockPerson(p phone.Person) error
	Unblock(id string) error
	Blocked() []phone.Person
	Expect(d time.Duration) error
	Disturb(on bool, until time.Time) error
	History(limit int) []phone.HistoryEntry
	HistoryWith(peerID string, limit int) []phone.HistoryEntry
	DeleteHistory(ids ...uint64) error
	ClearHistory() error
	Unseen() int
	MarkSeen() error
	PrivacyCheck(ctx context.Context, progress func(done, total int)) (phone.PrivacyReport, error)
	NetworkDevices() []phone.NetworkDevice
	ImportTunnel(name string, config []byte) (phone.Tunnel, error)
	Tunnel() (phone.Tunnel, bool)
	RemoveTunnel() error
	BackupTo(path, passphrase string, without ...phone.BackupPart) error
	KeyPlace() phone.KeyPlace
	ProtectKey(current, next string) error
}

// command is one line of input; each "do" uses some of the fields.
type command struct {
	Do             string            `json:"do"`
	Call           phone.CallID      `json:"call"`
	To             string            `json:"to"`
	Video          bool              `json:"video"`
	Audio          bool              `json:"audio"`
	On             bool              `json:"on"`
	Key            string            `json:"key"`
	Value          json.RawMessage   `json:"value"`
	Name           string            `json:"name"`
	Address        string            `json:"address"`
	Favourite      bool              `json:"favourite"`
	Route          phone.RouteChoice `json:"route"`
	Contact        string            `json:"contact"`
	Limit          int               `json:"limit"`
	Path           string            `json:"path"`
	Own            bool              `json:"own"` // contacts.export: one's own vCard
	Passphrase     string            `json:"passphrase"`
	Next           string            `json:"next"` // key.protect: the new passphrase
	WithoutHistory bool              `json:"without_history"`
	Link           string            `json:"link"`
	Profile        string            `json:"profile"`
	Code           string            `json:"code"` // contact.compare: the link that was scanned
	Kind           string            `json:"kind"`
	With           string            `json:"with"` // history: a contact, or the id of somebody unknown
	IDs            []uint64          `json:"ids"`
	Text           string            `json:"text"`
	Entry          uint64            `json:"entry"`
	Permission     phone.Permission  `json:"permission"`
	Minutes        *int              `json:"minutes"` // expect
	Until          time.Time         `json:"until"`   // disturb
	Anyway         bool              `json:"anyway"`  // call, answer, knock, admit: the person was told what server-here-shows-address says
	Changed        bool              `json:"changed"` // call, answer, knock: the person was told what contact-key-changed says
}

// verbs maps each "do" to what it does and adds to its result.
//
//nolint:unparam // one signature for all, though some have nothing to add or cannot fail
var verbs = map[string]func(*Face, command) (map[string]any, error){
	"call":    (*Face).doCall,
	"answer":  (*Face).doAnswer,
	"decline": func(f *Face, c command) (map[string]any, error) { return call(c), f.phone.Decline(c.Call) },
	"hangup":  func(f *Face, c command) (map[string]any, error) { return call(c), f.phone.Hangup(c.Call) },
	"mute": func(f *Face, c command) (map[string]any, error) {
		return call(c), f.phone.Mute(c.Call, c.Audio, c.Video)
	},
	"hold":           func(f *Face, c command) (map[string]any, error) { return call(c), f.phone.Hold(c.Call, c.On) },
	"direct":         func(f *Face, c command) (map[string]any, error) { return call(c), f.phone.GoDirect(c.Call) },
	"relay":          func(f *Face, c command) (map[string]any, error) { return call(c), f.phone.GoRelay(c.Call) },
	"stats":          (*Face).doStats,
	"set":            func(f *Face, c command) (map[string]any, error) { return nil, f.phone.SetSetting(c.Key, c.Value) },
	"get":            (*Face).doGet,
	"contact.add":    (*Face).doContactAdd,
	"contact.remove": (*Face).doContactRemove,
	"contact.verify": func(f *Face, c command) (map[string]any, error) { return f.about(c, f.phone.Verify) },
	"contact.distrust": func(f *Face, c command) (map[string]any, error) {
		return f.about(c, f.phone.Distrust)
	},
	"contact.compare": func(f *Face, c command) (map[string]any, error) {
		return f.about(c, func(id string) error { return f.phone.CompareCode(id, c.Code) })
	},
	"contact.replace":    (*Face).doContactReplace,
	"contact.permission": (*Face).doPermission,
	"expect":             (*Face).doExpect,
	"disturb":            (*Face).doDisturb,
	"open":               (*Face).doOpen,
	"profiles": func(f *Face, _ command) (map[string]any, error) {
		return map[string]any{"profiles": f.phone.Profiles()}, nil
	},
	"profile.create": (*Face).doProfileCreate,
	"profile.rename": func(f *Face, c command) (map[string]any, error) { return nil, f.phone.RenameProfile(c.Profile, c.Name) },
	"profile.delete": func(f *Face, c command) (map[string]any, error) { return nil, f.phone.DeleteProfile(c.Profile) },
	"contacts": func(f *Face, _ command) (map[string]any, error) {
		return map[string]any{"contacts": f.phone.Contacts()}, nil
	},
	"network.devices": func(f *Face, _ command) (map[string]any, error) {
		return map[string]any{"devices": f.phone.NetworkDevices()}, nil
	},
	"tunnel.import": (*Face).doTunnelImport,
	"tunnel.show":   (*Face).doTunnelShow,
	"tunnel.remove": func(f *Face, _ command) (map[string]any, error) { return nil, f.phone.RemoveTunnel() },

	"key": func(f *Face, _ command) (map[string]any, error) {
		return map[string]any{"place": f.phone.KeyPlace()}, nil
	},

	"history":        (*Face).doHistory,
	"history.delete": (*Face).doHistoryDelete,
	"history.clear":  func(f *Face, _ command) (map[string]any, error) { return nil, f.phone.ClearHistory() },
	"history.seen":   func(f *Face, _ command) (map[string]any, error) { return nil, f.phone.MarkSeen() },
	"history.unseen": func(f *Face, _ command) (map[string]any, error) {
		return map[string]any{"count": f.phone.Unseen()}, nil
	},
	"block":   (*Face).doBlock,
	"unblock": (*Face).doUnblock,
	"blocked": func(f *Face, _ command) (map[string]any, error) {
		return map[string]any{"blocked": f.phone.Blocked()}, nil
	},
	"admitted": func(f *Face, _ command) (map[string]any, error) {
		return map[string]any{"admitted": f.phone.Admitted()}, nil
	},
	"withdraw":        (*Face).doWithdraw,
	"code.write":      (*Face).doCodeWrite,
	"contacts.export": (*Face).doExport,
	"code.stop":       (*Face).doCodeStop,
	"address.new":     (*Face).doNewAddress,
}

// obey runs one line and answers it; it tells whether the line was "quit".
func (f *Face) obey(ctx context.Context, line []byte) (quit bool) {
	line = bytes.TrimSpace(line)
	if len(line) == 0 {
		return false
	}
	c, err := parse(line)
	if err != nil {
		f.writeError(err)
		return false
	}
	switch c.Do {
	case "quit":
		f.result(c.Do, nil, nil)
		return true
	case "privacy.check":
		f.checks.Go(func() { f.check(ctx) })
		return false
	}
	if do, ok := slow[c.Do]; ok {
		f.checks.Go(func() {
			fields, err := do(ctx, f, c)
			f.result(c.Do, fields, err)
		})
		return false
	}
	fields, err := verbs[c.Do](f, c)
	f.result(c.Do, fields, err)
	return false
}

func (f *Face) check(ctx context.Context) {
	report, err := f.phone.PrivacyCheck(ctx, nil)
	if err != nil {
		f.result("privacy.check", nil, err)
		return
	}
	f.result("privacy.check", map[string]any{"report": report}, nil)
}

// result answers one command.
func (f *Face) result(do string, fields map[string]any, err error) {
	if fields == nil {
		fields = map[string]any{}
	}
	fields["do"], fields["ok"] = do, err == nil
	if err != nil {
		fields["code"], fields["message"] = phone.CodeOf(err), err.Error()
	}
	f.write("result", fields)
}

// parse reads one command strictly: an unknown verb or field is bad input, so
// that a typing error in a script does not pass for a default.
func parse(line []byte) (command, error) {
	var c command
	if len(line) > maxLine {
		return c, fmt.Errorf("%w: line over %d bytes", phone.ErrBadCommand, maxLine)
	}
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	if err := d.Decode(&c); err != nil {
		return c, fmt.Errorf("%w: %w", phone.ErrBadCommand, err)
	}
	if d.More() {
		return c, fmt.Errorf("%w: more than one object on the line", phone.ErrBadCommand)
	}
	_, known := verbs[c.Do]
	if _, ok := slow[c.Do]; !known && !ok && c.Do != "quit" && c.Do != "privacy.check" {
		return c, fmt.Errorf("%w: unknown command %q", phone.ErrBadCommand, c.Do)
	}
	return c, nil
}

func call(c command) map[string]any { return map[string]any{"call": c.Call} }

func (f *Face) doCall(c command) (map[string]any, error) {
	id, err := f.phone.Call(c.To, c.Video, c.consents()...)
	if err != nil {
		return nil, err
	}
	return map[string]any{"call": id}, nil
}

func (f *Face) doAnswer(c command) (map[string]any, error) {
	return call(c), f.phone.Answer(c.Call, c.Video, c.consents()...)
}

// consents are what the person was told and agreed to.
func (c command) consents() (list []phone.Consent) {
	if c.Anyway {
		list = append(list, phone.ServerSees)
	}
	if c.Changed {
		list = append(list, phone.KeyChanged)
	}
	return list
}

func (f *Face) doStats(c command) (map[string]any, error) {
	s, err := f.phone.Stats(c.Call)
	if err != nil {
		return call(c), err
	}
	f.write("stats", statsFields(c.Call, s))
	return call(c), nil
}

func (f *Face) doGet(c command) (map[string]any, error) {
	v, err := f.phone.GetSetting(c.Key)
	if err != nil {
		return map[string]any{"key": c.Key}, err
	}
	return map[string]any{"key": c.Key, "value": v}, nil
}

// doOpen answers what the window would ask about a link that was opened.
func (f *Face) doOpen(c command) (map[string]any, error) {
	who, err := f.phone.WhoseLink(c.Link)
	if err != nil {
		return nil, err
	}
	return map[string]any{"id": who.ID, "name": who.Name, "contact": who.Contact, "address": who.Address}, nil
}

func (f *Face) doContactRemove(c command) (map[string]any, error) {
	return f.about(c, f.phone.RemoveContact)
}

// about does something about the contact that c names.
func (f *Face) about(c command, do func(id string) error) (map[string]any, error) {
	found, err := f.phone.FindContact(c.Contact)
	if err != nil {
		return nil, err
	}
	return map[string]any{"contact": found.ID}, do(found.ID)
}

// doContactReplace answers with the contact's id, which is another one where
// the link has another key.
func (f *Face) doContactReplace(c command) (map[string]any, error) {
	now, err := f.phone.ReplaceAddress(c.Contact, c.Address)
	if err != nil {
		return nil, err
	}
	return map[string]any{"contact": now.ID, "trust": now.Trust}, nil
}

// change stores one contact with one thing altered.
func (f *Face) change(nameOrID string, alter func(*phone.Contact)) (map[string]any, error) {
	found, err := f.phone.FindContact(nameOrID)
	if err != nil {
		return nil, err
	}
	alter(&found)
	return map[string]any{"contact": found.ID}, f.phone.PutContact(found)
}
