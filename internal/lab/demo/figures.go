package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"paravent/internal/lab"
)

// figures are what one call measured. Of two phones' figures the worse counts.
type figures struct {
	Route           string   `json:"route"`
	SetupMS         float64  `json:"setup_ms"`
	AcceptToAudioMS float64  `json:"accept_to_audio_ms"`
	MouthToEarMS    float64  `json:"mouth_to_ear_ms"`
	ESTOI           float64  `json:"estoi"`
	FPS             float64  `json:"fps"`
	CPUCores        float64  `json:"cpu_cores"`
	RSSMB           float64  `json:"rss_mb"`
	PeerSaw         []string `json:"peer_saw"`
	Receipts        []shown  `json:"receipts"`
}

// shown is one side's receipt.
type shown struct {
	Of        string   `json:"of"` // whose addresses
	PeerSaw   []string `json:"peer_saw"`
	RelaySaw  []string `json:"relay_saw"`
	Hidden    bool     `json:"hidden"`
	RelayKind string   `json:"relay_kind"`
}

func (f *figures) addConnected(e lab.Event) {
	if got := e.Text("route"); got != f.Route {
		f.Route = got
	}
	f.SetupMS = max(f.SetupMS, e.Number("setup_ms"))
	f.AcceptToAudioMS = max(f.AcceptToAudioMS, e.Number("accept_to_audio_ms"))
}

func (f *figures) addReceipt(name string, e lab.Event) {
	s := shown{Of: name, PeerSaw: texts(e["peer_saw"]), RelaySaw: texts(e["relay_saw"]), RelayKind: e.Text("relay_kind")}
	s.Hidden, _ = e["hidden"].(bool)
	f.Receipts = append(f.Receipts, s)
	if f.PeerSaw == nil {
		f.PeerSaw = []string{}
	}
	f.PeerSaw = append(f.PeerSaw, s.PeerSaw...)
}

func texts(v any) []string {
	out := []string{}
	all, _ := v.([]any)
	for _, x := range all {
		if s, ok := x.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

// printTable writes the figures for people.
func printTable(w io.Writer, calls []figures) {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "\nroute\tset-up\taccept to audio\tmouth to ear\tESTOI\tvideo\tCPU per phone\tmemory per phone")
	for _, f := range calls {
		fmt.Fprintf(t, "%s\t%.0f ms\t%.0f ms\t%.0f ms\t%.3f\t%.1f fps\t%.2f cores\t%.0f MB\n",
			f.Route, f.SetupMS, f.AcceptToAudioMS, f.MouthToEarMS, f.ESTOI, f.FPS, f.CPUCores, f.RSSMB)
	}
	fmt.Fprintln(t, "\nroute\tof whom\tthe other side saw\tthe relay saw\t")
	for _, f := range calls {
		for _, s := range f.Receipts {
			fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\n", f.Route, s.Of, orNothing(s.PeerSaw), orNothing(s.RelaySaw), relayWords(s))
		}
	}
	_ = t.Flush()
}

func orNothing(s []string) string {
	if len(s) == 0 {
		return "nothing"
	}
	return strings.Join(s, " ")
}

func relayWords(s shown) string {
	if s.RelayKind == "here" {
		return "(the relay is this computer and hides nothing)"
	}
	return ""
}

func writeJSON(path string, calls []figures) error {
	b, err := json.MarshalIndent(map[string]any{"calls": calls}, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(b, '\n'), 0o600)
}
