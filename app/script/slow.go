package script

import "paravent/app/phone"

// slow are verbs that wait for a server or reckon for a second; like the
// privacy check they run beside the others, since hanging up must not wait for
// them (P11).
var slow = map[string]func(*Face, command) error{
	"knock":  func(f *Face, c command) error { return f.phone.Knock(c.To, c.Text, c.consents()...) },
	"admit":  func(f *Face, c command) error { return f.phone.Admit(c.Entry, c.consents()...) },
	"backup": func(f *Face, c command) error { return f.phone.BackupTo(c.Path, c.Passphrase, c.left()...) },
}

// slowFields tell results of slow verbs apart.
func slowFields(c command) map[string]any {
	switch c.Do {
	case "admit":
		return map[string]any{"entry": c.Entry}
	case "backup":
		return map[string]any{"path": c.Path}
	}
	return map[string]any{"to": c.To}
}

// left is what shall not be in a backup.
func (c command) left() []phone.BackupPart {
	if c.WithoutHistory {
		return []phone.BackupPart{phone.BackupHistory}
	}
	return nil
}
