package server

import (
	"context"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// errNoPrekey says that nothing is published under a mailbox.
var errNoPrekey = errors.New("no prekey")

// vault keeps missed envelopes and prekeys in two JetStream streams. Both are
// opaque bytes under a mailbox name; nothing says who left them. Any goroutine
// may use it.
type vault struct {
	conn    *nats.Conn
	js      jetstream.JetStream
	box     jetstream.Stream
	prekeys jetstream.Stream
}

// openVault finds or makes the streams; in memory unless persistent.
func openVault(ctx context.Context, b *broker, persistent bool) (*vault, error) {
	nc, err := b.dialInside()
	if err != nil {
		return nil, err
	}
	v := &vault{conn: nc}
	if err := v.openStreams(ctx, persistent); err != nil {
		nc.Close()
		return nil, storeError(err)
	}
	return v, nil
}

// openStreams: a full store refuses what is new (DiscardNew), so that nobody
// can push out what others left; a full mailbox drops its oldest.
func (v *vault) openStreams(ctx context.Context, persistent bool) error {
	var err error
	if v.js, err = jetstream.New(v.conn); err != nil {
		return err
	}
	storage, room := jetstream.MemoryStorage, int64(32<<20)
	if persistent {
		storage, room = jetstream.FileStorage, 1<<30-1
	}
	common := jetstream.StreamConfig{Storage: storage, MaxBytes: room, Discard: jetstream.DiscardNew, AllowDirect: true}
	box, prekeys := common, common
	box.Name, box.Subjects, box.MaxMsgsPerSubject, box.MaxAge = "BOX", []string{"box.*"}, boxPerMailbox, boxMaxAge
	prekeys.Name, prekeys.Subjects, prekeys.MaxMsgsPerSubject, prekeys.MaxAge = "PREKEY", []string{"prekey.*"}, 1, prekeyMaxAge
	if v.box, err = v.js.CreateOrUpdateStream(ctx, box); err != nil {
		return err
	}
	v.prekeys, err = v.js.CreateOrUpdateStream(ctx, prekeys)
	return err
}

// keep stores an envelope for a mailbox whose owner is away.
func (v *vault) keep(ctx context.Context, mailbox string, envelope []byte) error {
	if _, err := v.js.Publish(ctx, "box."+mailbox, envelope); err != nil {
		return fmt.Errorf("box: %w", err)
	}
	return nil
}

// take removes and returns the oldest envelopes of a mailbox, as many as have
// room bytes together. more says that others are left.
func (v *vault) take(ctx context.Context, mailbox string, room int) (envelopes [][]byte, more bool, err error) {
	next := uint64(1)
	for {
		m, err := v.box.GetMsg(ctx, next, jetstream.WithGetMsgSubject("box."+mailbox))
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			break
		}
		if err != nil {
			return nil, false, fmt.Errorf("box: %w", err)
		}
		if room -= len(m.Data); room < 0 {
			more = true
			break
		}
		envelopes, next = append(envelopes, m.Data), m.Sequence+1
	}
	if len(envelopes) == 0 {
		return nil, more, nil
	}
	if err := v.box.Purge(ctx, jetstream.WithPurgeSubject("box."+mailbox), jetstream.WithPurgeSequence(next)); err != nil {
		return nil, false, fmt.Errorf("box: %w", err)
	}
	return envelopes, more, nil
}

// publish replaces the prekey bundle of a mailbox.
func (v *vault) publish(ctx context.Context, mailbox string, bundle []byte) error {
	if _, err := v.js.Publish(ctx, "prekey."+mailbox, bundle); err != nil {
		return fmt.Errorf("prekey: %w", err)
	}
	return nil
}

// prekey finds the bundle of a mailbox, or errNoPrekey.
func (v *vault) prekey(ctx context.Context, mailbox string) ([]byte, error) {
	m, err := v.prekeys.GetLastMsgForSubject(ctx, "prekey."+mailbox)
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return nil, errNoPrekey
	}
	if err != nil {
		return nil, fmt.Errorf("prekey: %w", err)
	}
	return m.Data, nil
}

func (v *vault) Close() { v.conn.Close() }
