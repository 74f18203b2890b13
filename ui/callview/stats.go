package callview

import (
	"fmt"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"paravent/app/phone"
	"paravent/ui/widgets"
	"paravent/ui/words"
)

// statsPanel shows a call's figures, for the curious.
type statsPanel struct {
	widget.BaseWidget
	words words.Words
	lines []*widgets.Line
	names []*widgets.Line
	body  *widgets.Panel
}

const statsLines = 6

func newStatsPanel(w words.Words) *statsPanel {
	p := &statsPanel{words: w}
	grid := container.NewGridWithColumns(2)
	for _, key := range []string{
		w.T("stats.rtt"), w.T("stats.audio"), w.T("stats.loss"), w.T("stats.delay"), w.T("stats.video"), w.T("stats.budget"),
	} {
		name, value := widgets.NewLine(key).Small(), widgets.NewLine("–")
		p.names, p.lines = append(p.names, name), append(p.lines, value)
		grid.Add(name)
		grid.Add(widgets.Wide(190, value))
	}
	p.body = widgets.NewPanel("card", 10, 14, 10, grid)
	p.ExtendBaseWidget(p)
	p.Hide()
	return p
}

func (p *statsPanel) set(s phone.Stats, video bool) {
	if !p.Visible() {
		return
	}
	values := [statsLines]string{
		fmt.Sprintf("%d ms", s.RTT.Milliseconds()),
		fmt.Sprintf("%.0f / %.0f kbit/s", s.Audio.SendKbps, s.Audio.RecvKbps),
		loss(s.Audio),
		fmt.Sprintf("%d ms", s.Audio.Delay.Milliseconds()),
		"–",
		fmt.Sprintf("%.0f kbit/s", float64(s.Bitrate)/1000),
	}
	if video {
		values[4] = fmt.Sprintf("%d × %d, %.0f/s, %.0f kbit/s", s.Video.Width, s.Video.Height, s.Video.RecvFPS, s.Video.RecvKbps)
	}
	for i, v := range values {
		p.lines[i].SetText(v)
	}
}

// loss is the share of the other side's sound that never came.
func loss(a phone.StreamStats) string {
	all := a.Received + a.Lost
	if all == 0 {
		return "–"
	}
	return fmt.Sprintf("%.1f %%", 100*float64(a.Lost)/float64(all))
}

// CreateRenderer implements fyne.Widget.
func (p *statsPanel) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(p.body) }
