package app

import (
	"context"
	"errors"

	"paravent/app/phone"
	"paravent/app/selftest"
	"paravent/settings"
)

// PrivacyCheck answers "what would they see?" under the present settings: it
// runs a hostile peer against a second phone of the same code, on this
// computer's loopback, and judges every rule. It leaves this phone alone and
// takes about ten seconds; ctx ends it early. Checks follow one another. progress
// may be nil.
func (a *App) PrivacyCheck(ctx context.Context, progress func(done, total int)) (phone.PrivacyReport, error) {
	select {
	case a.checking <- struct{}{}:
		defer func() { <-a.checking }()
	case <-ctx.Done():
		return phone.PrivacyReport{}, ctx.Err()
	}
	return selftest.Run(ctx, selftest.Config{
		Settings: a.settings.Current(), Choices: a.routeChoices(), Open: openForCheck, Progress: progress,
	})
}

// routeChoices are the choices that the person made for single contacts, each
// once.
func (a *App) routeChoices() (list []phone.RouteChoice) {
	has := map[phone.RouteChoice]bool{}
	for _, c := range a.people.Contacts() {
		has[c.Route] = true
	}
	for _, c := range []phone.RouteChoice{phone.RouteRelay, phone.RouteDirect} {
		if has[c] {
			list = append(list, c)
		}
	}
	return list
}

// openForCheck opens the phone under test. Its devices are generators, never
// real ones, and its pictures are small: they are not what is looked at.
func openForCheck(s selftest.Setup) (selftest.Phone, error) {
	a, err := Open(Options{Profile: s.Profile, Server: s.Server, Unattended: true,
		Microphone: "tone:440", Speaker: "null", Camera: "pattern", Screen: "null", watch: s.Network})
	if err != nil {
		return nil, err
	}
	err = a.UpdateSettings(func(to *settings.Settings) {
		to.Name, to.Privacy, to.Calls = s.Settings.Name, s.Settings.Privacy, s.Settings.Calls
		to.Video.Width, to.Video.Height = 320, 240
	})
	if err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}
