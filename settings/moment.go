package settings

import (
	"encoding/json"
	"fmt"
	"time"
)

// Moment is a point in time to the second, or none. In the file it is RFC
// 3339, and "" for none.
type Moment struct{ time.Time }

// At is the Moment of t.
func At(t time.Time) Moment {
	if t.IsZero() {
		return Moment{}
	}
	return Moment{t.UTC().Truncate(time.Second)}
}

// MarshalJSON implements json.Marshaler.
func (m Moment) MarshalJSON() ([]byte, error) {
	if m.IsZero() {
		return []byte(`""`), nil
	}
	return json.Marshal(m.UTC().Format(time.RFC3339))
}

// UnmarshalJSON implements json.Unmarshaler.
func (m *Moment) UnmarshalJSON(data []byte) error {
	var text string
	if err := json.Unmarshal(data, &text); err != nil {
		return err
	}
	*m = Moment{}
	if text == "" {
		return nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return fmt.Errorf("not a time as in 2026-01-31T18:00:00Z: %w", err)
	}
	*m = At(t)
	return nil
}
