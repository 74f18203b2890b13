package device

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/mediadevices/pkg/driver"

	"paravent/media/wav"
)

// registered counts our microphones in mediadevices' manager.
func registered() int {
	managerMu.Lock()
	defer managerMu.Unlock()
	return len(driver.GetManager().Query(driver.FilterAudioRecorder()))
}

func capture(t *testing.T, spec MicSpec, chunks int) []int16 {
	t.Helper()
	c, err := OpenMic(spec)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	var out []int16
	for range chunks {
		chunk, err := c.Read()
		if err != nil || len(chunk) != Chunk {
			t.Fatalf("%d samples, %v", len(chunk), err)
		}
		out = append(out, chunk...)
	}
	return out
}

func TestPacedMicrophones(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		for _, v := range capture(t, MicSpec{Kind: MicSilence}, 100) {
			if v != 0 {
				t.Fatal("silence is not silent")
			}
		}
		if took := time.Since(start); took != time.Second {
			t.Errorf("a second took %v", took)
		}
		tone := capture(t, MicSpec{Kind: MicTone, Hz: 1000}, 100)
		crossings, sum := 0, 0.0
		for i, v := range tone {
			if i > 0 && v >= 0 && tone[i-1] < 0 {
				crossings++
			}
			sum += float64(v) * float64(v)
		}
		if crossings < 998 || crossings > 1001 {
			t.Errorf("%d periods in a second of 1000 Hz", crossings)
		}
		if rms := math.Sqrt(sum / float64(len(tone))); rms < 5000 || rms > 6500 {
			t.Errorf("rms %.0f", rms)
		}
	})
}

func TestFileMicrophoneRepeats(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "short.wav")
		clip := make([]int16, 700)
		for i := range clip {
			clip[i] = int16(i)
		}
		if err := wav.Save(path, clip); err != nil {
			t.Fatal(err)
		}
		for i, v := range capture(t, MicSpec{Kind: MicFile, Path: path}, 10) {
			if int(v) != i%700 {
				t.Fatalf("sample %d is %d", i, v)
			}
		}
	})
}

func TestMicrophoneFileThatWentAway(t *testing.T) {
	if _, err := OpenMic(MicSpec{Kind: MicFile, Path: "none.wav"}); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
	for start := time.Now(); registered() != 0; time.Sleep(time.Millisecond) { // other tests' drivers may be on their way out
		if time.Since(start) > 10*time.Second {
			t.Fatalf("%d drivers left behind", registered())
		}
	}
}

func TestCloseEndsReadAndUnregisters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, err := OpenMic(MicSpec{Kind: MicSilence})
		if err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() {
			for {
				if _, err := c.Read(); err != nil {
					ended <- err
					return
				}
			}
		}()
		time.Sleep(time.Second)
		var closers sync.WaitGroup
		for range 3 {
			closers.Go(c.Close)
		}
		closers.Wait()
		if err := <-ended; !Ended(err) {
			t.Error(err)
		}
		synctest.Wait()
		if n := registered(); n != 0 {
			t.Errorf("%d drivers left behind", n)
		}
	})
}

// Two phones in one process: each opens and closes while the other captures.
func TestMicrophonesSideBySide(t *testing.T) {
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 5 {
				c, err := OpenMic(MicSpec{Kind: MicTone, Hz: 300})
				if err != nil {
					t.Error(err)
					return
				}
				for range 3 {
					if _, err := c.Read(); err != nil {
						t.Error(err)
					}
				}
				c.Close()
			}
		})
	}
	all.Wait()
}
