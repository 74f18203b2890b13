package script

import "paravent/app/phone"

// slow are verbs that wait for a server; like the privacy check they run
// beside the others, since hanging up must not wait for them (P11).
var slow = map[string]func(*Face, command) error{
	"knock": func(f *Face, c command) error { return f.phone.Knock(c.To, c.Text, c.consents()...) },
	"admit": func(f *Face, c command) error { return f.phone.Admit(c.Entry, c.consents()...) },
}

// doorFields tell results of slow verbs apart.
func doorFields(c command) map[string]any {
	if c.Do == "admit" {
		return map[string]any{"entry": c.Entry}
	}
	return map[string]any{"to": c.To}
}

func (f *Face) doBlock(c command) (map[string]any, error) { return f.person(c, f.phone.BlockPerson) }

func (f *Face) doUnblock(c command) (map[string]any, error) {
	return f.person(c, func(p phone.Person) error { return f.phone.Unblock(p.ID) })
}

func (f *Face) doWithdraw(c command) (map[string]any, error) {
	return f.person(c, func(p phone.Person) error { return f.phone.Withdraw(p.ID) })
}

// person does something with somebody, in the address book or not.
func (f *Face) person(c command, do func(phone.Person) error) (map[string]any, error) {
	p, err := f.phone.PersonOf(c.Contact)
	if err != nil {
		return nil, err
	}
	return map[string]any{"contact": p.ID}, do(p)
}

func (f *Face) doNewAddress(command) (map[string]any, error) {
	link, err := f.phone.NewAddress()
	return map[string]any{"address": link}, err
}
