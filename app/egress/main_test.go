package egress

import (
	"os"
	"testing"
)

// roleVariable tells a copy of this test binary, run inside a network
// namespace, what it is there.
const roleVariable = "PARAVENT_EGRESS_ROLE"

// roles are what a copy can be besides the test itself.
var roles = map[string]func() error{}

func TestMain(m *testing.M) {
	if role, ok := roles[os.Getenv(roleVariable)]; ok {
		if err := role(); err != nil {
			_, _ = os.Stderr.WriteString(err.Error() + "\n")
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}
