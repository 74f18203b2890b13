package server

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/stretchr/testify/require"

	"paravent/server/wire"
)

func TestPhonesWriteToEachOther(t *testing.T) {
	s := startServer(t, Config{})
	a, b := dialPhone(t, s.Addr()), dialPhone(t, s.Addr()).listen()
	require.Empty(t, a.send(b.mailbox, "sealed", false).Err)
	require.Equal(t, "sealed", b.receive())
	require.Equal(t, 2, s.Stats().Clients)
}

func TestPhoneMayNotSubscribeElsewhere(t *testing.T) {
	s := startServer(t, Config{})
	a, b := dialPhone(t, s.Addr()), dialPhone(t, s.Addr())
	for _, subject := range []string{
		wire.Inbox(b.mailbox), "inbox.*", "inbox.>", ">", "*", "*.*", "$SYS.>", "$JS.>", "_R.>", wire.Replies(b.mailbox) + ".>",
		"_INBOX.>", "_S.>", "svc.>", "svc.*.*", wire.Service("send", a.mailbox), "box.*", "prekey.*", "box." + a.mailbox,
	} {
		_, err := a.nc.SubscribeSync(subject)
		require.NoError(t, err)
		require.ErrorIs(t, a.complaint(), nats.ErrPermissionViolation, subject)
	}
}

func TestPhoneMayNotPublishElsewhere(t *testing.T) {
	s := startServer(t, Config{})
	a, b := dialPhone(t, s.Addr()), dialPhone(t, s.Addr())
	for _, subject := range []string{
		wire.Inbox(b.mailbox), wire.Inbox(a.mailbox), wire.Service("turn", b.mailbox), wire.Replies(b.mailbox) + ".x",
		"$JS.API.STREAM.LIST", "$JS.API.STREAM.PURGE.BOX", "$SYS.REQ.SERVER.PING", "$SYS.REQ.USER.AUTH", "box." + b.mailbox, "prekey." + b.mailbox, "_S.x",
	} {
		require.NoError(t, a.nc.Publish(subject, []byte("x")))
		require.ErrorIs(t, a.complaint(), nats.ErrPermissionViolation, subject)
	}
}

func TestVerifyHello(t *testing.T) {
	key, mailbox := newKey(t)
	_, other := newKey(t)
	pin, nonce := wire.Pin{1}, []byte("a nonce of the broker")
	sign := func(text []byte) string {
		sig, err := key.Sign(text)
		require.NoError(t, err)
		return base64.RawURLEncoding.EncodeToString(sig)
	}
	good := sign(wire.Hello(pin, nonce))
	for name, c := range map[string]struct {
		pin          wire.Pin
		mailbox, sig string
		nonce        []byte
		ok           bool
	}{
		"genuine":                    {pin, mailbox, good, nonce, true},
		"for another server":         {wire.Pin{2}, mailbox, good, nonce, false},
		"replayed under a new nonce": {pin, mailbox, good, []byte("another nonce of it"), false},
		"as somebody else":           {pin, other, good, nonce, false},
		"bare nonce signed":          {pin, mailbox, sign(nonce), nonce, false},
		"no nonce":                   {pin, mailbox, sign(wire.Hello(pin, nil)), nil, false},
		"no signature":               {pin, mailbox, "", nonce, false},
		"not base64":                 {pin, mailbox, "!!", nonce, false},
		"not a key":                  {pin, strings.Repeat("U", wire.MailboxLen), good, nonce, false},
		"an account key":             {pin, "A" + mailbox[1:], good, nonce, false},
		"lower case":                 {pin, strings.ToLower(mailbox), good, nonce, false},
	} {
		err := VerifyHello(c.pin, c.mailbox, c.nonce, c.sig)
		if c.ok {
			require.NoError(t, err, name)
		} else {
			require.ErrorIs(t, err, ErrBadHello, name)
		}
	}
}

func TestForgedAndReplayedHelloRefused(t *testing.T) {
	s := startServer(t, Config{})
	key, mailbox := newKey(t)
	_, victim := newKey(t)
	url := "tls://" + s.Addr().HostPort
	var recorded []byte
	record := func(nonce []byte) ([]byte, error) {
		sig, err := key.Sign(wire.Hello(s.Addr().Pin, nonce))
		recorded = sig
		return sig, err
	}
	base := phoneOptions(key, mailbox, s.Addr())
	nc, err := nats.Connect(url, append(base, nats.Nkey(mailbox, record))...)
	require.NoError(t, err)
	nc.Close()
	replay := func([]byte) ([]byte, error) { return recorded, nil }
	for name, o := range map[string]nats.Option{
		"replayed":             nats.Nkey(mailbox, replay),
		"somebody else's name": nats.Nkey(victim, record),
		"signed for elsewhere": nats.Nkey(mailbox, func(n []byte) ([]byte, error) { return key.Sign(wire.Hello(wire.Pin{9}, n)) }),
		"stock nkey signature": nats.Nkey(mailbox, key.Sign),
		"anonymous":            func(o *nats.Options) error { o.Nkey, o.SignatureCB = "", nil; return nil },
		"as the server itself": func(o *nats.Options) error {
			o.Nkey, o.SignatureCB, o.User, o.Password = "", nil, insider, "guess"
			return nil
		},
		"with a token": func(o *nats.Options) error { o.Nkey, o.SignatureCB, o.Token = "", nil, "x"; return nil },
		"with a home-made JWT": func(o *nats.Options) error {
			o.Nkey, o.SignatureCB = "", key.Sign
			o.UserJWT = func() (string, error) { return "e30.e30.e30", nil }
			return nil
		},
	} {
		_, err := nats.Connect(url, append(base, o)...)
		require.ErrorIs(t, err, nats.ErrAuthorization, name)
	}
	require.Empty(t, s.roster.of(victim))
}

func TestWrongPinRefused(t *testing.T) {
	s := startServer(t, Config{})
	wrong := s.Addr()
	wrong.Pin[0] ^= 1
	key, mailbox := newKey(t)
	_, err := nats.Connect("tls://"+wrong.HostPort, phoneOptions(key, mailbox, wrong)...)
	require.ErrorIs(t, err, wire.ErrWrongPin)
}

// A broker does not compare a reply subject with the sender's permissions; the
// services must.
func TestReplySubjectHijackRefused(t *testing.T) {
	s := startServer(t, Config{})
	a, b := dialPhone(t, s.Addr()), dialPhone(t, s.Addr()).listen()
	_, err := b.nc.SubscribeSync(wire.Replies(b.mailbox) + ".>")
	require.NoError(t, err)
	for i, reply := range []string{wire.Inbox(b.mailbox), wire.Replies(b.mailbox) + ".x", wire.Replies(a.mailbox), "box." + b.mailbox, "$JS.API.STREAM.DELETE.BOX"} {
		for _, service := range []string{"send", "box", "prekey", "turn", "forward"} {
			require.NoError(t, a.nc.PublishRequest(wire.Service(service, a.mailbox), reply, []byte(`{}`)))
		}
		eventually(t, "the services counted the hijack", func() bool { return s.services.refused.Load() >= int64(5*(i+1)) })
	}
	a.send(b.mailbox, "the next message", false)
	require.Equal(t, "the next message", b.receive(), "nothing else may have arrived before")
	require.Empty(t, b.takeBox())
}

func TestRateLimits(t *testing.T) {
	s := startServer(t, Config{Limits: Limits{Sends: 5, Requests: 0.5}})
	a, b := dialPhone(t, s.Addr()), dialPhone(t, s.Addr()).listen()
	count := func(n int, ask func() string) (refused int) {
		for range n {
			if ask() == wire.RefusedRate {
				refused++
			}
		}
		return refused
	}
	require.Greater(t, count(40, func() string { return a.send(b.mailbox, "x", false).Err }), 15, "burst 15, pair burst 10")
	require.Greater(t, count(20, func() string { var r wire.TurnReply; a.ask(wire.ServiceTurn, struct{}{}, &r); return r.Err }), 10, "burst 5")
	require.Empty(t, b.send(a.mailbox, "x", false).Err, "others are not hurt")
}

func TestOversizeRefused(t *testing.T) {
	s := startServer(t, Config{})
	a, b := dialPhone(t, s.Addr()), dialPhone(t, s.Addr()).listen()
	full := strings.Repeat("e", wire.MaxEnvelope)
	require.Empty(t, a.send(b.mailbox, full, false).Err)
	require.Equal(t, full, b.receive())
	require.Equal(t, wire.RefusedTooBig, a.send(b.mailbox, full+"e", false).Err)
	require.Equal(t, wire.RefusedTooBig, a.send(b.mailbox, strings.Repeat("e", 60<<10), false).Err)
	require.ErrorIs(t, a.nc.Publish(wire.Service("send", a.mailbox), make([]byte, maxPayload+1)), nats.ErrMaxPayload)
	var r wire.PrekeyReply
	a.ask(wire.ServicePrekey, wire.PrekeyRequest{Put: &wire.PrekeyPut{Bundle: make([]byte, maxPrekey+1)}}, &r)
	require.Equal(t, wire.RefusedTooBig, r.Err)
}

func TestMalformedRequestsRefused(t *testing.T) {
	s := startServer(t, Config{})
	a := dialPhone(t, s.Addr())
	_, nobody := newKey(t)
	for service, bodies := range map[string][]any{
		wire.ServiceSend: {"text", 7, wire.Send{}, wire.Send{To: nobody}, wire.Send{To: ">", Envelope: []byte("x")},
			wire.Send{To: strings.Repeat("*", 56), Envelope: []byte("x")}, wire.Send{To: nobody + ".x", Envelope: []byte("x")}},
		wire.ServicePrekey: {"text", wire.PrekeyRequest{}, wire.PrekeyRequest{Put: &wire.PrekeyPut{}}, wire.PrekeyRequest{Get: &wire.PrekeyGet{Of: "*"}},
			wire.PrekeyRequest{Get: &wire.PrekeyGet{Of: nobody}, Put: &wire.PrekeyPut{Bundle: []byte("x")}}},
		wire.ServiceForward: {"text", wire.Forward{}, wire.Forward{Server: "nowhere", Service: "send"},
			wire.Forward{Server: s.Addr().String(), Service: "turn", Body: []byte("{}")},
			wire.Forward{Server: s.Addr().String(), Service: "box", Body: []byte("{}")},
			wire.Forward{Server: s.Addr().String(), Service: "prekey", Body: []byte(`{"put":{"bundle":"eHg="}}`)},
			wire.Forward{Server: s.Addr().String(), Service: "send", Body: []byte(`{"to":">","env":"eHg="}`)}},
	} {
		for _, body := range bodies {
			var r wire.Reply
			a.ask(service, body, &r)
			require.Equal(t, wire.RefusedBad, r.Err, "%s %v", service, body)
		}
	}
}

// The sender learns the same, at the same speed, of a phone that is online, one
// that is offline, and a mailbox that never existed.
func TestP14SameAnswerOnlineAndOffline(t *testing.T) {
	s := startServer(t, Config{Dir: t.TempDir(), Limits: Limits{Sends: 1e6, ConnBytes: 1 << 30}})
	a, b := dialPhone(t, s.Addr()), dialPhone(t, s.Addr()).listen()
	_, nobody := newKey(t)
	envelope := bytes.Repeat([]byte("e"), 4096)
	const n = 1000
	took := map[string][]float64{}
	answers := map[string]bool{}
	ask := func(to string) {
		began := time.Now()
		m, err := a.nc.Request(wire.Service("send", a.mailbox), fmt.Appendf(nil, `{"to":%q,"env":%q,"keep":true}`, to, base64.StdEncoding.EncodeToString(envelope)), soon)
		require.NoError(t, err)
		took[to] = append(took[to], time.Since(began).Seconds())
		answers[string(m.Data)] = true
	}
	order := slices.Concat(slices.Repeat([]string{b.mailbox}, n), slices.Repeat([]string{nobody}, n))
	rand.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	for _, to := range order {
		ask(to)
	}
	require.Equal(t, map[string]bool{"{}": true}, answers)
	d := kolmogorovSmirnov(took[b.mailbox], took[nobody])
	t.Logf("Kolmogorov-Smirnov distance online/offline: %.3f", d)
	require.Less(t, d, 2.69*math.Sqrt(2.0/n), "significance 1e-6")
}

// kolmogorovSmirnov is the largest distance of two empirical distributions.
func kolmogorovSmirnov(x, y []float64) (d float64) {
	slices.Sort(x)
	slices.Sort(y)
	for _, v := range slices.Concat(x, y) {
		i, _ := slices.BinarySearch(x, v)
		j, _ := slices.BinarySearch(y, v)
		d = max(d, math.Abs(float64(i)/float64(len(x))-float64(j)/float64(len(y))))
	}
	return d
}

func TestMessagesStayInOrder(t *testing.T) {
	s := startServer(t, Config{Limits: Limits{Sends: 1000}})
	a, b := dialPhone(t, s.Addr()), dialPhone(t, s.Addr()).listen()
	for i := range 100 {
		require.Empty(t, a.send(b.mailbox, fmt.Sprint(i), i%2 == 0).Err)
	}
	for i := range 100 {
		require.Equal(t, fmt.Sprint(i), b.receive())
	}
}

func TestSubscriptionsAreBounded(t *testing.T) {
	s := startServer(t, Config{})
	a := dialPhone(t, s.Addr())
	for i := range 40 {
		_, err := a.nc.SubscribeSync(fmt.Sprintf("%s.%d", wire.Replies(a.mailbox), i))
		if err != nil || a.nc.Flush() != nil {
			break
		}
	}
	eventually(t, "the broker ends a phone with too many subscriptions", func() bool {
		return a.nc.IsClosed() || errors.Is(a.nc.LastError(), nats.ErrMaxSubscriptionsExceeded)
	})
}
