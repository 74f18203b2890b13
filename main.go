// Command paravent is the phone with its window. With --script it also obeys
// the commands of docs/headless.md on standard input.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"

	"fyne.io/fyne/v2"
	fyneapp "fyne.io/fyne/v2/app"

	"paravent/app"
	"paravent/app/identity"
	"paravent/app/script"
	"paravent/settings"
	"paravent/ui"
)

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	var opts app.Options
	fs := flag.NewFlagSet("paravent", flag.ContinueOnError)
	opts.Bind(fs)
	scripted := fs.Bool("script", false, "also obey JSON commands on standard input, see docs/headless.md")
	answer := fs.String("answer", "ask", "with --script: ask, auto or never")
	if err := fs.Parse(args); errors.Is(err, flag.ErrHelp) {
		return 0
	} else if err != nil {
		return 2
	}
	mode, err := script.ParseAnswerMode(*answer)
	if err == nil && fs.NArg() > 0 {
		err = fmt.Errorf("unexpected argument %q", fs.Arg(0))
	}
	if err == nil {
		err = opts.Check()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "paravent:", err)
		return 2
	}
	if err := show(opts, *scripted, mode); err != nil {
		fmt.Fprintln(os.Stderr, "paravent:", err)
		return 1
	}
	return 0
}

// show opens the phone and its window, and returns when the window closes.
func show(opts app.Options, scripted bool, mode script.AnswerMode) error {
	opts.Unattended = scripted // nobody is there to unlock a keyring
	phone, err := app.Open(opts)
	if err != nil {
		return err
	}
	face := script.New(phone, os.Stdout, mode)
	if scripted {
		defer face.Attach()() // after Close, which has last events to tell
	}
	defer func() { _ = phone.Close() }()
	if !identity.HasSessionBus() {
		// Fyne would have dbus-launch start a bus that nobody ends, and log
		// that it failed. It asks no further where the address leads nowhere.
		_ = os.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
	}
	gui := fyneapp.NewWithID("org.paravent.phone")
	window := ui.New(gui, phone)
	window.Show()
	if scripted {
		go func() {
			_ = face.Run(context.Background(), os.Stdin)
			fyne.Do(gui.Quit)
		}()
	}
	// Without a name the window asks for one first, and starts the phone then.
	if s := phone.Settings(); s.Server.Mode != settings.ServerUnset && (s.Name != "" || scripted) {
		go func() { _ = phone.Start() }() // a failure reaches the window as an event
	}
	gui.Run()
	return nil
}
