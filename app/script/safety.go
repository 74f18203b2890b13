package script

import (
	"paravent/app/phone"
	"paravent/assets"
)

// safety is what a "safety" line is about.
type safety struct {
	words phone.Safety
	trust phone.Trust
}

// tellSafety writes the safety words of a connected call, and how far the
// person trusts the other side's key, when either changed.
func (f *Face) tellSafety(c phone.CallInfo) {
	if c.State != phone.Connected {
		return
	}
	now := safety{c.Safety, c.Trust}
	f.mu.Lock()
	before := f.safety[c.ID]
	f.safety[c.ID] = now
	f.mu.Unlock()
	if before == now || c.Safety.State == phone.SafetyPending {
		return
	}
	fields := map[string]any{"call": c.ID, "state": c.Safety.State, "trust": c.Trust}
	if c.Safety.State == phone.SafetyReady {
		var emoji, en, fr []string
		for _, b := range c.Safety.Code {
			s := assets.Safety(b)
			emoji, en, fr = append(emoji, s.Emoji), append(en, s.EN), append(fr, s.FR)
		}
		fields["emoji"], fields["words_en"], fields["words_fr"] = emoji, en, fr
	}
	f.write("safety", fields)
}
