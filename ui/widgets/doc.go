// Package widgets holds the parts that several screens share. A widget holds
// no logic: it shows what it is given and tells of taps through its OnX
// callbacks. All of it belongs to the drawing goroutine.
package widgets
