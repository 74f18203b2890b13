package phone

// Profile is one of the phones that this user keeps on this computer.
type Profile struct {
	ID      string `json:"id"`   // "" is the default profile
	Name    string `json:"name"` // "" for the default profile
	Current bool   `json:"current"`
	Open    bool   `json:"open"` // a process has it, perhaps this one
	// Elsewhere is a folder that the person named, outside the list of
	// profiles: it can only be the current one, and is not managed here.
	Elsewhere bool `json:"elsewhere"`
}
