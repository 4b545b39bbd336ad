package archive

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// window is how far back a large body is searched for repetitions: EDI repeats
// within a few kilobytes, and each stream holds a few windows of memory.
const window = 1 << 20

// worthwhile is the share of a body's beginning that compression has to save,
// one part in so many, for a large body to be compressed.
const worthwhile = 16

// codecs makes stored bytes of received ones and back. Encoders and decoders are
// costly to make and are used again; none has a goroutine of its own.
type codecs struct {
	small    func() (*zstd.Encoder, error) // for whole bodies; shared, one thread per CPU
	encoders *sync.Pool                    // of *zstd.Encoder, for streams
	decoders *sync.Pool                    // of *zstd.Decoder
}

// newCodecs makes the pools; coders are made when needed.
func newCodecs() codecs {
	return codecs{
		small:    sync.OnceValues(func() (*zstd.Encoder, error) { return newEncoder(runtime.GOMAXPROCS(0)) }),
		encoders: new(sync.Pool),
		decoders: new(sync.Pool),
	}
}

// newEncoder makes an encoder; frames carry no checksum, for SHA-256 is kept of
// both sides.
func newEncoder(threads int) (*zstd.Encoder, error) {
	return zstd.NewWriter(nil,
		zstd.WithEncoderConcurrency(threads),
		zstd.WithWindowSize(window),
		zstd.WithLowerEncoderMem(true),
		zstd.WithEncoderCRC(false))
}

// encode gives a small body as it is stored: a part of buf, which it grows and
// returns, or body itself where compression does not shorten it.
func (c *codecs) encode(buf, body []byte) (stored []byte, codec Codec, grown []byte, err error) {
	enc, err := c.small()
	if err != nil {
		return nil, "", buf, err
	}
	grown = enc.EncodeAll(body, buf)
	if stored = grown[len(buf):]; len(stored) < len(body) {
		return stored, Zstd, grown, nil
	}
	return body, Raw, buf, nil
}

// encoder writes a large body as it is stored.
type encoder struct {
	io.Writer
	enc  *zstd.Encoder // nil when stored as it is
	pool *sync.Pool
}

// writer is the encoder for a body that begins with head; its beginning decides
// whether compression is worth while.
func (c *codecs) writer(w io.Writer, head []byte) (*encoder, Codec, error) {
	small, err := c.small()
	if err != nil {
		return nil, "", err
	}
	if len(small.EncodeAll(head, nil)) > len(head)-len(head)/worthwhile {
		return &encoder{Writer: w}, Raw, nil
	}
	enc, ok := c.encoders.Get().(*zstd.Encoder)
	if !ok {
		if enc, err = newEncoder(1); err != nil {
			return nil, "", err
		}
	}
	enc.Reset(w)
	return &encoder{Writer: enc, enc: enc, pool: c.encoders}, Zstd, nil
}

// Close writes what is left.
func (e *encoder) Close() error {
	if e.enc == nil {
		return nil
	}
	return e.enc.Close()
}

// release gives the encoder back, whatever became of the body.
func (e *encoder) release() {
	if e.enc != nil {
		e.enc.Reset(nil)
		e.pool.Put(e.enc)
	}
}

// reader gives the received bytes of stored ones; release gives it back.
func (c *codecs) reader(codec Codec, stored io.Reader) (plain io.Reader, release func(), err error) {
	switch codec {
	case Raw:
		return stored, func() {}, nil
	case Zstd:
	default:
		return nil, nil, fmt.Errorf("%w: codec %q", errors.ErrUnsupported, codec)
	}
	dec, ok := c.decoders.Get().(*zstd.Decoder)
	if !ok {
		dec, err = zstd.NewReader(nil,
			zstd.WithDecoderConcurrency(1),
			zstd.WithDecoderLowmem(true),
			zstd.WithDecoderMaxWindow(8*window))
		if err != nil {
			return nil, nil, err
		}
	}
	// Reset looks at the first bytes already: what it finds wrong, the first
	// Read says again.
	_ = dec.Reset(stored)
	return dec, func() {
		_ = dec.Reset(nil)
		c.decoders.Put(dec)
	}, nil
}
