package route

import (
	"paravent/app/phone"
	"paravent/settings"
)

// Wish is the widest route this side agrees to for calls with c; the zero
// Contact stands for someone outside the address book. The route of a call is
// phone.Stricter of both sides' wishes (P4, P5).
func Wish(s settings.Settings, c phone.Contact, isContact bool) phone.Route {
	if isContact && c.Trust == phone.Changed {
		return phone.Relay // until the key was verified again
	}
	if isContact && !s.Privacy.Lockdown {
		switch c.Route {
		case phone.RouteRelay:
			return phone.Relay
		case phone.RouteDirect:
			return phone.Direct
		case phone.RouteInherit, "":
		default:
			return phone.Relay
		}
	}
	switch s.Privacy.Route {
	case settings.RouteDirect:
		return phone.Direct
	case settings.RouteContactsDirect:
		if isContact {
			return phone.Direct
		}
		return phone.Relay
	case settings.RouteRelay:
		return phone.Relay
	}
	return phone.Relay // a value this version does not know
}
