package archive

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
)

// SmallBody bounds a body that is held in memory while it is kept, in bytes. A
// larger one is streamed. One [Archive.Put] needs at most about three times this
// beside the encoder's window.
const SmallBody = 1 << 20

// Options say what an archive needs to know of the world. The zero value works.
type Options struct {
	// Known finds the Object under which the same peer's same bytes are kept
	// already, or false: then nothing is kept twice. nil knows nothing. Two Puts
	// of the same bytes at once may both be kept: whoever stores Objects decides
	// which one counts.
	Known func(ctx context.Context, peer string, sum Hash) (Object, bool, error)
	// Clock tells when a body came, which decides on its pack's month; nil:
	// time.Now.
	Clock func() time.Time
}

// Archive keeps bodies in [Blobs]. It is safe for concurrent use and holds
// nothing that needs closing.
type Archive struct {
	blobs  Blobs
	known  func(ctx context.Context, peer string, sum Hash) (Object, bool, error)
	clock  func() time.Time
	codecs codecs
	work   sync.Pool // of *workspace
}

// New is an archive over b.
func New(b Blobs, opt Options) *Archive {
	a := &Archive{blobs: b, known: opt.Known, clock: opt.Clock, codecs: newCodecs()}
	if a.known == nil {
		a.known = func(context.Context, string, Hash) (Object, bool, error) { return Object{}, false, nil }
	}
	if a.clock == nil {
		a.clock = time.Now
	}
	a.work.New = func() any { return new(workspace) }
	return a
}

// workspace is the memory of one Put.
type workspace struct {
	plain  bytes.Buffer // a small body as received
	stored []byte       // bodies as stored
}

// keptWorkspace is the largest buffer that waits for another Put.
const keptWorkspace = 4 * SmallBody

// done gives w back.
func (a *Archive) done(w *workspace) {
	if w.plain.Cap()+cap(w.stored) > keptWorkspace {
		return
	}
	w.plain.Reset()
	a.work.Put(w)
}

// Put keeps what body gives until io.EOF and returns where; it is durable then.
// An error, of body or of the store, means that the body does not count; a
// *[FatalError] that no other will either. ctx is looked at between reads: what
// body does to a read that hangs is its own affair.
func (a *Archive) Put(ctx context.Context, peer string, body io.Reader) (Object, error) {
	w := a.work.Get().(*workspace)
	defer a.done(w)
	body = &stoppable{r: body, stopped: ctx.Err}
	if _, err := w.plain.ReadFrom(io.LimitReader(body, SmallBody+1)); err != nil {
		return Object{}, fmt.Errorf("archive: read body of peer %q: %w", peer, err)
	}
	if w.plain.Len() > SmallBody {
		o, err := a.putLarge(ctx, peer, w.plain.Bytes(), body)
		if err != nil {
			return Object{}, fmt.Errorf("archive: keep large body of peer %q: %w", peer, err)
		}
		return o, nil
	}
	objects, err := a.putSmall(ctx, peer, w, [][]byte{w.plain.Bytes()})
	if err != nil {
		return Object{}, fmt.Errorf("archive: keep body of peer %q: %w", peer, err)
	}
	return objects[0], nil
}

// PutAll keeps several bodies at the cost of one sync (one more for every 8 MiB,
// and for every body over [SmallBody]). The Objects stand in the order of the
// bodies; equal bodies get one Object. On an error none of them counts.
func (a *Archive) PutAll(ctx context.Context, peer string, bodies ...[]byte) ([]Object, error) {
	const batch = 8 << 20
	w := a.work.Get().(*workspace)
	defer a.done(w)
	objects := make([]Object, 0, len(bodies))
	for first := 0; first < len(bodies); {
		last, size := first, 0
		for last < len(bodies) && len(bodies[last]) <= SmallBody && size <= batch {
			size += len(bodies[last]) + FrameOverhead
			last++
		}
		if first == last {
			o, err := a.Put(ctx, peer, bytes.NewReader(bodies[first]))
			if err != nil {
				return nil, err
			}
			objects = append(objects, o)
			first++
			continue
		}
		some, err := a.putSmall(ctx, peer, w, bodies[first:last])
		if err != nil {
			return nil, fmt.Errorf("archive: keep bodies %d to %d of peer %q: %w", first+1, last, peer, err)
		}
		objects = append(objects, some...)
		first = last
	}
	return objects, nil
}

// putSmall keeps bodies that fit one Append, all at once.
func (a *Archive) putSmall(ctx context.Context, peer string, w *workspace, bodies [][]byte) ([]Object, error) {
	objects := make([]Object, len(bodies))
	first := make(map[Hash]int, len(bodies)) // of equal bodies, which came first
	var fresh []int                          // bodies to be kept
	for i, body := range bodies {
		sum := Sum(body)
		if _, again := first[sum]; again {
			objects[i].SHA256 = sum
			continue
		}
		first[sum] = i
		o, known, err := a.lookUp(ctx, peer, sum)
		if err != nil {
			return nil, err
		}
		if !known {
			o = Object{Peer: peer, SHA256: sum, Size: int64(len(body)), Salt: NewSalt()}
			fresh = append(fresh, i)
		}
		objects[i] = o
	}
	if err := a.appendBodies(ctx, w, bodies, objects, fresh); err != nil {
		return nil, err
	}
	for i := range objects {
		objects[i] = objects[first[objects[i].SHA256]]
	}
	return objects, nil
}

// appendBodies encodes and keeps the fresh bodies, and completes their Objects.
func (a *Archive) appendBodies(ctx context.Context, w *workspace, bodies [][]byte, objects []Object, fresh []int) error {
	if len(fresh) == 0 {
		return nil
	}
	w.stored = w.stored[:0]
	blobs := make([][]byte, len(fresh))
	for n, i := range fresh {
		var err error
		if blobs[n], objects[i].Codec, w.stored, err = a.codecs.encode(w.stored, bodies[i]); err != nil {
			return err
		}
	}
	places, err := a.blobs.Append(ctx, a.clock(), blobs...)
	if err != nil {
		return err
	}
	for n, i := range fresh {
		objects[i].setPlace(places[n])
	}
	return nil
}

// setPlace notes where o lies.
func (o *Object) setPlace(p Place) {
	o.Pack, o.Offset, o.Length, o.Stored = p.Pack, p.Offset, p.Length, p.Sum
}

// errKnown ends a stream whose bytes are kept already.
var errKnown = errors.New("kept already")

// putLarge streams a body that begins with head and goes on in rest. Its SHA-256
// is known at its end only: a body that was known is thrown away then.
func (a *Archive) putLarge(ctx context.Context, peer string, head []byte, rest io.Reader) (Object, error) {
	o := Object{Peer: peer, Salt: NewSalt()}
	var known Object
	place, err := a.blobs.Stream(ctx, a.clock(), func(w io.Writer) error {
		enc, codec, err := a.codecs.writer(w, head)
		if err != nil {
			return err
		}
		defer enc.release()
		sum := sha256.New()
		size, err := io.Copy(io.MultiWriter(sum, enc), io.MultiReader(bytes.NewReader(head), rest))
		if err == nil {
			err = enc.Close()
		}
		if err != nil {
			return err
		}
		o.SHA256, o.Size, o.Codec = Hash(sum.Sum(nil)), size, codec
		var found bool
		if known, found, err = a.lookUp(ctx, peer, o.SHA256); found {
			return errKnown
		}
		return err
	})
	if errors.Is(err, errKnown) {
		return known, nil
	}
	o.setPlace(place)
	return o, err
}

// lookUp asks Known, and refuses an answer to another question.
func (a *Archive) lookUp(ctx context.Context, peer string, sum Hash) (Object, bool, error) {
	o, known, err := a.known(ctx, peer, sum)
	if err != nil {
		return Object{}, false, fmt.Errorf("look for body %s: %w", sum, err)
	}
	if known && (o.Peer != peer || o.SHA256 != sum) {
		return Object{}, false, fmt.Errorf("look for body %s of peer %q: found %s of peer %q", sum, peer, o.SHA256, o.Peer)
	}
	return o, known, nil
}

// stoppable reads until its context ends.
type stoppable struct {
	r       io.Reader
	stopped func() error // the caller's ctx.Err
}

// Read implements io.Reader.
func (s *stoppable) Read(p []byte) (int, error) {
	if err := s.stopped(); err != nil {
		return 0, err
	}
	return s.r.Read(p)
}
