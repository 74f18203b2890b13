package route

import (
	"paravent/app/phone"
	"paravent/settings"
)

// Prepare tells whether calls with c may be made ready while they ring:
// relayed, without a track of this side. s is what is in force. It is a choice,
// and then for people whom this side follows or has verified.
func Prepare(s settings.Settings, c phone.Contact, isContact bool) bool {
	known := isContact && !c.Blocked && c.Trust != phone.Changed
	return s.Calls.Preconnect && !s.Privacy.Lockdown && known && (c.Favourite || c.Trust == phone.Verified)
}

// MayGoDirect tells whether the person may agree to a direct path in a relayed
// call with c. What a general or a contact's choice says about routes does not
// count: the person is asked, and sees what it shows.
func MayGoDirect(s settings.Settings, c phone.Contact, isContact bool) bool {
	return !s.Privacy.Lockdown && !(isContact && (c.Trust == phone.Changed || c.Blocked))
}
