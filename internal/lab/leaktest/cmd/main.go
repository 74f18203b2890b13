//go:build linux

// Command leaktest runs package leaktest from the command line, for
// `make leaktest`. Exit status: 0 all passed or nothing could be run, 1 a
// scenario failed, 2 bad usage.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"paravent/internal/lab/leaktest"
)

func main() { os.Exit(run()) }

func run() int {
	var cfg leaktest.Config
	var file string
	flag.StringVar(&cfg.Bin, "bin", "bin", "`folder` of paravent-headless and paravent-server")
	flag.StringVar(&cfg.Keep, "keep", "", "`folder` that gets the recordings (pcap)")
	flag.StringVar(&cfg.Only, "only", "", "run only scenarios whose name matches this `expression`")
	flag.StringVar(&file, "json", "", "`file` that gets the results")
	flag.Parse()
	if flag.NArg() > 0 {
		fmt.Fprintf(os.Stderr, "leaktest: unexpected argument %q\n", flag.Arg(0))
		return 2
	}
	if !leaktest.Inside() {
		status, err := leaktest.Enter()
		return finish(status, leaktest.Report{}, err, file)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	results, err := leaktest.Run(ctx, cfg, func(r leaktest.Result) { r.Write(os.Stdout) })
	report := leaktest.Report{Passed: err == nil, Scenarios: results}
	failed, skipped := 0, 0
	for _, r := range results {
		switch {
		case r.Failed():
			report.Passed = false
			failed++
		case !r.Passed:
			skipped++
		}
	}
	fmt.Printf("leaktest: %d scenarios, %d failed, %d not run\n", len(results), failed, skipped)
	status := 0
	if failed > 0 {
		status = 1
	}
	if err == nil {
		err = report.Save(file)
		return finish(status, report, err, "")
	}
	return finish(status, report, err, file)
}

// finish tells of an error. Where namespaces are not allowed nothing was
// proven, and that is said.
func finish(status int, report leaktest.Report, err error, file string) int {
	switch {
	case errors.Is(err, leaktest.ErrNotAllowed):
		fmt.Println("leaktest: SKIPPED, nothing was tested:", err)
		report.Skipped = err.Error()
		if err := report.Save(file); err != nil {
			fmt.Fprintln(os.Stderr, "leaktest:", err)
		}
		return 0
	case err != nil:
		fmt.Fprintln(os.Stderr, "leaktest:", err)
		return 1
	}
	return status
}
