// Command paravent-headless is the phone without a window: commands come in as
// JSON lines and events go out the same way. docs/headless.md tells more.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"paravent/app"
	"paravent/app/script"
)

// The exit statuses of the contract.
const (
	exitFailure = 1
	exitUsage   = 2
)

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	opts := app.Options{Unattended: true}
	fs := flag.NewFlagSet("paravent-headless", flag.ContinueOnError)
	opts.Bind(fs)
	answer := fs.String("answer", "ask", "ask, auto or never: what happens when it rings")
	fs.StringVar(&opts.Trace, "trace", "", "test aid: `file` that gets every call message in clear, addresses included; never use it for real calls")
	only := fs.Bool("privacy-check", false, "run the privacy check with the profile's settings, write its report and end")
	restore := fs.String("restore", "", "restore the backup in `file` into an unused profile and end; the passphrase is "+backupPassphrase+" or the first line of input")
	if err := fs.Parse(args); errors.Is(err, flag.ErrHelp) {
		return 0
	} else if err != nil {
		return exitUsage // flag has written why
	}
	mode, err := script.ParseAnswerMode(*answer)
	if err == nil && fs.NArg() > 0 {
		err = fmt.Errorf("unexpected argument %q", fs.Arg(0))
	}
	if err == nil {
		err = opts.Check()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "paravent-headless:", err)
		return exitUsage
	}
	if *restore != "" {
		if err := restoreFrom(*restore, opts, os.Stdin); err != nil {
			fmt.Fprintln(os.Stderr, "paravent-headless:", err)
			return exitFailure
		}
		return 0
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if *only {
		passed, err := check(ctx, opts, os.Stdout, os.Stderr)
		if err != nil {
			fmt.Fprintln(os.Stderr, "paravent-headless:", err)
		}
		if err != nil || !passed {
			return exitFailure
		}
		return 0
	}
	if err := serve(ctx, opts, mode); err != nil {
		fmt.Fprintln(os.Stderr, "paravent-headless:", err)
		return exitFailure
	}
	return 0
}

func serve(ctx context.Context, opts app.Options, mode script.AnswerMode) error {
	phone, err := app.Open(opts)
	if err != nil {
		return err
	}
	face := script.New(phone, os.Stdout, mode)
	defer face.Attach()() // after Close, which has last events to tell
	defer func() { _ = phone.Close() }()
	if err := phone.Start(); err != nil {
		return err
	}
	return face.Run(ctx, os.Stdin)
}
