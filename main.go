// Command paravent is the phone with its window. With --script it also obeys
// the commands of docs/headless.md on standard input.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"

	"fyne.io/fyne/v2"
	fyneapp "fyne.io/fyne/v2/app"

	"paravent/desktop"
)

func main() { os.Exit(run(os.Args[1:])) }

func run(args []string) int {
	start, err := desktop.Parse(flag.NewFlagSet("paravent", flag.ContinueOnError), args)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	} else if err != nil {
		return 2
	}
	if err := desktop.Run(start, newGUI); err != nil {
		fmt.Fprintln(os.Stderr, "paravent:", err)
		return 1
	}
	return 0
}

func newGUI() fyne.App { return fyneapp.NewWithID("org.paravent.phone") }
