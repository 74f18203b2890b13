package desktop

import "github.com/ebitengine/purego/objc"

// Four-character codes of Apple's events.
const (
	internetEventClass = 0x4755524c // 'GURL'
	getURL             = 0x4755524c // 'GURL'
	directObject       = 0x2d2d2d2d // '----'
)

// onSystemLink has open called with every link that macOS opens: it does not
// start the program once more, but sends the one that runs a GetURL event.
// Call it before the window is made, or the link of the first start is missed.
func onSystemLink(open func(link string)) {
	handle := objc.RegisterName("handleGetURL:withReply:")
	class, err := objc.RegisterClass("ParaventLinks", objc.GetClass("NSObject"), nil, nil, []objc.MethodDef{{
		Cmd: handle,
		Fn: func(_ objc.ID, _ objc.SEL, event, _ objc.ID) {
			text := event.Send(objc.RegisterName("paramDescriptorForKeyword:"), uint32(directObject)).Send(objc.RegisterName("stringValue"))
			if text != 0 {
				open(objc.Send[string](text, objc.RegisterName("UTF8String")))
			}
		},
	}})
	if err != nil {
		return // links can still be pasted
	}
	handler := objc.ID(class).Send(objc.RegisterName("new")) // lives as long as the program
	manager := objc.ID(objc.GetClass("NSAppleEventManager")).Send(objc.RegisterName("sharedAppleEventManager"))
	manager.Send(objc.RegisterName("setEventHandler:andSelector:forEventClass:andEventID:"),
		handler, handle, uint32(internetEventClass), uint32(getURL))
}
