// Package assets holds what the window shows and plays that is not code:
// icons, translations, the video shader and the ringing sounds. It imports
// nothing of ours and nothing of Fyne; everything in it is read-only and may
// be used from any goroutine.
package assets

import "embed"

//go:embed icons/*.svg
var icons embed.FS

//go:embed translations/*.json
var translations embed.FS

// Shader and ShaderES draw a 4:2:0 picture on desktop OpenGL and on OpenGL ES.
var (
	//go:embed shader/i420.frag
	Shader []byte
	//go:embed shader/i420_es.frag
	ShaderES []byte
)

// Icon is the SVG text of an icon, nil where there is none of that name. Line
// icons are drawn in "currentColor".
func Icon(name string) []byte {
	b, err := icons.ReadFile("icons/" + name + ".svg")
	if err != nil {
		return nil
	}
	return b
}

// Translation is the flat JSON object of one language, "en" or "fr"; nil for
// any other.
func Translation(language string) []byte {
	b, err := translations.ReadFile("translations/" + language + ".json")
	if err != nil {
		return nil
	}
	return b
}
