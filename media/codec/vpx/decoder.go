package vpx

/*
#include <stdlib.h>
#include <vpx/vpx_decoder.h>
#include <vpx/vp8dx.h>

static vpx_codec_ctx_t *decoder_new(int *err) {
	vpx_codec_ctx_t *c = calloc(1, sizeof *c);
	if (!c) { *err = VPX_CODEC_MEM_ERROR; return NULL; }
	vpx_codec_dec_cfg_t cfg = {1, 0, 0};
	*err = vpx_codec_dec_init(c, vpx_codec_vp8_dx(), &cfg, 0);
	if (*err) { free(c); return NULL; }
	return c;
}

static int decoder_frame(vpx_codec_ctx_t *c, const uint8_t *data, unsigned n, vpx_image_t **img, int *corrupt) {
	int err = vpx_codec_decode(c, data, n, NULL, 0);
	if (err) return err;
	vpx_codec_iter_t it = NULL;
	*img = vpx_codec_get_frame(c, &it);
	*corrupt = 0;
	vpx_codec_control(c, VP8D_GET_FRAME_CORRUPTED, corrupt);
	return 0;
}

static void decoder_free(vpx_codec_ctx_t *c) { vpx_codec_destroy(c); free(c); }
*/
import "C"

import (
	"errors"
	"fmt"
	"image"
	"sync"
	"unsafe"
)

// ErrDamaged means that a frame was no VP8, or that frames before it are missing.
var ErrDamaged = errors.New("vpx: damaged frame")

// Decoder turns VP8 frames into pictures. One goroutine decodes; any may close.
type Decoder struct {
	mu      sync.Mutex // guards the rest
	dec     *C.vpx_codec_ctx_t
	picture image.YCbCr // view on the decoder's memory; reused
}

// NewDecoder makes a decoder of any sequence of sizes up to MaxSide.
func NewDecoder() (*Decoder, error) {
	var code C.int
	dec := C.decoder_new(&code)
	if dec == nil {
		return nil, codecError("open decoder", code)
	}
	return &Decoder{dec: dec}, nil
}

// Decode returns the picture of frame, or nil where the frame shows none. The
// picture is the decoder's own memory, valid until the next Decode or Close:
// only the goroutine that decodes may use it, and must not close meanwhile.
func (d *Decoder) Decode(frame []byte) (*image.YCbCr, error) {
	if err := checkHeader(frame); err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.dec == nil {
		return nil, ErrClosed
	}
	var img *C.vpx_image_t
	var corrupt C.int
	code := C.decoder_frame(d.dec, (*C.uint8_t)(&frame[0]), C.uint(len(frame)), &img, &corrupt)
	if code != 0 || corrupt != 0 {
		return nil, fmt.Errorf("%w: code %d", ErrDamaged, int(code))
	}
	if img == nil {
		return nil, nil
	}
	return d.viewLocked(img), nil
}

// Close frees the decoder. It may be called more than once.
func (d *Decoder) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.dec != nil {
		C.decoder_free(d.dec)
		d.dec = nil
	}
	return nil
}

func (d *Decoder) viewLocked(img *C.vpx_image_t) *image.YCbCr {
	w, h := int(img.d_w), int(img.d_h)
	ys, cs, ch := int(img.stride[0]), int(img.stride[1]), (h+1)/2
	d.picture = image.YCbCr{
		Y:  unsafe.Slice((*byte)(img.planes[0]), ys*h),
		Cb: unsafe.Slice((*byte)(img.planes[1]), cs*ch), Cr: unsafe.Slice((*byte)(img.planes[2]), cs*ch),
		YStride: ys, CStride: cs,
		SubsampleRatio: image.YCbCrSubsampleRatio420, Rect: image.Rect(0, 0, w, h),
	}
	return &d.picture
}

// IsKey tells whether a VP8 frame can be decoded without those before it (RFC 6386, 9.1).
func IsKey(frame []byte) bool { return len(frame) >= 10 && frame[0]&1 == 0 }

// checkHeader refuses what libvpx should never see: nothing, and keyframes of
// a size that costs too much memory.
func checkHeader(frame []byte) error {
	if len(frame) < 3 || (frame[0]&1 == 0 && len(frame) < 10) {
		return fmt.Errorf("%w: %d bytes", ErrDamaged, len(frame))
	}
	if !IsKey(frame) {
		return nil
	}
	if frame[3] != 0x9d || frame[4] != 0x01 || frame[5] != 0x2a {
		return fmt.Errorf("%w: no start code", ErrDamaged)
	}
	w := int(frame[6]) | int(frame[7]&0x3f)<<8
	h := int(frame[8]) | int(frame[9]&0x3f)<<8
	if w == 0 || h == 0 {
		return fmt.Errorf("%w: %dx%d", ErrDamaged, w, h)
	}
	if w > MaxSide || h > MaxSide {
		return fmt.Errorf("%w: %dx%d", ErrTooLarge, w, h)
	}
	return nil
}
