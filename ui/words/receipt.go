package words

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"paravent/app/phone"
)

// Part is one part of a receipt in words.
type Part struct {
	Title string
	Lines []string
	Note  string // "" where there is nothing to add
	Bad   bool   // it should not have happened
}

// ReceiptParts are a receipt in words, part by part; live says that the call
// goes on.
func (w Words) ReceiptParts(r phone.Receipt, live bool) []Part {
	seen := w.T("receipt.peer")
	if live {
		seen = w.T("receipt.peer-live")
	}
	parts := []Part{
		{Title: seen, Lines: orElse(r.PeerSaw, w.T("receipt.peer-none"))},
		{Title: w.T("receipt.kept"), Lines: orElse(r.KeptHidden, w.T("receipt.kept-none"))},
		{Title: w.T("receipt.relay"), Lines: orElse(r.RelaySaw, w.T("receipt.relay-none"))},
		{Title: w.T("receipt.server"), Lines: orElse(r.ServerSaw, w.T("receipt.server-none")), Note: w.T("receipt.server-note")},
	}
	if len(r.RelaySaw) > 0 {
		parts[2].Note = w.T("receipt.relay-note")
	}
	return append(parts, w.traffic(r.Traffic))
}

func orElse(list []string, none string) []string {
	if len(list) == 0 {
		return []string{none}
	}
	return list
}

func (w Words) traffic(list []phone.Traffic) Part {
	p := Part{Title: w.T("receipt.traffic")}
	for _, t := range list {
		role := "other"
		if t.Role == "relay" || t.Role == "peer" {
			role = t.Role
		}
		p.Bad = p.Bad || role == "other"
		p.Lines = append(p.Lines, w.T("receipt.traffic-line", "to", t.To, "role", w.T("receipt.role-"+role),
			"packets", strconv.FormatUint(t.Packets, 10), "size", w.Size(t.Bytes)))
	}
	p.Lines = orElse(p.Lines, w.T("receipt.traffic-none"))
	return p
}

// Size is a number of bytes as people read it.
func (w Words) Size(bytes uint64) string {
	switch {
	case bytes < 1000:
		return w.T("size.bytes", "n", strconv.FormatUint(bytes, 10))
	case bytes < 1_000_000:
		return w.T("size.kb", "n", strconv.FormatUint(bytes/1000, 10))
	}
	n := fmt.Sprintf("%.1f", float64(bytes)/1e6)
	if w.lang == "fr" {
		n = strings.Replace(n, ".", ",", 1)
	}
	return w.T("size.mb", "n", n)
}

// ReceiptText is the receipt of a past call as text to keep.
func (w Words) ReceiptText(e phone.HistoryEntry, now time.Time) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Paravent: %s\n%s\n%s\n", w.T("receipt.title"),
		w.T("receipt.with", "name", w.Name(e.Peer.Name), "when", w.When(e.At, now)), w.Outcome(e))
	fmt.Fprintln(&b, e.At.In(now.Location()).Format(time.RFC3339))
	if e.Receipt == nil {
		fmt.Fprintf(&b, "\n%s\n", w.T("receipt.none"))
		return b.String()
	}
	fmt.Fprintf(&b, "\n%s\n%s\n", w.ReceiptLine(e.Receipt), w.T("receipt.made-of"))
	for _, p := range w.ReceiptParts(*e.Receipt, false) {
		fmt.Fprintf(&b, "\n%s\n", p.Title)
		for _, line := range p.Lines {
			fmt.Fprintf(&b, "  %s\n", line)
		}
		if p.Note != "" {
			fmt.Fprintf(&b, "  %s\n", p.Note)
		}
	}
	return b.String()
}
