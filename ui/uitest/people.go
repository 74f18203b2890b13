package uitest

import (
	"encoding/base64"
	"encoding/hex"
	"slices"
	"strings"
	"time"

	"crypto/sha256"

	"paravent/app/phone"
)

// ServerAddress is a well-formed server address.
var ServerAddress = "phone.example.org:443#" + base64.RawURLEncoding.EncodeToString(make([]byte, 32))

// Link is a text that looks like a call address, different for each name.
func Link(name string) string {
	sum := sha256.Sum256([]byte(name))
	return "paravent:" + base64.RawURLEncoding.EncodeToString(sum[:]) +
		"?mailbox=UAVENT2XQ5J7K4WEBZ6L3M3PSNB5GQXTLFUH7R4DWMZ6K2YB3CPARVNT&server=phone.example.org:443"
}

func contact(name string) phone.Contact {
	sum := sha256.Sum256([]byte(name))
	return phone.Contact{
		ID: hex.EncodeToString(sum[:]), Name: name, Address: Link(name),
		Route: phone.RouteInherit, Permission: phone.PermissionInherit, Trust: phone.Unverified, Added: Now,
	}
}

// SetPeople makes another address book, of nobody but these.
func (f *Fake) SetPeople(names ...string) {
	folded := map[string]string{}
	for _, name := range names {
		folded[name] = phone.Fold(name)
	}
	names = slices.Clone(names)
	slices.SortFunc(names, func(a, b string) int { return strings.Compare(folded[a], folded[b]) })
	f.mu.Lock()
	f.contacts = nil
	for _, name := range names {
		f.contacts = append(f.contacts, contact(name))
	}
	f.mu.Unlock()
	f.Emit(phone.ContactsChanged{})
}

// file puts a contact where it belongs by name. It must be called with mu held.
func (f *Fake) file(c phone.Contact) {
	if i := f.find(c.ID); i >= 0 {
		f.contacts = slices.Delete(f.contacts, i, i+1)
	}
	at, _ := slices.BinarySearchFunc(f.contacts, phone.Fold(c.Name), func(other phone.Contact, name string) int {
		return strings.Compare(phone.Fold(other.Name), name)
	})
	f.contacts = slices.Insert(f.contacts, at, c)
}

func people() []phone.Contact {
	list := []phone.Contact{
		contact("Amadou Ba"), contact("Béatrice Morel"), contact("Élodie Martin"), contact("Jonas Weber"),
		contact("Mei Lin"), contact("Noor Haddad"), contact("Old Laptop"), contact("Sam"),
	}
	list[2].Favourite, list[4].Favourite = true, true
	list[2].Trust = phone.Verified
	list[3].Route = phone.RouteDirect
	list[5].Route = phone.RouteRelay
	list[6].Blocked = true
	list[7].Trust = phone.Changed
	return list
}

func past() []phone.HistoryEntry {
	person := func(name string, known bool) phone.Person {
		c := contact(name)
		return phone.Person{ID: c.ID, Name: name, Contact: known, Address: c.Address}
	}
	hidden, seen := hiddenReceipt(), seenReceipt()
	list := []phone.HistoryEntry{
		{At: Now.Add(-25 * time.Minute), Peer: person("Élodie Martin", true), Video: true, Reason: phone.RemoteHungUp, Route: phone.Relay, Lasted: 754 * time.Second, Receipt: &hidden},
		{At: Now.Add(-3 * time.Hour), Peer: person("Mei Lin", true), Reason: phone.Missed},
		{At: Now.Add(-20 * time.Hour), Outgoing: true, Peer: person("Jonas Weber", true), Reason: phone.HungUp, Route: phone.Direct, Lasted: 3723 * time.Second, Receipt: &seen},
		{At: Now.Add(-27 * time.Hour), Outgoing: true, Peer: person("Amadou Ba", true), Reason: phone.NoAnswer},
		{At: Now.Add(-8 * 24 * time.Hour), Peer: person("\u202eknil yrtsim", false), Silenced: true, Reason: phone.Missed},
		{At: Now.Add(-8*24*time.Hour - time.Hour), Kind: phone.HistoryKnock, Peer: person("Zoé Petit", false), Text: "It is Zoé, from the choir. May I call you about Sunday?"},
		{At: Now.Add(-400 * 24 * time.Hour), Outgoing: true, Peer: person("Noor Haddad", true), Video: true, Reason: phone.RelayUnavailable},
	}
	for i := range list {
		list[i].ID = uint64(len(list) - i)
		if list[i].Kind == "" {
			list[i].Kind = phone.HistoryCall
		}
	}
	return list
}

// hiddenReceipt is of a relayed call.
func hiddenReceipt() phone.Receipt {
	return phone.Receipt{
		Route: phone.Relay, Hidden: true, RelayKind: phone.RelayElsewhere, At: Now,
		RelaySaw: []string{"203.0.113.7:51820"}, ServerSaw: []string{"203.0.113.7"},
		KeptHidden: []string{"192.168.1.20", "203.0.113.7", "2001:db8:5a:1::20"},
		Traffic:    []phone.Traffic{{To: "198.51.100.4:443", Role: "relay", Packets: 37700, Bytes: 6_214_000}},
	}
}

// seenReceipt is of a direct call.
func seenReceipt() phone.Receipt {
	return phone.Receipt{
		Route: phone.Direct, RelayKind: phone.RelayNone, At: Now, PeerSaw: []string{"203.0.113.7:40000", "192.168.1.20:40000"},
		RelaySaw: []string{}, ServerSaw: []string{"203.0.113.7"}, KeptHidden: []string{"2001:db8:5a:1::20"},
		Traffic: []phone.Traffic{{To: "198.51.100.23:50123", Role: "peer", Packets: 372300, Bytes: 61_400_000}},
	}
}

func devices() phone.Devices {
	return phone.Devices{
		Microphones: []phone.Device{{ID: "m1", Name: "Built-in microphone", Default: true}, {ID: "m2", Name: "USB headset"}},
		Speakers:    []phone.Device{{ID: "s1", Name: "Built-in speakers", Default: true}, {ID: "s2", Name: "USB headset"}},
		Cameras:     []phone.Device{{ID: "c1", Name: "Integrated camera", Default: true}},
	}
}
