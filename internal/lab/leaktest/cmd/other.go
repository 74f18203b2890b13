//go:build !linux

// Command leaktest needs Linux: network namespaces are what it is made of.
package main

import "fmt"

func main() {
	fmt.Println("leaktest: SKIPPED, nothing was tested: only Linux has network namespaces")
}
