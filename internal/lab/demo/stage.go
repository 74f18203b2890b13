package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"paravent/internal/lab"
	"paravent/media/mediatest"
)

// eventWait is how long the demo waits for anything a phone should say; the first
// start of a window can be slow on a small computer.
const eventWait = 20 * time.Second

// stage holds the server, the two phones and their files.
type stage struct {
	o          options
	stopServer func()
	alice, bob *lab.Phone
	aliceAddr  string
	bobAddr    string
	clocks     map[*lab.Phone]clock // of the last call
}

func newStage(ctx context.Context, o options) (*stage, error) {
	speech := filepath.Join(o.dir, "speech.wav")
	if err := os.WriteFile(speech, mediatest.SpeechWav, 0o600); err != nil {
		return nil, err
	}
	s := &stage{o: o, clocks: map[*lab.Phone]clock{}}
	server, stop, err := lab.StartServer(ctx, filepath.Join(o.bin, "paravent-server"), "--listen", "127.0.0.1")
	if err != nil {
		return nil, err
	}
	s.stopServer = stop
	if s.alice, s.aliceAddr, err = s.phone(ctx, "alice", server, "ask"); err == nil {
		s.bob, s.bobAddr, err = s.phone(ctx, "bob", server, "auto")
	}
	if err == nil {
		err = s.introduce()
	}
	if err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// phone starts one phone whose microphone is the speech file and whose camera
// is the moving pattern; what it hears goes to NAME.wav.
func (s *stage) phone(ctx context.Context, name, server, answer string) (*lab.Phone, string, error) {
	binary, args := filepath.Join(s.o.bin, "paravent-headless"), []string{
		"--profile", filepath.Join(s.o.dir, name), "--name", strings.ToTitle(name[:1]) + name[1:], "--server", server,
		"--mic", "file:" + filepath.Join(s.o.dir, "speech.wav"), "--speaker", "file:" + s.heard(name),
		"--camera", "pattern", "--answer", answer,
	}
	if os.Getenv("DISPLAY") != "" {
		binary = filepath.Join(s.o.bin, "paravent")
		args = append(args, "--script")
	} else {
		args = append(args, "--screen", "null")
	}
	p, err := lab.StartPhone(ctx, name, binary, args...)
	if err != nil {
		return nil, "", err
	}
	ready, err := p.Wait(0, "ready", eventWait, nil)
	if err != nil {
		p.Quit()
		return nil, "", err
	}
	return p, ready.Text("address"), nil
}

func (s *stage) heard(name string) string { return filepath.Join(s.o.dir, name+"-heard.wav") }

// introduce puts each into the other's address book.
func (s *stage) introduce() error {
	if _, err := s.alice.Do("contact.add", lab.Event{"name": "Bob", "address": s.bobAddr}); err != nil {
		return err
	}
	_, err := s.bob.Do("contact.add", lab.Event{"name": "Alice", "address": s.aliceAddr})
	return err
}

func (s *stage) phones() []*lab.Phone { return []*lab.Phone{s.alice, s.bob} }

func (s *stage) close() {
	for _, p := range s.phones() {
		if p != nil {
			p.Quit()
		}
	}
	s.stopServer()
}

// call makes one call by the given route and measures it.
func (s *stage) call(route string) (figures, error) {
	for _, p := range s.phones() {
		if _, err := p.Do("set", lab.Event{"key": "privacy.route", "value": route}); err != nil {
			return figures{}, err
		}
	}
	from := map[*lab.Phone]int{s.alice: s.alice.Seen(), s.bob: s.bob.Seen()}
	r, err := s.alice.Do("call", lab.Event{"to": "Bob", "video": true})
	if err != nil {
		return figures{}, err
	}
	id := r.Text("call")
	f := figures{Route: route}
	for _, p := range s.phones() {
		c, err := p.Wait(from[p], "connected", eventWait, nil)
		if err != nil {
			return f, err
		}
		f.addConnected(c)
	}
	if f.Route != route {
		return f, fmt.Errorf("asked for %s, got %s", route, f.Route)
	}
	if err := s.watch(id, &f); err != nil {
		return f, err
	}
	if _, err := s.alice.Do("hangup", lab.Event{"call": id}); err != nil {
		return f, err
	}
	for _, p := range s.phones() {
		receipt, err := p.Wait(from[p], "receipt", eventWait, nil)
		if err != nil {
			return f, err
		}
		f.addReceipt(p.Name, receipt)
	}
	return f, s.listen(&f)
}
