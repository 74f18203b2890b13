//go:build preview

// Command preview opens the window over a phone that only pretends, to look at
// every screen without a network:
//
//	go run -tags=preview,nolibopusfile ./ui/uitest/preview -screen call -lang fr
package main

import (
	"flag"
	"image"
	"time"

	"fyne.io/fyne/v2/app"

	"paravent/app/phone"
	"paravent/settings"
	"paravent/ui"
	"paravent/ui/uitest"
)

func main() {
	screen := flag.String("screen", "main", "welcome, main, incoming, call, direct, ended")
	lang := flag.String("lang", "en", "en or fr")
	video := flag.Bool("video", true, "a video call")
	flag.Parse()

	fake := uitest.New()
	if *screen == "welcome" {
		fake = uitest.Fresh()
	}
	_ = fake.UpdateSettings(func(s *settings.Settings) { s.Language = *lang })
	a := app.NewWithID("org.paravent.preview")
	w := ui.New(a, fake)
	w.Show()
	go play(fake, *screen, *video)
	a.Run()
}

// play brings the phone to the screen that was asked for.
func play(f *uitest.Fake, screen string, video bool) {
	time.Sleep(500 * time.Millisecond)
	switch screen {
	case "incoming":
		f.Ring(f.Person("Élodie Martin"), video)
	case "stranger":
		f.Ring(f.Person("Some Stranger"), video)
	case "call", "direct", "ended":
		id, _ := f.Call(f.Person("Élodie Martin").ID, video)
		time.Sleep(300 * time.Millisecond)
		if screen == "direct" {
			f.Connect(id, phone.Direct, phone.RelayNone, "203.0.113.7:40000")
		} else {
			f.Connect(id, phone.Relay, phone.RelayElsewhere)
		}
		f.Change(id, func(c *phone.CallInfo) { c.ConnectedAt = time.Now().Add(-83 * time.Second) })
		if screen == "ended" {
			f.End(id, phone.RemoteHungUp)
			f.Emit(phone.ReceiptReady{Receipt: phone.Receipt{Call: id, Route: phone.Relay, Hidden: true, RelayKind: phone.RelayElsewhere}})
			return
		}
		show(f, id, video)
	}
}

// show moves a test picture, 30 times a second.
func show(f *uitest.Fake, id phone.CallID, video bool) {
	remote, local := f.Screens()
	big, small := image.NewYCbCr(image.Rect(0, 0, 1280, 720), image.YCbCrSubsampleRatio420), image.NewYCbCr(image.Rect(0, 0, 640, 360), image.YCbCrSubsampleRatio420)
	for n := 0; ; n++ {
		if video {
			uitest.Bars(big, n)
			remote.Show(big)
			uitest.Bars(small, -n)
			local.Show(small)
		}
		if n%30 == 0 {
			f.Emit(phone.StatsSampled{Call: id, Stats: uitest.Stats()})
		}
		time.Sleep(time.Second / 30)
	}
}
