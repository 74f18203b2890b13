package route

import (
	"context"
	"net/netip"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestWatchTellsOfOtherAddressesOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		home, mobile := netip.MustParsePrefix("192.168.1.10/24"), netip.MustParsePrefix("10.0.0.2/8")
		var told atomic.Int64
		var list atomic.Pointer[[]netip.Prefix]
		list.Store(&[]netip.Prefix{home, mobile})
		ctx, cancel := context.WithCancel(t.Context())
		go Watch(ctx, time.Second, func() []netip.Prefix { return *list.Load() }, func() { told.Add(1) })
		for _, step := range []struct {
			list []netip.Prefix
			told int
		}{
			{[]netip.Prefix{home, mobile}, 0}, {[]netip.Prefix{mobile, home}, 0}, {[]netip.Prefix{mobile}, 1},
			{[]netip.Prefix{mobile}, 1}, {nil, 2}, {[]netip.Prefix{home}, 3},
		} {
			synctest.Wait()
			list.Store(&step.list)
			time.Sleep(time.Second)
			synctest.Wait()
			require.EqualValues(t, step.told, told.Load())
		}
		cancel()
	})
}
