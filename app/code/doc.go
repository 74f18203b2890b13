// Package code makes QR codes and finds them in pictures. A picture may come
// from anybody: its file is limited in size, its dimensions are looked at
// before it is decoded, and whatever the libraries do on damaged input, a panic
// too, is an error. Every function may be called from any goroutine.
//
//	file -> header: kind, dimensions -> pixels -> grey -> a few sizes and thresholds -> texts
//	camera picture ---------------------------------^
package code

import "paravent/app/phone"

// Faults of this package.
var (
	ErrNone       = phone.NewFault("code-not-found")         // no code in the picture
	ErrNoPicture  = phone.NewFault("code-not-a-picture")     // the file is no picture of a kind that is read here, or damaged
	ErrTooLarge   = phone.NewFault("code-picture-too-large") // more bytes or pixels than the limits
	ErrSlow       = phone.NewFault("code-took-too-long")     // the picture kept the reader busy beyond the limit
	ErrUnwritable = phone.NewFault("code-text-too-long")     // the text is empty, or fits into no code
)

// Limits of a picture file.
const (
	MaxFile   = 10 << 20 // bytes
	maxPixels = 25_000_000
	maxSide   = 20_000
)
