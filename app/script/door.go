package script

import "paravent/app/phone"

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
