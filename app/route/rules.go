package route

import (
	"regexp"
	"strings"

	"github.com/pion/sdp/v3"
)

// rule decides about one attribute's value: what to write instead, and whether
// to write it. A value that is not kept counts as unknown.
type rule func(value string, s side) (string, bool, error)

var payloadType = regexp.MustCompile(`^\d{1,3}$`)

// matching keeps values of one shape. None of the shapes can hold an address.
func matching(pattern string) rule {
	re := regexp.MustCompile(`^(?:` + pattern + `)$`)
	return func(value string, _ side) (string, bool, error) { return value, re.MatchString(value), nil }
}

// constant keeps values of one shape, and writes the same one for everybody.
func constant(pattern, value string) rule {
	keep := matching(pattern)
	return func(v string, s side) (string, bool, error) {
		_, ok, err := keep(v, s)
		return value, ok, err
	}
}

const (
	patternUfrag       = `[A-Za-z0-9+/]{4,64}`
	patternPwd         = `[A-Za-z0-9+/]{22,128}` //nolint:gosec // what a password may look like
	patternFingerprint = `sha-256 (?:[0-9A-Fa-f]{2}:){31}[0-9A-Fa-f]{2}`
	patternSetup       = `actpass|active|passive`
	patternExtension   = `\d{1,2} (?:urn:ietf:params:rtp-hdrext:[a-z0-9:-]{1,60}|` +
		`http://www\.(?:webrtc\.org/experiments/rtp-hdrext|ietf\.org/id)/[a-z0-9-]{1,80})`
)

var sessionRules = map[string]rule{
	sdp.AttrKeyGroup:            matching(`BUNDLE(?: [A-Za-z0-9]{1,8}){1,2}`),
	sdp.AttrKeyMsidSemantic:     constant(` ?WMS ?\*?`, "WMS *"),
	sdp.AttrKeyExtMapAllowMixed: matching(``),
	sdp.AttrKeyCryptex:          matching(``), // RFC 9335
	sdp.AttrKeyICEOptions:       constant(`(?:ice2|trickle|renomination)(?: (?:ice2|trickle|renomination)){0,2}`, "trickle"),
	"fingerprint":               matching(patternFingerprint),
}

var mediaRules = map[string]rule{
	sdp.AttrKeyMID:             matching(`[A-Za-z0-9]{1,8}`),
	sdp.AttrKeyConnectionSetup: matching(patternSetup),
	"ice-ufrag":                matching(patternUfrag),
	"ice-pwd":                  matching(patternPwd),
	"fingerprint":              matching(patternFingerprint),
	sdp.AttrKeyICEOptions:      sessionRules[sdp.AttrKeyICEOptions],
	sdp.AttrKeyRTCPMux:         matching(``),
	sdp.AttrKeyCryptex:         matching(``),
	sdp.AttrKeyRTCPRsize:       matching(``),
	sdp.AttrKeyInactive:        matching(``),
	sdp.AttrKeyRecvOnly:        matching(``),
	sdp.AttrKeySendOnly:        matching(``),
	sdp.AttrKeySendRecv:        matching(``),
	sdp.AttrKeyEndOfCandidates: matching(``),
	"rtpmap":                   matching(`\d{1,3} [A-Za-z0-9-]{1,20}/\d{4,6}(?:/\d)?`),
	"fmtp":                     matching(`\d{1,3} [A-Za-z0-9=;_-]{1,200}`),
	"rtcp-fb":                  matching(`(?:\d{1,3}|\*) [a-z-]{1,20}(?: [a-z-]{1,20})?`),
	sdp.AttrKeyExtMap:          matching(patternExtension),
	sdp.AttrKeySSRCGroup:       matching(`FID(?: \d{1,10}){2}`),
	sdp.AttrKeySSRC:            ssrcRule,
	sdp.AttrKeyMsid:            streamRule(`-|[ -~]{1,128}`),
	sdp.AttrKeyCandidate:       func(v string, s side) (string, bool, error) { return s.candidate(v) },
}

var (
	ssrcLine    = regexp.MustCompile(`^(\d{1,10} (?:cname|msid|mslabel|label):)([!-~]{1,100}(?: [!-~]{1,100})?)$`)
	plainStream = regexp.MustCompile(`^[A-Za-z0-9_{}+/=-]{1,100}$`)
)

// ssrcRule renames the CNAME and the stream of "SSRC cname:NAME" (RFC 5576).
func ssrcRule(value string, s side) (string, bool, error) {
	m := ssrcLine.FindStringSubmatch(value)
	if m == nil {
		return "", false, nil
	}
	names, ok := streams(m[2], s)
	return m[1] + names, ok, nil
}

// streamRule renames "STREAM TRACK" (RFC 8830).
func streamRule(pattern string) rule {
	keep := matching(pattern)
	return func(value string, s side) (string, bool, error) {
		if _, ok, _ := keep(value, s); !ok {
			return "", false, nil
		}
		names, ok := streams(value, s)
		return names, ok, nil
	}
}

func streams(value string, s side) (string, bool) {
	names := strings.Split(value, " ")
	if len(names) > 2 {
		return "", false
	}
	for i, n := range names {
		names[i] = s.stream(n)
		if !plainStream.MatchString(names[i]) {
			return "", false
		}
	}
	return strings.Join(names, " "), true
}
