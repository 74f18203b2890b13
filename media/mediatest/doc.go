// Package mediatest measures sound and stands in for what tests do not have: a
// voice, a network and sound cards. Tests and the demo use it; the phone does not.
package mediatest
