package assets_test

import (
	"encoding/xml"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"paravent/assets"
)

func TestSoundsAreCleanLoops(t *testing.T) {
	for name, sound := range map[string][]int16{"ring": assets.Ring(), "ringback": assets.Ringback()} {
		require.Zero(t, len(sound)%(assets.SoundRate/100), "%s is whole 10 ms frames", name)
		require.Less(t, max(sound[0], -sound[0]), int16(300), "%s begins without a click", name)
		last := sound[len(sound)-1]
		require.Less(t, max(last, -last), int16(300), "%s ends without a click", name)
		peak, sum := int16(0), 0.0
		for _, v := range sound {
			peak = max(peak, v, -v)
			sum += float64(v)
		}
		require.Greater(t, peak, int16(4000), name)
		require.Less(t, peak, int16(32767), "%s is not clipped", name)
		require.InDelta(t, 0, sum/float64(len(sound)), 20, "%s has no offset", name)
	}
}

func TestIconsAreWellFormed(t *testing.T) {
	files, err := os.ReadDir("icons")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, f := range files {
		name := strings.TrimSuffix(f.Name(), ".svg")
		var root struct{ XMLName xml.Name }
		require.NoError(t, xml.Unmarshal(assets.Icon(name), &root), name)
		require.Equal(t, "svg", root.XMLName.Local)
	}
	require.Nil(t, assets.Icon("../assets"))
}

func TestOtherThingsAreThere(t *testing.T) {
	require.Contains(t, string(assets.Shader), "#version 110")
	require.Contains(t, string(assets.ShaderES), "precision")
	require.NotNil(t, assets.Translation("fr"))
	require.Nil(t, assets.Translation("tlh"))
}
