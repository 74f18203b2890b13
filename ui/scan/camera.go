package scan

import (
	"context"
	"image"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"paravent/ui/theme"
	"paravent/ui/video"
	"paravent/ui/widgets"
)

// stage is how large the camera's picture is shown.
var stage = fyne.NewSize(480, 300)

// camera is the dialog that shows what the camera sees. The camera is open
// while a search runs, and no search outlives the dialog.
//
//	searching -- found --> gone
//	searching -- error --> stopped -- again --> searching
//	searching, stopped -- cancel, Escape, a call --> gone
type camera struct {
	env   widgets.Env
	phone Phone
	got   func(link string)

	dialog  *widgets.Dialog
	picture *video.Picture
	opening *widgets.Line
	problem *widget.Label
	again   *widgets.Button
	stop    context.CancelFunc // of the search that runs, or ran last
}

// withCamera opens the dialog and the camera; got gets the address it sees.
func withCamera(env widgets.Env, p Phone, got func(link string)) {
	w := env.Words
	c := &camera{env: env, phone: p, got: got, opening: widgets.NewLine("").Small().Center(), problem: widgets.Problem()}
	c.picture = video.New("scan", video.WayFromEnv(), true)
	c.picture.OnShape(func() { c.opening.SetText("") })
	cancel := widgets.NewButton(w.T("cancel"), func() { c.dialog.Hide() })
	c.again = widgets.NewButton(w.T("scan.again"), c.search)
	c.again.Importance = widget.HighImportance
	frame := container.NewGridWrap(stage, widgets.NewPanel(theme.ColorStage, 10, 0, 0,
		container.NewStack(container.NewCenter(c.opening), c.picture)))
	c.dialog = widgets.NewDialog(env.Window, w.T("scan.camera-title"), stage.Width, container.NewVBox(
		widgets.Flush(widgets.Paragraph(w.T("scan.camera-how"))), frame, c.problem), cancel, c.again)
	c.dialog.OnGone(func() { c.stop() })
	env.Window.Canvas().Focus(cancel)
	c.search()
}

// search lets the camera look until it finds an address.
func (c *camera) search() {
	ctx, stop := context.WithCancel(context.Background())
	c.stop = stop
	c.again.Hide()
	widgets.SetProblem(c.problem, "")
	c.opening.SetText(c.env.Words.T("scan.opening"))
	c.dialog.Fit()
	c.env.Spawn(func() func() {
		link, err := c.phone.ScanCode(ctx, until{ctx, c.picture.Screen()})
		stop()
		return func() { c.ended(link, err) }
	})
}

func (c *camera) ended(link string, err error) {
	if c.dialog.Gone() {
		return
	}
	if err == nil {
		c.dialog.Hide()
		c.got(link)
		return
	}
	c.picture.Clear()
	c.opening.SetText("")
	widgets.SetProblem(c.problem, c.env.Words.Error(err))
	c.again.Show()
	c.dialog.Fit()
}

// until shows pictures while ctx lasts: none comes after a search has ended.
type until struct {
	ctx context.Context
	video.Screen
}

// Show implements phone.Screen.
func (u until) Show(picture *image.YCbCr) {
	if u.ctx.Err() == nil {
		u.Screen.Show(picture)
	}
}
