package egress

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"syscall"
	"time"

	"github.com/pion/transport/v5"

	"paravent/app/route"
)

// devicePoll is how soon it shows that a device is gone. Nothing leaves by
// another way meanwhile: sockets stay tied to the device that is no more.
const devicePoll = 500 * time.Millisecond

// device is one network device, and no other way out. It is lost once the
// device vanished, went down, or has no address left; a new device of the same
// name is another one.
type device struct {
	// set at construction
	sockets
	name  string
	index int
	lost  chan struct{} // closed by watch
	stop  chan struct{} // closed by Close

	closing sync.Once
}

// Device opens the way out by one network device. Every socket is tied to it
// before its first packet, names are asked for through it, and where that
// fails there is a fault and no packet (P8).
func Device(ctx context.Context, name string) (Network, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	d, err := openDevice(name, devicePoll)
	if err != nil {
		return nil, err
	}
	return d, nil
}

func openDevice(name string, poll time.Duration) (*device, error) {
	i, err := usable(name)
	if err != nil {
		return nil, err
	}
	d := &device{name: name, index: i.Index, lost: make(chan struct{}), stop: make(chan struct{})}
	d.sockets = sockets{alive: d.alive, pin: d.tie, names: d.resolver(), list: d.interfaces}
	if steersOnly {
		d.source = d.address
	}
	if err := d.try(); err != nil {
		return nil, err
	}
	go d.watch(poll)
	return d, nil
}

// usable finds a device that packets can leave by.
func usable(name string) (*transport.Interface, error) {
	f, err := net.InterfaceByName(name)
	if err != nil {
		return nil, fmt.Errorf("%w: %.40q: %w", ErrDeviceMissing, name, err)
	}
	i, err := describe(*f)
	if err != nil {
		return nil, fmt.Errorf("%w: %.40q: %w", ErrDeviceMissing, name, err)
	}
	if i.Flags&net.FlagUp == 0 || len(addresses(i)) == 0 {
		return nil, fmt.Errorf("%w: %.40q is down, or has no address", ErrDeviceMissing, name)
	}
	return i, nil
}

// addresses are those that a call can be made from.
func addresses(i *transport.Interface) []netip.Prefix {
	addrs, err := i.Addrs()
	if err != nil {
		return nil
	}
	var list []netip.Prefix
	for _, p := range route.Prefixes(addrs) {
		if !p.Addr().IsLinkLocalUnicast() {
			list = append(list, p)
		}
	}
	return list
}

// try opens one socket, so that a system that will not tie any says so now.
func (d *device) try() error {
	conn, err := d.ListenUDP("udp", nil)
	if err != nil {
		return err
	}
	return conn.Close()
}

func (d *device) watch(every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-d.stop:
			return
		case <-tick.C:
		}
		if i, err := usable(d.name); err != nil || i.Index != d.index {
			close(d.lost)
			return
		}
	}
}

func (d *device) alive() error {
	select {
	case <-d.lost:
		return fmt.Errorf("%w: %s", ErrDeviceGone, d.name)
	case <-d.stop:
		return fmt.Errorf("%w: %s", net.ErrClosed, d.name)
	default:
		return nil
	}
}

// tie is called with every new socket before it is bound or connected, and
// with the address that it will be: only a loopback device leads to loopback.
func (d *device) tie(network, address string, c syscall.RawConn) error {
	a, err := netip.ParseAddrPort(address)
	if err == nil && a.Addr().Unmap().IsLoopback() && !d.isLoopback() {
		return fmt.Errorf("%w: %s by %s", ErrNotThisWay, a.Addr(), d.name)
	}
	var failure error
	err = c.Control(func(fd uintptr) { failure = bindTo(fd, network, d.name, d.index) })
	if err == nil {
		err = failure
	}
	if err != nil {
		return fmt.Errorf("%w: %s: %w", ErrDeviceBind, d.name, err)
	}
	return nil
}

func (d *device) isLoopback() bool {
	i, err := net.InterfaceByIndex(d.index)
	return err == nil && i.Flags&net.FlagLoopback != 0
}

// address is one of the device's own, in the family of network or of the
// address that it is to reach.
func (d *device) address(network string, toward netip.Addr) (netip.Addr, error) {
	for _, p := range d.Locals() {
		if a := p.Addr(); fits(network, a) && (!toward.IsValid() || toward.Unmap().Is4() == a.Is4()) {
			return a, nil
		}
	}
	return netip.Addr{}, fmt.Errorf("%w: %s has no address for %s", ErrDeviceBind, d.name, network)
}

// resolver asks the name servers that the system knows, by way of the device
// only. Those that the device does not lead to cannot answer.
func (d *device) resolver() *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, server string) (net.Conn, error) {
		return d.dial(ctx, network, nil, nameServer(server, d.index))
	}}
}

func (d *device) interfaces() ([]*transport.Interface, error) {
	if err := d.alive(); err != nil {
		return nil, err
	}
	i, err := usable(d.name)
	switch {
	case err != nil:
		return nil, err
	case i.Index != d.index:
		return nil, fmt.Errorf("%w: %s", ErrDeviceGone, d.name)
	}
	return []*transport.Interface{i}, nil
}

// Net implements Network.
func (d *device) Net() transport.Net { return &d.sockets }

// Locals implements Network.
func (d *device) Locals() []netip.Prefix {
	list, err := d.interfaces()
	if err != nil {
		return nil
	}
	return addresses(list[0])
}

// Lost implements Network.
func (d *device) Lost() <-chan struct{} { return d.lost }

// Close implements Network. It waits a moment for streams to end: what came
// for them once the program is gone, the system would answer by another way.
func (d *device) Close() error {
	d.closing.Do(func() {
		if d.alive() == nil {
			d.partings.await()
		}
		close(d.stop)
	})
	return nil
}
