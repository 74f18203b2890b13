package words

import (
	"encoding/base64"
	"net"
	"strconv"
	"strings"
)

// ServerAddress says what is wrong with the text of a server address while it
// is typed, "" when its shape is right: host:port#pin. Only the phone can tell
// whether a server answers there.
func (w Words) ServerAddress(text string) string {
	hostPort, pin, ok := strings.Cut(text, "#")
	if !ok {
		return w.T("server.no-pin")
	}
	host, port, err := net.SplitHostPort(hostPort)
	if n, perr := strconv.Atoi(port); err != nil || host == "" || perr != nil || n < 1 || n > 65535 {
		return w.T("server.bad-host")
	}
	if b, err := base64.RawURLEncoding.DecodeString(pin); err != nil || len(b) != 32 {
		return w.T("server.bad-pin")
	}
	return ""
}
