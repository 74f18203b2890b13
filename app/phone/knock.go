package phone

import "time"

// MaxKnock is how many characters one can leave at a door.
const MaxKnock = 140

// AdmitFor is how long somebody who was let in once may ring.
const AdmitFor = time.Hour

// Admission says that somebody may ring once.
type Admission struct {
	Who   Person    `json:"who"`
	Until time.Time `json:"until"`
}
