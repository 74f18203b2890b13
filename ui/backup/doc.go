// Package backup is the dialogs about the one file with who the person is and
// whom they know: making it, and reading it again. What they ask of the phone
// takes a second and more, and runs away from the drawing goroutine. Drawing
// goroutine only.
//
//	Make:    passphrase twice, place -> asks where a file is there -> written -> told where
//	Restore: file, passphrase -> read: whose it is -> agreed to -> restored
package backup

import "time"

// ending is that of the files; they are age files.
const ending = ".age"

// suggested names a new file by its day only: a name would tell whose it is.
func suggested(now time.Time) string { return "paravent-" + now.Format("2006-01-02") + ending }
