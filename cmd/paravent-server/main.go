// Command paravent-server is the rendezvous and relay that phones meet at. It
// prints one line, "server ADDR", on standard output once it serves.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"paravent/server"
)

// Exit statuses.
const (
	exitOK    = 0
	exitError = 1
	exitUsage = 2
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

// run serves until the context ends, and returns the exit status.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	cfg, err := parseFlags(args, stdout, stderr)
	if errors.Is(err, flag.ErrHelp) {
		return exitOK
	}
	if err != nil {
		fmt.Fprintln(stderr, "paravent-server:", err)
		return exitUsage
	}
	s, err := server.Open(ctx, cfg)
	if err != nil {
		fmt.Fprintln(stderr, "paravent-server:", err)
		if errors.Is(err, server.ErrConfig) {
			return exitUsage
		}
		return exitError
	}
	if _, err := fmt.Fprintln(stdout, "server", s.Addr()); err == nil {
		<-ctx.Done()
	}
	if err := s.Close(); err != nil {
		fmt.Fprintln(stderr, "paravent-server:", err)
		return exitError
	}
	return exitOK
}
