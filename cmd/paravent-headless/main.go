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

// start is what the command line asks for.
type start struct {
	opts    app.Options
	mode    script.AnswerMode
	only    bool   // the privacy check and nothing else
	restore string // the backup to be restored, and nothing else
}

func run(args []string) int {
	s, err := parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return exitUsage // parse has written why
	}
	passed, err := s.do()
	if err != nil {
		fmt.Fprintln(os.Stderr, "paravent-headless:", err)
	}
	if err != nil || !passed {
		return exitFailure
	}
	return 0
}

// parse reads the command line, and writes what is wrong with it.
func parse(args []string) (start, error) {
	s := start{opts: app.Options{Unattended: true}}
	fs := flag.NewFlagSet("paravent-headless", flag.ContinueOnError)
	s.opts.Bind(fs)
	answer := fs.String("answer", "ask", "ask, auto or never: what happens when it rings")
	fs.StringVar(&s.opts.Trace, "trace", "", "test aid: `file` that gets every call message in clear, addresses included; never use it for real calls")
	fs.BoolVar(&s.only, "privacy-check", false, "run the privacy check with the profile's settings, write its report and end")
	fs.StringVar(&s.restore, "restore", "", "restore the backup in `file` into an unused profile and end; the passphrase is "+backupPassphrase+" or the first line of input")
	if err := fs.Parse(args); err != nil {
		return s, err
	}
	var err error
	s.mode, err = script.ParseAnswerMode(*answer)
	if err == nil && fs.NArg() > 0 {
		err = fmt.Errorf("unexpected argument %q", fs.Arg(0))
	}
	if err == nil {
		err = s.opts.Check()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "paravent-headless:", err)
	}
	return s, err
}

// do does it; a check that ran may not have passed.
func (s start) do() (passed bool, err error) {
	if s.restore != "" {
		return true, restoreFrom(s.restore, s.opts, os.Stdin)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if s.only {
		return check(ctx, s.opts, os.Stdout, os.Stderr)
	}
	return true, serve(ctx, s.opts, s.mode)
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
