package device

import (
	"image"
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/pion/mediadevices/pkg/driver"
	"github.com/pion/mediadevices/pkg/io/video"
	"github.com/pion/mediadevices/pkg/prop"
	"github.com/stretchr/testify/require"

	"paravent/media/y4m"
)

// numberedFile makes a y4m file with pictures numbered from 0.
func numberedFile(t testing.TB, pictures, fps int) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "numbers.y4m")
	w, err := y4m.Create(path, y4m.Header{Width: 160, Height: 120, Num: fps, Den: 1})
	require.NoError(t, err)
	p := newPattern(CameraFormat{Width: 160, Height: 120, FPS: fps})
	for n := range pictures {
		img, err := p.picture(n)
		require.NoError(t, err)
		require.NoError(t, w.Write(img.(*image.YCbCr)))
	}
	require.NoError(t, w.Close())
	return path
}

func TestCameraSpecs(t *testing.T) {
	file := numberedFile(t, 1, 30)
	for _, text := range []string{"off", "pattern", "device", "device:video0;video0", "file:" + file} {
		spec, err := ParseCamera(text)
		require.NoError(t, err)
		require.Equal(t, text, spec.String())
	}
	for _, text := range []string{"", "on", "off:", "pattern:1", "file:", "camera:x"} {
		_, err := ParseCamera(text)
		require.ErrorIs(t, err, ErrBadSpec, text)
	}
	bad := filepath.Join(t.TempDir(), "bad.y4m")
	require.NoError(t, os.WriteFile(bad, []byte("nonsense\n"), 0o600))
	_, err := ParseCamera("file:" + bad)
	require.ErrorIs(t, err, y4m.ErrNotY4M)
	for _, text := range []string{"null", "file:x.y4m"} {
		spec, err := ParseScreen(text)
		require.NoError(t, err)
		require.Equal(t, text, spec.String())
	}
	_, err = ParseScreen("device")
	require.ErrorIs(t, err, ErrBadSpec)
}

func TestPatternTellsItsNumberAtAnySize(t *testing.T) {
	for _, size := range []image.Point{{1280, 720}, {640, 360}, {720, 1280}, {176, 144}} {
		p := newPattern(CameraFormat{Width: size.X, Height: size.Y, FPS: 30})
		for _, n := range []int{0, 1, 2, 419, 32768, 65535, 70000} {
			img, err := p.picture(n)
			require.NoError(t, err)
			got, ok := FrameNumber(img.(*image.YCbCr))
			require.True(t, ok, "size %v, number %d", size, n)
			require.Equal(t, uint16(n), got)
			small := y4m.NewPicture(size.X/2, size.Y/2)
			fit(small, img.(*image.YCbCr))
			got, ok = FrameNumber(small)
			require.True(t, ok)
			require.Equal(t, uint16(n), got)
		}
	}
	_, ok := FrameNumber(y4m.NewPicture(320, 180))
	require.False(t, ok, "a black picture has no number")
}

func TestFileCameraPlaysOnAndSkips(t *testing.T) {
	c, err := openFileCamera(numberedFile(t, 5, 30))
	require.NoError(t, err)
	defer c.close()
	for _, step := range []struct{ ask, want int }{{0, 0}, {1, 1}, {1, 1}, {4, 4}, {5, 0}, {6, 1}, {13, 3}, {17, 2}, {100, 0}} {
		img, err := c.picture(step.ask)
		require.NoError(t, err)
		got, ok := FrameNumber(img.(*image.YCbCr))
		require.True(t, ok)
		require.Equal(t, step.want, int(got), "picture %d", step.ask)
	}
}

func TestFileCameraEndsBeforeATruncatedPicture(t *testing.T) {
	path := numberedFile(t, 3, 30)
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.NoError(t, os.Truncate(path, info.Size()-100))
	c, err := openFileCamera(path)
	require.NoError(t, err)
	defer c.close()
	for ask, want := range []int{0, 1, 0, 1} {
		img, err := c.picture(ask)
		require.NoError(t, err)
		got, ok := FrameNumber(img.(*image.YCbCr))
		require.True(t, ok)
		require.Equal(t, want, int(got))
	}
}

func TestLateReaderGetsTheNewestPicture(t *testing.T) {
	camera := &pacedCamera{open: func() (pictures, error) { return newPattern(CameraFormat{160, 120, 100}), nil }}
	require.NoError(t, camera.Open())
	r, err := camera.VideoRecord(camera.Properties()[0])
	require.NoError(t, err)
	_, _, err = r.Read()
	require.NoError(t, err)
	paced, ok := r.(*pacedReader)
	require.True(t, ok)
	paced.start = paced.start.Add(-time.Second) // the reader was away for a second
	img, _, err := r.Read()
	require.NoError(t, err)
	n, ok := FrameNumber(img.(*image.YCbCr))
	require.True(t, ok)
	require.GreaterOrEqual(t, int(n), 100)
	require.NoError(t, camera.Close())
	require.NoError(t, camera.Close())
	_, _, err = r.Read()
	require.ErrorIs(t, err, io.EOF)
}

func TestOpenCameraRegistersOnlyWhileOpen(t *testing.T) {
	own := func() int {
		return len(driver.GetManager().Query(func(d driver.Driver) bool { return d.Info().DeviceType == driver.Camera }))
	}
	Cameras()
	before := own()
	track, err := OpenCamera(CameraSpec{Kind: CameraPattern}, CameraFormat{160, 120, 100}, nil)
	require.NoError(t, err)
	require.Equal(t, before+1, own())
	Cameras() // forgets all video drivers; ours plays on
	reader := track.NewReader(false)
	for range 3 {
		_, _, err := reader.Read()
		require.NoError(t, err)
	}
	var closers sync.WaitGroup
	for range 3 {
		closers.Go(func() { _ = track.Close() })
	}
	closers.Wait()
	require.Equal(t, before, own())
	_, _, err = reader.Read()
	require.ErrorIs(t, err, io.EOF)
}

func TestMissingCamera(t *testing.T) {
	_, err := OpenCamera(CameraSpec{Kind: CameraDevice, Name: "no such camera"}, CameraFormat{160, 120, 30}, nil)
	require.ErrorIs(t, err, ErrNoCamera)
	_, err = OpenCamera(CameraSpec{Kind: CameraFile, Path: filepath.Join(t.TempDir(), "none.y4m")}, CameraFormat{160, 120, 30}, nil)
	require.ErrorIs(t, err, ErrCameraOpen)
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = OpenCamera(CameraSpec{}, CameraFormat{160, 120, 30}, nil)
	require.ErrorIs(t, err, ErrNoCamera)
}

func TestFileScreenKeepsOneSize(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out.y4m")
	screen, err := OpenScreen(ScreenSpec{Kind: ScreenFile, Path: path}, CameraFormat{160, 120, 30})
	require.NoError(t, err)
	file, ok := screen.(*fileScreen)
	require.True(t, ok)
	p := newPattern(CameraFormat{160, 120, 30})
	for n := range 3 {
		img, err := p.picture(n)
		require.NoError(t, err)
		half := y4m.NewPicture(80, 60)
		fit(half, img.(*image.YCbCr))
		screen.Show(half)
		screen.Show(img.(*image.YCbCr))
		require.Eventually(t, func() bool { return len(file.free) == cap(file.free) }, 5*time.Second, time.Millisecond)
	}
	require.NoError(t, screen.Close())
	require.NoError(t, screen.Close())
	screen.Show(y4m.NewPicture(160, 120)) // after the end: nothing happens
	require.Zero(t, file.Dropped())

	r, err := y4m.Open(path)
	require.NoError(t, err)
	defer r.Close()
	got := y4m.NewPicture(160, 120)
	for n := range 6 {
		require.NoError(t, r.Next(got))
		number, ok := FrameNumber(got)
		require.True(t, ok)
		require.Equal(t, n/2, int(number))
	}
	require.ErrorIs(t, r.Next(got), io.EOF)
	_, err = OpenScreen(ScreenSpec{Kind: ScreenFile, Path: filepath.Join(t.TempDir(), "no", "dir.y4m")}, CameraFormat{160, 120, 30})
	require.ErrorIs(t, err, os.ErrNotExist)
}

// slowCamera is a device that takes its time to open.
type slowCamera struct{ opening, release chan struct{} }

func (c slowCamera) Open() error {
	close(c.opening)
	<-c.release
	return io.ErrUnexpectedEOF
}
func (slowCamera) Close() error             { return nil }
func (slowCamera) Properties() []prop.Media { return nil }
func (slowCamera) VideoRecord(prop.Media) (video.Reader, error) {
	return nil, io.ErrUnexpectedEOF
}

// P11: a camera that is being opened holds up no microphone.
func TestP11SlowCameraHoldsUpNoMicrophone(t *testing.T) {
	mic, err := OpenMic(MicSpec{Kind: MicSilence})
	require.NoError(t, err)
	slow := slowCamera{opening: make(chan struct{}), release: make(chan struct{})}
	info := driver.Info{Label: "slow-camera", DeviceType: driver.Camera}
	require.NoError(t, driver.GetManager().Register(slow, info))
	t.Cleanup(func() {
		for _, d := range driver.GetManager().Query(func(d driver.Driver) bool { return d.Info().Label == info.Label }) {
			driver.GetManager().Delete(d.ID())
		}
	})
	opened := make(chan error, 1)
	go func() {
		_, err := OpenCamera(CameraSpec{Kind: CameraDevice, Name: info.Label}, CameraFormat{}, nil)
		opened <- err
	}()
	<-slow.opening
	done := make(chan error, 1)
	go func() {
		mic.Close()
		other, err := OpenMic(MicSpec{Kind: MicSilence})
		if err == nil {
			other.Close()
		}
		done <- err
	}()
	select {
	case err := <-done:
		require.NoError(t, err)
	case <-time.After(10 * time.Second):
		t.Error("the microphone waits for the camera")
	}
	close(slow.release)
	require.ErrorIs(t, <-opened, ErrCameraOpen)
}
