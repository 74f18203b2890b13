package audience

import (
	"testing"

	"github.com/stretchr/testify/require"

	"paravent/settings"
)

func TestReadClock(t *testing.T) {
	for text, want := range map[string]settings.Clock{
		"22:30": "22:30", "7:05": "07:05", " 7 ": "07:00", "7h": "07:00", "07H30": "07:30", "7 h 30": "07:30", "23.59": "23:59",
		"0": "00:00", "24:00": "00:00", "24": "00:00", "00:00": "00:00",
	} {
		got, ok := readClock(text)
		require.True(t, ok, text)
		require.Equal(t, want, got, text)
	}
	for _, text := range []string{"", " ", "24:01", "25", "22:60", "2230", "22:3", "7:30 pm", "-1", "22:30:00", "x", "٧", "7:٣٠"} {
		_, ok := readClock(text)
		require.False(t, ok, text)
	}
	d := settings.Defaults()
	for _, text := range []string{"0", "24", "9h05", "23:59"} {
		at, _ := readClock(text)
		d.Calls.DoNotDisturb.Schedule = []settings.Period{{Days: settings.Days, From: at, To: at}}
		require.NoError(t, d.Validate(), text)
	}
}
