package settings

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestEveryVersionIsRead fails when a change breaks reading what an older
// program wrote. Each testdata/settings-vN.json was written by the program of
// that time and holds every key it knew, none with its default. A new version
// adds its file.
func TestEveryVersionIsRead(t *testing.T) {
	for version := 1; version <= Version; version++ {
		name := "settings-v" + strconv.Itoa(version) + ".json"
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile(filepath.Join("testdata", name))
			require.NoError(t, err)
			dir := t.TempDir()
			require.NoError(t, os.WriteFile(filepath.Join(dir, fileName), text, 0o600))
			s := openIn(t, dir) // no notice: nothing was broken
			var doc document
			require.NoError(t, json.Unmarshal(text, &doc))
			known := 0
			for _, key := range Keys() {
				want, err := find(doc, key)
				require.NoError(t, err)
				if want == nil {
					continue // younger than the file
				}
				known++
				got, err := s.Get(key)
				require.NoError(t, err)
				require.JSONEq(t, string(want), string(got), key)
				standard, err := get(Defaults(), key)
				require.NoError(t, err)
				require.NotEqual(t, string(standard), string(got), "%s proves nothing", key)
			}
			require.GreaterOrEqual(t, known, 24)
		})
	}
}
