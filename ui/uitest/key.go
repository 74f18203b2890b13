package uitest

import (
	"unicode/utf8"

	"paravent/app/phone"
)

// KeyIn puts the key somewhere; in a file with a passphrase, that is Passphrase.
func (f *Fake) KeyIn(place phone.KeyPlace) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.keyPlace, f.keySecret = place, ""
	if place == phone.KeyWithSecret {
		f.keySecret = Passphrase
	}
}

// KeyPlace implements ui.Phone, as does ProtectKey.
func (f *Fake) KeyPlace() phone.KeyPlace {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.keyPlace
}

func (f *Fake) ProtectKey(current, next string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.log = append(f.log, "protect "+current+" > "+next)
	switch {
	case f.keySecret != current:
		return ErrWrongPassphrase
	case next != "" && utf8.RuneCountInString(next) < phone.MinPassphrase:
		return ErrPassphraseTooShort
	}
	if err := f.takeErr(); err != nil {
		return err
	}
	f.keySecret, f.keyPlace = next, phone.KeyInClear
	if next != "" {
		f.keyPlace = phone.KeyWithSecret
	}
	return nil
}
