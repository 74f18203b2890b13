package desktop

import (
	"context"
	"flag"
	"fmt"
	"time"

	"paravent/app"
	"paravent/app/instance"
	"paravent/app/script"
)

// handOver is how long an open window may take to answer a second start. It
// may be waiting for somebody to unlock the keyring.
const handOver = 30 * time.Second

// Start is what the command line asks for.
type Start struct {
	options  app.Options
	scripted bool
	answer   script.AnswerMode
	link     string // a paravent: link to ask about, "" for none
}

// Parse reads the command line. It is flag.ErrHelp where help was asked for
// and written; fs has written about every other error of a flag, and of no other.
func Parse(fs *flag.FlagSet, args []string) (Start, error) {
	var s Start
	s.options.Bind(fs)
	fs.BoolVar(&s.scripted, "script", false, "also obey JSON commands on standard input, see docs/headless.md")
	answer := fs.String("answer", "ask", "with --script: ask, auto or never")
	fs.Usage = func() {
		_, _ = fmt.Fprintf(fs.Output(), "Usage: %s [flags] [LINK]\n\nLINK is a paravent: link; the window asks what to do with it.\n\n", fs.Name())
		fs.PrintDefaults()
	}
	if err := fs.Parse(args); err != nil {
		return s, err
	}
	mode, err := script.ParseAnswerMode(*answer)
	if err == nil && fs.NArg() > 1 {
		err = fmt.Errorf("unexpected argument %q", fs.Arg(1))
	}
	if err == nil {
		err = s.options.Check()
	}
	if err != nil {
		_, _ = fmt.Fprintf(fs.Output(), "%s: %v\n", fs.Name(), err)
		return s, err
	}
	s.answer, s.link = mode, fs.Arg(0)
	s.options.Unattended = s.scripted // nobody is there to unlock a keyring
	return s, nil
}

// claim makes this process the one of the profile's window, or hands the link
// over to the window that is open already. A script expects a phone of its
// own, and hands nothing over.
func (s Start) claim(ctx context.Context) (first *instance.Instance, handed bool, err error) {
	if s.scripted {
		first, err = instance.Take(s.options.Profile)
		return first, false, err
	}
	ctx, cancel := context.WithTimeout(ctx, handOver)
	defer cancel()
	return instance.Claim(ctx, s.options.Profile, instance.Opening(s.link))
}
