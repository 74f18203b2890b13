package route

import (
	"context"
	"net/netip"
	"slices"
	"time"
)

// Watch calls changed whenever this computer's addresses are no longer what
// they were, until ctx ends. It looks every so often, which works alike on all
// systems. locals nil is Locals.
func Watch(ctx context.Context, every time.Duration, locals func() []netip.Prefix, changed func()) {
	if locals == nil {
		locals = Locals
	}
	look := func() []netip.Prefix {
		list := slices.Clone(locals())
		slices.SortFunc(list, netip.Prefix.Compare)
		return list
	}
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for before := look(); ; {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		if now := look(); !slices.Equal(before, now) {
			before = now
			changed()
		}
	}
}
