//go:build !linux

// Command wgtun needs Linux.
package main

func main() { panic("wgtun: only for Linux") }
