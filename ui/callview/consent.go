package callview

import (
	"paravent/app/phone"
	"paravent/ui/widgets"
)

// Occasion is what the person is about to do when asked for a consent.
type Occasion uint8

// The occasions.
const (
	ToCall Occasion = iota + 1
	ToAnswer
	ToKnock
	ToAdmit
)

// consent is how the person is asked for one.
type consent struct {
	fault   string // code of the fault that asks
	consent phone.Consent
	title   string
	more    string
	yes, no map[Occasion]string
}

var consents = []consent{
	{
		fault: "server-here-shows-address", consent: phone.ServerSees, title: "shows-address.title", more: "shows-address.remember",
		yes: map[Occasion]string{ToCall: "shows-address.call", ToAnswer: "shows-address.answer", ToKnock: "shows-address.knock", ToAdmit: "shows-address.admit"},
		no:  map[Occasion]string{ToCall: "shows-address.no-call", ToAnswer: "shows-address.no-answer", ToKnock: "cancel", ToAdmit: "cancel"},
	},
	{
		fault: "contact-key-changed", consent: phone.KeyChanged, title: "key-changed.title", more: "key-changed.compare",
		yes: map[Occasion]string{ToCall: "key-changed.call", ToAnswer: "key-changed.answer", ToKnock: "shows-address.knock"},
		no:  map[Occasion]string{ToCall: "key-changed.no-call", ToAnswer: "key-changed.no-answer", ToKnock: "cancel"},
	},
}

// AskConsent asks the person for what err says is needed (P26, or a changed
// key), and tells whether err is a question at all. agreed runs after a yes.
func AskConsent(env widgets.Env, what Occasion, err error, agreed func(phone.Consent)) bool {
	code := phone.CodeOf(err)
	for _, c := range consents {
		if c.fault != code {
			continue
		}
		w := env.Words
		about := widgets.Flush(widgets.Paragraph(w.Error(err) + "\n\n" + w.T(c.more)))
		if c.consent == phone.KeyChanged {
			about = widgets.Wide(520, widgets.NewAlarm(10, w.Error(err)+"\n\n"+w.T(c.more)))
		}
		widgets.Confirm(env.Window, w.T(c.title), about, w.T(c.yes[what]), w.T(c.no[what]), func() { agreed(c.consent) })
		return true
	}
	return false
}
