package vpx

import (
	"errors"
	"image"
	"io"
	"math"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/pion/mediadevices/pkg/codec"
	"github.com/pion/mediadevices/pkg/io/video"
	"github.com/pion/mediadevices/pkg/prop"
	"github.com/stretchr/testify/require"
)

const frameTime = time.Second / 30

// scene is a soft picture that moves with n.
func scene(w, h, n int) *image.YCbCr {
	p := image.NewYCbCr(image.Rect(0, 0, w, h), image.YCbCrSubsampleRatio420)
	row := make([]byte, w)
	for x := range row {
		row[x] = byte(88 + 60*math.Sin(float64(x+3*n)/17))
	}
	for y := range h {
		add := byte(40 + 40*math.Cos(float64(y-n)/11))
		for x, v := range row {
			p.Y[y*p.YStride+x] = v + add
		}
	}
	for i := range p.Cb {
		p.Cb[i], p.Cr[i] = byte(100+i%p.CStride%60), byte(110+n%20)
	}
	return p
}

func psnr(a, b *image.YCbCr) float64 {
	sum := 0.0
	for y := range a.Rect.Dy() {
		for x := range a.Rect.Dx() {
			d := float64(a.Y[y*a.YStride+x]) - float64(b.Y[y*b.YStride+x])
			sum += d * d
		}
	}
	return 10 * math.Log10(255*255/(sum/float64(a.Rect.Dx()*a.Rect.Dy())+1e-9))
}

func TestPicturesSurvive(t *testing.T) {
	for _, size := range []image.Point{{640, 360}, {321, 241}, {17, 33}, {16, 16}} {
		encoder, err := NewEncoder(size.X, size.Y, 1_500_000)
		require.NoError(t, err)
		decoder, err := NewDecoder()
		require.NoError(t, err)
		for n := range 20 {
			source := scene(size.X, size.Y, n)
			frame, key, err := encoder.Encode(source, time.Duration(n)*frameTime, frameTime, false)
			require.NoError(t, err)
			if len(frame) == 0 {
				continue // dropped by rate control
			}
			require.Equal(t, n == 0, key)
			require.Equal(t, key, IsKey(frame))
			picture, err := decoder.Decode(frame)
			require.NoError(t, err)
			require.Equal(t, size, picture.Rect.Size())
			require.Greater(t, psnr(source, picture), 32.0, "size %v, picture %d", size, n)
		}
		require.NoError(t, encoder.Close())
		require.NoError(t, decoder.Close())
	}
}

func TestBitrateIsKeptAndChanged(t *testing.T) {
	const w, h, each = 320, 180, 120
	encoder, err := NewEncoder(w, h, 1_000_000)
	require.NoError(t, err)
	defer encoder.Close()
	random := rand.New(rand.NewPCG(1, 2))
	grainy := func(n int) *image.YCbCr { // hard to compress
		p := scene(w, h, n)
		for i := range p.Y {
			p.Y[i] += byte(random.IntN(24))
		}
		return p
	}
	at := 0
	for _, bps := range []int{800_000, 250_000, 500_000} {
		require.NoError(t, encoder.SetBitrate(bps))
		sum := 0
		for n := range each {
			frame, _, err := encoder.Encode(grainy(at), time.Duration(at)*frameTime, frameTime, false)
			require.NoError(t, err)
			at++
			if n >= each/3 { // rate control needs a moment
				sum += len(frame)
			}
		}
		got := float64(sum*8) / (float64(each*2/3) * frameTime.Seconds())
		require.InEpsilon(t, float64(bps), got, 0.3, "at %d bits per second", bps)
	}
}

func TestForcedKeyframe(t *testing.T) {
	encoder, err := NewEncoder(320, 180, 500_000)
	require.NoError(t, err)
	defer encoder.Close()
	for n := range 10 {
		_, key, err := encoder.Encode(scene(320, 180, n), time.Duration(n)*frameTime, frameTime, n == 7)
		require.NoError(t, err)
		require.Equal(t, n == 0 || n == 7, key)
	}
}

func TestBadPicturesAreRefused(t *testing.T) {
	_, err := NewEncoder(MaxSide+2, 16, 1000)
	require.ErrorIs(t, err, ErrTooLarge)
	encoder, err := NewEncoder(64, 48, 100_000)
	require.NoError(t, err)
	short := scene(64, 48, 0)
	short.Cb = short.Cb[:10]
	for name, p := range map[string]*image.YCbCr{
		"none": nil, "other size": scene(64, 46, 0), "plane too short": short,
		"4:4:4": image.NewYCbCr(image.Rect(0, 0, 64, 48), image.YCbCrSubsampleRatio444),
	} {
		_, _, err := encoder.Encode(p, 0, frameTime, false)
		require.ErrorIs(t, err, ErrPicture, name)
	}
	require.NoError(t, encoder.Close())
	require.NoError(t, encoder.Close())
	_, _, err = encoder.Encode(scene(64, 48, 0), 0, frameTime, false)
	require.ErrorIs(t, err, ErrClosed)
	require.ErrorIs(t, encoder.SetBitrate(1), ErrClosed)
}

func TestDamagedFramesAreRefused(t *testing.T) {
	decoder, err := NewDecoder()
	require.NoError(t, err)
	key := []byte{0x10, 0, 0, 0x9d, 0x01, 0x2a, 0, 0, 0, 0, 0, 0}
	huge := append([]byte(nil), key...)
	huge[6], huge[7], huge[8], huge[9] = 0xff, 0x3f, 0xff, 0x3f
	_, err = decoder.Decode(huge)
	require.ErrorIs(t, err, ErrTooLarge)
	for _, frame := range [][]byte{nil, {1}, {0, 1, 2}, key, {1, 2, 3, 4, 5}} {
		_, err := decoder.Decode(frame)
		require.ErrorIs(t, err, ErrDamaged, "%x", frame)
	}
	require.NoError(t, decoder.Close())
	require.NoError(t, decoder.Close())
	_, err = decoder.Decode([]byte{1, 2, 3})
	require.ErrorIs(t, err, ErrClosed)
}

// FuzzDecode feeds the decoder what a hostile peer may send.
func FuzzDecode(f *testing.F) {
	encoder, err := NewEncoder(64, 48, 200_000)
	require.NoError(f, err)
	for n := range 3 {
		frame, _, err := encoder.Encode(scene(64, 48, n), time.Duration(n)*frameTime, frameTime, false)
		require.NoError(f, err)
		f.Add(append([]byte(nil), frame...))
	}
	f.Fuzz(func(t *testing.T, frame []byte) {
		decoder, err := NewDecoder()
		require.NoError(t, err)
		defer decoder.Close()
		for range 2 {
			picture, err := decoder.Decode(frame)
			if err == nil && picture != nil && (picture.Rect.Dx() > MaxSide || picture.Rect.Dy() > MaxSide) {
				t.Fatal("picture larger than allowed")
			}
		}
	})
}

func source(pictures ...*image.YCbCr) video.Reader {
	n := 0
	return video.ReaderFunc(func() (image.Image, func(), error) {
		if n == len(pictures) {
			return nil, func() {}, io.EOF
		}
		n++
		return pictures[n-1], func() {}, nil
	})
}

func TestStreamFollowsTheSizeOfPictures(t *testing.T) {
	b := &Builder{Bitrate: 500_000, FPS: 30}
	stream, err := b.BuildVideoEncoder(source(scene(320, 180, 0), scene(320, 180, 1), scene(180, 320, 2), scene(161, 91, 3)), prop.Media{})
	require.NoError(t, err)
	decoder, err := NewDecoder()
	require.NoError(t, err)
	defer decoder.Close()
	for i, want := range []image.Point{{320, 180}, {320, 180}, {180, 320}, {161, 91}} {
		frame, release, err := stream.Read()
		require.NoError(t, err)
		require.Equal(t, i != 1, IsKey(frame))
		picture, err := decoder.Decode(frame)
		require.NoError(t, err)
		require.Equal(t, want, picture.Rect.Size())
		release()
	}
	_, _, err = stream.Read()
	require.ErrorIs(t, err, io.EOF)
	require.NoError(t, stream.Close())
}

func TestStreamMayBeClosedTwiceAndWhileReading(t *testing.T) {
	b := &Builder{Bitrate: 500_000, FPS: 30}
	n := 0
	endless := video.ReaderFunc(func() (image.Image, func(), error) {
		n++
		return scene(64, 48, n), func() {}, nil
	})
	stream, err := b.BuildVideoEncoder(endless, prop.Media{})
	require.NoError(t, err)
	started := make(chan struct{})
	var readers sync.WaitGroup
	readers.Go(func() {
		for i := 0; ; i++ {
			frame, _, err := stream.Read()
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil || len(frame) == 0 {
				t.Errorf("frame of %d bytes, error %v", len(frame), err)
				return
			}
			if i == 5 {
				close(started)
			}
		}
	})
	<-started
	control, ok := stream.Controller().(interface {
		codec.BitRateController
		codec.KeyFrameController
	})
	require.True(t, ok)
	require.NoError(t, control.SetBitRate(300_000))
	require.NoError(t, control.ForceKeyFrame())
	require.NoError(t, stream.Close())
	require.NoError(t, stream.Close())
	readers.Wait()
	require.NoError(t, control.SetBitRate(200_000))
}

func BenchmarkEncode720p(b *testing.B) {
	encoder, err := NewEncoder(1280, 720, 1_500_000)
	require.NoError(b, err)
	defer encoder.Close()
	pictures := make([]*image.YCbCr, 16)
	for i := range pictures {
		pictures[i] = scene(1280, 720, i)
	}
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		if _, _, err := encoder.Encode(pictures[n%len(pictures)], time.Duration(n)*frameTime, frameTime, false); err != nil {
			b.Fatal(err)
		}
		n++
	}
}

func BenchmarkDecode720p(b *testing.B) {
	encoder, err := NewEncoder(1280, 720, 1_500_000)
	require.NoError(b, err)
	defer encoder.Close()
	var frames [][]byte
	for n := range 16 {
		frame, _, err := encoder.Encode(scene(1280, 720, n), time.Duration(n)*frameTime, frameTime, false)
		require.NoError(b, err)
		frames = append(frames, append([]byte(nil), frame...))
	}
	decoder, err := NewDecoder()
	require.NoError(b, err)
	defer decoder.Close()
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		if _, err := decoder.Decode(frames[n%len(frames)]); err != nil {
			b.Fatal(err)
		}
		n++
	}
}
