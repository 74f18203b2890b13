// Command demo lets two phones on this computer call each other with sound and
// pictures, first relayed, then direct, through the real programs, and prints
// what each call showed and how well it went. With a display, the phones show
// their windows.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
)

// options are the flags of the demo.
type options struct {
	bin    string        // folder of the three programs
	json   string        // file for the figures, "" for none
	length time.Duration // of each call
	dir    string        // a scratch folder, removed at the end
}

func main() {
	var o options
	flag.StringVar(&o.bin, "bin", "bin", "`folder` of paravent, paravent-headless and paravent-server")
	flag.StringVar(&o.json, "json", "", "also write the figures to this `file`")
	seconds := flag.Int("seconds", 16, "length of each call, at least 15")
	flag.Parse()
	o.length = time.Duration(*seconds) * time.Second
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) (err error) {
	if o.dir, err = os.MkdirTemp("", "paravent-demo-"); err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(o.dir) }()
	stage, err := newStage(ctx, o)
	if err != nil {
		return err
	}
	defer stage.close()
	var calls []figures
	for _, route := range []string{"relay", "direct"} {
		fmt.Printf("   calling: %s, %v of speech and 1280x720 video both ways ...\n", route, o.length)
		f, err := stage.call(route)
		if err != nil {
			return fmt.Errorf("%s call: %w", route, err)
		}
		calls = append(calls, f)
	}
	printTable(os.Stdout, calls)
	if o.json == "" {
		return nil
	}
	return writeJSON(filepath.Clean(o.json), calls)
}
