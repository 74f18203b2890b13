package app

import (
	"context"
	"fmt"
	"io"

	"paravent/app/code"
	"paravent/app/identity"
	"paravent/app/phone"
)

// Faults of codes.
var (
	ErrCodeNoAddress = phone.NewFault("code-no-address") // the picture's code is about something else
	ErrCodeSeveral   = phone.NewFault("code-several")    // the picture shows codes of more than one address
)

// codeScale is how many pixels a module of a picture file has: sharp on paper,
// and small enough for a message.
const codeScale = 8

// ReadCode finds the call address in a picture of a QR code, which may come
// from anybody, and changes nothing. Errors are those of package code,
// ErrCodeNoAddress, ErrCodeSeveral and, for a damaged one, identity.ErrBadAddress.
func (a *App) ReadCode(r io.Reader) (link string, err error) {
	texts, err := code.Read(context.Background(), r)
	if err != nil {
		return "", err
	}
	return linkIn(texts)
}

// linkIn is the one call address among the texts of a picture's codes.
func linkIn(texts []string) (link string, err error) {
	var damaged error
	for _, text := range texts {
		if !looksLikeLink(text) {
			continue
		}
		address, err := identity.ReadLink(text)
		switch {
		case err != nil:
			damaged = err
		case link != "" && link != address.String():
			return "", ErrCodeSeveral
		default:
			link = address.String()
		}
	}
	switch {
	case link != "":
		return link, nil
	case damaged != nil:
		return "", damaged
	}
	return "", fmt.Errorf("%w: %.60q", ErrCodeNoAddress, texts)
}

// Code draws a call address as a QR code, as a PNG file. An empty link stands
// for this phone's own; without a server there is none (ErrNoServer).
func (a *App) Code(link string) ([]byte, error) {
	if link == "" {
		if link = a.Self().Address; link == "" {
			return nil, ErrNoServer
		}
	}
	address, err := identity.ReadLink(link)
	if err != nil {
		return nil, err
	}
	return code.PNG(address.String(), codeScale)
}
