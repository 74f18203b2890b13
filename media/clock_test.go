package media

import (
	"testing"
	"time"
)

// P21: sender reports carry a clock; it must not be this computer's, nor the
// same in two calls, and still run at the right speed.
func TestP21ReportsTellNoClock(t *testing.T) {
	a, b := callClock(), callClock()
	if d := a().Sub(b()).Abs(); d < time.Hour {
		t.Errorf("two calls' clocks are only %v apart", d)
	}
	if d := time.Until(a()).Abs(); d < time.Hour {
		t.Errorf("the call's clock is only %v from this computer's", d)
	}
	begun, real := a(), time.Now()
	time.Sleep(20 * time.Millisecond)
	if d := a().Sub(begun) - time.Since(real); d.Abs() > 5*time.Millisecond {
		t.Errorf("the call's clock runs %v off", d)
	}
}
