// Package script is the phone's scriptable face, for tests, bots and manual
// QA: commands come in as JSON objects, one a line, and results and events go
// out the same way. docs/headless.md gives every command and event.
//
//	stdin -> reader -> command -> Phone
//	Phone events -> Face.event -> writer -> stdout
//
// Run owns the reader; events may arrive on any goroutine, and each output
// line is written whole.
package script
