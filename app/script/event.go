package script

import (
	"time"

	"paravent/app/phone"
)

// soundWait is how long "connected" waits for the first sound, whose time it
// carries; a peer that sends none does not hold it back for ever.
const soundWait = 2 * time.Second

// connected is a "connected" line that still waits for the first sound.
type connected struct {
	fields map[string]any
	timer  *time.Timer
}

// event turns one event of the phone into lines of output.
func (f *Face) event(e phone.Event) {
	switch e := e.(type) {
	case phone.ServerChanged:
		f.server(e)
	case phone.Incoming:
		f.write("incoming", who(e.From, map[string]any{"call": e.Call, "video": e.Video, "trust": e.Trust}))
		if f.answer == AnswerAuto {
			go f.autoAnswer(e) // a handler must not call back into the phone
		}
	case phone.CallChanged:
		f.state(e.Call)
	case phone.MediaConnected:
		f.connected(e)
	case phone.FirstAudio:
		f.firstSound(e)
	case phone.ReceiptReady:
		r := e.Receipt
		f.write("receipt", map[string]any{"call": r.Call, "peer_saw": list(r.PeerSaw), "relay_saw": list(r.RelaySaw),
			"server_saw": list(r.ServerSaw), "kept_hidden": list(r.KeptHidden), "traffic": r.Traffic,
			"route": r.Route, "hidden": r.Hidden, "relay_kind": r.RelayKind})
	case phone.CallMissed:
		f.write("missed", who(e.From, map[string]any{"missed_at": e.At.UTC().Format(time.RFC3339Nano)}))
	case phone.Knocked:
		f.write("knock", who(e.From, map[string]any{"entry": e.Entry, "text": e.Text}))
	case phone.Admitted:
		f.write("welcome", who(e.From, map[string]any{"until": e.Until.UTC().Format(time.RFC3339Nano)}))
	case phone.Notice:
		f.writeError(e.Err)
	case phone.StatsSampled, phone.ContactsChanged, phone.HistoryChanged, phone.SettingsChanged, phone.DoorChanged:
		// Asked for by commands.
	}
}

func (f *Face) autoAnswer(e phone.Incoming) {
	if err := f.phone.Answer(e.Call, e.Video); err != nil {
		f.writeError(err)
	}
}

func (f *Face) server(e phone.ServerChanged) {
	if e.Online {
		f.write("ready", map[string]any{"address": e.Address, "server": e.Server})
	} else if e.Err != nil {
		f.writeError(e.Err)
	}
}

func (f *Face) state(c phone.CallInfo) {
	f.write("state", map[string]any{"call": c.ID, "state": c.State, "route": c.Route})
	f.upgrade(c)
	f.tellSafety(c)
	if c.State != phone.Ended {
		return
	}
	f.release(c.ID)
	f.mu.Lock()
	delete(f.sounds, c.ID)
	delete(f.upgrades, c.ID)
	delete(f.safety, c.ID)
	f.mu.Unlock()
	fields := map[string]any{"call": c.ID, "reason": c.Reason}
	if c.Err != nil {
		fields["code"], fields["message"] = phone.CodeOf(c.Err), c.Err.Error()
	}
	f.write("ended", fields)
}

// upgrade tells where a change of route stands, when that changed. Nothing
// agrees to one by itself, not even a phone that answers by itself.
func (f *Face) upgrade(c phone.CallInfo) {
	f.mu.Lock()
	before := f.upgrades[c.ID]
	f.upgrades[c.ID] = c.Upgrade
	f.mu.Unlock()
	if before != c.Upgrade {
		f.write("upgrade", map[string]any{"call": c.ID, "state": c.Upgrade, "would_show": list(c.WouldShow)})
	}
}

func (f *Face) connected(e phone.MediaConnected) {
	fields := map[string]any{"call": e.Call, "route": e.Route, "local": e.Local, "remote": e.Remote,
		"setup_ms": ms(e.Setup), "accept_to_audio_ms": nil}
	f.mu.Lock()
	f.pending[e.Call] = &connected{fields: fields, timer: time.AfterFunc(soundWait, func() { f.release(e.Call) })}
	accepted, heard := f.sounds[e.Call]
	f.mu.Unlock()
	if heard {
		f.firstSound(phone.FirstAudio{Call: e.Call, Accepted: accepted})
	}
}

// firstSound completes the "connected" line. A speaker may be faster than the
// word that there is a path: then the sound waits for the line.

func (f *Face) firstSound(e phone.FirstAudio) {
	f.mu.Lock()
	if p := f.pending[e.Call]; p != nil {
		p.fields["accept_to_audio_ms"] = ms(e.Accepted)
		delete(f.sounds, e.Call)
	} else {
		f.sounds[e.Call] = e.Accepted
	}
	f.mu.Unlock()
	f.release(e.Call)
}

// release writes the "connected" line of a call, once.
func (f *Face) release(id phone.CallID) {
	f.mu.Lock()
	p := f.pending[id]
	delete(f.pending, id)
	f.mu.Unlock()
	if p != nil {
		p.timer.Stop()
		f.write("connected", p.fields)
	}
}

// who adds the other person: "from" is an address that "call" and
// "contact.add" take.
func who(p phone.Person, fields map[string]any) map[string]any {
	fields["from"], fields["from_id"], fields["from_name"], fields["contact"] = p.Address, p.ID, p.Name, p.Contact
	if p.Namesake {
		fields["namesake"] = true
	}
	return fields
}

func statsFields(id phone.CallID, s phone.Stats) map[string]any {
	return map[string]any{"call": id, "rtt_ms": ms(s.RTT), "bitrate": s.Bitrate, "audio": streamFields(s.Audio), "video": streamFields(s.Video)}
}

func streamFields(s phone.StreamStats) map[string]any {
	return map[string]any{"sent": s.Sent, "received": s.Received, "lost": s.Lost, "concealed": s.Concealed, "delay_ms": ms(s.Delay),
		"send_kbps": s.SendKbps, "recv_kbps": s.RecvKbps, "send_fps": s.SendFPS, "recv_fps": s.RecvFPS, "width": s.Width, "height": s.Height,
		"level_db": s.LevelDB, "underruns": s.Underruns, "captured_at": s.CapturedAt, "played_at": s.PlayedAt, "keyframes": s.Keyframes, "overflowed": s.Overflowed}
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// list writes no address as [], which scripts can count, and not as null.
func list(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}
