package app

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"paravent/app/call"
	"paravent/app/phone"
)

func TestTraceWritesWhatPeersWereTold(t *testing.T) {
	file := filepath.Join(t.TempDir(), "trace")
	tr, err := openTracer(file)
	if err != nil {
		t.Fatal(err)
	}
	tr.write("sent", "bob", phone.CallID{1}, []byte("junk"))
	if err := tr.close(); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	s := bufio.NewScanner(f)
	s.Scan()
	var got traced
	if err := json.Unmarshal(s.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got.Direction != "sent" || got.Peer != "bob" || got.Kind != "unreadable" || string(got.Payload) != "junk" {
		t.Errorf("got %+v", got)
	}
}

// Nothing is written for a phone that was not asked to.
func TestNoTraceByDefault(t *testing.T) {
	tr, err := openTracer("")
	if tr != nil || err != nil {
		t.Fatalf("got %v, %v", tr, err)
	}
	tr.write("sent", call.PeerID("bob"), phone.CallID{1}, []byte("junk"))
	if err := tr.close(); err != nil {
		t.Fatal(err)
	}
}
