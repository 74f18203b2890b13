package wireguard

import (
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/net/dns/dnsmessage"
)

func FuzzAnswer(f *testing.F) {
	q, err := newQuestion("echo.example", dnsmessage.TypeA)
	require.NoError(f, err)
	q.id = 7
	for _, name := range []string{"echo.example.", "long.example.", "broken.example.", "six.example."} {
		asked := q.asked
		asked.Name = dnsmessage.MustNewName(name)
		m := dnsmessage.Message{Header: dnsmessage.Header{ID: 7}, Questions: []dnsmessage.Question{asked}}
		b, err := m.Pack()
		require.NoError(f, err)
		f.Add((&provider{}).reply(b, true))
	}
	f.Fuzz(func(t *testing.T, reply []byte) {
		found, cut, ours, err := q.answer(reply)
		if len(found) > maxAnswers || !ours && (cut || err != nil || found != nil) || cut && found != nil {
			t.Fatalf("found %v, cut %v, ours %v, err %v", found, cut, ours, err)
		}
	})
}
