package script

import (
	"slices"
	"testing"

	"paravent/app/phone"
)

func TestHistoryIsFilteredBeforeItIsLimited(t *testing.T) {
	ann, who := phone.Person{ID: "a1", Contact: true}, phone.Person{ID: "b2"}
	p := newFakePhone()
	p.contacts["a1"] = phone.Contact{ID: "a1", Name: "Ann"}
	p.past = []phone.HistoryEntry{
		{ID: 7, Kind: phone.HistoryCall, Peer: ann, Outgoing: true, Reason: phone.Cancelled},
		{ID: 6, Kind: phone.HistoryCall, Peer: who, Silenced: true, Reason: phone.Missed},
		{ID: 5, Kind: phone.HistoryKnock, Peer: who, Text: "me"},
		{ID: 4, Kind: phone.HistoryCall, Peer: ann, Reason: phone.Missed},
		{ID: 3, Kind: phone.HistoryCall, Peer: who, Reason: phone.Cancelled},
		{ID: 2, Kind: phone.HistoryCall, Peer: ann, Reason: phone.HungUp, Lasted: 5},
		{ID: 1, Peer: ann, Reason: phone.Declined}, // of before there were kinds
	}
	for line, want := range map[string][]float64{
		`{"do":"history"}`:                                   {7, 6, 5, 4, 3, 2, 1},
		`{"do":"history","kind":"all","limit":2}`:            {7, 6},
		`{"do":"history","kind":"missed"}`:                   {4, 3},
		`{"do":"history","kind":"incoming"}`:                 {4, 3, 2, 1},
		`{"do":"history","kind":"outgoing"}`:                 {7},
		`{"do":"history","kind":"knocks"}`:                   {5},
		`{"do":"history","kind":"silenced","limit":5}`:       {6},
		`{"do":"history","kind":"missed","limit":1}`:         {4},
		`{"do":"history","with":"Ann","limit":3}`:            {7, 4, 2},
		`{"do":"history","with":"b2"}`:                       {6, 5, 3},
		`{"do":"history","with":"b2","kind":"missed"}`:       {3},
		`{"do":"history","with":"somebody","kind":"missed"}`: {},
	} {
		out := run(t, p, line)
		got := []float64{}
		list, ok := out[0]["history"].([]any)
		for _, e := range list {
			got = append(got, e.(map[string]any)["id"].(float64))
		}
		if !ok || out[0]["ok"] != true || !slices.Equal(got, want) {
			t.Errorf("%s: got %v of %v, want %v", line, got, out, want)
		}
	}
}

func TestHistoryRefusesUnknownKinds(t *testing.T) {
	for _, line := range []string{`{"do":"history","kind":"loud"}`, `{"do":"history.delete"}`} {
		p := newFakePhone()
		if out := run(t, p, line); out[0]["ok"] != false || out[0]["code"] != "bad-command" || len(p.asked) > 0 {
			t.Errorf("%s: %v, asked %v", line, out, p.asked)
		}
	}
}

func TestUnseenIsCounted(t *testing.T) {
	if out := run(t, newFakePhone(), `{"do":"history.unseen"}`); out[0]["count"] != 3.0 {
		t.Errorf("got %v", out)
	}
}
