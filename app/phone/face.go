package phone

import "image"

// Screen shows pictures. Show is called from a media goroutine with a 4:2:0
// picture that is valid only until Show returns: it copies what it keeps, and
// it must not block.
type Screen interface {
	Show(picture *image.YCbCr)
}

// Device is a microphone, speaker or camera the person may choose.
type Device struct {
	ID      string // what the settings store
	Name    string // what people read
	Default bool
}

// Devices are what is plugged in now.
type Devices struct {
	Microphones, Speakers, Cameras []Device
}

// Self is what the person may show of themselves.
type Self struct {
	Name    string
	ID      string // hexadecimal identity key
	Address string // paravent: link; "" before the server was reached once
	Server  string // host:port#pin of the server in use
	Online  bool
	// ServerHere tells that the server runs on this computer, whose relay hides nothing (P25).
	ServerHere bool
}
