package hostile

import "fmt"

// Bait is one address that no phone may be talked into trying.
type Bait struct {
	What string // what kind of address it is
	Host string
	Port int
	Line string // the whole candidate where it differs from the usual form
}

// Baits are hostile candidates of every kind. Loopback is among them although
// a phone whose server runs on the same computer may use it.
func Baits() []Bait {
	at := func(what, host string) Bait { return Bait{What: what, Host: host, Port: 40404} }
	return []Bait{
		at("name", "resolver-probe.example.com"),
		at("mdns name", "4f7c1b7e-5a7f-4a6e-9a3c-6d0f7f3b9d11.local"),
		at("link-local", "169.254.10.20"), at("metadata", "169.254.169.254"), at("metadata v6", "fd00:ec2::254"),
		at("link-local v6", "fe80::1234"), at("carrier nat", "100.64.7.7"), at("private elsewhere", "10.213.77.9"),
		at("private elsewhere", "172.29.213.9"), at("private elsewhere", "192.168.213.77"), at("private v6", "fdab:cdef:1234::9"),
		at("mapped loopback", "::ffff:127.0.0.1"), at("mapped private", "::ffff:10.213.77.9"), at("nat64", "64:ff9b::a00:1"),
		at("6to4", "2002:a00:1::1"), at("multicast", "224.0.0.251"), at("multicast v6", "ff02::fb"), at("broadcast", "255.255.255.255"),
		at("this network", "0.1.2.3"), at("benchmark", "198.18.0.9"), at("reserved", "240.1.2.3"), at("unspecified", "0.0.0.0"),
		{What: "low port", Host: "192.0.2.33", Port: 53},
		{What: "tcp", Host: "192.0.2.34", Port: 40404, Line: "candidate:9 1 tcp 2130706431 192.0.2.34 40404 typ host tcptype passive"},
		{What: "prflx", Host: "192.0.2.35", Port: 40404, Line: "candidate:9 1 udp 2130706431 192.0.2.35 40404 typ prflx raddr 192.0.2.36 rport 9"},
	}
}

// Loopback is the bait that only a phone whose server is elsewhere refuses.
func Loopback() []Bait {
	return []Bait{{What: "loopback", Host: "127.0.0.9", Port: 40404}, {What: "loopback v6", Host: "::1", Port: 40404}}
}

// Lines are the bait as candidates of the types that a route could let in.
func (b Bait) Lines() []string {
	if b.Line != "" {
		return []string{b.Line}
	}
	return []string{
		fmt.Sprintf("candidate:7 1 udp 2130706431 %s %d typ host", b.Host, b.Port),
		fmt.Sprintf("candidate:8 1 udp 1694498815 %s %d typ relay raddr 0.0.0.0 rport 9", b.Host, b.Port),
	}
}

// Excess is how many candidates of one description a phone may try at most.
const Excess = 32

// TooMany are n candidates, each of which alone is allowed, of a /24 network
// that is given by its first three numbers and a dot.
func TooMany(n int, network, typ string) []string {
	lines := make([]string, n)
	for i := range lines {
		lines[i] = fmt.Sprintf("candidate:%d 1 udp 1694498815 %s%d %d typ %s", 100+i, network, 1+i%250, 41000+i, typ)
		if typ != "host" {
			lines[i] += " raddr 0.0.0.0 rport 9"
		}
	}
	return lines
}
