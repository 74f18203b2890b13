package dial

import (
	"bytes"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"paravent/ui/widgets"
)

// own is the card with this phone's own address, and the ways to hand it on.
type own struct {
	env     widgets.Env
	phone   Phone
	object  fyne.CanvasObject
	body    *fyne.Container // shows one of the next two
	none    fyne.CanvasObject
	some    fyne.CanvasObject
	code    *widgets.Code
	link    *widget.Label
	done    *widgets.Line // tells what was copied, saved or drawn
	address string
}

func newOwn(env widgets.Env, p Phone) *own {
	w := env.Words
	o := &own{env: env, phone: p, none: widgets.Flush(widgets.Paragraph(w.T("own.none"))), code: widgets.NewCode(env, p, 208), done: widgets.NewLine("").Small().Cut()}
	o.link = widgets.Paragraph("")
	o.link.Wrapping = fyne.TextWrapBreak
	o.link.TextStyle.Monospace = true
	o.link.SizeName = "helperText"
	o.link.Selectable = true
	hint := widgets.NewLine(w.T("own.enlarge")).Small().Center()
	o.some = container.NewVBox(container.NewBorder(nil, nil, container.NewHBox(container.NewVBox(o.code, hint), widgets.Gap(8)), nil,
		container.NewVBox(o.buttons(), widgets.Gap(2), o.done)), widgets.Flush(o.link))
	o.body = container.NewVBox(o.none)
	o.object = widgets.Section(w.T("own.title"), widgets.Flush(widgets.Paragraph(w.T("own.how"))), o.body)
	return o
}

// buttons are the ways to hand the address on, and the one to draw a new one.
func (o *own) buttons() fyne.CanvasObject {
	w := o.env.Words
	link := widgets.NewButton(w.T("own.copy"), func() { o.copy(o.address, w.T("own.copied")) })
	link.Importance = widget.HighImportance
	text := widgets.NewButton(w.T("own.copy-text"), func() { o.copy(w.T("own.text", "link", o.address), w.T("own.text-copied")) })
	picture := widgets.NewButton(w.T("own.save-code"), func() {
		if png := o.code.PNG(); png != nil {
			widgets.Save(o.env, widgets.Format{Name: "paravent-address.png", Content: png}, o.done.SetText)
		}
	})
	card := widgets.NewButton(w.T("own.save-card"), o.saveCard)
	return container.NewVBox(link, text, picture, card, widgets.NewButton(w.T("own.new"), o.askNew))
}

// set shows the address, or that there is none yet.
func (o *own) set(address string) {
	if address == o.address {
		return
	}
	o.address = address
	o.link.SetText(address)
	o.done.SetText("")
	o.body.Objects = []fyne.CanvasObject{o.none}
	if address != "" {
		o.body.Objects = []fyne.CanvasObject{o.some}
		o.code.Set(address)
	}
	o.body.Refresh()
}

func (o *own) copy(text, told string) {
	fyne.CurrentApp().Clipboard().SetContent(text)
	o.done.SetText(told)
}

// saveCard saves the address as a vCard, as address books take it.
func (o *own) saveCard() {
	o.env.Spawn(func() func() {
		var card bytes.Buffer
		err := o.phone.ExportOwn(&card)
		return func() {
			if err != nil {
				o.env.Fail(err)
				return
			}
			widgets.Save(o.env, widgets.Format{Name: "paravent-address.vcf", Content: card.Bytes()}, o.done.SetText)
		}
	})
}

// askNew asks before older links are retired.
func (o *own) askNew() {
	w := o.env.Words
	widgets.Ask(o.env.Window, w.T("own.new-title"), w.T("own.new-question"), w.T("own.new"), w.T("cancel"), func() {
		o.env.Spawn(func() func() {
			_, err := o.phone.NewAddress()
			return func() {
				o.env.Fail(err)
				o.set(o.phone.Self().Address)
				if err == nil {
					o.done.SetText(w.T("own.new-done"))
				}
			}
		})
	})
}
