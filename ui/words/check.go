package words

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"paravent/app/phone"
	"paravent/settings"
)

// Rule is what a rule ("P4") promises, in a sentence; "" for one that this
// version does not know.
func (w Words) Rule(rule string) string {
	n, err := strconv.Atoi(strings.TrimPrefix(rule, "P"))
	if key := "rule." + strconv.Itoa(n); err == nil && w.has(key) {
		return w.T(key)
	}
	return ""
}

// Verdict is a verdict in a word or two.
func (w Words) Verdict(v phone.Verdict) string { return w.T("check.verdict-" + string(v)) }

// CheckHeadline says whether the privacy check passed.
func (w Words) CheckHeadline(r phone.PrivacyReport) string {
	if r.Passed {
		return w.T("check.passed")
	}
	return w.T("check.failed")
}

// CheckWhen says when it ran, and under which route.
func (w Words) CheckWhen(r phone.PrivacyReport, now time.Time) string {
	return w.T("check.at", "when", w.When(r.At, now), "route", w.Route(settings.RoutePolicy(r.Route)))
}

// CheckCount counts the verdicts.
func (w Words) CheckCount(r phone.PrivacyReport) string {
	n := map[phone.Verdict]int{}
	for _, rule := range r.Rules {
		n[rule.Verdict]++
	}
	return w.T("check.count", "passed", strconv.Itoa(n[phone.Passed]), "failed", strconv.Itoa(n[phone.Failed]),
		"skipped", strconv.Itoa(n[phone.NotApplicable]))
}

// Fact is something that the hostile peer learned, told once however often it
// learned it.
type Fact struct {
	Kind, Value, How string
	Forbidden        bool
}

// fact tells facts apart.
type fact struct {
	kind, value string
	forbidden   bool
}

// Facts are what a privacy check learned: what must stay hidden first, then
// addresses, then the rest.
func (w Words) Facts(list []phone.Learned) []Fact {
	order, from, when := []fact{}, map[fact][]string{}, map[fact][]string{}
	for _, l := range list {
		f := fact{l.Kind, l.Value, l.Forbid}
		if _, ok := from[f]; !ok {
			order = append(order, f)
		}
		from[f] = once(from[f], w.orRaw("check.from-", l.From))
		when[f] = once(when[f], w.orRaw("check.scenario-", l.Scenario))
	}
	slices.SortStableFunc(order, func(a, b fact) int { return cmp.Compare(a.rank(), b.rank()) })
	facts := []Fact{}
	for _, f := range order {
		how := Joined(from[f]) + " · " + Joined(when[f])
		facts = append(facts, Fact{w.orRaw("check.kind-", f.kind), SafeText(f.value), how, f.forbidden})
	}
	return facts
}

// once adds text where it is not there yet.
func once(list []string, text string) []string {
	if slices.Contains(list, text) {
		return list
	}
	return append(list, text)
}

func (f fact) rank() int {
	switch {
	case f.forbidden:
		return 0
	case f.kind == "address":
		return 1
	case f.kind == "port":
		return 2
	}
	return 3
}

// orRaw is a word of the check, or the name itself where there is none.
func (w Words) orRaw(prefix, name string) string {
	if w.has(prefix + name) {
		return w.T(prefix + name)
	}
	return SafeText(name)
}

// CheckText is a report as text to keep.
func (w Words) CheckText(r phone.PrivacyReport, now time.Time) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Paravent: %s\n%s\n%s\n%s\n\n%s\n", w.T("check.title"), w.CheckWhen(r, now), w.CheckHeadline(r), w.CheckCount(r), w.T("check.learned"))
	facts := w.Facts(r.Learned)
	if len(facts) == 0 {
		fmt.Fprintf(&b, "  %s\n", w.T("check.learned-none"))
	}
	for _, f := range facts {
		mark := w.T("check.allowed")
		if f.Forbidden {
			mark = w.T("check.forbidden")
		}
		fmt.Fprintf(&b, "  [%s] %s %s (%s)\n", mark, f.Kind, f.Value, f.How)
	}
	fmt.Fprintf(&b, "\n%s\n", w.T("check.rules"))
	for _, rule := range r.Rules {
		fmt.Fprintf(&b, "  %-4s %-16s %s\n       %s\n", rule.Rule, w.Verdict(rule.Verdict), w.Rule(rule.Rule), SafeText(rule.Evidence))
	}
	return b.String()
}
