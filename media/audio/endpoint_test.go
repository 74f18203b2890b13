package audio

import "testing"

func open(t testing.TB, config Config) *Endpoint {
	t.Helper()
	e, err := Open(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Close() })
	return e
}
