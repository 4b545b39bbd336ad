package mappings

import (
	"reflect"
	"slices"
	"strings"
)

// What has become of an element.
const (
	unread   = iota
	read     // whole
	partly   // some of its components or repetitions: reader.parts
	computed // compared with what would be written: never residue
)

// reader reads one Source into one document.
type reader struct {
	m     *Mapping
	src   Source
	sp    *spelling
	doc   reflect.Value
	res   *Result
	loops []Loop

	segs     []Segment // by place, [0] is none
	places   []int32   // the memory of opens, next and base
	opens    []int32   // by place: the loop that it opens, or 0
	next     []int32   // by place: the next item of the same block
	base     []int32   // by place: index in marks of element 1
	marks    []uint8
	parts    map[part]uint64 // components read of a partly read element
	heads    []slot          // of the blocks of the scopes being read
	reads    int             // values read so far
	trace    *Lineage        // nil: not wanted
	padding  string          // what says nothing at the end of a value
	trailing [256]bool       // last bytes of padding
	stack    []reflect.Value // the objects around the one being filled
	checks   []check
	node     int    // the node of a tree that is being read, from 1; 0: none
	nodes    int    // of trees read so far
	scratch  values // of the row being read
	alone    values // the same of a row of one element: others are never set
}

// part is a repetition, from 0, of an element by its index in marks.
type part struct{ index, repetition int32 }

// slot collects what one block takes in one scope.
type slot struct {
	head, tail  int32 // places, chained by reader.next
	taken, seen int32
	open        bool // the segment behind which the block stands was there
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

// reader gives one for src, with the memory of one that was released.
func (m *Mapping) reader(src Source, opt InOptions) *reader {
	r, ok := m.readers.Get().(*reader)
	if !ok {
		r = &reader{heads: make([]slot, 0, m.plan().root.width)}
	}
	r.m, r.src, r.loops, r.res = m, src, src.Loops(), &Result{}
	n := src.Len()
	if m, ok := src.(*message); ok {
		r.segs = m.numbered
	} else {
		r.segs = make([]Segment, n+1)
		for p := 1; p <= n; p++ {
			r.segs[p] = src.Segment(p)
		}
	}
	r.index(n)
	r.sp = newSpelling(src.Delimiters(), "", src.Encoding() == "ISO-8859-1")
	r.pad()
	if opt.Lineage {
		r.trace = &Lineage{src: src, latin1: r.sp.latin1, sp: r.sp, entries: make([]traced, 0, len(r.marks))}
	}
	return r
}

// index makes what is kept by place, of n segments.
func (r *reader) index(n int) {
	places := resized(r.places, 3*n+6)
	r.places, r.opens, r.next, r.base = places, places[:n+2], places[n+2:2*n+4], places[2*n+4:]
	for i, l := range r.loops {
		if i > 0 {
			r.opens[l.First] = int32(i)
		}
	}
	total := int32(0)
	for p := 1; p <= n; p++ {
		r.base[p] = total
		total += int32(r.segs[p].Elements)
	}
	r.base[n+1] = total
	r.marks = resized(r.marks, int(total))
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

// pad finds out what says nothing at the end of a value.
func (r *reader) pad() {
	padding := " "
	if r.sp.escape == "" {
		padding += r.sp.component + r.sp.repetition
	}
	if padding == r.padding {
		return
	}
	r.padding, r.trailing = padding, [256]bool{}
	for _, c := range padding {
		t := string(c)
		r.trailing[t[len(t)-1]] = true
	}
}

// maxKept bounds the segments for which a reader's memory is kept.
const maxKept = 10_000

// release gives the memory of a reader back, when its work is done.
func (r *reader) release() {
	if len(r.segs) > maxKept {
		return
	}
	clear(r.checks)
	clear(r.stack[:cap(r.stack)])
	kept := reader{places: r.places, marks: r.marks, heads: r.heads[:0], stack: r.stack[:0], checks: r.checks[:0],
		padding: r.padding, trailing: r.trailing}
	m := r.m
	*r = kept
	m.readers.Put(r)
}

// scope reads what stands in a loop from a place on into obj.
func (r *reader) scope(b *block, obj reflect.Value, loop, from int) {
	at := len(r.heads)
	r.heads = slices.Grow(r.heads, len(b.kids))[:at+len(b.kids)]
	clear(r.heads[at:])
	last := r.loops[loop].Last
	for p := from; p <= last; {
		item := p
		if o := int(r.opens[p]); o > 0 && r.loops[o].Parent == loop {
			p = r.loops[o].Last + 1
		} else {
			p++
			if r.segs[item].Loop != loop {
				continue
			}
		}
		if b.divided {
			r.divide(b, at, item)
		}
		if i := r.match(b, at, item); i >= 0 {
			s := &r.heads[at+i]
			if s.head == 0 {
				s.head = int32(item)
			} else {
				r.next[s.tail] = int32(item)
			}
			s.tail = int32(item)
			s.taken++
		}
	}
	for i, k := range b.kids {
		switch s := r.heads[at+i]; {
		case s.head == 0 || k.when != nil && !r.holds(k.when, obj, r.segs[s.head], k.at):
		case k.tree != nil:
			r.tree(k, obj, s)
		default:
			r.items(k, obj, s)
		}
	}
	r.heads = r.heads[:at]
}

// divide opens the blocks that stand behind a segment of this tag.
func (r *reader) divide(b *block, at, place int) {
	key := tagKey(r.segs[place].Tag)
	for i, k := range b.kids {
		if k.past == key {
			r.heads[at+i].open = true
		}
	}
}

// match finds the block that takes the segment, the most specific first. One
// that could read nothing of it takes it only when no other does.
func (r *reader) match(b *block, at, place int) int {
	key, last := tagKey(r.segs[place].Tag), -1
	for n, has := range b.keys {
		if has != key {
			continue
		}
		i := b.order[n]
		k, s := b.kids[i], &r.heads[at+i]
		if int(s.taken) >= k.most || k.past > 0 && !s.open || k.qualifier != "" && r.qualifier(place, k.qual) != k.qualifier || !r.says(place, k.beside) {
			continue
		}
		if s.seen++; k.ordinal > 0 && k.ordinal != int(s.seen) {
			continue
		}
		if !k.single || r.offers(k, place) {
			return i
		}
		if last < 0 {
			last = i
		}
	}
	return last
}

// offers reports whether a row of the block can read something of a segment.
func (r *reader) offers(k *block, place int) bool {
	for i := range k.rows {
		w := &k.rows[i]
		v, any := values{}, false
		for n, s := range w.spots {
			v[n] = r.value(place, s, w.conv.whole)
			any = any || v[n] != ""
		}
		if !any || w.noPath || !r.says(place, w.wheres) {
			continue
		}
		if text, _ := w.conv.in(&v, &r.sp.d); text != "" {
			return true
		}
	}
	return false
}

func (r *reader) qualifier(place int, q spot) string {
	return r.sp.part(strings.TrimRight(r.src.Element(place, q.element), " "), 0, max(q.component, 1))
}

// says reports whether elements of a segment hold what they must.
func (r *reader) says(place int, all []beside) bool {
	for _, h := range all {
		if r.value(place, h.at, false) != h.value {
			return false
		}
	}
	return true
}

// items reads the segments and loops that a block took.
func (r *reader) items(k *block, around reflect.Value, s slot) {
	ptr := r.trace.here()
	var array reflect.Value
	if k.shape == eachObject {
		array = k.member.reach(around)
		array.Grow(int(s.taken))
	}
	for p := s.head; p != 0; {
		place := int(p)
		p, r.next[p] = r.next[p], 0
		before := r.reads
		obj, pointed := around, reflect.Value{}
		switch k.shape {
		case oneObject:
			obj = k.member.reach(around)
			if obj.Kind() == reflect.Pointer {
				pointed = obj
				obj = through(obj)
			}
			r.trace.enter(&k.member, -1)
		case eachObject:
			n := array.Len()
			array.SetLen(n + 1)
			obj = array.Index(n)
			r.trace.enter(&k.member, n)
		}
		r.loop(k, obj, place)
		r.trace.leave(ptr)
		if r.reads > before {
			k.settle(obj)
			continue
		}
		if k.shape == eachObject {
			obj.SetZero()
			array.SetLen(array.Len() - 1)
		} else if pointed.IsValid() {
			pointed.SetZero()
		}
	}
	if k.shape == eachObject {
		forget(array)
	}
}

// settle sets the constants of an object that was read.
func (k *block) settle(obj reflect.Value) {
	for i := range k.fixed {
		k.fixed[i].member.setText(obj, k.fixed[i].value)
	}
}

// loop reads a segment and, when it opens a loop, what stands in it.
func (r *reader) loop(k *block, obj reflect.Value, place int) {
	r.segment(k, obj, place)
	if o := int(r.opens[place]); o > 0 && len(k.kids) > 0 {
		r.scope(k, obj, o, place+1)
	}
}

// segment reads the elements of one segment.
func (r *reader) segment(k *block, obj reflect.Value, place int) {
	has := r.segs[place].Elements
	for i := range k.rows {
		w := &k.rows[i]
		if w.from > has {
			break
		}
		if w.single {
			r.single(w, obj, place, w.spots[0])
		} else {
			r.row(w, obj, place, nil, 0)
		}
	}
	for i := range k.tuples {
		r.tuple(&k.tuples[i], obj, place)
	}
	if k.qualifier != "" {
		r.mark(place, k.qual)
	}
	for _, h := range k.beside {
		r.mark(place, h.at)
	}
}

// tuple reads the tuples of one segment.
func (r *reader) tuple(t *tuple, obj reflect.Value, place int) {
	repeated := r.sp.repetition != ""
	count := t.count(r.segs[place].Elements, repeated)
	if t.repeats && repeated {
		count = min(count, len(r.sp.divide(r.src.Element(place, t.spots[0].element), r.sp.repetition)))
	}
	if count == 0 {
		return
	}
	array := t.member.reach(obj)
	ptr := r.trace.here()
	array.Grow(min(count, 4))
	for i := range count {
		n := array.Len()
		if n == array.Cap() {
			array.Grow(1)
		}
		array.SetLen(n + 1)
		elem := array.Index(n)
		r.trace.enter(&t.member, n)
		any := false
		for j := range t.rows {
			if w := &t.rows[j]; w.single {
				any = r.single(w, elem, place, t.at(w.spots[0], i, repeated)) || any
			} else {
				any = r.row(w, elem, place, t, i) || any
			}
		}
		if any {
			for j := range t.shared {
				r.row(&t.shared[j], elem, place, nil, 0)
			}
			for j := range t.fixed {
				t.fixed[j].member.setText(elem, t.fixed[j].value)
			}
		} else {
			elem.SetZero()
			array.SetLen(n)
		}
		r.trace.leave(ptr)
	}
	forget(array)
}

// forget makes an array without elements one that was never there.
func forget(array reflect.Value) {
	if array.Len() == 0 {
		array.SetZero()
	}
}
