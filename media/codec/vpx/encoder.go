// Package vpx wraps libvpx for calls: a VP8 encoder tuned for real time (also
// as a mediadevices codec) and a VP8 decoder.
//
//	video.Reader -> Builder's stream -> Encoder -> VP8 frame
//	VP8 frame -> Decoder -> *image.YCbCr (4:2:0)
//
// mediadevices' own wrapper has no cpu-used and misses its bitrate, hence this
// one. An Encoder or Decoder is locked: any goroutine may close it at any time,
// once or more often. Pictures and frames are used by one goroutine at a time.
package vpx

/*
#cgo pkg-config: vpx
#include <stdlib.h>
#include <string.h>
#include <vpx/vpx_encoder.h>
#include <vpx/vp8cx.h>

typedef struct {
	vpx_codec_ctx_t codec;
	vpx_codec_enc_cfg_t cfg;
	const uint8_t *out; // last frame, owned by the codec until the next encode
	size_t out_size;
	int key;
} encoder;

// The rate control values are those of libwebrtc's VP8 wrapper but for the least
// quantizer, 2 there: 16 halves the bits of an easy 720p picture and takes a fifth
// off the time to code it, for 1.4 dB of 49.6.
static encoder *encoder_new(int w, int h, unsigned kbps, int cpu_used, int *err) {
	encoder *e = calloc(1, sizeof *e);
	if (!e) { *err = VPX_CODEC_MEM_ERROR; return NULL; }
	*err = vpx_codec_enc_config_default(vpx_codec_vp8_cx(), &e->cfg, 0);
	if (*err) { free(e); return NULL; }
	e->cfg.g_w = w; e->cfg.g_h = h; e->cfg.g_threads = 1; e->cfg.g_lag_in_frames = 0;
	e->cfg.g_timebase.num = 1; e->cfg.g_timebase.den = 90000;
	e->cfg.rc_end_usage = VPX_CBR; e->cfg.rc_target_bitrate = kbps;
	e->cfg.rc_min_quantizer = 16; e->cfg.rc_max_quantizer = 56;
	e->cfg.rc_undershoot_pct = 100; e->cfg.rc_overshoot_pct = 15;
	e->cfg.rc_buf_initial_sz = 500; e->cfg.rc_buf_optimal_sz = 600; e->cfg.rc_buf_sz = 1000;
	e->cfg.rc_dropframe_thresh = 30;
	e->cfg.kf_mode = VPX_KF_AUTO; e->cfg.kf_max_dist = 3000;
	*err = vpx_codec_enc_init(&e->codec, vpx_codec_vp8_cx(), &e->cfg, 0);
	if (*err) { free(e); return NULL; }
	vpx_codec_control(&e->codec, VP8E_SET_CPUUSED, cpu_used);
	vpx_codec_control(&e->codec, VP8E_SET_STATIC_THRESHOLD, 1);
	vpx_codec_control(&e->codec, VP8E_SET_TOKEN_PARTITIONS, 0);
	vpx_codec_control(&e->codec, VP8E_SET_MAX_INTRA_BITRATE_PCT, 300);
	return e;
}

static int encoder_rate(encoder *e, unsigned kbps) {
	e->cfg.rc_target_bitrate = kbps;
	return vpx_codec_enc_config_set(&e->codec, &e->cfg);
}

// The image struct lives on this stack: libvpx copies the planes, and no C memory keeps a Go pointer.
static int encoder_frame(encoder *e, const uint8_t *y, const uint8_t *u, const uint8_t *v, int ys, int cs, int64_t pts, int64_t dur, int force_key) {
	vpx_image_t img;
	if (!vpx_img_wrap(&img, VPX_IMG_FMT_I420, e->cfg.g_w, e->cfg.g_h, 1, (unsigned char *)y)) return VPX_CODEC_INVALID_PARAM;
	img.planes[0] = (uint8_t *)y; img.planes[1] = (uint8_t *)u; img.planes[2] = (uint8_t *)v;
	img.stride[0] = ys; img.stride[1] = img.stride[2] = cs;
	e->out = NULL; e->out_size = 0; e->key = 0;
	int err = vpx_codec_encode(&e->codec, &img, pts, dur, force_key ? VPX_EFLAG_FORCE_KF : 0, VPX_DL_REALTIME);
	if (err) return err;
	vpx_codec_iter_t it = NULL;
	const vpx_codec_cx_pkt_t *p;
	while ((p = vpx_codec_get_cx_data(&e->codec, &it))) {
		if (p->kind != VPX_CODEC_CX_FRAME_PKT) continue;
		e->out = p->data.frame.buf; e->out_size = p->data.frame.sz;
		e->key = (p->data.frame.flags & VPX_FRAME_IS_KEY) != 0;
	}
	return 0;
}

static void encoder_free(encoder *e) { vpx_codec_destroy(&e->codec); free(e); }
*/
import "C"

import (
	"errors"
	"fmt"
	"image"
	"sync"
	"time"
	"unsafe"
)

// Errors of this package.
var (
	ErrClosed   = errors.New("vpx: closed")
	ErrPicture  = errors.New("vpx: picture is not 4:2:0 of the configured size")
	ErrCodec    = errors.New("vpx: codec failed")
	ErrTooLarge = errors.New("vpx: picture larger than allowed")
)

// MaxSide is the largest width or height encoded or decoded. A hostile sender
// could otherwise make the decoder take 400 MB with one small packet.
const MaxSide = 2048

// cpuUsed trades quality for time: -6 encodes 1280x720 in about 6 ms on one core.
const cpuUsed = -6

// Encoder makes VP8 frames of one size. One goroutine encodes; any may close.
type Encoder struct {
	width, height int // set at construction

	mu      sync.Mutex // guards the rest
	enc     *C.encoder // nil when closed
	out     []byte     // last frame; reused
	lastPTS int64
}

// NewEncoder makes an encoder of width x height pictures at bps bits per second.
func NewEncoder(width, height, bps int) (*Encoder, error) {
	if width < 2 || height < 2 || width > MaxSide || height > MaxSide {
		return nil, fmt.Errorf("%w: %dx%d", ErrTooLarge, width, height)
	}
	var code C.int
	enc := C.encoder_new(C.int(width), C.int(height), kbps(bps), cpuUsed, &code)
	if enc == nil {
		return nil, codecError("open encoder", code)
	}
	return &Encoder{width: width, height: height, enc: enc, lastPTS: -1}, nil
}

// SetBitrate changes the target, in bits per second, from the next frame on.
func (e *Encoder) SetBitrate(bps int) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.enc == nil {
		return ErrClosed
	}
	if code := C.encoder_rate(e.enc, kbps(bps)); code != 0 {
		return codecError("set bitrate", code)
	}
	return nil
}

// Encode compresses picture, taken at time at since any fixed start. The frame
// is valid until the next Encode and stays readable after Close; it is empty
// when rate control dropped the picture.
func (e *Encoder) Encode(picture *image.YCbCr, at, duration time.Duration, forceKey bool) (frame []byte, key bool, err error) {
	if !fits(picture, e.width, e.height) {
		return nil, false, ErrPicture
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.enc == nil {
		return nil, false, ErrClosed
	}
	pts := max(int64(at)*9/100_000, e.lastPTS+1) // 90 kHz, and libvpx wants it to grow
	e.lastPTS = pts
	force := C.int(0)
	if forceKey {
		force = 1
	}
	code := C.encoder_frame(e.enc, (*C.uint8_t)(&picture.Y[0]), (*C.uint8_t)(&picture.Cb[0]), (*C.uint8_t)(&picture.Cr[0]),
		C.int(picture.YStride), C.int(picture.CStride), C.int64_t(pts), C.int64_t(max(int64(duration)*9/100_000, 1)), force)
	if code != 0 {
		return nil, false, codecError("encode", code)
	}
	e.out = e.out[:0]
	if e.enc.out_size > 0 {
		e.out = append(e.out, unsafe.Slice((*byte)(e.enc.out), int(e.enc.out_size))...)
	}
	return e.out, e.enc.key != 0, nil
}

// Close frees the encoder. It may be called more than once and during Encode.
func (e *Encoder) Close() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.enc != nil {
		C.encoder_free(e.enc)
		e.enc = nil
	}
	return nil
}

func kbps(bps int) C.uint { return C.uint(max(bps/1000, 1)) }

func codecError(doing string, code C.int) error {
	return fmt.Errorf("%w: %s: code %d", ErrCodec, doing, int(code))
}

// fits guards the C side, which reads the planes without bounds.
func fits(p *image.YCbCr, w, h int) bool {
	if p == nil || p.SubsampleRatio != image.YCbCrSubsampleRatio420 || p.Rect.Dx() != w || p.Rect.Dy() != h {
		return false
	}
	cw, ch := (w+1)/2, (h+1)/2
	return p.YStride >= w && p.CStride >= cw && len(p.Y) >= p.YStride*(h-1)+w &&
		len(p.Cb) >= p.CStride*(ch-1)+cw && len(p.Cr) >= p.CStride*(ch-1)+cw
}
