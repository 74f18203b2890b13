package app

import (
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"paravent/app/phone"
)

func TestCancelledSubscriberHearsNothingMoreOfItsBatch(t *testing.T) {
	h := newHub()
	begun, goOn := make(chan struct{}), make(chan struct{})
	var heard atomic.Int32
	cancel := h.Subscribe(func(phone.Event) {
		if heard.Add(1) == 2 { // in the middle of the second batch
			close(begun)
		}
		<-goOn
	})
	h.emit(phone.ContactsChanged{})
	for heard.Load() == 0 {
		time.Sleep(time.Millisecond)
	}
	for range 10 { // one batch, which waits for the first event
		h.emit(phone.ContactsChanged{})
	}
	goOn <- struct{}{}
	<-begun
	var last flushed
	h.mu.Lock()
	for s := range h.subs {
		last = flushed{done: make(chan struct{})}
		s.post(last)
	}
	h.mu.Unlock()
	cancel()
	close(goOn)
	<-last.done
	if n := heard.Load(); n != 2 {
		t.Errorf("heard %d events, 2 had begun", n)
	}
}

func TestOverflowIsCountedAndSaidOnce(t *testing.T) {
	h := newHub()
	goOn, busy := make(chan struct{}), make(chan struct{}, 1)
	var all []phone.Event // owned by the subscriber until flush returned
	defer h.Subscribe(func(e phone.Event) {
		select {
		case busy <- struct{}{}:
		default:
		}
		<-goOn
		all = append(all, e)
	})()
	h.emit(phone.ContactsChanged{})
	<-busy // with this one alone: all others wait in the queue
	const extra = 50
	for range hubLimit + extra {
		h.emit(phone.ContactsChanged{})
	}
	close(goOn)
	h.flush(time.Minute) // after the batch comes the word about it
	h.flush(time.Minute)
	notices, others := 0, 0
	for _, e := range all {
		if n, ok := e.(phone.Notice); ok {
			notices++
			if !errors.Is(n.Err, errEventsLost) || !n.Passing {
				t.Errorf("notice %+v", n)
			}
			continue
		}
		others++
	}
	if notices != 1 || others != hubLimit+1 {
		t.Errorf("%d notices and %d events", notices, others)
	}
}

func TestFlushDoesNotWaitForAHangingSubscriber(t *testing.T) {
	h := newHub()
	hang := make(chan struct{})
	defer close(hang)
	h.Subscribe(func(phone.Event) { <-hang })
	h.emit(phone.ContactsChanged{})
	done := make(chan struct{})
	go func() { h.flush(10 * time.Millisecond); close(done) }()
	select {
	case <-done:
	case <-time.After(10 * time.Second):
		t.Fatal("flush waits for ever")
	}
}
