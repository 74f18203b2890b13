//go:build !darwin

package desktop

// onSystemLink: elsewhere the system starts the program once more with the link.
func onSystemLink(func(link string)) {}
