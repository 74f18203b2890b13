package selftest

import (
	"fmt"
	"strings"

	"paravent/app/phone"
)

// finding is what one judge found. A rule passes only where something was
// looked at; what could not be looked at is no pass.
type finding struct {
	looked   int      // how often
	at       string   // at what
	broken   []string // how the rule was broken
	unproven []string // what could not be looked at, and should have been
	reason   string   // why the rule says nothing here
}

func (f *finding) breaks(format string, args ...any) {
	f.broken = append(f.broken, fmt.Sprintf(format, args...))
}

func (f *finding) lacks(format string, args ...any) {
	f.unproven = append(f.unproven, fmt.Sprintf(format, args...))
}

// lacking notes trials that should have taken place and did not.
func (f *finding) lacking(t *trial) bool {
	if t.problem != "" {
		f.lacks("%s: %s", t.name, t.problem)
	}
	return !t.took()
}

// maxNamed bounds what one line of evidence names.
const maxNamed = 4

func (f finding) result(rule string) phone.RuleResult {
	r := phone.RuleResult{Rule: rule, Verdict: phone.Passed, Evidence: fmt.Sprintf("%d %s", f.looked, f.at)}
	switch {
	case len(f.broken) > 0:
		r.Verdict, r.Evidence = phone.Failed, r.Evidence+"; broken: "+names(f.broken)
	case len(f.unproven) > 0:
		r.Verdict, r.Evidence = phone.Failed, r.Evidence+"; could not be looked at: "+names(f.unproven)
	case f.looked == 0 && f.reason == "":
		r.Verdict, r.Evidence = phone.Failed, "nothing of it could be looked at"
	case f.looked == 0:
		r.Verdict, r.Evidence = phone.NotApplicable, f.reason
	case f.reason != "":
		r.Evidence += "; " + f.reason
	}
	return r
}

func names(list []string) string {
	if len(list) > maxNamed {
		return strings.Join(list[:maxNamed], "; ") + fmt.Sprintf("; and %d more", len(list)-maxNamed)
	}
	return strings.Join(list, "; ")
}
