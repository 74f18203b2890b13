package phone

import "time"

// NetworkDevice is a way out of this computer that calls may be bound to (P8).
type NetworkDevice struct {
	Name      string   `json:"name"`  // what settings.Privacy.VPNDevice stores
	Title     string   `json:"title"` // what people read
	VPN       bool     `json:"vpn"`   // recognised as a VPN's
	Up        bool     `json:"up"`
	Addresses []string `json:"addresses"`
}

// Tunnel is the imported WireGuard configuration, without its keys.
type Tunnel struct {
	Name      string    `json:"name"`      // of the file it came from
	Endpoint  string    `json:"endpoint"`  // host:port of the provider
	Addresses []string  `json:"addresses"` // of this phone inside the tunnel
	DNS       []string  `json:"dns"`
	Imported  time.Time `json:"imported"`
}

// Verdict is what the privacy check found for one rule.
type Verdict string

// The verdicts.
const (
	Passed        Verdict = "pass"
	Failed        Verdict = "fail"
	NotApplicable Verdict = "not-applicable" // the rule says nothing under the present settings, or is not about a peer
)

// RuleResult is the verdict on one rule of docs/threats.md.
type RuleResult struct {
	Rule     string  `json:"rule"` // "P4"
	Verdict  Verdict `json:"verdict"`
	Evidence string  `json:"evidence"` // what was looked at and how often, in English
}

// Learned is one thing that the hostile peer of the privacy check found out.
type Learned struct {
	Kind     string `json:"kind"`     // "address", "port", "identifier"
	Value    string `json:"value"`    // "192.168.1.20", "sdp cname 3f..."
	From     string `json:"from"`     // "signalling", "packets"
	Scenario string `json:"scenario"` // "stranger-unanswered", "contact-answered", ...
	Forbid   bool   `json:"forbidden"`
	Relay    bool   `json:"relay"` // of the check's relay, which is on this computer too
}

// PrivacyReport is what a hostile peer learned of this phone under the present
// settings.
type PrivacyReport struct {
	At      time.Time    `json:"at"`
	Passed  bool         `json:"passed"`
	Route   string       `json:"route"` // privacy.route in force
	Learned []Learned    `json:"learned"`
	Rules   []RuleResult `json:"rules"`
}
