package settings

import "slices"

// Effective is what is in force: the choices themselves or, in lockdown, the
// strictest of them, for as long as it is on. Nothing that the person chose is
// lost by lockdown, and nothing that is stricter already is widened: devices,
// tunnel and narrower audiences stay.
func (s Settings) Effective() Settings {
	s = s.clone()
	if !s.Privacy.Lockdown {
		return s
	}
	s.Privacy.Route = RouteRelay
	s.Privacy.ConstantBitrate = true
	s.Calls.Preconnect = false
	s.Server.LAN = false
	if slices.Contains(s.Calls.Audience, AudienceEveryone) {
		s.Calls.Audience = []Audience{AudienceContacts}
	}
	s.Calls.ExpectingUntil = Moment{}
	s.Calls.Unknown = UnknownSilence
	return s
}
