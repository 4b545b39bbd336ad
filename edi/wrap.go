package edi

import (
	"bytes"
	"io"
	"math"
)

// Some partners' systems break lines at a fixed width, wherever that is: within
// segments, within elements, within ISA. The Reader recognises such an
// interchange by its first lines and reads it as if the breaks were not there;
// offsets are still those of the file, and Raw still gives its bytes.

// The widths of lines that can be recognised.
const (
	narrowest = 40
	widest    = 512
)

// mostLines is how many lines are looked at.
const mostLines = 4

// wrapping is how an interchange is wrapped. It is never changed once it is
// made, as segments that were kept refer to it. A logical offset is one over
// the file without the breaks, from start on.
type wrapping struct {
	start int64 // of the first line, over the file
	width int
	brk   string // "\n", "\r\n" or "\r"
	lines int64  // that end with a break
}

// file is the offset over the file of the byte at a logical offset.
func (w *wrapping) file(at int64) int64 {
	if w == nil {
		return at
	}
	return at + min((at-w.start)/int64(w.width), w.lines)*int64(len(w.brk))
}

// end is the offset over the file behind the byte that ends at a logical offset.
func (w *wrapping) end(at int64) int64 {
	if w == nil {
		return at
	}
	return w.file(at-1) + 1
}

// logical is the opposite of file.
func (w *wrapping) logical(file int64) int64 {
	if w == nil {
		return file
	}
	return file - min((file-w.start)/int64(w.width+len(w.brk)), w.lines)*int64(len(w.brk))
}

// within is the place in the file of n bytes that begin from bytes behind the one
// at an offset of the file.
func (w *wrapping) within(offset int64, from, n int) (int64, int) {
	if w == nil {
		return offset + int64(from), n
	}
	at := w.logical(offset) + int64(from)
	begin := w.file(at)
	if n == 0 {
		return begin, 0
	}
	return begin, int(w.end(at+int64(n)) - begin)
}

// raw gives b, which stands at a logical offset, as it was received: in memory
// of its own where breaks stand within it or behind it.
func (w *wrapping) raw(at int64, b []byte) []byte {
	if w == nil || len(b) == 0 {
		return b
	}
	size := w.file(at+int64(len(b))) - w.file(at)
	if size == int64(len(b)) {
		return b
	}
	out := make([]byte, 0, size)
	for len(b) > 0 {
		n := min(len(b), w.width-int((at-w.start)%int64(w.width)))
		out = append(out, b[:n]...)
		b, at = b[n:], at+int64(n)
		if w.file(at) > w.file(at-1)+1 {
			out = append(out, w.brk...)
		}
	}
	return out
}

// wrappingAt tells how the interchange at the start of b, which begins a line,
// is wrapped. It is when lines end at one width, and one of them at least not
// behind a terminator: within ISA, or two lines of the first four.
func wrappingAt(b []byte, eof bool) (wrapping, answer) {
	i := lineBreak(b[:min(len(b), widest+1)])
	switch known := eof || len(b) >= widest+2; {
	case i < 0 && known:
		return wrapping{}, no
	case i < 0 || i+1 == len(b) && !known:
		return wrapping{}, more
	}
	w := wrapping{width: i, brk: breakAt(b[i:]), lines: math.MaxInt64}
	h, a := parseHeader(b, eof)
	if w.width < narrowest || a == yes && h.fixed && i <= h.size {
		return wrapping{}, no // the first line ends behind ISA, or with it
	}
	step := w.width + len(w.brk)
	if len(b) < mostLines*step && !eof {
		return wrapping{}, more
	}
	b = b[:min(len(b), mostLines*step)]
	n := 0
	for n < mostLines && len(b) >= (n+1)*step && lineBreak(b[n*step:]) == w.width && breakAt(b[n*step+w.width:]) == w.brk {
		n++
	}
	if n < 2 && (b[0] != 'I' || w.width >= standardWidth) {
		return wrapping{}, no
	}
	return w, wraps(b, n, &w)
}

// lineBreak is the index of the first line break in b, CR or LF; -1 if there is
// none.
func lineBreak(b []byte) int {
	i := bytes.IndexByte(b, '\n')
	if i < 0 {
		return bytes.IndexByte(b, '\r')
	}
	if k := bytes.IndexByte(b[:i], '\r'); k >= 0 {
		return k
	}
	return i
}

// breakAt is the line break with which b begins.
func breakAt(b []byte) string {
	switch {
	case bytes.HasPrefix(b, []byte("\r\n")):
		return "\r\n"
	case b[0] == '\r':
		return "\r"
	}
	return "\n"
}

// wraps reports whether b, of which the first n lines end as w says, is an
// interchange that is wrapped.
func wraps(b []byte, n int, w *wrapping) answer {
	step := w.width + len(w.brk)
	text := make([]byte, 0, (n+1)*w.width)
	for i := range n {
		text = append(text, b[i*step:i*step+w.width]...)
	}
	last := b[n*step:]
	short := lineBreak(last)
	if n < mostLines && len(last) > w.width && (short < 0 || short > w.width) {
		return no // a line that does not end
	}
	if n < 2 && short >= 0 && !lastLine(last[short:]) {
		return no
	}
	if short < 0 || short > w.width {
		short = min(len(last), w.width)
	}
	text = append(text, last[:short]...)
	h, a := parseHeader(text, true)
	if a != yes || h.d.Segment <= ' ' {
		return no
	}
	inner := false
	for i := range n {
		inner = inner || text[(i+1)*w.width-1] != h.d.Segment
	}
	if end := bytes.TrimRight(text, " \r\x1a"); short < w.width && end[len(end)-1] != h.d.Segment && short < len(last) {
		return no // a line that is not the last one is shorter
	}
	if within := h.fixed && n > 0 && w.width < h.size; within || inner && n > 1 {
		return yes
	}
	return no
}

// lastLine reports whether nothing follows b, the end of a line, or another
// interchange.
func lastLine(b []byte) bool {
	b = bytes.TrimLeft(b, " \r\n\x1a")
	return len(b) == 0 || isMark(b)
}

// uneven gives the offset in the file of the line, if there is one, that has not
// the width of those before it and goes on or breaks off within the interchange
// from begin to end: from there on breaks are read as they stand. An interchange
// may end within its last line.
func (r *Reader) uneven(begin, end int64) (int64, bool) {
	w := r.wrap
	if w == nil || w.lines == math.MaxInt64 {
		return 0, false
	}
	at := w.start + w.lines*int64(w.width+len(w.brk))
	return at, at+int64(w.width) > begin && end-at > int64(w.width)
}

// brokenHeader reports whether lines break within the header at pos of an
// interchange that is not read as wrapped.
func (r *Reader) brokenHeader() bool {
	n := r.head.size - 1
	return r.wrap == nil && n > 0 && lineBreak(r.buf[r.pos:r.pos+n]) >= 0
}

// unwrap begins to read the interchange at pos without its breaks, if it is
// wrapped.
func (r *Reader) unwrap() bool {
	if r.oneLine() {
		return false
	}
	w, a := wrappingAt(r.buf[r.pos:], r.err != nil)
	for a == more {
		r.fill()
		w, a = wrappingAt(r.buf[r.pos:], r.err != nil)
	}
	if a != yes {
		return false
	}
	r.wrap = &wrapping{start: r.off + int64(r.pos), width: w.width, brk: w.brk, lines: w.lines}
	r.ahead.give(r.buf[r.pos:])
	if r.err != nil {
		r.ahead.err, r.err = r.err, nil
	}
	r.looked = -1
	r.buf, r.scanned = r.buf[:r.pos], r.pos
	return true
}

// oneLine reports whether the first line, from pos on, is known to be longer than
// any that is wrapped. No byte is looked at twice.
func (r *Reader) oneLine() bool {
	from := max(r.pos, int(r.unbroken-r.off))
	if from < len(r.buf) && lineBreak(r.buf[from:]) < 0 {
		r.unbroken = r.off + int64(len(r.buf))
	}
	return r.unbroken-r.off-int64(r.pos) >= widest+2
}

// rewrap ends that: what is in the window is again as it was received.
func (r *Reader) rewrap() {
	at := r.off + int64(r.pos)
	rest := r.buf[r.pos:]
	if n := int(r.wrap.file(at+int64(len(rest))) - r.wrap.file(at)); n <= r.ahead.pos {
		r.ahead.pos -= n // it is still there
	} else {
		r.ahead.give(r.wrap.raw(at, rest))
	}
	r.off, r.pos, r.buf, r.err = r.wrap.file(at), 0, r.buf[:0], nil
	r.wrap, r.looked, r.unbroken = nil, -1, 0
	r.reindex()
}

// stay reports whether the next interchange goes on in the same lines, without
// a break between.
func (r *Reader) stay() (header, bool) {
	if lineBreak(r.seg.Break()) >= 0 {
		return header{}, false
	}
	h, ok := r.headerAt(0)
	last := r.here() + int64(h.una+h.size) - 1
	return h, ok && (h.fixed || h.standard == EDIFACT) && (last-r.wrap.start)/int64(r.wrap.width) <= r.wrap.lines
}

// ahead is what was read of a file that is unwrapped, or was, and is not in the
// window yet.
type ahead struct {
	raw []byte
	pos int   // before it, raw was moved into the window
	err error // what the reader beneath ended with, behind raw
}

// portion is how much of it is moved in one go, at most: as much may be moved
// back.
const portion = 4 << 10

func (a *ahead) rest() []byte { return a.raw[a.pos:] }

// give puts b before what there is.
func (a *ahead) give(b []byte) {
	if len(b) > a.pos {
		a.raw = append(append(make([]byte, 0, max(window, len(b)+len(a.rest()))), b...), a.rest()...)
		a.pos = 0
		return
	}
	a.pos -= copy(a.raw[a.pos-len(b):], b)
}

// read reads from src until n bytes are there, as far as there are.
func (a *ahead) read(src io.Reader, n int) {
	for tries := 0; len(a.rest()) < n && a.err == nil; tries++ {
		if tries == 100 {
			a.err = io.ErrNoProgress
			return
		}
		to := a.raw[:0]
		if cap(to) < window {
			to = make([]byte, 0, window)
		}
		a.raw, a.pos = append(to, a.rest()...), 0
		m, err := src.Read(a.raw[len(a.raw):cap(a.raw)])
		if a.raw, a.err = a.raw[:len(a.raw)+m], err; m > 0 {
			tries = 0
		}
	}
}

// fillAhead moves a portion of what was read ahead into the window. False: there
// is none; the reader beneath is asked again, or r.err says why not.
func (r *Reader) fillAhead() bool {
	a := &r.ahead
	n := min(len(a.rest()), portion, cap(r.buf)-len(r.buf))
	r.buf = append(r.buf, a.rest()[:n]...)
	a.pos += n
	if n == 0 {
		r.err = a.err
	}
	return n > 0
}

// fillLines does that without the breaks behind lines. Where a line should end
// and no break stands, the rest is taken as it is.
func (r *Reader) fillLines() bool {
	a, w := &r.ahead, r.wrap
	a.read(r.src, 1)
	room := min(cap(r.buf)-len(r.buf), portion)
	moved := 0
	for moved < room && len(a.rest()) > 0 {
		at := r.off + int64(len(r.buf)) - w.start
		n := min(len(a.rest()), room-moved)
		line := at / int64(w.width)
		if line < w.lines {
			n = min(n, w.width-int(at%int64(w.width)))
		}
		r.buf = append(r.buf, a.rest()[:n]...)
		a.pos += n
		moved += n
		if line >= w.lines || (at+int64(n))%int64(w.width) != 0 {
			continue
		}
		a.read(r.src, len(w.brk))
		if bytes.HasPrefix(a.rest(), []byte(w.brk)) {
			a.pos += len(w.brk)
			continue
		}
		ended := *w
		ended.lines = line
		r.wrap, w = &ended, &ended
	}
	if moved == 0 {
		r.err = a.err
	}
	return moved > 0
}
