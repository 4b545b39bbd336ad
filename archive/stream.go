package archive

import (
	"context"
	"crypto/sha256"
	"errors"
	"hash"
	"io"
	"io/fs"
	"os"
	"time"
)

// Stream implements [Blobs]: the blob grows in a spool file and becomes a pack of
// its own. An empty pack holds the name meanwhile, locked, and is replaced then.
func (d *Dir) Stream(ctx context.Context, at time.Time, fill func(w io.Writer) error) (Place, error) {
	if err := ctx.Err(); err != nil {
		return Place{}, err
	}
	if err := d.enter(); err != nil {
		return Place{}, err
	}
	defer d.leave()
	name, reserved, err := d.take(at)
	if err != nil {
		return Place{}, err
	}
	defer reserved.Close() // nothing was written to it: it only holds the name
	s, err := d.spoolInto(ctx, name, fill)
	var fatal *FatalError
	if err != nil && !errors.As(err, &fatal) {
		// It never counted: the next mending removes what this does not.
		if rerr := d.remove(spoolPath(name)); rerr == nil || errors.Is(rerr, fs.ErrNotExist) {
			_ = d.remove(packPath(name))
		}
	}
	if err != nil {
		return Place{}, err
	}
	return Place{Pack: name, Offset: int64(len(packHeader)), Length: s.length, Sum: Hash(s.sum.Sum(nil))}, nil
}

// spoolInto writes the blob into the spool file of a name and makes it the pack.
func (d *Dir) spoolInto(ctx context.Context, name string, fill func(w io.Writer) error) (*spool, error) {
	path := spoolPath(name)
	f, err := d.create(path)
	if err != nil {
		return nil, err
	}
	s := &spool{dir: d, file: f, path: path, sum: sha256.New(), stopped: ctx.Err}
	err = s.run(fill)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = d.adopt(path, packPath(name))
	}
	return s, err
}

// adopt makes a complete and synced spool file a sealed pack, in the place of the
// empty one.
func (d *Dir) adopt(spool, pack string) error {
	if err := d.refusal(); err != nil {
		return err
	}
	if err := d.seal(spool); err != nil {
		return err
	}
	err := d.around.do(StepRename, pack, func() error { return d.root.Rename(spool, pack) })
	if err != nil {
		return err
	}
	return d.syncPacks()
}

// spool is a large blob on its way in.
type spool struct {
	dir     *Dir
	file    *os.File
	path    string
	length  int64 // of the blob so far
	sum     hash.Hash
	err     error        // of the first write that failed
	stopped func() error // the caller's ctx.Err
}

// run writes the whole pack and syncs it. The frame's head comes last, when
// length and hash are known.
func (s *spool) run(fill func(w io.Writer) error) error {
	if err := fill(s); err != nil {
		return err
	}
	if s.err != nil {
		return s.err // fill did not pass it on
	}
	head := appendFrameHead([]byte(packHeader), s.length, Hash(s.sum.Sum(nil)))
	if err := s.dir.writeAt(s.file, s.path, head, 0); err != nil {
		return err
	}
	return s.dir.sync(s.file, s.path)
}

// Write implements io.Writer behind the room for header and frame head.
func (s *spool) Write(p []byte) (int, error) {
	if s.err == nil {
		s.err = s.stopped()
	}
	if s.err == nil {
		s.err = s.dir.writeAt(s.file, s.path, p, int64(len(packHeader))+FrameOverhead+s.length)
	}
	if s.err != nil {
		return 0, s.err
	}
	s.sum.Write(p) // never fails
	s.length += int64(len(p))
	return len(p), nil
}
