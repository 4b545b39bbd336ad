package mappings

import (
	"reflect"

	"github.com/edibridge/edibridge/canonical"
	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/edi/guide"
)

// Reader reads one source after the other into the same memory, for who makes
// each document into something else (its JSON) before the next. Its zero value
// is ready. It is not safe for concurrent use.
type Reader struct {
	readers map[*Mapping]*reader
	message message
}

// Source is [FromMessage] in the Reader's memory: it lives until the next call.
func (x *Reader) Source(m *edi.Message, mt *guide.Match) Source {
	x.message.reset(m, mt)
	return &x.message
}

// In is [Mapping.In] of m. What it gives lives until the next call, but for its
// texts and the residue, which live on.
func (x *Reader) In(m *Mapping, src Source, opt InOptions) (*Result, error) {
	r := x.readers[m]
	if r == nil || len(r.seats) > maxKept {
		if x.readers == nil {
			x.readers = map[*Mapping]*reader{}
		}
		r = newReader(m)
		r.arrays = make([]arrays, r.plan.arrays)
		r.document = m.document(m.kind)
		x.readers[m] = r
	}
	r.recycle()
	r.in(src, opt)
	return r.res, nil
}

// reader reads one Source into one document.
type reader struct {
	m        *Mapping
	plan     plan
	src      Source
	sp       *spelling
	document canonical.Document
	doc      reflect.Value // what document points to
	res      *Result
	loops    []Loop
	seats    []seat   // by place; [0] is none, the last stands behind all segments
	elements []string // of the segment at loaded
	loaded   int      // 0: none
	marks    []uint8
	parts    map[part]uint64 // components read of a partly read element
	heads    []slot          // of the blocks of the scopes being read
	used     []int32         // indexes of those that took something, scope by scope
	reads    int             // values read so far
	trace    *Lineage        // nil: not wanted
	lineage  *Lineage        // the last, whose memory is for the next
	stack    []reflect.Value // the objects around the one being filled
	checks   []check
	node     int      // the node of a tree that is being read, from 1; 0: none
	nodes    int      // of trees read so far
	scratch  values   // of the row being read
	alone    values   // the same of a row of one element: others are never set
	arrays   []arrays // by the number of the block or tuple; nil: each document has arrays of its own
}

// seat is what is kept of a segment. It holds no pointers: nothing in it is
// looked at by the collector, or must be cleared.
type seat struct {
	key   uint32 // tagKey
	loop  int32  // that holds it; -1: it found no place
	opens int32  // the loop that it opens, or 0
	next  int32  // place of the next one of the same block, or 0
	base  int32  // index in marks of element 1
}

// What has become of an element.
const (
	unread   = iota
	read     // whole
	partly   // some of its components or repetitions: reader.parts
	computed // compared with what would be written: never residue
)

// part is a repetition, from 0, of an element by its index in marks.
type part struct{ index, repetition int32 }

// slot collects what one block takes in one scope.
type slot struct {
	head, tail  int32 // places, chained by seat.next
	taken, seen int32
	open        bool // the segment behind which the block stands was there
	offered     bool // a segment has something for it
	closed      bool // a block that it stands in for has something
}

// check is a computed row that was read.
type check struct {
	r     *row
	place int
	value string
	obj   reflect.Value
	node  int // of the tree whose object obj was; 0: none
	below bool
}

func newReader(m *Mapping) *reader {
	p := m.plan()
	return &reader{m: m, plan: p, res: &Result{}, lineage: &Lineage{}, heads: make([]slot, 0, p.root.width)}
}

// in reads src into document. It is the work of [Mapping.In] and [Reader.In].
func (r *reader) in(src Source, opt InOptions) {
	r.open(src, opt)
	r.doc = reflect.ValueOf(r.document).Elem()
	r.res.Document = r.document
	root := r.plan.root
	if src.Len() > 0 {
		r.scope(root, r.doc, 0, 1)
	}
	h := r.document.Head()
	h.Standard, h.Release = src.Standard(), src.Release()
	r.fill(root, r.doc)
	r.document.Derive()
	r.compare()
	r.res.Lineage = r.trace
	if opt.Residue {
		r.residue()
	}
}

// open makes ready for src.
func (r *reader) open(src Source, opt InOptions) {
	r.src, r.loops, r.loaded = src, src.AppendLoops(r.loops[:0]), 0
	d, latin1 := src.Delimiters(), src.Encoding() == "ISO-8859-1"
	if r.sp == nil || r.sp.d != d || r.sp.latin1 != latin1 || r.sp.lineBreak != "" {
		r.sp = newSpelling(d, "", latin1)
	}
	r.index(src.Len())
	if opt.Lineage {
		r.trace = r.lineage.reset(src, r.sp, &r.plan, len(r.marks))
		if r.arrays != nil {
			r.lineage = r.trace
		}
	}
}

// index notes where the n segments stand.
func (r *reader) index(n int) {
	r.seats = resized(r.seats, n+2)
	base := int32(0)
	for p := 1; p <= n; p++ {
		s := r.src.Segment(p)
		r.seats[p] = seat{key: tagKey(s.Tag), loop: int32(s.Loop), base: base}
		base += int32(s.Elements)
	}
	r.seats[n+1].base = base
	for i := 1; i < len(r.loops); i++ {
		r.seats[r.loops[i].First].opens = int32(i)
	}
	r.marks = resized(r.marks, int(base))
}

// resized gives n zeros, in the memory of s if it holds them.
func resized[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	s = s[:n]
	clear(s)
	return s
}

// len is how many segments there are.
func (r *reader) len() int { return len(r.seats) - 2 }

// width is how many elements a segment has.
func (r *reader) width(place int) int { return int(r.seats[place+1].base - r.seats[place].base) }

// element is element n of a segment as received, "" when absent.
func (r *reader) element(place, n int) string {
	if place != r.loaded {
		r.load(place)
	}
	if n > len(r.elements) {
		return ""
	}
	return r.elements[n-1]
}

// at is the index of an element in marks.
func (r *reader) at(place, element int) int32 { return r.seats[place].base + int32(element) - 1 }

// load takes the elements of a segment apart, which its rows look at one by one.
func (r *reader) load(place int) {
	r.elements, r.loaded = r.src.AppendElements(r.elements[:0], place), place
}

// maxKept bounds the segments for which a reader's memory is kept.
const maxKept = 10_000

// forget lets go of the document that was read, and of all that belongs to its
// reader's caller.
func (r *reader) forget() {
	clear(r.loops)
	clear(r.elements[:cap(r.elements)])
	clear(r.checks)
	clear(r.stack[:cap(r.stack)])
	*r = reader{m: r.m, plan: r.plan, lineage: r.lineage, sp: r.sp, document: r.document, res: r.res, loops: r.loops[:0], seats: r.seats[:0], elements: r.elements[:0], marks: r.marks,
		heads: r.heads[:0], used: r.used[:0], checks: r.checks[:0], stack: r.stack[:0], arrays: r.arrays}
}

// recycle makes the last document empty, to be read into again.
func (r *reader) recycle() {
	r.forget()
	reflect.ValueOf(r.document).Elem().SetZero()
	*r.res = Result{Keys: r.res.Keys[:0], Findings: r.res.Findings[:0]}
	for i := range r.arrays {
		r.arrays[i].recycle()
	}
}

// arrays are the arrays that a block or a tuple made in one document after the
// other, of a reader that keeps them.
type arrays struct {
	all  reflect.Value // a [][]T, each of full length; the zero Value: none yet
	used int           // how many the document has
}

func (a *arrays) recycle() {
	for i := range a.used {
		a.all.Index(i).Clear()
	}
	a.used = 0
}

// array makes room for n more objects in an array, in that of an earlier
// document if there is one. What it gives goes to [reader.settleArray].
func (r *reader) array(number int, array reflect.Value, n int) (fresh bool) {
	fresh = array.IsNil()
	if fresh && r.arrays != nil {
		if a := &r.arrays[number]; a.all.IsValid() && a.used < a.all.Len() {
			array.Set(a.all.Index(a.used))
			array.SetLen(0)
		}
	}
	array.Grow(n)
	return fresh
}

// settleArray keeps an array for a later document; one without elements is one
// that was never there.
func (r *reader) settleArray(number int, array reflect.Value, fresh bool) {
	if array.Len() == 0 {
		array.SetZero()
		return
	}
	if !fresh || r.arrays == nil {
		return
	}
	a := &r.arrays[number]
	if !a.all.IsValid() {
		a.all = reflect.New(reflect.SliceOf(array.Type())).Elem()
	}
	if a.used == a.all.Len() {
		a.all.Grow(1)
		a.all.SetLen(a.used + 1)
	}
	kept := a.all.Index(a.used)
	kept.Set(array)
	kept.SetLen(kept.Cap())
	a.used++
}
