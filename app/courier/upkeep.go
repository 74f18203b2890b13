package courier

import (
	"context"
	"time"

	"paravent/app/identity"
	"paravent/app/seal"
)

const (
	rotateCheck = time.Hour // how often the age of the prekey is looked at
	firstRetry  = 2 * time.Second
	lastRetry   = time.Minute
)

// upkeep is the goroutine that renews and publishes the prekey and takes the
// box, whenever the server was reached anew and when a prekey grew old.
func (c *Courier) upkeep() {
	retry := firstRetry
	for {
		c.rotate()
		wait := rotateCheck
		if err := c.refresh(); err == nil {
			retry = firstRetry
		} else if c.ctx.Err() == nil {
			c.problem(err)
			wait, retry = retry, min(2*retry, lastRetry)
		}
		timer := time.NewTimer(wait)
		select {
		case <-c.ctx.Done():
			timer.Stop()
			return
		case <-c.wake:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// refresh does what is due while online; after an error it stays due.
func (c *Courier) refresh() error {
	c.mu.Lock()
	client := c.client
	now := c.due && c.online && client != nil
	if now {
		c.due = false
	}
	bundle := c.prekeys.Current().Bundle(c.cfg.Identity)
	c.mu.Unlock()
	if !now {
		return nil
	}
	err := c.publishAndCollect(client, bundle)
	if err != nil {
		c.mu.Lock()
		c.due = true
		c.mu.Unlock()
	}
	return err
}

func (c *Courier) publishAndCollect(client Client, bundle []byte) error {
	err := c.within(func(ctx context.Context) error { return client.PublishPrekey(ctx, bundle) })
	if c.ctx.Err() == nil {
		c.cfg.OnPublished(client, err)
	}
	if err != nil {
		return err
	}
	return c.within(func(ctx context.Context) error {
		envs, err := client.TakeBox(ctx)
		for _, env := range envs {
			c.receiveKept(env)
		}
		return err
	})
}

func (c *Courier) within(do func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(c.ctx, sendTimeout)
	defer cancel()
	return do(ctx)
}

// Bundles of others are used again for a short time: a call that is repeated,
// or a knock that is, asks the server once.
const (
	bundleFresh = 5 * time.Minute
	maxBundles  = 64
)

// bundleCache holds bundles of others. Guarded by Courier.mu.
type bundleCache map[identity.Address]cachedBundle

type cachedBundle struct {
	*seal.Bundle
	fetched time.Time
}

func (b bundleCache) get(of identity.Address, now time.Time) *seal.Bundle {
	e, ok := b[of]
	if age := now.Sub(e.fetched); !ok || age < 0 || age > bundleFresh || !now.Before(e.Expires) {
		delete(b, of)
		return nil
	}
	return e.Bundle
}

func (b bundleCache) put(of identity.Address, bundle *seal.Bundle, now time.Time) {
	if len(b) >= maxBundles {
		for old := range b { // any one: it is only a cache
			delete(b, old)
			break
		}
	}
	b[of] = cachedBundle{bundle, now}
}

// bundle is the verified prekey bundle of an address.
func (c *Courier) bundle(ctx context.Context, client Client, of identity.Address) (*seal.Bundle, error) {
	now := c.cfg.Now()
	c.mu.Lock()
	cached := c.bundles.get(of, now)
	c.mu.Unlock()
	if cached != nil {
		return cached, nil
	}
	b, err := client.FetchPrekey(ctx, of)
	if err != nil {
		return nil, err
	}
	parsed, err := seal.ParseBundle(b, of.ID, now)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	c.bundles.put(of, parsed, now)
	c.mu.Unlock()
	return parsed, nil
}
