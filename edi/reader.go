package edi

import "io"

// Limits bound what a [Reader] holds in memory. Zero fields take the default.
//
// A Reader holds the message in hand, at most one segment beyond it and a
// window of 64 KiB: with the defaults below 34 MiB of bytes. The places of
// elements and segments take at most twice Message again; a message that has
// more of them than Message/4 elements or Message/16 segments (in practice
// one of empty elements) counts as too long.
type Limits struct {
	Segment int // bytes of one segment; default 1 MiB
	// Message is bytes of one transaction set or message; default 32 MiB. It
	// also bounds a binary segment (BIN, BDS) and an object (UNO).
	Message int
}

const (
	defaultSegment = 1 << 20
	defaultMessage = 32 << 20
	window         = 64 << 10 // first size of the buffer

	// What is indexed in one go is done in vain where the delimiters change: it
	// is firstBlock bytes behind the header of the interchange, and twice as many
	// each time up to lastBlock.
	firstBlock = 512
	lastBlock  = 4 << 10
)

// withDefaults fills in what is zero. Places are counted in 32 bits, so no
// limit goes over 1 GiB.
func (l Limits) withDefaults() Limits {
	if l.Segment <= 0 {
		l.Segment = defaultSegment
	}
	if l.Message <= 0 {
		l.Message = defaultMessage
	}
	l.Segment, l.Message = min(l.Segment, 1<<30), min(l.Message, 1<<30)
	return l
}

// Reader splits the bytes of a file into interchanges and these into segments,
// for X12 and EDIFACT alike. [Reader.Find] goes to the next interchange,
// [Reader.Next] gives its segments one by one; [Reader.Collect] takes a whole
// message. Every byte of the file is part of a segment, of a UNA or of a [Gap].
//
// The same bytes give the same results however the reader beneath deals them
// out. A Reader is for one goroutine.
type Reader struct {
	src io.Reader
	lim Limits
	err error // what src ended with; io.EOF is its end

	// The window on the file: buf[0] is byte off. pos is the first byte that was
	// not given away; keep, unless negative, the first of a message in assembly.
	buf  []byte
	off  int64
	pos  int
	keep int

	// Of a file that is wrapped, see wrap.go, the window has no breaks; off and
	// what else counts bytes of the file does not count them either.
	wrap     *wrapping
	ahead    ahead
	unbroken int64 // behind pos, no line ends before this byte of the file

	// The index, see index.go. Places count from byte origin of the file.
	origin   int64
	at       []uint32 // delimiters
	next     int      // first of at that was not given away
	terms    []uint32 // which of at are terminators
	term     int      // first of terms that was not given away
	scanned  int      // buf is indexed up to here
	released bool     // a release character stands before buf[scanned]
	looked   int64    // up to this byte of the file it went without a gap,
	odd      int64    // and behind this one nothing but printable ASCII was seen
	block    int      // bytes to be indexed in one go
	suspect  int      // a longer segment is searched for a header
	unmarked int64    // behind pos, none begins before this byte of the file

	// The interchange.
	head    header
	said    []byte // UNA and header of this one or one before, as by remember,
	varies  int    // and where in it the number begins in which they differ; 0: in none yet
	repeats bool   // it says what the one before said, but for that number
	una     []byte
	open    bool // segments may follow
	ordinal int  // of the last segment
	breaks  Breaks
	binary  int // ordinal of the last binary segment whose length does not hold
	object  int // bytes of the object that is to be passed over

	seg      Segment // the last one
	segAt    int64   // its offset
	segStart int     // its place in buf
	segEnds  int     // its place in at
	again    bool    // it is to be given once more
	segs     []span  // of the last message
	skip     skipping

	memory memory
}

// skipping is what is to be passed over before the next segment.
type skipping uint8

const (
	skipNothing skipping = iota
	skipSegment          // the rest of a segment that was cut off
	skipFiller           // the rest of what stands behind a terminator
	skipObject           // an object that is longer than a message may be
)

// Breaks tells what stands between the segments of an interchange beside the
// terminators.
type Breaks struct {
	Style string // behind the header's terminator: "", "\n", "\r\n"
	// Mixed is the offset of the first break of another style; -1 if there is none.
	Mixed int64
	// Empty is the offset of the first empty segment, a terminator that closes
	// nothing; -1 if there is none. Empties says how many there are.
	Empty   int64
	Empties int
}

// NewReader makes a Reader over r. It reads ahead of what it gives.
func NewReader(r io.Reader, lim Limits) *Reader {
	return &Reader{src: r, lim: lim.withDefaults(), buf: make([]byte, 0, window), keep: -1}
}

// Standard is the standard of the interchange that [Reader.Find] came to.
func (r *Reader) Standard() Standard { return r.head.standard }

// Delimiters are the delimiters of the interchange.
func (r *Reader) Delimiters() Delimiters { return r.head.d }

// UNA is the service string advice as received, with what stands between it
// and UNB; empty where there is none. It is no segment, and lives until the
// next call of Find.
func (r *Reader) UNA() []byte { return r.una }

// Extended reports whether an ISX, the interchange syntax extension of X12, is
// the segment behind ISA. Its release character is one of the Delimiters, and
// holds from behind it on.
func (r *Reader) Extended() bool { return r.head.isx > 0 }

// Breaks tells how the segments that were read so far are set apart.
func (r *Reader) Breaks() Breaks {
	b := r.breaks
	if b.Mixed >= 0 {
		b.Mixed = r.wrap.file(b.Mixed)
	}
	if b.Empty >= 0 {
		b.Empty = r.wrap.file(b.Empty)
	}
	return b
}

// Offset is the offset in the file of the first byte that was not given away.
func (r *Reader) Offset() int64 { return r.wrap.file(r.here()) }

// here is the same without the breaks of a file that is wrapped.
func (r *Reader) here() int64 {
	if r.again {
		return r.segAt
	}
	return r.off + int64(r.pos)
}

// Width is the width of the lines at which the interchange is broken within
// its segments; 0 when it is not. Such breaks are no part of what is read but of
// what Raw gives.
func (r *Reader) Width() int {
	if r.wrap == nil {
		return 0
	}
	return r.wrap.width
}

// fill reads more bytes into the window. It reports false when there are none:
// r.err says why. Indices into buf change with it, their distance to pos does
// not.
func (r *Reader) fill() bool {
	if r.err != nil {
		return false
	}
	if len(r.buf) == cap(r.buf) {
		r.room()
	}
	if r.wrap != nil {
		return r.fillLines()
	}
	if r.fillAhead() || r.err != nil {
		return r.err == nil
	}
	for range 100 {
		n, err := r.src.Read(r.buf[len(r.buf):cap(r.buf)])
		r.buf = r.buf[:len(r.buf)+n]
		r.err = err
		if n > 0 {
			return true
		}
		if err != nil {
			return false
		}
	}
	r.err = io.ErrNoProgress
	return false
}

// room makes place at the end of the window: by moving what must stay to the
// front, and when that is more than half of it, by growing.
func (r *Reader) room() {
	from := r.pos
	if r.keep >= 0 {
		from = r.keep
	}
	to := r.buf[:0]
	if len(r.buf)-from > cap(r.buf)/2 {
		to = make([]byte, 0, 2*cap(r.buf))
	}
	r.buf = append(to, r.buf[from:]...)
	r.off += int64(from)
	r.pos -= from
	r.scanned -= from
	r.segStart -= from
	if r.keep >= 0 {
		r.keep = 0
	}
}

// have makes sure that n bytes from pos on are there. False: the file has less.
func (r *Reader) have(n int) bool {
	for len(r.buf)-r.pos < n {
		if !r.fill() {
			return false
		}
	}
	return true
}

// headerAt reads the header that begins n bytes behind pos.
func (r *Reader) headerAt(n int) (header, bool) {
	for {
		h, a := parseHeader(r.buf[r.pos+n:], r.err != nil)
		if a != more {
			return h, a == yes
		}
		r.fill()
	}
}
