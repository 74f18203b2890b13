package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"text/tabwriter"

	"paravent/app"
	"paravent/app/phone"
)

// check runs the privacy check with the settings of a profile: the report goes
// to out as JSON, a table for people to log. It tells whether all passed.
func check(ctx context.Context, opts app.Options, out, log io.Writer) (passed bool, err error) {
	if _, err := os.Stat(opts.Profile); errors.Is(err, fs.ErrNotExist) {
		// Nothing is left behind for a phone that was never used: it has the defaults.
		dir, err := os.MkdirTemp("", "paravent-check-")
		if err != nil {
			return false, err
		}
		defer func() { _ = os.RemoveAll(dir) }()
		fmt.Fprintf(log, "There is no profile in %s: this checks the defaults.\n", opts.Profile)
		opts.Profile = dir
	}
	a, err := app.Open(opts)
	if err != nil {
		return false, err
	}
	report, err := a.PrivacyCheck(ctx, func(done, total int) { fmt.Fprintf(log, "\r%d of %d ", done, total) })
	fmt.Fprintln(log)
	if err = errors.Join(err, a.Close()); err != nil {
		return false, err
	}
	enc := json.NewEncoder(out)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	if err := enc.Encode(report); err != nil {
		return false, err
	}
	return report.Passed, table(log, report)
}

// table is the report as people read it.
func table(out io.Writer, r phone.PrivacyReport) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, rule := range r.Rules {
		fmt.Fprintf(w, "%s\t%s\t%s\n", rule.Rule, rule.Verdict, rule.Evidence)
	}
	fmt.Fprintln(w)
	forbidden := 0
	for _, l := range r.Learned {
		if l.Kind == "identifier" && !l.Forbid {
			continue // new in every call; the JSON has them
		}
		mark := ""
		if l.Forbid {
			forbidden++
			mark = "FORBIDDEN"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", l.Scenario, l.Kind, l.Value, l.From, mark)
	}
	verdict := "passed"
	if !r.Passed {
		verdict = "FAILED"
	}
	fmt.Fprintf(w, "\n%s: route %s, %d things learned, %d of them forbidden\n", verdict, r.Route, len(r.Learned), forbidden)
	return w.Flush()
}
