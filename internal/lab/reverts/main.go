package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"
	"time"
)

func main() {
	only := flag.String("only", "", "run only the rows of this rule, as in P4")
	flag.Parse()
	if err := run(*only); err != nil {
		fmt.Fprintln(os.Stderr, "reverts:", err)
		os.Exit(1)
	}
}

// run proves every row and prints the table as it grows.
func run(only string) error {
	root, err := findRoot()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "reverts-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	w, begun, proven, bad := workshop{root: root, dir: dir}, time.Now(), 0, 0
	fmt.Println("| rule | taken out of the code | where | caught by |\n| --- | --- | --- | --- |")
	for _, r := range allRows() {
		if only != "" && !strings.EqualFold(only, r.name()) {
			continue
		}
		names, err := w.prove(r)
		proven++
		if err != nil {
			bad++
			fmt.Printf("| %s | %s | `%s` | **%s** |\n", r.name(), r.what, r.edits[0].file, firstLine(err))
			fmt.Fprintln(os.Stderr, err)
			continue
		}
		fmt.Printf("| %s | %s | `%s` | `%s` |\n", r.name(), r.what, r.edits[0].file, strings.Join(names, "`, `"))
	}
	fmt.Fprintf(os.Stderr, "%d rows, %d without a test that notices or out of date, %v\n", proven, bad, time.Since(begun).Round(time.Second))
	switch {
	case proven == 0:
		return fmt.Errorf("no rule %s", only)
	case bad > 0:
		return errors.New("not every rule is held by a test")
	}
	return nil
}

func firstLine(err error) string {
	line, _, _ := strings.Cut(err.Error(), "\n")
	return line
}
