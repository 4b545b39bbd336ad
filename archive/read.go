package archive

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"iter"
	"os"
)

// Open implements [Blobs].
func (d *Dir) Open(ctx context.Context, p Place) (io.ReadCloser, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	f, info, err := d.openPack(p.Pack)
	if err != nil {
		var damage *DamageError
		if errors.As(err, &damage) {
			damage.Offset = p.Offset
		}
		return nil, err
	}
	length, sum, err := readFrameHead(f, p.Offset, info.Size())
	switch {
	case errors.Is(err, errTorn):
		err = damaged(p, PartFrame, nil, nil, err)
	case err == nil && length != p.Length:
		err = damaged(p, PartFrame, p.Length, length, nil)
	case err == nil && sum != p.Sum:
		err = damaged(p, PartFrame, p.Sum, sum, nil)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &blobReader{SectionReader: io.NewSectionReader(f, p.Offset+FrameOverhead, length), Closer: f}, nil
}

// blobReader reads the bytes of one blob.
type blobReader struct {
	*io.SectionReader
	io.Closer
}

// openPack opens a pack for reading.
func (d *Dir) openPack(name string) (*os.File, fs.FileInfo, error) {
	place := Place{Pack: name}
	if _, ok := parsePackName(name); !ok {
		return nil, nil, damaged(place, PartPack, nil, nil, errors.New("no name of a pack"))
	}
	f, err := d.root.Open(packPath(name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, damaged(place, PartPack, nil, nil, err)
	}
	if err != nil {
		return nil, nil, err
	}
	info, err := f.Stat()
	if err != nil {
		return nil, nil, errors.Join(err, f.Close())
	}
	return f, info, nil
}

// Places implements [Blobs]. It reads the heads of frames, not their bytes. In a
// pack that still grows, what is not whole yet is passed over in silence.
func (d *Dir) Places(ctx context.Context) iter.Seq2[Place, error] {
	return func(yield func(Place, error) bool) {
		names, err := d.names(packFolder, packSuffix)
		if err != nil {
			yield(Place{}, err)
			return
		}
		for _, name := range names {
			if !d.placesOf(ctx, name, yield) {
				return
			}
		}
	}
}

// placesOf yields the blobs of one pack; false ends the listing.
func (d *Dir) placesOf(ctx context.Context, name string, yield func(Place, error) bool) bool {
	f, info, err := d.openPack(name)
	if errors.Is(err, fs.ErrNotExist) {
		return true // it held nothing, and went since it was listed
	}
	if err != nil {
		return yield(Place{Pack: name}, err) && isDamage(err)
	}
	defer f.Close()
	size, sealed := info.Size(), isSealed(info)
	off := int64(len(packHeader))
	for err = checkPackHeader(f); err == nil && off < size; {
		if err = ctx.Err(); err != nil {
			break
		}
		place := Place{Pack: name, Offset: off}
		if place.Length, place.Sum, err = readFrameHead(f, off, size); err != nil {
			break
		}
		if !yield(place, nil) {
			return false
		}
		off += FrameOverhead + place.Length
	}
	if errors.Is(err, errTorn) {
		if !sealed {
			return true
		}
		err = damaged(Place{Pack: name, Offset: off}, PartFrame, nil, nil, err)
	}
	return err == nil || yield(Place{Pack: name, Offset: off}, err) && isDamage(err)
}

// isDamage reports whether err tells of damage, rather than of a failure to look.
func isDamage(err error) bool {
	var damage *DamageError
	return errors.As(err, &damage)
}

// isSealed reports whether a pack grows no more.
func isSealed(info fs.FileInfo) bool { return info.Mode().Perm()&0o222 == 0 }
