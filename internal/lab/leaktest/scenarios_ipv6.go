//go:build linux

package leaktest

// ipv6Scenarios are homes whose phones have a global IPv6 address besides.
func ipv6Scenarios() []scenario {
	return []scenario{
		{name: "IPv6 beside, relayed", rules: "P3 P4 P7", play: func(t *trial) { t.ipv6(siteA, siteB); t.routes("relay", "direct") }},
		{name: "IPv6 beside, direct", rules: "P3 P7", play: func(t *trial) { t.ipv6(siteA, siteB); t.routes("direct", "direct") }},
		{name: "IPv6 beside at one side, direct", rules: "P3 P7", play: func(t *trial) { t.ipv6(siteA); t.routes("direct", "direct") }},
		{name: "IPv6 comes in the call", rules: "P3 P4 P7", play: (*trial).ipv6Comes},
	}
}

// ipv6 gives homes IPv6 until the trial ends.
func (t *trial) ipv6(sites ...site) {
	for _, s := range sites {
		t.need(s.setIPv6(true))
		t.stops = append(t.stops, func() {
			if err := s.setIPv6(false); err != nil {
				t.fail("%v", err)
			}
		})
	}
}

// ipv6Comes: a network that changes in a relayed call makes both look for a
// path anew, and shows no more than before.
func (t *trial) ipv6Comes() {
	t.start()
	t.set(t.a, "privacy.route", "direct")
	t.talk("relay")
	t.ipv6(siteA, siteB)
	t.received(t.b, "offer", 2) // the first one began the call
	t.hear()
	t.hangUp()
}
