package main

import (
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"strconv"
	"strings"

	"paravent/server"
)

const usage = `paravent-server: the meeting point and relay for Paravent phones.

  paravent-server --dir /var/lib/paravent --listen 0.0.0.0 --port 4443

prints "server HOST:PORT#PIN" once it serves: give that line's second word to
the phones. Without --listen only this computer can reach it; without --dir it
has a new key, and so a new address, each time.

Open in the firewall: the port for TCP and UDP, and UDP of --relay-ports.
Behind a router: give its address with --public and forward these ports.
Logs go to standard error and never say who calls whom. Ends on SIGINT or
SIGTERM. Exit status: 0 ended, 2 bad usage, 1 anything else.

`

// parseFlags reads the command line. Errors are for people.
func parseFlags(args []string, stdout, stderr io.Writer) (server.Config, error) {
	cfg := server.Config{Log: slog.New(slog.NewTextHandler(stderr, nil))}
	f := flag.NewFlagSet("paravent-server", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.StringVar(&cfg.Host, "listen", "127.0.0.1", "`address` to listen on; 0.0.0.0 for all IPv4")
	f.IntVar(&cfg.Port, "port", 0, "TCP `port` for everything; 0 takes any free one")
	f.IntVar(&cfg.TURNPort, "turn-port", 0, "UDP `port` of the relay; 0 takes the same number, or any free one")
	f.TextVar(&cfg.PublicIP, "public", netip.Addr{}, "IP `address` under which others reach this computer (default: --listen)")
	f.StringVar(&cfg.PublicHost, "public-host", "", "host `name` to put into the address instead of --public")
	f.StringVar(&cfg.Dir, "dir", "", "`folder` for the key, missed calls and prekeys; empty keeps all in memory")
	f.StringVar(&cfg.CertFile, "cert", "", "`file` with a CA certificate (PEM); keep its key when you renew it, the phones know it")
	f.StringVar(&cfg.KeyFile, "key", "", "`file` with its key (PEM)")
	f.BoolVar(&cfg.AllowPrivatePeers, "allow-private", false, "let the relay send to private addresses, for use in a local network")
	f.BoolVar(&cfg.NoRelay, "no-relay", false, "offer no relay")
	f.Func("relay-uri", "TURN `URI` that phones use in place of this server's relay, as turn:198.51.100.7:3478?transport=udp; may be given again", func(s string) error {
		cfg.RelayURIs = append(cfg.RelayURIs, s)
		return nil
	})
	f.StringVar(&cfg.RelaySecret, "relay-secret", "", "`secret` of these TURN servers (coturn: use-auth-secret, static-auth-secret)")
	f.Func("relay-ports", "UDP `range` of the relay, as 50000-50999; default any free port", func(s string) error { return parseRange(s, &cfg) })
	f.IntVar(&cfg.Limits.Conns, "max-clients", 0, "connections in all (default 10000)")
	f.IntVar(&cfg.Limits.ConnsPerIP, "max-per-ip", 0, "connections from one IPv4 address or IPv6 /64 (default 100)")
	f.IntVar(&cfg.Limits.Allocations, "max-relayed", 0, "relay allocations in all (default 2000)")
	f.IntVar(&cfg.Limits.RelayBytes, "relay-bytes", 0, "bytes a second that one phone may relay, each way (default 1500000)")
	if err := f.Parse(args); err != nil {
		if err == flag.ErrHelp { //nolint:errorlint // documented to be returned bare
			f.SetOutput(stdout)
			fmt.Fprint(stdout, usage)
			f.PrintDefaults()
		}
		return cfg, err
	}
	if f.NArg() > 0 {
		return cfg, fmt.Errorf("unexpected %q; see --help", f.Arg(0))
	}
	return cfg, checkLimits(cfg.Limits)
}

func checkLimits(l server.Limits) error {
	if l.Conns < 0 || l.ConnsPerIP < 0 || l.Allocations < 0 || l.RelayBytes < 0 {
		return fmt.Errorf("a limit is a positive number; see --help")
	}
	return nil
}

// parseRange reads "LOW-HIGH".
func parseRange(s string, cfg *server.Config) error {
	low, high, ok := strings.Cut(s, "-")
	a, errA := strconv.ParseUint(low, 10, 16)
	b, errB := strconv.ParseUint(high, 10, 16)
	if !ok || errA != nil || errB != nil || a == 0 || a > b {
		return fmt.Errorf("want LOW-HIGH, as 50000-50999")
	}
	cfg.RelayMinPort, cfg.RelayMaxPort = uint16(a), uint16(b)
	return nil
}
