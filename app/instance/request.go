package instance

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Kind is what a later start wants of the first.
type Kind string

// The kinds.
const (
	Show Kind = "show" // bring the window forward
	Open Kind = "open" // and ask what to do with a link
)

// Request is one line on the socket.
type Request struct {
	Do   Kind   `json:"do"`
	Link string `json:"link,omitempty"`
}

// Limits of what is handed over. A call address has at most 1,024 characters;
// a longer link is no address, and enough of it arrives to be told so.
const (
	maxLink = 2048
	maxLine = 6*maxLink + 64 // JSON may write a byte as six
)

var errBadRequest = errors.New("not a request")

// Opening is the request to open link; without one, to show the window.
func Opening(link string) Request {
	if link == "" {
		return Request{Do: Show}
	}
	link = strings.ToValidUTF8(link, "\uFFFD")
	for len(link) > maxLink {
		_, size := utf8.DecodeLastRuneInString(link)
		link = link[:len(link)-size]
	}
	return Request{Do: Open, Link: link}
}

// line is the request as it goes over the socket.
func (r Request) line() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(r)
	return b.Bytes(), err
}

// parse reads one line strictly.
func parse(line []byte) (Request, error) {
	var r Request
	if len(line) > maxLine {
		return r, fmt.Errorf("%w: over %d bytes", errBadRequest, maxLine)
	}
	d := json.NewDecoder(bytes.NewReader(line))
	d.DisallowUnknownFields()
	if err := d.Decode(&r); err != nil {
		return Request{}, fmt.Errorf("%w: %w", errBadRequest, err)
	}
	known := r.Do == Show && r.Link == "" || r.Do == Open && r.Link != "" && len(r.Link) <= maxLink
	if d.More() || !known {
		return Request{}, errBadRequest
	}
	return r, nil
}
