// Package phone is the vocabulary of the phone: the values that its parts, its
// window and its scriptable face exchange. It holds no logic, starts nothing
// and imports nothing of ours, so that every package may use it from any
// goroutine, and the window can be built and tested without media or network.
package phone
