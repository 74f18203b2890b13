// Command hostilepeer is the hostile peer of package app/hostile as a process
// of its own, for the laboratory: its first line of output is "address LINK",
// its last one JSON of everything that it learned.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"paravent/app/hostile"
	"paravent/app/phone"
	"paravent/server/wire"
)

func main() { os.Exit(run(os.Args[1:])) }

// options are the command line.
type options struct {
	server, to, mode string
	wait             time.Duration
	video            bool
}

func run(args []string) int {
	var o options
	fs := flag.NewFlagSet("hostilepeer", flag.ContinueOnError)
	fs.StringVar(&o.server, "server", "", "`address` host:port#pin")
	fs.StringVar(&o.to, "to", "", "`link` of the phone; without it the peer waits to be called")
	fs.StringVar(&o.mode, "mode", "talk", "one of "+strings.Join(modeNames(), ", "))
	fs.DurationVar(&o.wait, "wait", 10*time.Second, "how long it listens before it reports; the end of its input ends it earlier")
	fs.BoolVar(&o.video, "video", false, "call with pictures")
	if fs.Parse(args) != nil {
		return 2
	}
	m, known := modes[o.mode]
	addr, err := wire.ParseAddr(o.server)
	if err != nil || !known || fs.NArg() > 0 {
		fs.Usage()
		return 2
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := act(ctx, o, m, addr); err != nil {
		fmt.Fprintln(os.Stderr, "hostilepeer:", err)
		return 1
	}
	return 0
}

// act opens the peer, does what the mode says, listens and reports.
func act(ctx context.Context, o options, m mode, addr wire.Addr) error {
	m.script.Answer, m.script.Video = true, o.video
	p, err := hostile.Open(ctx, hostile.Config{Server: addr, Name: "hostile", Script: m.script})
	if err != nil {
		return err
	}
	defer func() { _ = p.Close() }()
	fmt.Println("address", p.Address())
	ctx, cancel := context.WithTimeout(ctx, o.wait)
	defer cancel()
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		cancel()
	}()
	if o.to != "" {
		if err := m.call(ctx, p, o.to); err != nil {
			return err
		}
	}
	<-ctx.Done()
	return json.NewEncoder(os.Stdout).Encode(p.Report())
}

// mode is one way to be hostile.
type mode struct {
	script hostile.Script
	call   func(ctx context.Context, p *hostile.Peer, to string) error // with --to
}

// modes are all ways, by name.
var modes = map[string]mode{
	"talk":        {call: place},
	"baits":       {script: withBaits(hostile.BaitLines(append(hostile.Baits(), hostile.Loopback()...))), call: place},
	"many":        {script: hostile.Script{Describe: tooMany}, call: place},
	"fingerprint": {script: hostile.Script{Describe: func(_ hostile.Kind, sdp string) string { return hostile.WithWrongFingerprint(sdp) }}, call: place},
	"malformed":   {script: hostile.Script{Describe: func(hostile.Kind, string) string { return hostile.Malformed()["many lines"] }}, call: place},
	"hurry":       {call: hurry},
	"smuggle": {call: func(_ context.Context, p *hostile.Peer, to string) error {
		_, err := p.Smuggle(to)
		return err
	}},
	"flood": {call: func(_ context.Context, p *hostile.Peer, to string) error { return p.Flood(to, 200) }},
}

// tooMany puts all into the description: as messages, the server's rate would
// hold them back.
func tooMany(_ hostile.Kind, sdp string) string {
	return hostile.WithCandidates(sdp, hostile.TooMany(60, "203.0.113.", "relay"))
}

func modeNames() []string {
	var names []string
	for name := range modes {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func withBaits(lines []string) hostile.Script {
	return hostile.Script{
		Describe: func(_ hostile.Kind, sdp string) string { return hostile.WithCandidates(sdp, lines) },
		Trickle:  lines,
	}
}

// place calls and talks on until the end.
func place(_ context.Context, p *hostile.Peer, to string) error {
	_, err := p.Call(to)
	return err
}

// hurry calls, describes its media while it still rings, and gives up.
func hurry(ctx context.Context, p *hostile.Peer, to string) error {
	id, err := p.Call(to)
	if err != nil {
		return err
	}
	if p.Await(ctx, func() bool { return p.Log().Has(id, hostile.Ringing) || p.Ended(id) != phone.NotEnded }) != nil {
		return nil //nolint:nilerr // it never rang: that is for the report
	}
	if _, err := p.Hurry(to, id); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
	case <-time.After(time.Second):
	}
	return p.Abandon(to, id)
}
