package route

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/netip"
	"slices"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/logging"
	"github.com/pion/transport/v5"
	"github.com/pion/webrtc/v4"

	"paravent/app/phone"
)

// Options are what a plan needs of the world. The zero value is the system's
// own network, clock and addresses.
type Options struct {
	Net     transport.Net // nil: pion's own
	Dial    func(ctx context.Context, network, address string) (net.Conn, error)
	Now     func() time.Time
	Locals  func() []netip.Prefix // nil: Locals
	Relayed netip.Addr            // where CheckRelay's allocation was, for relays named by host name
}

func (o Options) withDefaults() Options {
	if o.Dial == nil {
		o.Dial = (&net.Dialer{}).DialContext
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Locals == nil {
		o.Locals = Locals
	}
	return o
}

// Plan says which way the media of one call may go. Making one opens nothing.
type Plan struct {
	route    phone.Route
	relays   Relays
	targets  []target
	own      []netip.Addr // addresses of this phone's own relay, as far as known
	loopback bool         // the server is on this computer's loopback, and so may be the candidates
	opts     Options
}

// NewPlan makes a plan for a call over route. A relayed call without a usable
// relay is ErrRelayUnavailable; a direct call may go without.
func NewPlan(route phone.Route, relays Relays, opts Options) (Plan, error) {
	if route != phone.Relay && route != phone.Direct {
		return Plan{}, fmt.Errorf("%w: no route", ErrBadDescription)
	}
	targets, err := relays.targets()
	if err != nil {
		return Plan{}, err
	}
	if route == phone.Relay && len(targets) == 0 {
		return Plan{}, fmt.Errorf("%w: the server offers none", ErrRelayUnavailable)
	}
	p := Plan{route: route, relays: relays, targets: targets, opts: opts.withDefaults()}
	if opts.Relayed.IsValid() {
		p.own = append(p.own, opts.Relayed.Unmap())
	}
	p.loopback = len(targets) > 0
	for _, t := range targets {
		p.loopback = p.loopback && t.addr().IsLoopback()
		if a := t.addr(); a.IsValid() && !slices.Contains(p.own, a) {
			p.own = append(p.own, a)
		}
	}
	return p, nil
}

// Route is the way the media may go.
func (p Plan) Route() phone.Route { return p.route }

// Settings are what pion needs for one PeerConnection, with a certificate of
// its own. Cancel ctx before closing the PeerConnection, so that it does not
// wait for a relay that is being dialled.
func (p Plan) Settings(ctx context.Context) (webrtc.SettingEngine, webrtc.Configuration, error) {
	cert, err := newCertificate(p.opts.Now())
	if err != nil {
		return webrtc.SettingEngine{}, webrtc.Configuration{}, err
	}
	engine := p.engine(ctx)
	config := webrtc.Configuration{
		ICEServers:         p.ICEServers(),
		ICETransportPolicy: webrtc.ICETransportPolicyAll,
		BundlePolicy:       webrtc.BundlePolicyMaxBundle,
		RTCPMuxPolicy:      webrtc.RTCPMuxPolicyRequire,
		Certificates:       []webrtc.Certificate{*cert},
	}
	if p.route == phone.Relay {
		config.ICETransportPolicy = webrtc.ICETransportPolicyRelay
	}
	return engine, config, nil
}

func (p Plan) engine(ctx context.Context) webrtc.SettingEngine {
	var e webrtc.SettingEngine
	e.LoggerFactory = &logging.DefaultLoggerFactory{Writer: io.Discard, DefaultLogLevel: logging.LogLevelDisabled} // pion logs addresses
	if p.opts.Net != nil {
		e.SetNet(p.opts.Net)
	}
	e.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled) // P2
	e.SetICEProxyDialer(newPinnedDialer(ctx, p.relays.Pin, p.targets, p.opts.Dial))
	e.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4, webrtc.NetworkTypeUDP6})
	e.DisableActiveTCP(true)
	e.SetIncludeLoopbackCandidate(p.loopback)
	e.SetRemoteIPFilter(func(ip net.IP) bool { // the gate's rule again, for addresses that did not come through it
		a, ok := netip.AddrFromSlice(ip)
		return ok && p.mayReach(a.Unmap())
	})
	e.SetDTLSInsecureSkipHelloVerify(true) // the address was proven by ICE; saves a round trip
	e.SetReceiveMTU(1500)
	p.setWaits(&e)
	return e
}

// setWaits lets a relayed call start at once, and gives a direct one half a
// second to find a path before it settles for the relay.
func (p Plan) setWaits(e *webrtc.SettingEngine) {
	e.SetHostAcceptanceMinWait(0)
	e.SetSrflxAcceptanceMinWait(0)
	e.SetPrflxAcceptanceMinWait(0)
	if p.route == phone.Relay {
		e.SetRelayAcceptanceMinWait(0)
		return
	}
	e.SetRelayAcceptanceMinWait(500 * time.Millisecond)
}

// ICEServers are the phone's own server and nothing else (P24). On a direct
// route pion learns the reflexive address from the same TURN/UDP port.
func (p Plan) ICEServers() []webrtc.ICEServer {
	if len(p.targets) == 0 {
		return nil
	}
	uris := make([]string, len(p.targets))
	for i, t := range p.targets {
		uris[i] = t.uri
	}
	return []webrtc.ICEServer{{URLs: uris, Username: p.relays.Username, Credential: p.relays.Password}}
}
