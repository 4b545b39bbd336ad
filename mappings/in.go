package mappings

import (
	"reflect"
	"strconv"
	"strings"

	"github.com/edibridge/edibridge/canonical"
	"github.com/edibridge/edibridge/edi"
)

// Origin is where a value of a document was read. Its JSON is an entry of
// "lineage" in what "edibridge map --lineage" prints.
type Origin struct {
	Offset    int64  `json:"offset"`  // in the file, from 0
	Length    int    `json:"length"`  // in bytes
	Segment   int    `json:"segment"` // within the interchange, from 1
	Tag       string `json:"tag"`
	Element   int    `json:"element"` // from 1
	Component int    `json:"component,omitempty"`
	Row       string `json:"row"`   // "file:line" of the table
	Layer     string `json:"layer"` // name of the mapping whose row it is
}

// What has become of an element.
const (
	unread   = iota
	read     // whole
	partly   // some of its components: reader.parts
	computed // compared with what would be written: never residue
)

// reader reads one Source into one document.
type reader struct {
	m     *Mapping
	src   Source
	opt   InOptions
	sp    *spelling
	doc   reflect.Value
	res   *Result
	loops []Loop

	opens    []int32 // by place: the loop that it opens, or 0
	next     []int32 // by place: the next item of the same block
	base     []int32 // by place: index in marks of element 1
	marks    []uint8
	parts    map[int32]uint64 // components read of a partly read element
	heads    []slot           // of the blocks of the scopes being read
	reads    int              // values read so far
	pointer  []byte           // of the object being read, for lineage
	padding  string           // what says nothing at the end of a value
	trailing [256]bool        // last bytes of padding
	checks   []check
	values   [3]string // of the row being read
}

// slot collects what one block takes in one scope.
type slot struct {
	head, tail int32 // places, chained by reader.next
	taken      int
	seen       int
}

// check is a computed row that was read.
type check struct {
	r     *row
	place int
	value string
}

func newReader(m *Mapping, src Source, opt InOptions) *reader {
	n := src.Len()
	r := &reader{m: m, src: src, opt: opt, loops: src.Loops(), res: &Result{},
		opens: make([]int32, n+2), next: make([]int32, n+1), base: make([]int32, n+2)}
	for i, l := range r.loops {
		if i > 0 {
			r.opens[l.First] = int32(i)
		}
	}
	total := int32(0)
	for p := 1; p <= n; p++ {
		r.base[p] = total
		total += int32(src.Segment(p).Elements)
	}
	r.base[n+1] = total
	r.marks = make([]uint8, total)
	r.sp = newSpelling(src.Delimiters(), "", src.Encoding() == "ISO-8859-1")
	r.padding = " "
	if r.sp.escape == "" {
		r.padding += r.sp.component + r.sp.repetition
	}
	for _, c := range r.padding {
		t := string(c)
		r.trailing[t[len(t)-1]] = true
	}
	return r
}

// scope reads what stands in a loop from a place on into obj.
func (r *reader) scope(b *block, obj reflect.Value, loop, from int) {
	at := len(r.heads)
	for range b.kids {
		r.heads = append(r.heads, slot{})
	}
	last := r.loops[loop].Last
	for p := from; p <= last; {
		item := p
		if o := int(r.opens[p]); o > 0 && r.loops[o].Parent == loop {
			p = r.loops[o].Last + 1
		} else {
			p++
			if r.src.Segment(item).Loop != loop {
				continue
			}
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
		if s := r.heads[at+i]; s.head != 0 {
			r.items(k, obj, s)
		}
	}
	r.heads = r.heads[:at]
}

// match finds the block that takes the segment, the most specific first.
func (r *reader) match(b *block, at, place int) int {
	key := tagKey(r.src.Segment(place).Tag)
	for _, i := range b.order {
		k := b.kids[i]
		if k.tagKey != key {
			continue
		}
		s := &r.heads[at+i]
		if s.taken >= k.most || k.qualifier != "" && r.sp.part(strings.TrimRight(r.src.Element(place, k.qualEl), " "), 1) != k.qualifier {
			continue
		}
		if s.seen++; k.ordinal == 0 || k.ordinal == s.seen {
			return i
		}
	}
	return -1
}

// items reads the segments and loops that a block took.
func (r *reader) items(k *block, around reflect.Value, s slot) {
	ptr := len(r.pointer)
	var array reflect.Value
	if k.shape == eachObject {
		array = k.member.reach(around)
		array.Grow(s.taken)
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
			r.enter(&k.member, -1)
		case eachObject:
			n := array.Len()
			array.SetLen(n + 1)
			obj = array.Index(n)
			r.enter(&k.member, n)
		}
		r.segment(k, obj, place)
		if o := int(r.opens[place]); o > 0 && len(k.kids) > 0 {
			r.scope(k, obj, o, place+1)
		}
		r.pointer = r.pointer[:ptr]
		if r.reads > before {
			for i := range k.fixed {
				k.fixed[i].member.setText(obj, k.fixed[i].value)
			}
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

// enter goes to a member, or to an element of an array, in the pointer.
func (r *reader) enter(a *access, index int) {
	if !r.opt.Lineage {
		return
	}
	r.pointer = append(r.pointer, a.pointer...)
	if index >= 0 {
		r.pointer = append(r.pointer, '/')
		r.pointer = strconv.AppendInt(r.pointer, int64(index), 10)
	}
}

// segment reads the elements of one segment.
func (r *reader) segment(k *block, obj reflect.Value, place int) {
	for i := range k.rows {
		r.row(&k.rows[i], obj, place, nil, 0)
	}
	for i := range k.tuples {
		r.tuple(&k.tuples[i], obj, place)
	}
	if k.qualifier != "" {
		r.mark(place, spot{k.qualEl, 0})
	}
}

// tuple reads the tuples of one segment.
func (r *reader) tuple(t *tuple, obj reflect.Value, place int) {
	array := t.member.reach(obj)
	ptr := len(r.pointer)
	count := t.count(r.src.Segment(place).Elements)
	if count == 0 {
		return
	}
	array.Grow(count)
	for i := range count {
		n := array.Len()
		array.SetLen(n + 1)
		elem := array.Index(n)
		r.enter(&t.member, n)
		any := false
		for j := range t.rows {
			any = r.row(&t.rows[j], elem, place, t, i) || any
		}
		if any {
			for j := range t.shared {
				r.row(&t.shared[j], elem, place, nil, 0)
			}
		} else {
			elem.SetZero()
			array.SetLen(n)
		}
		r.pointer = r.pointer[:ptr]
	}
	forget(array)
}

// forget makes an array without elements one that was never there.
func forget(array reflect.Value) {
	if array.Len() == 0 {
		array.SetZero()
	}
}

// value is the text at a spot. Blanks at the end say nothing (X12.6 3.5.1.5),
// nor do separators with nothing behind them.
func (r *reader) value(place int, s spot) string {
	v := r.src.Element(place, s.element)
	if v == "" {
		return ""
	}
	if r.sp.escape != "" {
		v = r.sp.unrelease(r.sp.part(v, max(s.component, 1)))
	} else if s.component > 0 {
		v = r.sp.part(v, s.component)
	}
	if v != "" && r.trailing[v[len(v)-1]] {
		v = strings.TrimRight(v, r.padding)
	}
	return v
}

// row reads one row and reports whether it gave a value.
func (r *reader) row(w *row, obj reflect.Value, place int, t *tuple, n int) bool {
	v := &r.values
	*v = [3]string{}
	var at [3]spot
	any := false
	for i, s := range w.spots {
		if t != nil {
			s = t.at(s, n)
		}
		at[i], v[i] = s, r.value(place, s)
		any = any || v[i] != ""
	}
	if !any {
		return false
	}
	if w.expr != nil {
		r.checks = append(r.checks, check{w, place, v[0]})
		if w.noPath {
			return false
		}
	}
	text, bad := w.conv.in(v, &r.sp.d)
	first := -1
	for i := range w.spots {
		switch {
		case v[i] == "":
		case bad&(1<<i) != 0:
			r.fail(w, place, at[i], v[i])
		default:
			r.mark(place, at[i])
			if first < 0 {
				first = i
			}
		}
	}
	if text == "" || first < 0 {
		return false
	}
	r.keep(w, obj, place, at[first], v[0], text)
	return true
}

// keep sets the value and what follows from it.
func (r *reader) keep(w *row, obj reflect.Value, place int, at spot, raw, text string) {
	r.reads++
	if w.direct {
		obj.SetString(text)
	} else {
		w.member.setText(obj, text)
	}
	if w.beside.typ != nil {
		if w.conv.name == "unit" {
			w.beside.setText(obj, w.conv.list.names[raw])
		} else {
			w.beside.setText(obj, raw)
		}
	}
	if w.control {
		r.marks[int(r.base[place])+at.element-1] = computed
	}
	if l := w.conv.list; l != nil && !l.open {
		if _, ok := l.names[raw]; !ok {
			r.find(w.conv.rule, edi.Info, "code "+strconv.Quote(raw)+" is not in list "+l.name+"; it stays as it is", place, at, raw)
		}
	}
	if w.key != "" {
		r.res.Keys = append(r.res.Keys, canonical.Key{Scheme: w.key, Value: text})
	}
	if r.opt.Lineage {
		r.trace(w, place, at, &w.member)
		if w.beside.typ != nil && w.beside.text(obj) != "" {
			r.trace(w, place, at, &w.beside)
		}
	}
}

// trace notes where a value came from.
func (r *reader) trace(w *row, place int, at spot, a *access) {
	s := r.src.Segment(place)
	o := Origin{Segment: s.Ordinal, Tag: s.Tag, Element: at.element, Component: at.component, Row: w.label, Layer: w.layer}
	o.Offset, o.Length = r.src.Position(place, at.element)
	if at.component > 0 {
		whole := r.src.Element(place, at.element)
		before, part := 0, r.sp.part(whole, at.component)
		for c := 1; c < at.component; c++ {
			before += r.size(r.sp.part(whole, c)) + 1
		}
		o.Offset, o.Length = o.Offset+int64(before), r.size(part)
	}
	r.res.Lineage[string(r.pointer)+a.pointer] = o
}

// mark notes that a spot was read.
func (r *reader) mark(place int, s spot) {
	if s.element > r.src.Segment(place).Elements {
		return
	}
	i := r.base[place] + int32(s.element) - 1
	c := s.component
	if r.sp.escape != "" {
		c = max(c, 1)
	}
	switch {
	case c == 0:
		r.marks[i] = read
	case r.marks[i] != read && c < 64:
		if r.parts == nil {
			r.parts = map[int32]uint64{}
		}
		r.marks[i] = partly
		r.parts[i] |= 1 << c
	}
}

// fail is the finding on a value that could not be read. It stays unread, so
// residue.
func (r *reader) fail(w *row, place int, at spot, value string) {
	what := map[string]string{"mapping.value.date": "no date or time", "mapping.value.number": "no number"}[w.conv.rule]
	r.find(w.conv.rule, edi.Warning, strconv.Quote(cut(value))+" is "+what+" ("+w.conv.name+")", place, at, value)
}

const maxFindings = 100

func (r *reader) find(rule string, sev edi.Severity, text string, place int, at spot, value string) {
	if len(r.res.Findings) >= maxFindings {
		return
	}
	s := r.src.Segment(place)
	f := edi.Finding{Rule: rule, Severity: sev, Message: text, Path: r.src.Path(place).Element(s.Tag, at.element, at.component, 0),
		Interchange: r.src.Interchange(), Segment: s.Ordinal, Tag: s.Tag, Element: at.element, Component: at.component,
		Value: cut(value), Place: place}
	f.Offset, f.Length = r.src.Position(place, at.element)
	if s.Loop > 0 {
		f.Loop = r.loops[s.Loop].Trigger
	}
	r.res.Findings = append(r.res.Findings, f)
}

// cut shortens a value for a finding (X12 AK404 has 99 characters).
func cut(s string) string {
	if len(s) <= 99 {
		return s
	}
	return strings.ToValidUTF8(s[:99], "")
}

// compare holds the computed rows against what was read.
func (r *reader) compare() {
	for _, c := range r.checks {
		want := c.r.expr.eval(r.doc, r.src.Len())
		if c.r.noPath {
			// Envelope counts and control numbers are judged by the envelope's reader.
			if want == c.value {
				r.marks[int(r.base[c.place])+c.r.spots[0].element-1] = computed
			}
			continue
		}
		if !sameNumber(want, c.value) {
			r.find("mapping.computed", edi.Warning, "says "+strconv.Quote(cut(c.value))+", the document has "+want+" ("+c.r.expr.text()+")",
				c.place, c.r.spots[0], c.value)
		}
	}
}

// sameNumber reports whether two texts say one whole number: leading zeros
// say nothing.
func sameNumber(a, b string) bool {
	return a == b || a != "" && b != "" && digits(a) && digits(b) && strings.TrimLeft(a, "0") == strings.TrimLeft(b, "0")
}
