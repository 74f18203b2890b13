package script

import (
	"context"

	"paravent/app/phone"
)

// slow are verbs that wait for a server or reckon for a second; like the
// privacy check they run beside the others, since hanging up must not wait for
// them (P11).
var slow = map[string]func(context.Context, *Face, command) (map[string]any, error){
	"knock": func(_ context.Context, f *Face, c command) (map[string]any, error) {
		return map[string]any{"to": c.To}, f.phone.Knock(c.To, c.Text, c.consents()...)
	},
	"admit": func(_ context.Context, f *Face, c command) (map[string]any, error) {
		return map[string]any{"entry": c.Entry}, f.phone.Admit(c.Entry, c.consents()...)
	},
	"backup": func(_ context.Context, f *Face, c command) (map[string]any, error) {
		return map[string]any{"path": c.Path}, f.phone.BackupTo(c.Path, c.Passphrase, c.left()...)
	},
	"key.protect": func(_ context.Context, f *Face, c command) (map[string]any, error) {
		err := f.phone.ProtectKey(c.Passphrase, c.Next)
		return map[string]any{"place": f.phone.KeyPlace()}, err
	},
	"code.read":       func(_ context.Context, f *Face, c command) (map[string]any, error) { return f.doCodeRead(c) },
	"code.scan":       func(ctx context.Context, f *Face, _ command) (map[string]any, error) { return f.doCodeScan(ctx) },
	"contacts.import": func(_ context.Context, f *Face, c command) (map[string]any, error) { return f.doImport(c) },
}

// left is what shall not be in a backup.
func (c command) left() []phone.BackupPart {
	if c.WithoutHistory {
		return []phone.BackupPart{phone.BackupHistory}
	}
	return nil
}
