package phone

import "time"

// Event is something that happened. Faces receive events in order; they must
// return quickly and must not call back into the phone from the handler.
type Event interface{ event() }

type (
	// ServerChanged tells whether the server can be reached.
	ServerChanged struct {
		Online  bool
		Address string // this phone's own call address while online, "" before the first time
		Server  string // what another phone gives as its server
		Err     error  // why not, nil while online
	}
	// Incoming asks the person to answer.
	Incoming struct {
		Call  CallID
		From  Person
		Video bool
		Trust Trust // in the caller's key; "" for people outside the address book
	}
	// CallChanged tells of every change of a call, including its end.
	CallChanged struct{ Call CallInfo }
	// MediaConnected tells that sound may flow, and by which way.
	MediaConnected struct {
		Call          CallID
		Route         Route
		Local, Remote string        // candidate addresses in use
		Setup         time.Duration // from Accept to connected
	}
	// FirstAudio tells when the first sound of the other side was played.
	FirstAudio struct {
		Call     CallID
		Accepted time.Duration // from Accept to this sound
	}
	// StatsSampled carries one second's figures of a connected call.
	StatsSampled struct {
		Call  CallID
		Stats Stats
	}
	// ReceiptReady carries the final receipt after a call.
	ReceiptReady struct{ Receipt Receipt }
	// CallMissed tells of a call that nobody answered, perhaps while offline.
	CallMissed struct {
		From Person
		At   time.Time
	}
	// Knocked tells of a stranger who asks to be let in.
	Knocked struct {
		Entry uint64 // HistoryEntry.ID
		From  Person
		Text  string
	}
	// Admitted tells that somebody at whose door this phone knocked lets it ring
	// once, until a time.
	Admitted struct {
		From  Person
		Until time.Time
	}
	// DoorChanged asks faces to read again who may ring once.
	DoorChanged struct{}
	// ContactsChanged and HistoryChanged ask faces to read again.
	ContactsChanged struct{}
	// HistoryChanged asks faces to read the history again.
	HistoryChanged struct{}
	// SettingsChanged asks faces to read the settings again.
	SettingsChanged struct{}
	// Notice is something the person should know; Err's code names the words.
	Notice struct {
		Err     error
		Passing bool // nothing to do about it: it may be shown in passing, and must not interrupt
	}
)

func (ServerChanged) event()   {}
func (Incoming) event()        {}
func (CallChanged) event()     {}
func (MediaConnected) event()  {}
func (FirstAudio) event()      {}
func (StatsSampled) event()    {}
func (ReceiptReady) event()    {}
func (CallMissed) event()      {}
func (Knocked) event()         {}
func (Admitted) event()        {}
func (DoorChanged) event()     {}
func (ContactsChanged) event() {}
func (HistoryChanged) event()  {}
func (SettingsChanged) event() {}
func (Notice) event()          {}

// CallInfo is a snapshot of one call.
type CallInfo struct {
	ID        CallID
	Outgoing  bool
	Peer      Person
	State     State
	Reason    EndReason
	Err       error // more about Reason, nil when there is nothing to add
	Video     bool  // the call has a video line
	Muted     bool  // this side's microphone
	CameraOff bool  // this side's camera
	Held      bool  // held by this side
	// What the other side told.
	PeerMuted, PeerCameraOff, PeerHeld bool
	Safety                             Safety
	Trust                              Trust // in the other side's key; "" for people outside the address book
	Route                              Route
	RelayKind                          Relaying
	PeerSees                           []string // addresses of this phone the peer can see now
	Upgrade                            Upgrade
	WouldShow                          []string // connected by relay: addresses of this phone that a direct path would show the peer
	Started                            time.Time
	ConnectedAt                        time.Time // zero before Connected
}

// Stats are the figures of one call since the last sample or, where a counter,
// since its start.
type Stats struct {
	RTT     time.Duration `json:"rtt"`
	Audio   StreamStats   `json:"audio"`
	Video   StreamStats   `json:"video"`
	Bitrate int           `json:"bitrate"` // bits per second that congestion control allows this side to send
}

// StreamStats are the figures of sound or pictures, both ways.
type StreamStats struct {
	Sent       uint64        `json:"sent"`        // packets, counter
	Received   uint64        `json:"received"`    // packets, counter
	Lost       uint64        `json:"lost"`        // packets never received, counter
	Concealed  uint64        `json:"concealed"`   // audio: 48 kHz samples made up for lost ones, counter
	Delay      time.Duration `json:"delay"`       // jitter buffer, now
	SendKbps   float64       `json:"send_kbps"`   // over the last second
	RecvKbps   float64       `json:"recv_kbps"`   // over the last second
	SendFPS    float64       `json:"send_fps"`    // video, over the last second
	RecvFPS    float64       `json:"recv_fps"`    // video, over the last second
	Width      int           `json:"width"`       // video received
	Height     int           `json:"height"`      // video received
	LevelDB    float64       `json:"level_db"`    // audio sent, dBFS
	Underruns  uint64        `json:"underruns"`   // speaker asked and nothing was there, counter
	Keyframes  uint64        `json:"keyframes"`   // video: asked for, counter
	CapturedAt time.Time     `json:"captured_at"` // audio: when the microphone's first sample was taken; zero before
	PlayedAt   time.Time     `json:"played_at"`   // audio: when the speaker's first sample was played; zero before
	Overflowed uint64        `json:"overflowed"`  // dropped because a buffer was full, counter
}
