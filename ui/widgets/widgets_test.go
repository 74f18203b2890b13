package widgets_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
	"github.com/stretchr/testify/require"

	"paravent/ui/theme"
	"paravent/ui/uitest"
	"paravent/ui/widgets"
)

// gallery puts every widget of ours, in its states, into one picture.
func gallery() fyne.CanvasObject {
	selected := widgets.NewNavItem("history", "History", nil)
	selected.SetSelected(true)
	selected.SetCount(3)
	off := widgets.NewIconButton("video", "Video", nil)
	off.SetDisabled(true)
	hidden, direct := widgets.NewBadge(nil), widgets.NewBadge(nil)
	hidden.Set("shield", "Relayed: your IP address is hidden", "success")
	direct.Set("eye", "Direct: they can see 203.0.113.7", "warning")
	one, two := widgets.NewAvatar(48), widgets.NewAvatar(48)
	one.SetPerson("Élodie Martin", "aa")
	two.SetPerson("", "bb")
	banner := widgets.NewBanner("Close")
	banner.Say("The server cannot be reached.")
	return container.NewVBox(
		widgets.NewNavItem("contacts", "Contacts", nil), selected,
		container.NewHBox(widgets.NewIconButton("star", "Star", nil), off, one, two, widgets.NewDot("success")),
		container.NewHBox(
			widgets.NewRound("mic", "Mute", widgets.Plain, nil), widgets.NewRound("mic-off", "Unmute", widgets.Chosen, nil),
			widgets.NewRound("phone", "Answer", widgets.Good, nil), widgets.NewRound("hangup", "Hang up", widgets.Bad, nil)),
		hidden, direct,
		widgets.NewCard(widgets.NewChoice([]widgets.Option{
			{ID: "a", Title: "First", Detail: "What it means."}, {ID: "b", Title: "Second"},
		}, "a", nil)),
		widgets.NewLine("A line that is far too long for the place that it is given here").Cut(),
		banner,
	)
}

func TestWidgetsLook(t *testing.T) {
	app := test.NewTempApp(t)
	for name, look := range map[string]fyne.Theme{"light": theme.New(), "dark": theme.NewDark()} {
		app.Settings().SetTheme(look)
		win := app.NewWindow("")
		win.SetContent(gallery())
		win.Resize(fyne.NewSize(340, 560))
		uitest.Picture(t, "widgets-"+name, win.Canvas().Capture())
		win.Close()
	}
}

func TestPressing(t *testing.T) {
	app := test.NewTempApp(t)
	app.Settings().SetTheme(theme.New())
	win := app.NewWindow("")
	pressed, keys := 0, 0
	b := widgets.NewRound("mic", "Mute", widgets.Plain, func() { pressed++ })
	win.SetContent(b)
	win.Canvas().SetOnTypedKey(func(*fyne.KeyEvent) { keys++ })
	test.Tap(b)
	win.Canvas().Focus(b)
	s := uitest.Screen{T: t, Window: win}
	s.Key(fyne.KeySpace)
	s.Key(fyne.KeyReturn)
	require.Equal(t, 3, pressed)
	s.Key(fyne.KeyM) // not the button's: the window's own keys work on
	require.Equal(t, 1, keys)
	b.SetDisabled(true)
	test.Tap(b)
	require.Equal(t, 3, pressed)
	require.Equal(t, "Mute", b.AccessibilityLabel())
	require.Equal(t, fyne.AccessibleRoleButton, b.AccessibilityRole())
}

func TestChoice(t *testing.T) {
	test.NewTempApp(t).Settings().SetTheme(theme.New())
	var told []string
	c := widgets.NewChoice([]widgets.Option{{ID: "a", Title: "A"}, {ID: "b", Title: "B"}}, "a", func(id string) { told = append(told, id) })
	win := test.NewTempWindow(t, c)
	s := uitest.Screen{T: t, Window: win}
	s.Tap("B")
	s.Tap("B")
	s.Tap("A")
	require.Equal(t, []string{"b", "a"}, told)
	c.Select("b")
	require.Equal(t, "b", c.Selected())
	require.Len(t, told, 2)
}

// While drawing is busy, of a thousand values only the newest is drawn.
func TestLatestKeepsTheNewest(t *testing.T) {
	test.NewTempApp(t).Settings().SetTheme(theme.New())
	var shown []int
	var l *widgets.Latest[int]
	l = widgets.NewLatest(func(v int) {
		shown = append(shown, v)
		if v == 0 { // the test driver draws at once: more values come meanwhile
			var wg sync.WaitGroup
			wg.Go(func() { l.Put(7) })
			wg.Wait()
		}
	})
	l.Put(0)
	require.Equal(t, []int{0, 7}, shown)
}

func TestAskRunsOnlyAfterYes(t *testing.T) {
	test.NewTempApp(t).Settings().SetTheme(theme.New())
	win := test.NewTempWindow(t, widgets.NewLine("below"))
	win.Resize(fyne.NewSize(600, 400))
	s := uitest.Screen{T: t, Window: win}
	agreed := 0
	ask := func() { widgets.Ask(win, "Sure?", "It cannot be undone.", "Yes", "No", func() { agreed++ }) }
	ask()
	s.Tap("No")
	require.Zero(t, agreed)
	ask()
	s.Tap("Yes")
	require.Equal(t, 1, agreed)
	require.Nil(t, win.Canvas().Overlays().Top())
	before := win.Canvas().OnTypedKey()
	ask() // the refusal has the focus
	s.Key(fyne.KeyEscape)
	require.Nil(t, win.Canvas().Overlays().Top())
	require.Equal(t, before == nil, win.Canvas().OnTypedKey() == nil)
	require.Equal(t, 1, agreed)
}

func TestAButtonIsPressedByKeys(t *testing.T) {
	test.NewTempApp(t)
	pressed := 0
	b := widgets.NewButton("Do it", func() { pressed++ })
	test.NewTempWindow(t, b)
	for _, key := range []fyne.KeyName{fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter, fyne.KeyA} {
		b.TypedKey(&fyne.KeyEvent{Name: key})
	}
	require.Equal(t, 3, pressed)
	b.Disable()
	b.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	require.Equal(t, 3, pressed)
}

// Tab is the keyboard's way out of a field, also of one of several lines.
func TestTabLeadsOutOfEveryField(t *testing.T) {
	test.NewTempApp(t)
	for _, e := range []fyne.Tabbable{widgets.NewEntry(), widgets.NewMultiLineEntry()} {
		require.False(t, e.AcceptsTab())
	}
}

// There is nothing to find out about how what only tells something is closed.
func TestTellingIsClosedByKeys(t *testing.T) {
	test.NewTempApp(t)
	win := test.NewTempWindow(t, widgets.Gap(10))
	s := uitest.Screen{T: t, Window: win}
	for _, key := range []fyne.KeyName{fyne.KeyReturn, fyne.KeySpace, fyne.KeyEscape} {
		widgets.Tell(win, "Told", "It is done.", "Close")
		require.NotNil(t, win.Canvas().Overlays().Top())
		s.Key(key)
		require.Nil(t, win.Canvas().Overlays().Top(), key)
	}
}

func TestWhatIsHiddenTakesNoPlace(t *testing.T) {
	test.NewTempApp(t)
	label := widgets.Paragraph("Only sometimes")
	flush := widgets.Flush(label)
	require.NotZero(t, flush.MinSize().Height)
	label.Hide()
	require.Zero(t, flush.MinSize().Height)
}

// A dialog is as high as what it shows, also after it showed more.
func TestADialogShrinks(t *testing.T) {
	test.NewTempApp(t)
	win := test.NewTempWindow(t, widgets.Gap(10))
	win.Resize(fyne.NewSize(600, 500))
	line := widgets.NewLine("One")
	more := container.NewVBox(line, widgets.Gap(80))
	d := widgets.NewDialog(win, "Title", 300, more, widgets.NewButton("Close", nil))
	d.Fit()
	high := more.Size().Height
	more.Objects = more.Objects[:1]
	d.Fit()
	require.Less(t, more.Size().Height, high-70)
}

// A clipboard may hold megabytes by accident, or by a page's doing.
func TestAPasteOfMegabytesIsCut(t *testing.T) {
	test.NewTempApp(t)
	e := widgets.NewMultiLineEntry()
	e.Wrapping = fyne.TextWrapBreak
	test.NewTempWindow(t, e).Resize(fyne.NewSize(400, 300))
	clipboard := fyne.CurrentApp().Clipboard()
	paste := func(text string) time.Duration {
		clipboard.SetContent(text)
		at := time.Now()
		e.SetText("")
		e.TypedShortcut(&fyne.ShortcutPaste{Clipboard: clipboard})
		return time.Since(at)
	}
	paste("Ann: paravent:x\n")
	require.Equal(t, "Ann: paravent:x\n", e.Text)
	took := paste("a" + strings.Repeat("é", 5<<20))
	require.Equal(t, "a"+strings.Repeat("é", (e.MostPasted-1)/2), e.Text, "no half letter at the end")
	require.Less(t, took, 2*time.Second)
}
