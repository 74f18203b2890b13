package script

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"paravent/app/phone"
)

// fakePhone records what it was asked and lets a test raise events.
type fakePhone struct {
	tunnel   phone.Tunnel
	began    chan struct{} // closed when a scan began
	mu       sync.Mutex
	asked    []string
	handler  func(phone.Event)
	contacts map[string]phone.Contact
	past     []phone.HistoryEntry
	checking chan struct{} // closed when a privacy check may end; nil: at once
}

func newFakePhone() *fakePhone { return &fakePhone{contacts: map[string]phone.Contact{}} }

func (p *fakePhone) ask(format string, a ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.asked = append(p.asked, fmt.Sprintf(format, a...))
}
func (p *fakePhone) Subscribe(h func(phone.Event)) func() { p.handler = h; return func() {} }
func (p *fakePhone) Call(to string, video bool, consents ...phone.Consent) (phone.CallID, error) {
	p.ask("call %s %v%s", to, video, agreed(consents))
	if to == "nobody" {
		return phone.CallID{}, phone.ErrNoSuchCall
	}
	return phone.CallID{7}, nil
}
func (p *fakePhone) Answer(id phone.CallID, v bool, consents ...phone.Consent) error {
	p.ask("answer %s %v%s", id, v, agreed(consents))
	return nil
}

// agreed writes what the person agreed to.
func agreed(consents []phone.Consent) (s string) {
	for _, c := range consents {
		s += map[phone.Consent]string{phone.ServerSees: " anyway", phone.KeyChanged: " changed"}[c]
	}
	return s
}
func (p *fakePhone) WhoseLink(link string) (phone.Person, error) {
	p.ask("whose link %s", link)
	return phone.Person{ID: "c0", Name: "Mei", Contact: true, Address: link}, nil
}
func (p *fakePhone) Profiles() []phone.Profile { return []phone.Profile{{Current: true, Open: true}} }
func (p *fakePhone) CreateProfile(name string) (phone.Profile, error) {
	p.ask("create profile %s", name)
	return phone.Profile{ID: "p-1", Name: name}, nil
}
func (p *fakePhone) RenameProfile(profile, name string) error {
	p.ask("rename profile %s %s", profile, name)
	return nil
}
func (p *fakePhone) DeleteProfile(profile string) error {
	p.ask("delete profile %s", profile)
	return nil
}
func (p *fakePhone) GoDirect(id phone.CallID) error { p.ask("direct %s", id); return nil }
func (p *fakePhone) GoRelay(id phone.CallID) error  { p.ask("relay %s", id); return nil }
func (p *fakePhone) Decline(id phone.CallID) error  { p.ask("decline %s", id); return nil }
func (p *fakePhone) Hangup(id phone.CallID) error   { p.ask("hangup %s", id); return nil }
func (p *fakePhone) Mute(id phone.CallID, a, c bool) error {
	p.ask("mute %s %v %v", id, a, c)
	return nil
}
func (p *fakePhone) Hold(id phone.CallID, on bool) error { p.ask("hold %s %v", id, on); return nil }
func (p *fakePhone) PrivacyCheck(ctx context.Context, _ func(done, total int)) (phone.PrivacyReport, error) {
	p.ask("privacy check")
	if p.checking != nil {
		select {
		case <-p.checking:
		case <-ctx.Done():
			return phone.PrivacyReport{}, ctx.Err()
		}
	}
	return phone.PrivacyReport{Passed: true, Route: "relay"}, nil
}
func (p *fakePhone) Stats(phone.CallID) (phone.Stats, error) {
	return phone.Stats{RTT: 12 * time.Millisecond}, nil
}
func (p *fakePhone) SetSetting(k string, v json.RawMessage) error {
	p.ask("set %s %s", k, v)
	return nil
}
func (p *fakePhone) GetSetting(string) (json.RawMessage, error) {
	return json.RawMessage(`"relay"`), nil
}
func (p *fakePhone) AddContact(name, address string) (phone.Contact, error) {
	c := phone.Contact{ID: "c0ffee", Name: name, Address: address, Route: phone.RouteInherit}
	p.contacts[c.ID] = c
	return c, nil
}
func (p *fakePhone) PutContact(c phone.Contact) error { p.contacts[c.ID] = c; return nil }
func (p *fakePhone) FindContact(id string) (phone.Contact, error) {
	for _, c := range p.contacts {
		if c.ID == id || c.Name == id {
			return c, nil
		}
	}
	return phone.Contact{}, phone.ErrBadCommand
}
func (p *fakePhone) Contacts() []phone.Contact { return nil }
func (p *fakePhone) Verify(id string) error    { p.ask("verify %s", id); return nil }
func (p *fakePhone) Distrust(id string) error  { p.ask("distrust %s", id); return nil }
func (p *fakePhone) CompareCode(id, code string) error {
	p.ask("compare %s %s", id, code)
	return nil
}
func (p *fakePhone) ReplaceAddress(contact, link string) (phone.Contact, error) {
	p.ask("replace %s %s", contact, link)
	return phone.Contact{ID: "beef", Trust: phone.Changed}, nil
}
func (p *fakePhone) ReadCode(r io.Reader) (string, error) {
	b, err := io.ReadAll(r)
	return strings.TrimPrefix(string(b), "picture of "), err
}
func (p *fakePhone) ExportContacts(w io.Writer) error {
	_, err := io.WriteString(w, "everybody")
	return err
}
func (p *fakePhone) ExportOwn(io.Writer) error { return phone.ErrBadCommand }
func (p *fakePhone) ImportContacts(r io.Reader) (phone.Import, error) {
	b, err := io.ReadAll(r)
	p.ask("import %s", b)
	return phone.Import{Added: 2, Same: 1, Skipped: []phone.Skipped{{Name: "Mei", Why: "card-no-address"}}}, err
}
func (p *fakePhone) ScanCode(ctx context.Context, _ phone.Screen) (string, error) {
	close(p.began)
	<-ctx.Done()
	return "", phone.ErrClosed
}
func (p *fakePhone) Code(link string) ([]byte, error) { return []byte("picture of " + link), nil }
func (p *fakePhone) RemoveContact(id string) error    { delete(p.contacts, id); return nil }
func (p *fakePhone) Knock(to, text string, agreed ...phone.Consent) error {
	p.ask("knock %s %s %v", to, text, agreed)
	return nil
}
func (p *fakePhone) Admit(entry uint64, agreed ...phone.Consent) error {
	p.ask("admit %d %v", entry, agreed)
	return nil
}
func (p *fakePhone) Admitted() []phone.Admission {
	return []phone.Admission{{Who: phone.Person{ID: "c0ffee"}}}
}
func (p *fakePhone) Withdraw(id string) error    { p.ask("withdraw %s", id); return nil }
func (p *fakePhone) NewAddress() (string, error) { p.ask("new address"); return "paravent:new", nil }
func (p *fakePhone) PersonOf(who string) (phone.Person, error) {
	if who == "nobody" {
		return phone.Person{}, phone.ErrBadCommand
	}
	return phone.Person{ID: "c0ffee", Address: who}, nil
}
func (p *fakePhone) BlockPerson(who phone.Person) error {
	p.ask("block %s %s", who.ID, who.Address)
	return nil
}
func (p *fakePhone) Unblock(id string) error      { p.ask("unblock %s", id); return nil }
func (p *fakePhone) Expect(d time.Duration) error { p.ask("expect %v", d); return nil }
func (p *fakePhone) Disturb(on bool, until time.Time) error {
	p.ask("disturb %v %s", on, until.Format(time.RFC3339))
	return nil
}
func (p *fakePhone) Blocked() []phone.Person { return []phone.Person{{ID: "c0ffee"}} }
func (p *fakePhone) NetworkDevices() []phone.NetworkDevice {
	return []phone.NetworkDevice{{Name: "wg0", Title: "WireGuard (wg0)", VPN: true, Up: true, Addresses: []string{"10.2.0.2"}}}
}
func (p *fakePhone) ImportTunnel(name string, config []byte) (phone.Tunnel, error) {
	p.ask("import %s %s", filepath.Base(name), config)
	p.tunnel = phone.Tunnel{Name: filepath.Base(name), Endpoint: "vpn.example:51820"}
	return p.tunnel, nil
}
func (p *fakePhone) Tunnel() (phone.Tunnel, bool) { return p.tunnel, p.tunnel.Name != "" }
func (p *fakePhone) BackupTo(path, passphrase string, without ...phone.BackupPart) error {
	p.ask("backup %s %s %v", path, passphrase, without)
	return nil
}
func (p *fakePhone) KeyPlace() phone.KeyPlace { return phone.KeyInClear }
func (p *fakePhone) ProtectKey(current, next string) error {
	p.ask("protect %s %s", current, next)
	return nil
}
func (p *fakePhone) RemoveTunnel() error              { p.ask("remove tunnel"); return nil }
func (p *fakePhone) History(int) []phone.HistoryEntry { return p.past }
func (p *fakePhone) HistoryWith(id string, _ int) []phone.HistoryEntry {
	return slices.DeleteFunc(slices.Clone(p.past), func(e phone.HistoryEntry) bool { return e.Peer.ID != id })
}
func (p *fakePhone) DeleteHistory(ids ...uint64) error { p.ask("delete history %v", ids); return nil }
func (p *fakePhone) ClearHistory() error               { p.ask("clear history"); return nil }
func (p *fakePhone) Unseen() int                       { return 3 }
func (p *fakePhone) MarkSeen() error                   { p.ask("seen"); return nil }

// run feeds lines to a face and returns what it wrote.
func run(t *testing.T, p *fakePhone, lines ...string) []map[string]any {
	t.Helper()
	var out bytes.Buffer
	f := New(p, &out, AnswerAsk)
	if err := f.Run(context.Background(), strings.NewReader(strings.Join(lines, "\n"))); err != nil {
		t.Fatal(err)
	}
	return decode(t, &out)
}

func decode(t *testing.T, r io.Reader) (all []map[string]any) {
	t.Helper()
	for s := bufio.NewScanner(r); s.Scan(); {
		var m map[string]any
		if err := json.Unmarshal(s.Bytes(), &m); err != nil {
			t.Fatalf("%v in %q", err, s.Text())
		}
		if _, err := time.Parse(time.RFC3339Nano, m["at"].(string)); err != nil {
			t.Errorf("bad time in %v", m)
		}
		all = append(all, m)
	}
	return all
}

func TestCommands(t *testing.T) {
	id := phone.CallID{7}.String()
	for _, row := range []struct{ line, asked string }{
		{`{"do":"call","to":"bob","video":true}`, "call bob true"},
		{`{"do":"answer","call":"` + id + `","video":false}`, "answer " + id + " false"},
		{`{"do":"answer","call":"` + id + `","anyway":true}`, "answer " + id + " false anyway"},
		{`{"do":"answer","call":"` + id + `","changed":true}`, "answer " + id + " false changed"},
		{`{"do":"call","to":"Far","video":true,"anyway":true}`, "call Far true anyway"},
		{`{"do":"call","to":"Far","anyway":true,"changed":true}`, "call Far false anyway changed"},
		{`{"do":"decline","call":"` + id + `"}`, "decline " + id},
		{`{"do":"hangup","call":"` + id + `"}`, "hangup " + id},
		{`{"do":"mute","call":"` + id + `","audio":true,"video":false}`, "mute " + id + " true false"},
		{`{"do":"hold","call":"` + id + `","on":true}`, "hold " + id + " true"},
		{`{"do":"direct","call":"` + id + `"}`, "direct " + id},
		{`{"do":"relay","call":"` + id + `"}`, "relay " + id},
		{`{"do":"knock","to":"paravent:x","text":"let me in"}`, "knock paravent:x let me in []"},
		{`{"do":"key.protect","passphrase":"old horse","next":"new horse"}`, "protect old horse new horse"},
		{`{"do":"backup","path":"b.age","passphrase":"correct horse","without_history":true}`, "backup b.age correct horse [history]"},
		{`{"do":"knock","to":"Far","text":"hello","anyway":true}`, "knock Far hello [1]"},
		{`{"do":"admit","entry":7}`, "admit 7 []"},
		{`{"do":"admit","entry":7,"anyway":true}`, "admit 7 [1]"},
		{`{"do":"withdraw","contact":"paravent:x"}`, "withdraw c0ffee"},
		{`{"do":"block","contact":"paravent:x"}`, "block c0ffee paravent:x"},
		{`{"do":"unblock","contact":"paravent:x"}`, "unblock c0ffee"},
		{`{"do":"address.new"}`, "new address"},
		{`{"do":"set","key":"privacy.route","value":"direct"}`, `set privacy.route "direct"`},
		{`{"do":"history.delete","ids":[4,7]}`, "delete history [4 7]"},
		{`{"do":"history.clear"}`, "clear history"},
		{`{"do":"history.seen"}`, "seen"},
	} {
		p := newFakePhone()
		out := run(t, p, row.line)
		if len(p.asked) != 1 || p.asked[0] != row.asked {
			t.Errorf("%s asked %q, want %q", row.line, p.asked, row.asked)
		}
		if len(out) != 1 || out[0]["event"] != "result" || out[0]["ok"] != true {
			t.Errorf("%s answered %v", row.line, out)
		}
	}
}

func TestBadInputIsAnErrorEventAndNothingElse(t *testing.T) {
	for _, line := range []string{
		`{`, `[]`, `"quit"`, `{"do":"dance"}`, `{"do":"call","too":"bob"}`, `{"do":"hangup","call":"12"}`,
		`{"do":"quit"}{"do":"quit"}`, strings.Repeat("x", maxLine+10), "\x00",
	} {
		p := newFakePhone()
		out := run(t, p, line)
		if len(p.asked) != 0 {
			t.Errorf("%.40q asked %q", line, p.asked)
		}
		if len(out) != 1 || out[0]["event"] != "error" || out[0]["code"] != "bad-command" || out[0]["message"] == "" {
			t.Errorf("%.40q wrote %v", line, out)
		}
	}
}

func TestFailedCommandNamesTheFault(t *testing.T) {
	out := run(t, newFakePhone(), `{"do":"call","to":"nobody"}`)
	if out[0]["ok"] != false || out[0]["code"] != "no-such-call" {
		t.Errorf("got %v", out)
	}
}

func TestContactCommands(t *testing.T) {
	p := newFakePhone()
	run(t, p, `{"do":"contact.add","name":"Bob","address":"paravent:x","favourite":true,"route":"direct"}`,
		`{"do":"contacts"}`)
	c := p.contacts["c0ffee"]
	if !c.Favourite || c.Route != phone.RouteDirect {
		t.Errorf("got %+v", c)
	}
}

func TestTrustCommands(t *testing.T) {
	p := newFakePhone()
	p.contacts["c0ffee"] = phone.Contact{ID: "c0ffee", Name: "Bob"}
	out := run(t, p, `{"do":"contact.verify","contact":"Bob"}`, `{"do":"contact.distrust","contact":"c0ffee"}`,
		`{"do":"contact.compare","contact":"Bob","code":"paravent:b"}`, `{"do":"contact.replace","contact":"Bob","address":"paravent:c"}`)
	if want := []string{"verify c0ffee", "distrust c0ffee", "compare c0ffee paravent:b", "replace Bob paravent:c"}; !slices.Equal(p.asked, want) {
		t.Errorf("asked %q, want %q", p.asked, want)
	}
	if out[0]["contact"] != "c0ffee" || out[3]["contact"] != "beef" || out[3]["trust"] != "changed" {
		t.Errorf("got %v", out)
	}
	if out := run(t, p, `{"do":"contact.verify","contact":"nobody"}`); out[0]["ok"] != false {
		t.Errorf("verified nobody: %v", out)
	}
}

func TestDoorCommandsAndEvents(t *testing.T) {
	p := newFakePhone()
	out := run(t, p, `{"do":"blocked"}`, `{"do":"admitted"}`, `{"do":"address.new"}`, `{"do":"block","contact":"nobody"}`)
	for i, field := range []string{"blocked", "admitted"} {
		if list, _ := out[i][field].([]any); len(list) != 1 {
			t.Errorf("%s: %v", field, out[i])
		}
	}
	if out[2]["address"] != "paravent:new" || out[3]["ok"] != false || out[3]["code"] != "bad-command" {
		t.Errorf("got %v, %v", out[2], out[3])
	}
	var events bytes.Buffer
	f := New(p, &events, AnswerAsk)
	who := phone.Person{ID: "c0ffee", Name: "Ann", Address: "paravent:x"}
	f.event(phone.Knocked{Entry: 7, From: who, Text: "let me in"})
	f.event(phone.Admitted{From: who, Until: time.Unix(1_900_000_000, 0)})
	out = decode(t, &events)
	if e := out[0]; e["event"] != "knock" || e["entry"] != 7.0 || e["text"] != "let me in" || e["from"] != "paravent:x" || e["from_name"] != "Ann" {
		t.Errorf("knock %v", e)
	}
	if e := out[1]; e["event"] != "welcome" || e["until"] != "2030-03-17T17:46:40Z" || e["from_id"] != "c0ffee" {
		t.Errorf("welcome %v", e)
	}
}

func TestTunnelCommands(t *testing.T) {
	path := filepath.Join(t.TempDir(), "home.conf")
	if err := os.WriteFile(path, []byte("[Interface]"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := newFakePhone()
	out := run(t, p, `{"do":"tunnel.show"}`, `{"do":"tunnel.import","path":"`+path+`"}`, `{"do":"tunnel.show"}`, `{"do":"tunnel.remove"}`,
		`{"do":"tunnel.import","path":"`+path+`.missing"}`, `{"do":"network.devices"}`)
	if want := []string{"import home.conf [Interface]", "remove tunnel"}; !slices.Equal(p.asked, want) {
		t.Errorf("asked %q, want %q", p.asked, want)
	}
	if shown, ok := out[0]["tunnel"]; !ok || shown != nil {
		t.Errorf("before: %v", out[0])
	}
	for _, i := range []int{1, 2} {
		if shown, _ := out[i]["tunnel"].(map[string]any); shown["endpoint"] != "vpn.example:51820" {
			t.Errorf("got %v", out[i])
		}
	}
	if out[4]["ok"] != false || out[4]["code"] != "file-unusable" {
		t.Errorf("a missing file: %v", out[4])
	}
	devices, _ := out[5]["devices"].([]any)
	if len(devices) != 1 || devices[0].(map[string]any)["name"] != "wg0" {
		t.Errorf("got %v", out[5])
	}
}

func TestPrivacyCheckGoesOnBesideOtherCommands(t *testing.T) {
	p := newFakePhone()
	p.checking = make(chan struct{})
	in, feed := io.Pipe()
	outRead, outWrite := io.Pipe()
	f := New(p, outWrite, AnswerAsk)
	ended := make(chan error, 1)
	go func() {
		ended <- f.Run(context.Background(), in)
		_ = outWrite.Close()
	}()
	lines := bufio.NewReader(outRead)
	next := func() (m map[string]any) {
		line, err := lines.ReadBytes('\n')
		if err != nil || json.Unmarshal(line, &m) != nil {
			t.Fatalf("%v in %q", err, line)
		}
		return m
	}
	fmt.Fprintln(feed, `{"do":"privacy.check"}`)
	fmt.Fprintln(feed, `{"do":"hangup","call":"`+phone.CallID{7}.String()+`"}`)
	if first := next(); first["do"] != "hangup" {
		t.Errorf("hanging up waited: %v", first)
	}
	close(p.checking)
	result := next()
	report, _ := result["report"].(map[string]any)
	if result["do"] != "privacy.check" || result["ok"] != true || report["passed"] != true || report["route"] != "relay" {
		t.Errorf("got %v", result)
	}
	_ = feed.Close()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestQuitEndsAPrivacyCheck(t *testing.T) {
	p := newFakePhone()
	p.checking = make(chan struct{}) // never closed
	out := run(t, p, `{"do":"privacy.check"}`, `{"do":"quit"}`)
	if len(out) != 2 || out[0]["do"] != "quit" || out[1]["do"] != "privacy.check" || out[1]["ok"] != false {
		t.Errorf("got %v", out)
	}
}

func TestQuitEndsAndLaterLinesAreNotRead(t *testing.T) {
	p := newFakePhone()
	out := run(t, p, `{"do":"quit"}`, `{"do":"call","to":"bob"}`)
	if len(out) != 1 || len(p.asked) != 0 {
		t.Errorf("out %v asked %v", out, p.asked)
	}
}

func TestConnectedWaitsForTheFirstSound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		f := New(newFakePhone(), &out, AnswerAsk)
		f.event(phone.MediaConnected{Call: phone.CallID{1}, Route: phone.Relay, Setup: 80 * time.Millisecond})
		f.event(phone.FirstAudio{Call: phone.CallID{1}, Accepted: 130 * time.Millisecond})
		f.event(phone.MediaConnected{Call: phone.CallID{2}, Route: phone.Direct})
		time.Sleep(soundWait + time.Second)
		synctest.Wait()
		lines := decode(t, &out)
		if len(lines) != 2 || lines[0]["accept_to_audio_ms"] != 130.0 || lines[0]["route"] != "relay" || lines[1]["accept_to_audio_ms"] != nil {
			t.Errorf("got %v", lines)
		}
	})
}

// The speaker may be faster than the word that there is a path.
func TestFirstSoundBeforeConnectedIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		f := New(newFakePhone(), &out, AnswerAsk)
		f.event(phone.FirstAudio{Call: phone.CallID{1}, Accepted: 130 * time.Millisecond})
		f.event(phone.FirstAudio{Call: phone.CallID{2}})
		f.event(phone.MediaConnected{Call: phone.CallID{1}})
		for _, id := range []phone.CallID{{1}, {2}} {
			f.event(phone.CallChanged{Call: phone.CallInfo{ID: id, State: phone.Ended}})
		}
		if lines := decode(t, &out); lines[0]["event"] != "connected" || lines[0]["accept_to_audio_ms"] != 130.0 {
			t.Errorf("got %v", lines)
		}
		if len(f.sounds) != 0 || len(f.pending) != 0 {
			t.Errorf("kept for ever: %v %v", f.sounds, f.pending)
		}
	})
}

func TestEventLines(t *testing.T) {
	var out bytes.Buffer
	f := New(newFakePhone(), &out, AnswerNever)
	bob := phone.Person{ID: "b0b", Name: "Bob", Address: "paravent:bob"}
	for _, e := range []phone.Event{
		phone.ServerChanged{Online: true, Address: "paravent:me", Server: "h:1#p"},
		phone.Incoming{Call: phone.CallID{1}, From: bob, Video: true},
		phone.CallChanged{Call: phone.CallInfo{ID: phone.CallID{1}, State: phone.Ended, Reason: phone.Declined}},
		phone.ReceiptReady{Receipt: phone.Receipt{Call: phone.CallID{1}, Route: phone.Relay, Hidden: true}},
		phone.CallMissed{From: bob, At: time.Unix(1, 0)},
		phone.Knocked{From: bob, Text: "hello"},
		phone.Notice{Err: phone.ErrDiskFull},
	} {
		f.event(e)
	}
	var names []string
	for _, l := range decode(t, &out) {
		names = append(names, l["event"].(string))
	}
	if got, want := strings.Join(names, " "), "ready incoming state ended receipt missed knock error"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// A change of route is told when it changes, and nobody agrees by themselves.
func TestUpgradeIsToldWhenItChanges(t *testing.T) {
	var out bytes.Buffer
	p := newFakePhone()
	f := New(p, &out, AnswerAuto)
	for _, u := range []phone.Upgrade{phone.NoUpgrade, phone.Asked, phone.Asked, phone.Moving, phone.NoUpgrade} {
		f.event(phone.CallChanged{Call: phone.CallInfo{ID: phone.CallID{1}, State: phone.Connected, Upgrade: u, WouldShow: []string{"192.0.2.7"}}})
	}
	f.event(phone.CallChanged{Call: phone.CallInfo{ID: phone.CallID{1}, State: phone.Ended}})
	var told []string
	for _, l := range decode(t, &out) {
		if l["event"] == "upgrade" {
			told = append(told, fmt.Sprint(l["state"], l["would_show"]))
		}
	}
	if got, want := strings.Join(told, " "), "asked[192.0.2.7] moving[192.0.2.7] none[192.0.2.7]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if len(p.asked) != 0 || len(f.upgrades) != 0 {
		t.Errorf("asked %q, kept %v", p.asked, f.upgrades)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"do":"call","to":"bob","video":true}`))
	f.Add([]byte(`{"do":"hangup","call":"00000000000000000000000000000000"}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		if c, err := parse(line); err == nil {
			if _, known := verbs[c.Do]; !known && c.Do != "quit" {
				t.Errorf("accepted %q", c.Do)
			}
		}
	})
}

func TestSafetyWordsAreToldOnce(t *testing.T) {
	var b bytes.Buffer
	f := New(newFakePhone(), &b, AnswerAsk)
	c := phone.CallInfo{ID: phone.CallID{1}, State: phone.Connected, Trust: phone.Unverified, Safety: phone.Safety{State: phone.SafetyPending}}
	f.event(phone.CallChanged{Call: c})
	c.Safety = phone.Safety{State: phone.SafetyReady, Code: [4]byte{0, 1, 2, 255}}
	f.event(phone.CallChanged{Call: c})
	f.event(phone.CallChanged{Call: c})
	c.Trust = phone.Verified
	f.event(phone.CallChanged{Call: c})
	c.State = phone.Ended
	f.event(phone.CallChanged{Call: c})
	var told []string
	for line := range strings.Lines(b.String()) {
		if strings.Contains(line, `"event":"safety"`) {
			told = append(told, line)
		}
	}
	if len(told) != 2 || !strings.Contains(told[0], `"words_en":["Dog","Cat","Lion","Heart"]`) ||
		!strings.Contains(told[0], `"words_fr":["Chien","Chat","Lion","Cœur"]`) || !strings.Contains(told[1], `"trust":"verified"`) || len(f.safety) != 0 {
		t.Errorf("told %q, kept %v", told, f.safety)
	}
}
