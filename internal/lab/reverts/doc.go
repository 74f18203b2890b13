// Command reverts proves that the privacy rules P1 to P26, and what is promised
// of stored data (disk), are tested: it takes each rule out of the code, one
// place at a time, and demands that a test notices. The tree is not touched;
// what is changed lies in a folder of its own and reaches the compiler by
// `go test -overlay`. One rule is held by a library; a copy of it is changed.
//
//	row -> changed copies -> build the tests -> run them: they must fail
//	                      '-> and unchanged they must pass
//
// A row whose old text is no longer in its file, or whose change does not
// compile, proves nothing and is an error. It prints the table that
// docs/threats.md holds, and is for developers only: `make reverts`.
package main
