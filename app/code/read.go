package code

import (
	"bytes"
	"context"
	"fmt"
	"image"
	_ "image/gif" // the kinds of picture that are read
	_ "image/jpeg"
	_ "image/png"
	"io"
	"time"

	_ "golang.org/x/image/bmp" // more kinds
	_ "golang.org/x/image/tiff"
	_ "golang.org/x/image/webp"
)

// limit is how long one file may take.
const limit = 10 * time.Second

// turn is held while a file is read: one at a time bounds the memory.
var turn = make(chan struct{}, 1)

// Read finds the codes in a picture file and returns their texts, each once.
// Where ctx ends or the limit passes, it returns at once.
func Read(ctx context.Context, r io.Reader) ([]string, error) {
	content, err := io.ReadAll(io.LimitReader(r, MaxFile+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrNoPicture, err)
	case len(content) > MaxFile:
		return nil, fmt.Errorf("%w: more than %d bytes", ErrTooLarge, MaxFile)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, limit, ErrSlow)
	defer cancel()
	select {
	case turn <- struct{}{}:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	type result struct {
		texts []string
		err   error
	}
	done := make(chan result, 1)
	go func() {
		defer func() { <-turn }()
		texts, err := find(ctx, content)
		done <- result{texts, err}
	}()
	select {
	case r := <-done:
		return r.texts, r.err
	case <-ctx.Done(): // no decoder can be interrupted; the turn is held until it ends
		return nil, context.Cause(ctx)
	}
}

// find decodes and searches; a panic of a library is an error.
func find(ctx context.Context, content []byte) (texts []string, err error) {
	defer func() {
		if r := recover(); r != nil {
			texts, err = nil, fmt.Errorf("%w: %v", ErrNoPicture, r)
		}
	}()
	picture, err := decode(content)
	if err != nil {
		return nil, err
	}
	return search(ctx, grey(picture), thorough)
}

// decode looks at the header first: a small file may claim to be a giant one.
func decode(content []byte) (image.Image, error) {
	header, kind, err := image.DecodeConfig(bytes.NewReader(content))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrNoPicture, err)
	case header.Width <= 0 || header.Height <= 0:
		return nil, fmt.Errorf("%w: %s without pixels", ErrNoPicture, kind)
	case header.Width > maxSide || header.Height > maxSide || header.Width*header.Height > maxPixels:
		return nil, fmt.Errorf("%w: %d x %d pixels", ErrTooLarge, header.Width, header.Height)
	}
	picture, _, err := image.Decode(bytes.NewReader(content))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNoPicture, err)
	}
	return picture, nil
}
