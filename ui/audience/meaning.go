package audience

import (
	"fmt"
	"slices"

	"paravent/app/phone"
	"paravent/settings"
	"paravent/ui/words"
)

// meaning says what all the choices mean: those for everybody, and those for
// single people where they make a difference.
func meaning(w words.Words, v view) string {
	text := w.Audience(v.calls, v.now)
	always, never := 0, 0
	for _, c := range v.contacts {
		switch {
		case c.Blocked:
		case c.Permission == phone.PermissionNever:
			never++
		case c.Permission == phone.PermissionAlways && c.Trust != phone.Changed:
			always++
		}
	}
	if always > 0 && widens(v) {
		text += " " + counted(w, "audience.always", always)
	}
	if never > 0 && v.calls.Enabled && !nobodyRings(v) {
		text += " " + counted(w, "audience.never", never)
	}
	return text
}

// nobodyRings tells whether do not disturb lets nobody through.
func nobodyRings(v view) bool {
	return v.calls.Quiet(v.now) && len(v.calls.DoNotDisturb.Exceptions) == 0
}

// widens tells whether people who always may ring could not ring otherwise.
func widens(v view) bool {
	c := v.calls
	if !c.Enabled || c.Expecting(v.now) {
		return false
	}
	in := func(a settings.Audience) bool { return slices.Contains(c.Audience, a) }
	if in(settings.AudienceContacts) || in(settings.AudienceEveryone) {
		return false
	}
	through := func(e settings.Exception) bool { return slices.Contains(c.DoNotDisturb.Exceptions, e) }
	return !c.Quiet(v.now) || through(settings.ExceptAlways) || through(settings.ExceptContacts)
}

// counted is a sentence about one person or several.
func counted(w words.Words, key string, n int) string {
	if n == 1 {
		return w.T(key + "-one")
	}
	return w.T(key+"-many", "n", fmt.Sprint(n))
}
