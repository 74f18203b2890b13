package sas

import (
	"errors"
	"reflect"
	"testing"

	"pgregory.net/rapid"
)

func sample() Transcript {
	t := Transcript{Route: 1}
	for i := range 32 {
		t.Caller[i], t.Callee[i], t.CallerPrint[i], t.CalleePrint[i] = byte(i), byte(i+32), byte(i+64), byte(i+96)
	}
	for i := range 16 {
		t.Call[i] = byte(i + 128)
	}
	return t
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func begin(role Role, t Transcript, secret [32]byte) (Exchange, Message) {
	x, m, err := Begin(role, t, secret)
	if err != nil {
		panic(err)
	}
	return x, m
}

// run exchanges between two ends with their own idea of the transcript.
func run(caller, callee Transcript, a, b [32]byte) (x, y Exchange, err error) {
	x, m := begin(Caller, caller, a)
	y, _ = begin(Callee, callee, b)
	y, m, err = y.Take(m)
	if err == nil {
		x, m, err = x.Take(m)
	}
	if err == nil {
		y, _, err = y.Take(m)
	}
	return x, y, err
}

func TestBothEndsShowTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		key := rapid.Custom(func(t *rapid.T) (k [32]byte) {
			copy(k[:], rapid.SliceOfN(rapid.Byte(), 32, 32).Draw(t, "key"))
			return k
		})
		x, y, err := run(sample(), sample(), key.Draw(t, "a"), key.Draw(t, "b"))
		c, ready := x.Code()
		d, too := y.Code()
		if err != nil || !ready || !too || c != d {
			t.Fatalf("%v %v %v", c, d, err)
		}
	})
}

// The code must never change without a new label: two phones of different ages
// would show different words.
func TestKnownAnswer(t *testing.T) {
	x, _, err := run(sample(), sample(), [32]byte{8}, [32]byte{16})
	if code, _ := x.Code(); err != nil || code != (Code{108, 35, 103, 197}) {
		t.Errorf("%v, %v", code, err)
	}
}

// Whoever changes anything that one end knows is noticed by the callee, whose
// transcript the commitment does not fit; and were it not, no code would fit.
func TestEveryFieldIsBound(t *testing.T) {
	good, _, _ := run(sample(), sample(), [32]byte{8}, [32]byte{16})
	want, _ := good.Code()
	fields := reflect.TypeOf(Transcript{}).NumField()
	for i := range fields {
		other := sample()
		f := reflect.ValueOf(&other).Elem().Field(i)
		if f.Kind() == reflect.Array {
			f = f.Index(f.Len() - 1)
		}
		f.SetUint(f.Uint() ^ 2)
		x, _, _ := run(other, other, [32]byte{8}, [32]byte{16})
		if code, ready := x.Code(); !ready || code == want {
			t.Errorf("field %d changes nothing", i)
		}
		if _, _, err := run(sample(), other, [32]byte{8}, [32]byte{16}); !errors.Is(err, ErrForged) {
			t.Errorf("field %d differs: %v", i, err)
		}
	}
}

func TestOnlyTheNextMessageIsTaken(t *testing.T) {
	caller, commit := begin(Caller, sample(), [32]byte{8})
	callee, _ := begin(Callee, sample(), [32]byte{16})
	ans, key, _ := callee.Take(commit)
	over, reveal, _ := caller.Take(key)
	finished, _, _ := ans.Take(reveal)
	for name, row := range map[string]struct {
		x    Exchange
		fits Step
	}{"caller": {caller, Key}, "waiting": {callee, Commit}, "answered": {ans, Reveal}, "caller done": {over, 0}, "callee done": {finished, 0}, "none": {Exchange{}, 0}} {
		for step, m := range map[Step]Message{Commit: commit, Key: key, Reveal: reveal, 0: {}, 9: {Step: 9}} {
			got, _, err := row.x.Take(m)
			if step != row.fits && (!errors.Is(err, ErrOrder) || got != row.x) {
				t.Errorf("%s took %d: %v", name, step, err)
			}
			if step == row.fits && step != 0 && err != nil {
				t.Errorf("%s refused %d: %v", name, step, err)
			}
		}
	}
}

func TestForgeriesAreNoticed(t *testing.T) {
	caller, commit := begin(Caller, sample(), [32]byte{8})
	callee, _ := begin(Callee, sample(), [32]byte{16})
	callee, key, _ := callee.Take(commit)
	other, _ := begin(Caller, sample(), [32]byte{24})
	if _, _, err := callee.Take(Message{Reveal, must(other.public())}); !errors.Is(err, ErrForged) {
		t.Errorf("another key than committed to: %v", err)
	}
	if _, _, err := caller.Take(Message{Step: Key}); !errors.Is(err, ErrForged) {
		t.Errorf("a point of low order: %v", err)
	}
	if got, _, err := caller.Take(key); err != nil || got == caller {
		t.Error("the true one is refused afterwards")
	}
}

// Somebody between who plays the other end to both of them, and substitutes
// identities and certificates, makes them show different words.
func TestSomebodyBetweenMakesWordsDiffer(t *testing.T) {
	equal := 0
	for i := range 500 {
		left, right := sample(), sample()
		left.Callee, left.CalleePrint = [32]byte{9}, [32]byte{9}
		right.Caller, right.CallerPrint = [32]byte{9}, [32]byte{9}
		secret := [32]byte{7, byte(i), byte(i >> 8)}
		a, _, err1 := run(left, left, [32]byte{8}, secret)
		b, _, err2 := run(right, right, secret, [32]byte{16})
		c, ready := a.Code()
		d, too := b.Code()
		if err1 != nil || err2 != nil || !ready || !too {
			t.Fatal(err1, err2)
		}
		if c == d {
			equal++
		}
	}
	if equal > 0 {
		t.Errorf("%d of 500 were equal", equal)
	}
}

func FuzzTake(f *testing.F) {
	f.Add(uint8(1), uint8(1), make([]byte, 32))
	f.Add(uint8(2), uint8(2), make([]byte, 32))
	f.Fuzz(func(t *testing.T, role, step uint8, value []byte) {
		x, _ := begin(Role(role%2+1), sample(), [32]byte{8})
		m := Message{Step: Step(step)}
		copy(m.Value[:], value)
		for range 3 {
			next, _, err := x.Take(m)
			if err != nil && next != x {
				t.Fatal("a refused message changed something")
			}
			if _, ready := next.Code(); ready && Role(role%2+1) == Callee {
				t.Fatal("a code without what was committed to")
			}
			x, m.Step = next, m.Step+1
		}
	})
}
