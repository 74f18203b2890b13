package settings

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

func openIn(t testing.TB, dir string) *Store {
	t.Helper()
	s, notice, err := Open(dir)
	require.NoError(t, err)
	require.NoError(t, notice)
	return s
}

func TestFirstStartHasDefaultsAndNoFile(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "profile")
	s := openIn(t, dir)
	require.Equal(t, Defaults(), s.Current())
	require.NoFileExists(t, filepath.Join(dir, fileName))
}

func TestUpdateSurvivesReopening(t *testing.T) {
	dir := t.TempDir()
	s := openIn(t, dir)
	require.NoError(t, s.Update(func(v *Settings) {
		v.Name = "Zoé"
		v.Privacy.Route = RouteDirect
		v.Calls.Audience = []Audience{AudienceEveryone}
	}))
	require.Equal(t, s.Current(), openIn(t, dir).Current())
	info, err := os.Stat(filepath.Join(dir, fileName))
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
}

func TestBadValuesChangeNothing(t *testing.T) {
	dir := t.TempDir()
	s := openIn(t, dir)
	require.NoError(t, s.Set("name", json.RawMessage(`"Ann"`)))
	before, told := s.Current(), 0
	s.Subscribe(func(Settings) { told++ })
	for key, values := range map[string][]string{
		"name":                  {`null`, `7`, `"a\nb"`, `"` + longText(65) + `"`, `"a\u001b[31m"`, `"a\u0085"`, `"` + longText(10<<20) + `"`},
		"language":              {`"de"`, `["en"]`},
		"server.mode":           {`"cloud"`},
		"server.address":        {`"example.com:443"`, `"example.com#x"`, `"` + longText(500) + `"`},
		"server.lan":            {`1`, `"yes"`},
		"privacy.route":         {`"Direct"`, `""`, `null`, `{}`, `"relay" x`},
		"calls.audience":        {`["friends"]`, `["contacts","contacts"]`, `"contacts"`},
		"calls.ring_seconds":    {`9`, `121`, `-1`, `1e9`, `45.5`},
		"audio.speaker_backend": {`"alsa"`},
		"audio.microphone":      {`"a\u0000b"`},
		"video.width":           {`159`, `1921`},
		"video.height":          {`119`, `1081`},
		"video.fps":             {`0`, `61`},
		"video.max_kbps":        {`99`, `8001`},
	} {
		for _, value := range values {
			require.ErrorIs(t, s.Set(key, json.RawMessage(value)), ErrBadValue, "%s = %s", key, value)
		}
	}
	for _, key := range []string{"", "version", "privacy", "privacy.", "privacy.Route", "Name", "calls.audience.0", "no.such.key"} {
		require.ErrorIs(t, s.Set(key, json.RawMessage(`1`)), ErrUnknownKey, key)
		_, err := s.Get(key)
		require.ErrorIs(t, err, ErrUnknownKey, key)
	}
	require.ErrorIs(t, s.Update(func(v *Settings) { v.Video.FPS = 1000 }), ErrBadValue)
	require.Equal(t, before, s.Current())
	require.Equal(t, before, openIn(t, dir).Current())
	require.Zero(t, told)
	for _, name := range []string{"👩\u200d💻 Ann", "مريم", "שלום", "漢字"} {
		value, err := json.Marshal(name)
		require.NoError(t, errors.Join(err, s.Set("name", value)))
		require.Equal(t, name, openIn(t, dir).Current().Name)
	}
}

func longText(n int) string { return strings.Repeat("x", n) }

func TestEveryKeyCanBeReadAndWrittenBack(t *testing.T) {
	s := openIn(t, t.TempDir())
	require.Contains(t, Keys(), "privacy.route")
	require.NotContains(t, Keys(), "version")
	for _, key := range Keys() {
		value, err := s.Get(key)
		require.NoError(t, err)
		require.NoError(t, s.Set(key, value), "%s = %s", key, value)
	}
	require.Equal(t, Defaults(), s.Current())
}

func TestCurrentIsACopy(t *testing.T) {
	s := openIn(t, t.TempDir())
	s.Current().Calls.Audience[0] = AudienceEveryone
	require.Equal(t, []Audience{AudienceContacts}, s.Current().Calls.Audience)
	mine := []Audience{AudienceFollowing}
	require.NoError(t, s.Update(func(v *Settings) { v.Calls.Audience = mine }))
	mine[0] = AudienceEveryone
	require.Equal(t, []Audience{AudienceFollowing}, s.Current().Calls.Audience)
}

func TestBrokenFileIsKeptAside(t *testing.T) {
	for name, row := range map[string]struct {
		file string
		want func(*Settings)
	}{
		"not JSON":              {"{not json", func(*Settings) {}},
		"empty":                 {"", func(*Settings) {}},
		"a list":                {"[]", func(*Settings) {}},
		"bad version":           {`{"version":"one","name":"Ann"}`, func(*Settings) {}},
		"negative version":      {`{"version":-1}`, func(*Settings) {}},
		"one bad value":         {`{"version":1,"name":"Ann","privacy":{"route":"everywhere"}}`, func(v *Settings) { v.Name = "Ann" }},
		"a section is a number": {`{"version":1,"name":"Ann","calls":5}`, func(v *Settings) { v.Name = "Ann" }},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, fileName)
			require.NoError(t, os.WriteFile(path, []byte(row.file), 0o600))
			s, notice, err := Open(dir)
			require.NoError(t, err)
			require.ErrorIs(t, notice, ErrBroken)
			want := Defaults()
			row.want(&want)
			require.Equal(t, want, s.Current())
			kept, err := filepath.Glob(path + ".broken-*")
			require.NoError(t, err)
			require.Len(t, kept, 1)
			old, err := os.ReadFile(kept[0])
			require.NoError(t, err)
			require.Equal(t, row.file, string(old))
			require.Equal(t, want, openIn(t, dir).Current(), "told once, then good")
		})
	}
}

func TestUnknownKeysInTheFileAreIgnored(t *testing.T) {
	dir := t.TempDir()
	file := `{"version":1,"name":"Ann","privacy":{"route":"direct","tor":true},"theme":"dark"}`
	require.NoError(t, os.WriteFile(filepath.Join(dir, fileName), []byte(file), 0o600))
	require.Equal(t, RouteDirect, openIn(t, dir).Current().Privacy.Route)
}

func TestNewerFileIsReadAsFarAsKnown(t *testing.T) {
	s, notice := parse([]byte(`{"version":9,"name":"Ann","hologram":{"on":true}}`), nil)
	require.ErrorIs(t, notice, ErrNewer)
	require.Equal(t, "Ann", s.Name)
	require.Equal(t, Version, s.Version)
}

func TestMigrationStepsRunInOrder(t *testing.T) {
	rename := func(from, to string) step {
		return func(d document) error {
			d[to] = d[from]
			delete(d, from)
			return nil
		}
	}
	s, notice := parse([]byte(`{"version":1,"a":"Ann"}`), []step{rename("a", "b"), rename("b", "name")})
	require.NoError(t, notice)
	require.Equal(t, "Ann", s.Name)
	s, notice = parse([]byte(`{"version":2,"b":"Bob"}`), []step{rename("a", "b"), rename("b", "name")})
	require.NoError(t, notice)
	require.Equal(t, "Bob", s.Name)
	_, notice = parse([]byte(`{"version":1}`), []step{func(document) error { return errors.New("no") }})
	require.ErrorIs(t, notice, ErrBroken)
	require.Len(t, steps, Version-1)
}

func TestSubscribersHearEveryChangeInOrder(t *testing.T) {
	s := openIn(t, t.TempDir())
	var mu sync.Mutex
	var heard []int
	done := make(chan struct{})
	s.Subscribe(func(v Settings) {
		require.Equal(t, v.Video.FPS, v.Calls.RingSecs-10)
		_ = s.Current() // no lock is held
		mu.Lock()
		defer mu.Unlock()
		if heard = append(heard, v.Video.FPS); len(heard) == 40 {
			close(done)
		}
	})
	var want []int
	var workers sync.WaitGroup
	for w := range 4 {
		workers.Go(func() {
			for i := range 10 {
				n := w*10 + i + 1
				require.NoError(t, s.Update(func(v *Settings) {
					v.Video.FPS, v.Calls.RingSecs = n, n+10
					want = append(want, n) // changes run one at a time
				}))
			}
		})
	}
	workers.Wait()
	<-done
	mu.Lock()
	defer mu.Unlock()
	require.Equal(t, want, heard)
}

func TestSubscriberMayUpdateAndCancel(t *testing.T) {
	s := openIn(t, t.TempDir())
	var heard []string
	var cancelSecond func()
	cancelFirst := s.Subscribe(func(v Settings) {
		heard = append(heard, "first "+v.Name)
		if v.Name == "a" {
			require.NoError(t, s.Set("name", json.RawMessage(`"b"`)))
		} else {
			cancelSecond()
		}
	})
	cancelSecond = s.Subscribe(func(v Settings) { heard = append(heard, "second "+v.Name) })
	require.NoError(t, s.Set("name", json.RawMessage(`"a"`)))
	require.Equal(t, []string{"first a", "second a", "first b"}, heard)
	cancelFirst()
	cancelFirst()
	require.NoError(t, s.Set("name", json.RawMessage(`"c"`)))
	require.Len(t, heard, 3)
}

func TestSameValueIsNoNews(t *testing.T) {
	s, told := openIn(t, t.TempDir()), 0
	s.Subscribe(func(Settings) { told++ })
	require.NoError(t, s.Set("privacy.route", json.RawMessage(`"relay"`)))
	require.Zero(t, told)
}

func TestSettingsFolderThatIsAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x")
	require.NoError(t, os.WriteFile(path, nil, 0o600))
	_, _, err := Open(path)
	require.ErrorIs(t, err, ErrSave)
}

func FuzzParse(f *testing.F) {
	good, err := json.Marshal(Defaults())
	require.NoError(f, err)
	f.Add(good)
	f.Add([]byte(`{"version":1,"calls":{"audience":null,"ring_seconds":1e99}}`))
	f.Add([]byte(`{"privacy":{"route":"direct"},"privacy":3}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, notice := parse(data, nil)
		require.NoError(t, s.Validate())
		require.Equal(t, Version, s.Version)
		if notice != nil {
			require.True(t, errors.Is(notice, ErrBroken) || errors.Is(notice, ErrNewer), fmt.Sprint(notice))
		}
		again, err := json.Marshal(s)
		require.NoError(t, err)
		back, notice := parse(again, nil)
		require.NoError(t, notice)
		require.Equal(t, s, back)
	})
}

// Reading tells what is there, and leaves also a broken file as it is.
func TestReadChangesNothing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "none")
	require.Equal(t, Defaults(), Read(dir))
	require.NoDirExists(t, dir)
	s, _, err := Open(dir)
	require.NoError(t, err)
	require.NoError(t, s.Update(func(v *Settings) { v.Language = "fr" }))
	require.Equal(t, "fr", Read(dir).Language)
	require.NoError(t, os.WriteFile(filepath.Join(dir, fileName), []byte("{"), 0o600))
	require.Equal(t, Defaults(), Read(dir))
	files, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, files, 1)
}
