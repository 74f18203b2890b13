//go:build linux

// Command wgtun makes a WireGuard device in the namespace where it runs, for
// the laboratory: the kernels that tests run on do not all have their own. It
// prints "up" once the device is there, and the device goes with it.
package main

import (
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"golang.zx2c4.com/wireguard/conn"
	"golang.zx2c4.com/wireguard/device"
	"golang.zx2c4.com/wireguard/tun"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "wgtun:", err)
		os.Exit(1)
	}
}

func run() error {
	name := flag.String("name", "wg0", "`name` of the device")
	config := flag.String("config", "", "its configuration, as `text` of the cross-platform user space interface")
	flag.Parse()
	t, err := tun.CreateTUN(*name, device.DefaultMTU)
	if err != nil {
		return err
	}
	d := device.NewDevice(t, conn.NewDefaultBind(), device.NewLogger(device.LogLevelError, "wgtun: "))
	defer d.Close()
	if err := d.IpcSet(*config); err != nil {
		return err
	}
	if err := d.Up(); err != nil {
		return err
	}
	fmt.Println("up")
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt, syscall.SIGTERM)
	<-stop
	return nil
}
