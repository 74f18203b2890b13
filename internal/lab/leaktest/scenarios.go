//go:build linux

package leaktest

import (
	"fmt"

	"paravent/settings"
)

// scenario is one row of the table.
type scenario struct {
	name, rules  string
	argsA, argsB []string // of the phones, besides the usual
	video        bool
	prepareA     func(*settings.Settings) // what Alice chose before her phone starts
	play         func(*trial)
}

func scenarios() []scenario {
	var list []scenario
	list = append(list, routeScenarios()...)
	list = append(list, callScenarios()...)
	list = append(list, relayScenarios()...)
	list = append(list, ipv6Scenarios()...)
	list = append(list, changeScenarios()...)
	list = append(list, hostileScenarios()...)
	list = append(list, vpnScenarios()...)
	list = append(list, selfTestScenarios()...)
	return list
}

// routeScenarios are all combinations of what two contacts may choose.
func routeScenarios() []scenario {
	var list []scenario
	for _, a := range []string{"relay", "contacts-direct", "direct"} {
		for _, b := range []string{"relay", "contacts-direct", "direct"} {
			list = append(list, scenario{
				name: fmt.Sprintf("routes %s and %s", a, b), rules: "P2 P3 P4 P5 P7 P24",
				play: func(t *trial) { t.routes(a, b) },
			})
		}
	}
	return list
}

// routes: the stricter wish rules both sides. Contacts are the people that
// contacts-direct is about.
func (t *trial) routes(a, b string) {
	t.start()
	t.set(t.a, "privacy.route", a)
	t.set(t.b, "privacy.route", b)
	route := "direct"
	if a == "relay" || b == "relay" {
		route = "relay"
	}
	t.a.shows, t.b.shows = route == "direct", route == "direct"
	t.talk(route)
	t.hangUp()
}
