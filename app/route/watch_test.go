package route

import (
	"context"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestWatchTellsOfOtherAddressesOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		home, mobile := netip.MustParsePrefix("192.168.1.10/24"), netip.MustParsePrefix("10.0.0.2/8")
		list, told := []netip.Prefix{home, mobile}, 0
		ctx, cancel := context.WithCancel(t.Context())
		go Watch(ctx, time.Second, func() []netip.Prefix { return list }, func() { told++ })
		for _, step := range []struct {
			list []netip.Prefix
			told int
		}{
			{[]netip.Prefix{home, mobile}, 0}, {[]netip.Prefix{mobile, home}, 0}, {[]netip.Prefix{mobile}, 1},
			{[]netip.Prefix{mobile}, 1}, {nil, 2}, {[]netip.Prefix{home}, 3},
		} {
			synctest.Wait()
			list = step.list
			time.Sleep(time.Second)
			synctest.Wait()
			require.Equal(t, step.told, told)
		}
		cancel()
	})
}
