package words_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"paravent/app/phone"
	"paravent/assets"
	"paravent/settings"
	_ "paravent/ui/uitest" // the -update flag
	"paravent/ui/words"
)

func texts(t *testing.T, lang string) map[string]string {
	t.Helper()
	var m map[string]string
	require.NoError(t, json.Unmarshal(assets.Translation(lang), &m))
	return m
}

func TestBothLanguagesHaveTheSameKeys(t *testing.T) {
	en, fr := texts(t, "en"), texts(t, "fr")
	for key, text := range en {
		require.Contains(t, fr, key)
		require.Equal(t, holes(text), holes(fr[key]), "placeholders of %s", key)
		require.NotEmpty(t, strings.TrimSpace(text), key)
		require.NotEmpty(t, strings.TrimSpace(fr[key]), key)
	}
	require.Len(t, fr, len(en))
}

func holes(text string) []string {
	found := regexp.MustCompile(`\{\w+\}`).FindAllString(text, -1)
	slices.Sort(found)
	return found
}

// Apostrophes, and no-break spaces where French typography wants them.
func TestFrenchIsTypographicallyRight(t *testing.T) {
	wrong := regexp.MustCompile(`'| [:;!?»]|« |\p{L}[;!?]|[^\x{a0}]»|«[^\x{a0}]`)
	for key, text := range texts(t, "fr") {
		require.NotRegexp(t, wrong, text, key)
	}
	for key, text := range texts(t, "en") {
		require.NotContains(t, text, "'", key)
	}
}

func TestEveryEndReasonHasWords(t *testing.T) {
	for _, lang := range words.Languages {
		for _, r := range phone.EndReasons() {
			require.NotContains(t, words.For(lang).Ended(r), "end.", lang)
		}
	}
}

func TestEveryStateHasWords(t *testing.T) {
	for s := phone.Idle; s <= phone.Ended; s++ {
		require.NotContains(t, words.For("en").State(phone.CallInfo{State: s}), "state.")
	}
}

// sources are the Go files of the repository that match keep.
func sources(t *testing.T, dir string, keep func(path string) bool) map[string]string {
	t.Helper()
	files := map[string]string{}
	require.NoError(t, filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || !keep(path) {
			return err
		}
		b, err := os.ReadFile(path)
		files[path] = string(b)
		return err
	}))
	require.NotEmpty(t, files)
	return files
}

func notTest(path string) bool { return !strings.HasSuffix(path, "_test.go") }

func TestEveryFaultHasWords(t *testing.T) {
	en := texts(t, "en")
	declared := regexp.MustCompile(`NewFault\("([^"]+)"\)`)
	found := 0
	for path, source := range sources(t, "../..", notTest) {
		for _, m := range declared.FindAllStringSubmatch(source, -1) {
			found++
			if _, ok := en["error."+m[1]]; !ok {
				t.Errorf("%s declares fault %q, which has no words", path, m[1])
			}
		}
	}
	require.NotZero(t, found)
}

func TestEveryKeyUsedExists(t *testing.T) {
	en := texts(t, "en")
	used := regexp.MustCompile(`\bT\("([a-z0-9.-]*[a-z0-9])"`)
	found := 0
	for path, source := range sources(t, "..", notTest) {
		for _, m := range used.FindAllStringSubmatch(source, -1) {
			found++
			if _, ok := en[m[1]]; !ok {
				t.Errorf("%s uses %q, which is not translated", path, m[1])
			}
		}
	}
	require.Greater(t, found, 100)
	w := words.For("en")
	for _, r := range []settings.RoutePolicy{settings.RouteRelay, settings.RouteContactsDirect, settings.RouteDirect} {
		require.NotContains(t, w.Route(r)+w.RoutePeer(r)+w.RouteServer(r), "privacy.")
	}
	for _, a := range []settings.Audience{settings.AudienceContacts, settings.AudienceFollowing, settings.AudienceVerified, settings.AudienceEveryone} {
		require.NotContains(t, w.AudienceName(a), "calls.")
	}
	for _, b := range []settings.SpeakerBackend{settings.SpeakerAuto, settings.SpeakerPortAudio, settings.SpeakerMiniaudio} {
		require.NotContains(t, w.Backend(b), "sound.")
	}
}

// Scenarios of the privacy check are named in its sources, and rules by number.
func TestPrivacyCheckHasWords(t *testing.T) {
	en := texts(t, "en")
	named := regexp.MustCompile(`name: "([a-z-]+[a-z])"`)
	found := 0
	for path, source := range sources(t, "../../app/selftest", notTest) {
		for _, m := range named.FindAllStringSubmatch(source, -1) {
			found++
			require.Contains(t, en, "check.scenario-"+m[1], path)
		}
	}
	require.Greater(t, found, 10)
	for n := 1; n <= 26; n++ {
		require.NotEmpty(t, words.For("fr").Rule(fmt.Sprint("P", n)))
	}
	require.Empty(t, words.For("fr").Rule("P99"))
	for _, v := range []phone.Verdict{phone.Passed, phone.Failed, phone.NotApplicable} {
		require.NotContains(t, words.For("fr").Verdict(v), "check.")
	}
}

func TestReceiptInWords(t *testing.T) {
	r := phone.Receipt{PeerSaw: []string{"203.0.113.7:4"}, Traffic: []phone.Traffic{{To: "192.0.2.1:9", Role: "other", Packets: 2, Bytes: 999}, {To: "192.0.2.2:9", Role: "peer", Bytes: 12_345_678}}}
	parts := words.For("fr").ReceiptParts(r, false)
	last := parts[len(parts)-1]
	require.True(t, last.Bad, "a packet to somebody else stands out")
	require.Contains(t, last.Lines[0], "999 octets")
	require.Contains(t, last.Lines[1], "12,3 Mo")
	require.Equal(t, []string{"203.0.113.7:4"}, parts[0].Lines)
	for _, lang := range words.Languages {
		w := words.For(lang)
		require.Contains(t, w.ReceiptText(phone.HistoryEntry{}, time.Now()), w.T("receipt.none"))
		require.NotRegexp(t, `receipt\.|size\.|check\.`, w.ReceiptText(phone.HistoryEntry{Receipt: &r}, time.Now()))
	}
}

func TestLanguageOfALocale(t *testing.T) {
	for locale, want := range map[string]string{"fr": "fr", "fr-CA": "fr", "fr_FR.UTF-8": "fr", "FR": "fr", "en-GB": "en", "de": "en", "": "en"} {
		require.Equal(t, want, words.For(locale).Lang(), locale)
	}
}

func TestFrenchShortensWordsBeforeVowels(t *testing.T) {
	for name, want := range map[string]string{"Alice": "d’Alice", "Élodie": "d’Élodie", "Zoé": "de Zoé", "": "de "} {
		require.Equal(t, "C’est la même clé\u00a0: il s’agit bien "+want+".", words.For("fr").T("contact.compare-same", "name", name))
	}
	require.Contains(t, words.For("en").T("contact.compare-same", "name", "Alice"), "Alice")
}

func TestErrorInWords(t *testing.T) {
	w := words.For("en")
	require.Empty(t, w.Error(nil))
	require.Equal(t, "You are already in a call.", w.Error(fmt.Errorf("placing: %w", phone.ErrInCall)))
	require.Equal(t, "Something went wrong inside the phone: odd", w.Error(fmt.Errorf("o\u202ed\x07d")))
	require.Contains(t, w.Error(fmt.Errorf("%w name", settings.ErrBadValue)), "not possible")
	require.Contains(t, words.For("fr").Error(phone.ErrDiskFull), "disque est plein")
}

func TestBadge(t *testing.T) {
	direct := func(sees ...string) phone.CallInfo { return phone.CallInfo{Route: phone.Direct, PeerSees: sees} }
	relay := func(k phone.Relaying) phone.CallInfo { return phone.CallInfo{Route: phone.Relay, RelayKind: k} }
	for _, c := range []struct {
		info phone.CallInfo
		text string
		show words.Showing
	}{
		{phone.CallInfo{}, "", words.ShowsUnknown},
		{relay(phone.RelayElsewhere), "Relayed: your IP address is hidden", words.ShowsNothing},
		{relay(phone.RelayHere), "Relayed by this computer: the relay hides nothing", words.ShowsAddress},
		{relay(phone.RelaySameNAT), "Relayed from your own network: the relay hides nothing", words.ShowsAddress},
		{relay(phone.RelayNone), "Relayed", words.ShowsUnknown},
		{direct("203.0.113.7:40000"), "Direct: they can see 203.0.113.7", words.ShowsAddress},
		{direct("192.168.1.5:1", "203.0.113.7:2", "203.0.113.7:3"), "Direct: they can see 203.0.113.7 and 1 more", words.ShowsAddress},
		{direct("[2001:db8::7]:40000"), "Direct: they can see 2001:db8::7", words.ShowsAddress},
		{direct(), "Direct: they can see your IP address", words.ShowsAddress},
	} {
		text, show := words.For("en").Badge(c.info)
		require.Equal(t, c.text, text)
		require.Equal(t, c.show, show, c.text)
		require.NotContains(t, words.For("fr").BadgeDetails(c.info), "details.")
	}
}

// "Hidden" is never claimed for a relay that hides nothing (P25).
func TestReceiptLine(t *testing.T) {
	w := words.For("en")
	require.Empty(t, w.ReceiptLine(nil))
	require.Equal(t, "They did not learn your IP address.", w.ReceiptLine(&phone.Receipt{Hidden: true, RelayKind: phone.RelayElsewhere}))
	require.Equal(t, "They saw 203.0.113.7, 10.0.0.2.", w.ReceiptLine(&phone.Receipt{PeerSaw: []string{"10.0.0.2:5", "203.0.113.7:4"}, Hidden: true}))
	require.Contains(t, w.ReceiptLine(&phone.Receipt{RelayKind: phone.RelayHere}), "hid nothing")
}

func TestAudience(t *testing.T) {
	w := words.For("en")
	say := func(enabled bool, groups ...settings.Audience) string {
		return w.Audience(settings.Calls{Enabled: enabled, Audience: groups}, time.Time{})
	}
	require.Contains(t, say(false, settings.AudienceEveryone), "No call rings")
	require.Contains(t, say(true), "Nobody is allowed")
	require.Contains(t, say(true, settings.AudienceContacts, settings.AudienceEveryone), "Anyone")
	require.Contains(t, say(true, settings.AudienceFollowing, settings.AudienceContacts), "address book")
	require.Contains(t, say(true, settings.AudienceFollowing), "favourites")
	require.Contains(t, say(true, settings.AudienceVerified), "verified")
	require.Contains(t, say(true, settings.AudienceVerified, settings.AudienceFollowing), "favourites and people you have verified")

	c := settings.Defaults().Calls
	c.Media, c.DoNotDisturb.Now.On = settings.MediaAudio, true
	require.Equal(t, "Do not disturb is on: no call rings. Calls are held without pictures. Whoever may not ring can knock: leave a short text, and nothing rings.", w.Audience(c, time.Time{}))
	c.DoNotDisturb.Exceptions = []settings.Exception{settings.ExceptVerified, settings.ExceptFollowing}
	require.Contains(t, w.Audience(c, time.Time{}), "only these can ring: people you follow, verified people.")
}

func TestRecovery(t *testing.T) {
	w := words.For("en")
	r := &phone.Recovery{Err: phone.ErrFile, People: 12, Entries: 40, Kept: "people.db.broken-1"}
	require.Contains(t, w.Error(fmt.Errorf("open: %w", r)), "people, 12; entries of the history, 40. The damaged file was kept as people.db.broken-1")
	r.People, r.Entries = 0, 0
	require.Contains(t, w.Error(r), "nothing of it could be read")
}

func TestWhen(t *testing.T) {
	now := time.Date(2026, 3, 1, 0, 30, 0, 0, time.UTC)
	w := words.For("fr")
	require.Equal(t, "00:10", w.When(now.Add(-20*time.Minute), now))
	require.Equal(t, "Hier, 23:50", w.When(now.Add(-40*time.Minute), now))
	require.Equal(t, "27 févr., 23:50", w.When(now.Add(-40*time.Minute-24*time.Hour), now))
	require.Equal(t, "1 Mar 2025, 00:30", words.For("en").When(now.AddDate(-1, 0, 0), now))
	require.Equal(t, "1:02:03", words.Duration(3723*time.Second))
	require.Equal(t, "0:00", words.Duration(-time.Second))
}

func TestServerAddress(t *testing.T) {
	pin := strings.Repeat("A", 43)
	w := words.For("en")
	for text, want := range map[string]string{
		"a.example:443#" + pin: "", "[::1]:443#" + pin: "",
		"a.example:443": "#", "a.example#" + pin: "host and a port", ":443#" + pin: "host and a port",
		"a:70000#" + pin: "host and a port", "a:443#short": "43 characters",
	} {
		if want == "" {
			require.Empty(t, w.ServerAddress(text), text)
		} else {
			require.Contains(t, w.ServerAddress(text), want, text)
		}
	}
}

// Ends are told by the day on which they are, in the person's zone.
func TestUntilNamesTheDay(t *testing.T) {
	zone := time.FixedZone("", 2*3600)
	now := time.Date(2026, 11, 30, 22, 30, 0, 0, zone)
	for want, until := range map[string]time.Time{
		"until 23:59":             now.Add(89 * time.Minute),
		"until tomorrow, 00:00":   now.Add(90 * time.Minute),
		"until tomorrow, 08:00":   time.Date(2026, 12, 1, 6, 0, 0, 0, time.UTC),
		"until 2 Dec, 00:00":      time.Date(2026, 12, 2, 0, 0, 0, 0, zone),
		"until 1 Jan 2027, 07:05": time.Date(2027, 1, 1, 7, 5, 0, 0, zone),
	} {
		require.Equal(t, want, words.For("en").Until(until, now))
	}
	require.Equal(t, "jusqu’à demain, 08:00", words.For("fr").Until(time.Date(2026, 12, 1, 6, 0, 0, 0, time.UTC), now))
	for want, left := range map[string]time.Duration{
		"1 min left": time.Second, "59 min left": 59 * time.Minute, "1 h 0 min left": time.Hour,
		"1 h 1 min left": time.Hour + time.Second, "17 h 55 min left": 17*time.Hour + 55*time.Minute,
	} {
		require.Equal(t, want, words.For("en").Left(left))
	}
}

func TestPeriodsInWords(t *testing.T) {
	w, days := words.For("en"), settings.Days
	for _, row := range []struct {
		days        []settings.Day
		from, to    settings.Clock
		want, times string
	}{
		{days, "22:00", "07:00", "Every day", "22:00–07:00, ends the next day"},
		{days[:5], "09:00", "17:00", "Monday to Friday", "09:00–17:00"},
		{days[5:], "00:00", "00:00", "Saturday and Sunday", "the whole day"},
		{[]settings.Day{"sun", "mon"}, "18:00", "00:00", "Mon, Sun", "18:00–00:00"},
		{days[2:3], "08:00", "08:00", "Wed", "08:00–08:00, ends the next day"},
	} {
		p := settings.Period{Days: row.days, From: row.from, To: row.to}
		require.Equal(t, []string{row.want, row.times}, []string{w.Days(p), w.Times(p)})
	}
}
