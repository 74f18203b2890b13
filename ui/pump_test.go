package ui

import (
	"testing"

	"fyne.io/fyne/v2/test"
	"github.com/stretchr/testify/require"

	"paravent/app/phone"
)

// busy is a pump whose drawing goroutine does not come to it yet.
func busy(got *[]phone.Event) *pump {
	p := newPump(func(e phone.Event) { *got = append(*got, e) })
	p.asleep = false
	return p
}

func TestPumpMergesStatesAndKeepsOrder(t *testing.T) {
	test.NewTempApp(t)
	var got []phone.Event
	p := busy(&got)
	a, b := phone.NewCallID(), phone.NewCallID()
	call := func(id phone.CallID, s phone.State) phone.Event {
		return phone.CallChanged{Call: phone.CallInfo{ID: id, State: s}}
	}
	p.put(call(a, phone.Proposing))
	p.put(phone.Notice{Err: phone.ErrDiskFull})
	p.put(call(b, phone.Ringing))
	p.put(phone.StatsSampled{Call: a})
	p.put(call(a, phone.Ended))
	p.put(phone.Notice{Err: phone.ErrDiskFull})
	p.deliver()
	require.Equal(t, []phone.Event{
		phone.Notice{Err: phone.ErrDiskFull}, call(b, phone.Ringing), phone.StatsSampled{Call: a},
		call(a, phone.Ended), phone.Notice{Err: phone.ErrDiskFull},
	}, got)
	p.put(phone.HistoryChanged{})
	require.Len(t, got, 6, "it delivers again")
}

func TestPumpIsBounded(t *testing.T) {
	test.NewTempApp(t)
	var got []phone.Event
	p := busy(&got)
	for range 10 * maxEvents {
		p.put(phone.Knocked{})
		p.put(phone.StatsSampled{})
	}
	require.Len(t, p.queue, maxEvents)
}
