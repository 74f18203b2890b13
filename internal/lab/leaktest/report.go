package leaktest

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
)

// Config says what to run.
type Config struct {
	Bin  string // folder of paravent-headless and paravent-server
	Keep string // folder that gets the recordings; "" keeps none
	Only string // regular expression of scenario names; "" runs all
}

// Result is what became of one scenario.
type Result struct {
	Name    string   `json:"name"`
	Rules   string   `json:"rules"` // of docs/threats.md
	Passed  bool     `json:"passed"`
	Packets int      `json:"packets"` // looked at
	Seconds float64  `json:"seconds"`
	Reasons []string `json:"reasons,omitempty"` // of a failure
	Skipped string   `json:"skipped,omitempty"` // why it could not be run
}

// Failed tells whether something was found. What could not be run neither
// passed nor failed.
func (r Result) Failed() bool { return !r.Passed && r.Skipped == "" }

// Write writes one line, and one more for every reason of a failure.
func (r Result) Write(w io.Writer) {
	verdict := "pass"
	switch {
	case r.Failed():
		verdict = "FAIL"
	case !r.Passed:
		verdict = "skip"
	}
	fmt.Fprintf(w, "%-44s %s %7d packets %6.1f s  %s\n", r.Name, verdict, r.Packets, r.Seconds, r.Rules)
	for _, why := range r.Reasons {
		fmt.Fprintf(w, "    %s\n", why)
	}
	if r.Skipped != "" {
		fmt.Fprintf(w, "    not run: %s\n", r.Skipped)
	}
}

// Report is the file that JSON= asks for.
type Report struct {
	Passed    bool     `json:"passed"`
	Skipped   string   `json:"skipped,omitempty"` // why nothing was run
	Scenarios []Result `json:"scenarios"`
}

// Save writes the report to a file; "" names none.
func (r Report) Save(path string) error {
	if path == "" {
		return nil
	}
	b, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(b, '\n'), 0o600)
}
