package archive

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"iter"
)

// Get reads a body back, in constant memory. What the reader gives before io.EOF
// is not verified yet: act on it only when io.EOF came. Every difference from o,
// in the stored bytes or in the received ones, is a *[DamageError] in place of
// io.EOF, or of Get itself. Close the reader always.
func (a *Archive) Get(ctx context.Context, o Object) (io.ReadCloser, error) {
	if o.Size < 0 {
		return nil, damaged(o.Place(), PartSize, nil, nil, fmt.Errorf("an object of %d bytes", o.Size))
	}
	src, err := a.blobs.Open(ctx, o.Place())
	if err != nil {
		return nil, fmt.Errorf("archive: get body %s: %w", o.SHA256, err)
	}
	r := &bodyReader{o: o, stopped: ctx.Err, src: src, storedSum: sha256.New(), plainSum: sha256.New()}
	r.plain, r.release, err = a.codecs.reader(o.Codec, &storedReader{r})
	if err != nil {
		return nil, errors.Join(damaged(o.Place(), PartCodec, nil, nil, err), src.Close())
	}
	return r, nil
}

// bodyReader reads one body and verifies it.
type bodyReader struct {
	o       Object
	stopped func() error // the caller's ctx.Err
	src     io.ReadCloser
	plain   io.Reader
	release func() // of what decodes

	storedSum, plainSum   hash.Hash
	storedSize, plainSize int64
	srcErr                error // why reading stored bytes ended; io.EOF at their end
	err                   error // why reading the body ended
}

// storedReader is what the decoder reads: stored bytes, hashed on their way.
type storedReader struct{ *bodyReader }

// Read implements io.Reader.
func (s *storedReader) Read(p []byte) (int, error) {
	if s.srcErr != nil {
		return 0, s.srcErr
	}
	n, err := s.src.Read(p)
	s.storedSum.Write(p[:n]) // never fails
	s.storedSize += int64(n)
	s.srcErr = err
	return n, err
}

// Read implements io.Reader.
func (r *bodyReader) Read(p []byte) (int, error) {
	if r.err == nil {
		r.err = r.stopped()
	}
	if r.err != nil {
		return 0, r.err
	}
	n, err := r.plain.Read(p)
	n = int(min(int64(n), r.o.Size-r.plainSize+1)) // one too many is enough to know
	r.plainSum.Write(p[:n])                        // never fails
	r.plainSize += int64(n)
	switch {
	case r.plainSize > r.o.Size:
		n--
		r.err = r.verdict(PartSize, r.o.Size, "more", nil)
	case errors.Is(err, io.EOF):
		r.err = r.finish()
	case err != nil && r.srcErr != nil && !errors.Is(r.srcErr, io.EOF):
		r.err = fmt.Errorf("archive: read pack %q, offset %d: %w", r.o.Pack, r.o.Offset, r.srcErr)
	case err != nil:
		r.err = r.verdict(PartCodec, nil, nil, err)
	}
	return n, r.err
}

// finish compares what was read with what was promised.
func (r *bodyReader) finish() error {
	if sum := Hash(r.plainSum.Sum(nil)); r.plainSize != r.o.Size {
		return r.verdict(PartSize, r.o.Size, r.plainSize, nil)
	} else if sum != r.o.SHA256 {
		return r.verdict(PartSHA256, r.o.SHA256, sum, nil)
	}
	if damage := r.storedDamage(); damage != nil {
		return damage
	}
	return io.EOF
}

// verdict is what differed first: the stored bytes, if they did, else part.
func (r *bodyReader) verdict(part Part, want, got any, err error) error {
	if damage := r.storedDamage(); damage != nil {
		return damage
	}
	return damaged(r.o.Place(), part, want, got, err)
}

// storedDamage reads what is left of the stored bytes and compares them.
func (r *bodyReader) storedDamage() error {
	if _, err := io.Copy(io.Discard, &storedReader{r}); err != nil {
		return fmt.Errorf("archive: read pack %q, offset %d: %w", r.o.Pack, r.o.Offset, err)
	}
	if r.storedSize != r.o.Length {
		return damaged(r.o.Place(), PartLength, r.o.Length, r.storedSize, nil)
	}
	if sum := Hash(r.storedSum.Sum(nil)); sum != r.o.Stored {
		return damaged(r.o.Place(), PartStored, r.o.Stored, sum, nil)
	}
	return nil
}

// Close implements io.Closer. Reading ends with it.
func (r *bodyReader) Close() error {
	if r.release == nil {
		return nil
	}
	r.release()
	r.release = nil
	if r.err == nil {
		r.err = errors.New("archive: body is closed")
	}
	return r.src.Close()
}

// keptDamage is how many damages a Check tells one by one.
const keptDamage = 100

// CheckResult is what [Archive.Check] found.
type CheckResult struct {
	Objects int64          `json:"objects"` // looked at
	Bytes   int64          `json:"bytes"`   // as received, of the sound ones
	Damaged int64          `json:"damaged"` // Objects that are not what they promise
	Damage  []*DamageError `json:"damage"`  // the first 100
}

// Check reads every body through. Damage is part of the result; the error is one
// of objects, of ctx, or of reading. It reads fastest when objects come by pack
// and offset.
func (a *Archive) Check(ctx context.Context, objects iter.Seq2[Object, error]) (CheckResult, error) {
	var result CheckResult
	for o, err := range objects {
		if err != nil {
			return result, err
		}
		result.Objects++
		err := a.checkOne(ctx, o)
		var damage *DamageError
		switch {
		case err == nil:
			result.Bytes += o.Size
		case errors.As(err, &damage):
			result.Damaged++
			if len(result.Damage) < keptDamage {
				result.Damage = append(result.Damage, damage)
			}
		default:
			return result, err
		}
	}
	return result, nil
}

// checkOne reads one body through.
func (a *Archive) checkOne(ctx context.Context, o Object) error {
	r, err := a.Get(ctx, o)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, r)
	return errors.Join(err, r.Close())
}
