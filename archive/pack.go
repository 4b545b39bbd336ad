package archive

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"time"
)

// packHeader opens every pack; the digit is the version of the format.
const packHeader = "EDIBRIDGE-PACK1\n"

// errTorn: the bytes at an offset are no whole frame.
var errTorn = errors.New("not a whole frame")

// appendFrame appends the frame of blob, whose SHA-256 is sum.
func appendFrame(b, blob []byte, sum Hash) []byte {
	b = appendFrameHead(b, int64(len(blob)), sum)
	return append(b, blob...)
}

// appendFrameHead appends what stands before the blob in its frame.
func appendFrameHead(b []byte, length int64, sum Hash) []byte {
	b = binary.BigEndian.AppendUint64(b, uint64(length))
	return append(b, sum[:]...)
}

// readFrameHead reads the head of the frame at off in a pack of size bytes. It
// returns errTorn when no whole frame fits there.
func readFrameHead(r io.ReaderAt, off, size int64) (length int64, sum Hash, err error) {
	if off < int64(len(packHeader)) || off > size-FrameOverhead {
		return 0, Hash{}, errTorn
	}
	var head [FrameOverhead]byte
	if _, err := r.ReadAt(head[:], off); err != nil {
		if errors.Is(err, io.EOF) { // cut while we looked
			err = errTorn
		}
		return 0, Hash{}, err
	}
	n := binary.BigEndian.Uint64(head[:8])
	if n > uint64(size-off-FrameOverhead) {
		return 0, Hash{}, errTorn
	}
	return int64(n), Hash(head[8:]), nil
}

// checkPackHeader returns errTorn when r does not begin as a pack does.
func checkPackHeader(r io.ReaderAt) error {
	var head [len(packHeader)]byte
	n, err := r.ReadAt(head[:], 0)
	if n == len(head) {
		err = nil
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	if string(head[:n]) != packHeader {
		return errTorn
	}
	return nil
}

// packScan is what a full read of a pack found.
type packScan struct {
	End     int64 // behind the last whole frame; 0 without one
	Frames  int   // whole frames
	Skipped int   // stretches before End that are no whole frame
}

// scanPack reads a pack and verifies every frame. Where there is none it looks
// for the next one: the writes of one group reach the disk in any order, and a
// broken length must not hide the frames behind it. So no whole frame ever lies
// behind End. The error is one of reading, or errUndecided.
func scanPack(r io.ReaderAt, size int64) (packScan, error) {
	var s packScan
	bad := 0
	if err := checkPackHeader(r); errors.Is(err, errTorn) {
		bad++
	} else if err != nil {
		return s, err
	}
	search := frameSearch{r: r, size: size, budget: 4*size + MaxAppend, empty: Sum(nil)}
	for off := int64(len(packHeader)); ; {
		end, err := search.frameAt(off)
		if errors.Is(err, errTorn) {
			bad++
			off, err = search.next(off + 1)
			if errors.Is(err, errTorn) {
				return s, nil
			}
			if err == nil {
				continue
			}
		}
		if err != nil {
			return s, err
		}
		s.End, s.Frames, s.Skipped = end, s.Frames+1, bad
		off = end
	}
}

// errUndecided: whole frames may be hidden in what was read, but finding out
// costs too much. Only bytes made for it cause this.
var errUndecided = errors.New("too many beginnings of frames to look at")

// frameSearch finds whole frames at any offset of a pack.
type frameSearch struct {
	r      io.ReaderAt
	size   int64
	budget int64 // bytes that may still be hashed
	empty  Hash  // the SHA-256 of nothing
}

// frameAt returns where the whole frame at off ends, or errTorn.
func (s *frameSearch) frameAt(off int64) (end int64, err error) {
	length, want, err := readFrameHead(s.r, off, s.size)
	if err != nil {
		return 0, err
	}
	if s.budget -= sha256.BlockSize + length; s.budget < 0 {
		return 0, errUndecided
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, io.NewSectionReader(s.r, off+FrameOverhead, length)); err != nil {
		return 0, err
	}
	if Hash(sum.Sum(nil)) != want {
		return 0, errTorn
	}
	return off + FrameOverhead + length, nil
}

// next returns the first offset from off on at which a whole frame lies, or
// errTorn. It reads through a window, so that a tail of any size costs the same
// memory.
func (s *frameSearch) next(off int64) (int64, error) {
	window := make([]byte, 256<<10)
	for ; off <= s.size-FrameOverhead; off += int64(len(window) - FrameOverhead + 1) {
		window = window[:min(int64(cap(window)), s.size-off)]
		if _, err := s.r.ReadAt(window, off); err != nil && !errors.Is(err, io.EOF) {
			return 0, err
		}
		for i := range len(window) - FrameOverhead + 1 {
			if !s.likely(window[i:], off+int64(i)) {
				continue
			}
			if _, err := s.frameAt(off + int64(i)); !errors.Is(err, errTorn) {
				return off + int64(i), err
			}
		}
	}
	return 0, errTorn
}

// likely reports whether a frame may begin with head, at off. It settles the two
// common cases for next to nothing: bytes that are no length, and zeros.
func (s *frameSearch) likely(head []byte, off int64) bool {
	length := binary.BigEndian.Uint64(head)
	if length == 0 {
		return bytes.Equal(head[8:FrameOverhead], s.empty[:])
	}
	return length <= uint64(s.size-off-FrameOverhead)
}

// packName is the name of pack number n that holds bodies of the month of at.
func packName(at time.Time, n int64) string {
	return fmt.Sprintf("%s-%010d", at.UTC().Format(monthLayout), n)
}

// monthLayout is how a pack's name begins: "2026-11".
const monthLayout = "2006-01"

// parsePackName reads the number from a name that packName made. It is what
// keeps a name from a database from being any other path.
func parsePackName(name string) (n int64, ok bool) {
	const month, number = len(monthLayout), 10
	if len(name) != month+1+number || name[month] != '-' {
		return 0, false
	}
	for _, c := range []byte(name[month+1:]) {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	_, err := time.Parse(monthLayout, name[:month])
	return n, err == nil
}
