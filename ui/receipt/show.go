package receipt

import (
	"encoding/json"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"paravent/app/phone"
	"paravent/ui/widgets"
)

// Show shows the receipt of a past call over the window, seen from now.
func Show(env widgets.Env, e phone.HistoryEntry, now time.Time) *widgets.Dialog {
	w := env.Words
	head := container.NewVBox(
		widgets.NewLine(w.T("receipt.with", "name", w.Name(e.Peer.Name), "when", w.When(e.At, now))).Cut(),
		widgets.NewLine(w.Outcome(e)).Small().Cut(), widgets.Gap(4))
	var d *widgets.Dialog
	done := widgets.NewButton(w.T("close"), func() { d.Hide() })
	done.Importance = widget.HighImportance
	if e.Receipt == nil {
		head.Add(widgets.Flush(widgets.Paragraph(w.T("receipt.none"))))
		d = widgets.NewDialog(env.Window, w.T("receipt.title"), width, head, done)
		return d
	}
	head.Add(headline(env, e.Receipt))
	view := container.NewVScroll(NewView(w, *e.Receipt, false).Object())
	view.SetMinSize(fyne.NewSize(width, height))
	var copied *widgets.Button
	copied = widgets.NewButton(w.T("export.copy"), func() {
		fyne.CurrentApp().Clipboard().SetContent(w.ReceiptText(e, now))
		copied.SetText(w.T("export.copied"))
	})
	export := widgets.NewButton(w.T("export.button"), func() { widgets.Export(env, formats(env, e, now)) })
	d = widgets.NewDialog(env.Window, w.T("receipt.title"), width,
		container.NewBorder(head, nil, nil, nil, view), copied, export, done)
	return d
}

// How large a receipt is shown; what does not fit scrolls.
const width, height = 480, 360

// headline says the most important in a sentence, with its icon.
func headline(env widgets.Env, r *phone.Receipt) fyne.CanvasObject {
	icon := widgets.NewIcon("shield", theme.ColorNameSuccess, 22)
	if !r.Hidden {
		icon = widgets.NewIcon("eye", theme.ColorNameWarning, 22)
	}
	text := widgets.Paragraph(env.Words.ReceiptLine(r))
	text.TextStyle.Bold = true
	return container.NewBorder(nil, nil, icon, nil, text)
}

// kept is a receipt as a file holds it. It names the other person as the
// address book does and leaves out how they are reached.
type kept struct {
	With     string          `json:"with"`
	At       time.Time       `json:"at"`
	Outgoing bool            `json:"outgoing"`
	Video    bool            `json:"video"`
	Reason   phone.EndReason `json:"reason"`
	Seconds  float64         `json:"seconds"`
	Receipt  *phone.Receipt  `json:"receipt"`
}

func formats(env widgets.Env, e phone.HistoryEntry, now time.Time) []widgets.Format {
	name := "paravent-receipt-" + e.At.In(now.Location()).Format("2006-01-02-1504")
	data, err := json.MarshalIndent(kept{
		env.Words.Name(e.Peer.Name), e.At, e.Outgoing, e.Video, e.Reason, e.Lasted.Seconds(), e.Receipt,
	}, "", "  ")
	env.Fail(err)
	return []widgets.Format{
		{ID: "text", Name: name + ".txt", Content: []byte(env.Words.ReceiptText(e, now))},
		{ID: "json", Name: name + ".json", Content: append(data, '\n')},
	}
}
