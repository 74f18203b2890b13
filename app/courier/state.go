package courier

import (
	"fmt"

	"paravent/app/seal"
)

// Keys in the store.
const prekeysKey = "courier/prekeys"

func chunkKey(i int) string { return fmt.Sprintf("courier/replay/%d", i) }

// restore reads the store.
func (c *Courier) restore() error {
	c.replay = seal.NewReplay()
	for i := range seal.ReplayChunks {
		b, err := c.cfg.Store.Get(chunkKey(i))
		if err != nil {
			return err
		}
		if b == nil {
			continue
		}
		if err := c.replay.Restore(i, b); err != nil {
			c.problem(err)
		}
	}
	saved, err := c.cfg.Store.Get(prekeysKey)
	if err != nil {
		return err
	}
	if c.prekeys, err = seal.ParsePrekeys(saved); err != nil {
		c.problem(err)
		c.prekeys = &seal.Prekeys{}
	}
	c.rotate()
	return nil
}

// rotate renews the prekeys when it is time, and saves them before anybody can
// learn of a new one. Where the store fails, the old ones stay in use; a first
// one is used unsaved.
func (c *Courier) rotate() {
	next := c.prekeys.Clone()
	changed, err := next.Rotate(c.cfg.Now())
	if err == nil && !changed {
		return
	}
	var saved []byte
	if err == nil {
		saved, err = next.Marshal()
	}
	if err == nil {
		err = c.cfg.Store.Put(prekeysKey, saved)
	}
	if err != nil {
		c.problem(err)
		if c.prekeys.Current() != nil {
			return
		}
	}
	c.mu.Lock()
	c.prekeys, c.due = next, true
	c.mu.Unlock()
}
