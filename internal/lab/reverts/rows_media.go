package main

// mediaRows are the rules of sound, pictures and their connection.
var mediaRows = []row{
	{20, "private speech has packets of any size", in("media/audio/opus.go",
		"return e.SetVBR(!constant)", "return e.SetVBR(true)"),
		"media/audio", "TestP20"},
	{20, "private speech is silent when muted", in("media/audio/capture.go",
		"\t\tif s.constant {\n\t\t\treturn true\n\t\t}\n", ""),
		"media/audio", "TestP20"},
	{21, "reports carry this computer's clock", in("media/engine.go",
		"report.SenderNow(callClock())", "report.SenderNow(time.Now)"),
		"media", "TestP21"},
	{21, "the sound's names are the same in every call", in("media/audio/endpoint.go",
		"}, randomName(), randomName())", "}, \"microphone\", \"phone\")",
		"// randomName is", "var _ = randomName\n\n// randomName is"),
		"media", "TestP21"},
	{22, "packets from other ports reach DTLS (a change to the library)", in("github.com/pion/ice/v4//candidate_base.go",
		"if !c.validateSTUNTrafficCache(srcAddr) {\n\t\tremoteCandidate", "if false {\n\t\tremoteCandidate"),
		"media", "TestP22"},
	{23, "the fingerprint of the sealed message is not compared", in("media/session.go",
		"\tapi, rate, err := newAPI(", "\tcfg.Engine.DisableCertificateFingerprintVerification(true)\n\tapi, rate, err := newAPI("),
		"media", "TestP23"},
}
