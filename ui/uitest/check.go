package uitest

import (
	"context"
	"fmt"

	"paravent/app/phone"
)

// OnCheck runs in the middle of the next privacy check, with its context.
func (f *Fake) OnCheck(during func(ctx context.Context)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.during = during
}

// SetReport changes what privacy checks find.
func (f *Fake) SetReport(r phone.PrivacyReport) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.report = r
}

func (f *Fake) PrivacyCheck(ctx context.Context, progress func(done, total int)) (phone.PrivacyReport, error) {
	f.mu.Lock()
	err, during, r := f.takeErr(), f.during, f.report
	f.mu.Unlock()
	if err != nil {
		return phone.PrivacyReport{}, err
	}
	progress(3, 8)
	if during != nil {
		during(ctx)
	}
	progress(8, 8)
	return r, ctx.Err()
}

// Report is what a check of a phone in order finds.
func Report() phone.PrivacyReport {
	r := phone.PrivacyReport{At: Now, Passed: true, Route: "relay", Learned: []phone.Learned{
		{Kind: "identifier", Value: "sdp cname 3fa2c1d07be94e55", From: "signalling", Scenario: "contact-answered"},
		{Kind: "address", Value: "198.51.100.4", From: "signalling", Scenario: "contact-answered"},
		{Kind: "address", Value: "198.51.100.4", From: "packets", Scenario: "contact-called"},
		{Kind: "port", Value: "50123", From: "packets", Scenario: "contact-answered"},
	}}
	for n := 1; n <= 26; n++ {
		result := phone.RuleResult{Rule: fmt.Sprintf("P%d", n), Verdict: phone.Passed, Evidence: fmt.Sprintf("%d messages and packets of 8 scenarios", 40+n)}
		if n == 8 || n == 19 {
			result.Verdict, result.Evidence = phone.NotApplicable, "no network device was chosen"
		}
		r.Rules = append(r.Rules, result)
	}
	return r
}

// BrokenReport is what it finds where an address leaked.
func BrokenReport() phone.PrivacyReport {
	r := Report()
	r.Passed = false
	r.Learned = append(r.Learned, phone.Learned{Kind: "address", Value: "192.168.1.20", From: "signalling", Scenario: "stranger-unanswered", Forbid: true})
	r.Rules[0].Verdict, r.Rules[0].Evidence = phone.Failed, "192.168.1.20 in a message before the answer"
	return r
}
