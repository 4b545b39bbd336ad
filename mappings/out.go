package mappings

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strconv"

	"github.com/edibridge/edibridge/canonical"
	"github.com/edibridge/edibridge/edi"
)

// maker makes the segments of a document from its values alone.
type maker struct {
	m        *Mapping
	sp       *spelling
	doc      reflect.Value
	control  string       // written for the message's control number; "": the document's
	severity edi.Severity // of what no row writes
	findings []edi.Finding

	pieces []piece // the memory of an assembly's
	made   []made
	elems  []string        // of all segments made
	cur    []string        // of the segment being made: [n] is element n
	ptr    []byte          // of the object being written
	stack  []reflect.Value // the objects around the one being written
	taken  [][]bool        // of the arrays that rows divide among themselves: objects written
	base   int             // in taken: those of the object being written
	node   *treeNode       // of the tree being written; nil: none
	lates  []late
	values values // of the row being written
}

// made is one segment.
type made struct {
	block    *block
	from, to int // of its elements in maker.elems, element 1 first
}

// late is a computed value that waits for the whole message.
type late struct {
	made int // index in maker.made
	row  *row
	obj  reflect.Value
}

// maker gives one for doc, with the memory of one that was released, and the
// spelling that it had.
func (m *Mapping) maker(doc reflect.Value) *maker {
	w, ok := m.makers.Get().(*maker)
	if !ok {
		w = &maker{}
	}
	*w = maker{m: m, sp: w.sp, doc: doc, pieces: w.pieces[:0], made: w.made[:0], elems: w.elems[:0], cur: w.cur[:0], ptr: w.ptr[:0],
		stack: w.stack[:0], taken: w.taken[:0], lates: w.lates[:0]}
	return w
}

// release gives the memory of a maker back, when nobody needs its segments any
// more.
func (w *maker) release() {
	if len(w.made) <= maxKept {
		w.m.makers.Put(w)
	}
}

func (w *maker) elements(s made) []string { return w.elems[s.from:s.to] }

// all writes the whole document. segments and elements say how many there may
// be.
func (w *maker) all(segments, elements int) {
	w.made, w.elems = slices.Grow(w.made, segments), slices.Grow(w.elems, elements)
	w.open(w.m.plan().root)
	w.kids(w.m.plan().root, w.doc)
	w.left(w.m.plan().root, w.doc)
}

// open makes room for what is noted of an object's arrays.
func (w *maker) open(k *block) {
	w.base = len(w.taken)
	for range k.groups {
		w.taken = append(w.taken, nil)
	}
}

// kids writes what the blocks below one make of its object, and reports whether
// that was anything. Most members of most objects are empty.
func (w *maker) kids(k *block, obj reflect.Value) bool {
	present := uint64(math.MaxUint64)
	if k.looks {
		present = canonical.Present(obj.Addr().Interface())
	}
	any := false
	for _, kid := range k.kids {
		if kid.field == 0 || kid.field&present != 0 {
			any = w.kid(kid, obj) || any
		}
	}
	return any
}

// kid writes what a block makes of the object around it and reports whether
// that was anything.
func (w *maker) kid(k *block, around reflect.Value) bool {
	if k.when != nil && !w.holds(k.when, around) {
		return false
	}
	if k.shape == sameObject {
		return w.emit(k, around)
	}
	v, ok := k.member.get(around)
	if !ok || k.shape == eachObject && v.Len() == 0 {
		return false
	}
	w.stack = append(w.stack, around)
	any := w.below(k, v)
	w.stack = w.stack[:len(w.stack)-1]
	return any
}

// below writes what a block makes of a member of the object around it.
func (w *maker) below(k *block, v reflect.Value) bool {
	switch {
	case k.shape == oneObject && v.Kind() == reflect.Pointer:
		return !v.IsNil() && w.object(k, &k.member, v.Elem(), -1)
	case k.shape == oneObject:
		return w.object(k, &k.member, v, -1)
	case k.tree != nil:
		return w.tree(k, v)
	}
	any := false
	for i, n := 0, 0; i < v.Len() && (k.limit == 0 || n < k.limit); i++ {
		e := v.Index(i)
		if w.isTaken(k.group, i) || !k.chooses(e, &w.sp.d) {
			continue
		}
		if w.object(k, &k.member, e, i) {
			any = true
			n++
			w.take(k.group, i, v.Len())
		}
	}
	return any
}

// object writes one object of a block, which stands at a member.
func (w *maker) object(k *block, at *access, obj reflect.Value, index int) bool {
	n, base, taken := w.enter(at, index), w.base, len(w.taken)
	w.open(k)
	any := w.emit(k, obj)
	if any {
		w.left(k, obj)
	}
	w.buried(k, obj)
	w.ptr, w.base, w.taken = w.ptr[:n], base, w.taken[:taken]
	return any
}

func (w *maker) isTaken(group, index int) bool {
	return group > 0 && index < len(w.taken[w.base+group-1]) && w.taken[w.base+group-1][index]
}

func (w *maker) take(group, index, size int) {
	if group == 0 {
		return
	}
	at := w.base + group - 1
	if len(w.taken[at]) < size {
		w.taken[at] = append(w.taken[at], make([]bool, size-len(w.taken[at]))...)
	}
	w.taken[at][index] = true
}

// left tells of objects in the arrays that rows divide among themselves that no
// row wrote.
func (w *maker) left(k *block, obj reflect.Value) {
	if k.groups > 0 {
		w.leftBelow(k, obj)
	}
}

func (w *maker) leftBelow(k *block, obj reflect.Value) {
	for i := range k.tuples {
		w.leftIn(k.tuples[i].group, &k.tuples[i].member, obj)
	}
	for _, kid := range k.kids {
		switch kid.shape {
		case sameObject:
			w.leftBelow(kid, obj)
		case eachObject:
			if k.tree != nil && kid.member.pointer == k.tree.below.pointer {
				continue // what is no node is of one of these rows, what is one the tree writes
			}
			w.leftIn(kid.group, &kid.member, obj)
		}
	}
}

func (w *maker) leftIn(group int, a *access, obj reflect.Value) {
	if group == 0 {
		return
	}
	v, ok := a.get(obj)
	for i := 0; ok && i < v.Len(); i++ {
		if e := v.Index(i); !w.isTaken(group, i) && !e.IsZero() {
			w.take(group, i, v.Len()) // told once
			w.find("mapping.object.unwritten", edi.Error, "no row writes this object", a.pointer+"/"+strconv.Itoa(i), "")
		}
	}
}

// chooses reports whether the object is one that this block writes.
func (k *block) chooses(obj reflect.Value, d *edi.Delimiters) bool {
	if k.selector != nil {
		r := k.selector
		var v values
		text := r.says(obj)
		if r.conv.out(text, &v, d); text != "" && v[0] != k.qualifier {
			return false
		}
	}
	return choose(k.fixed, obj)
}

func choose(constants []constant, obj reflect.Value) bool {
	for i := range constants {
		f := &constants[i]
		if t := f.member.text(obj); t != f.value && (t != "" || !f.orElse) {
			return false
		}
	}
	return true
}

func (w *maker) enter(a *access, index int) int {
	n := len(w.ptr)
	w.ptr = append(w.ptr, a.pointer...)
	if index >= 0 {
		w.ptr = append(w.ptr, '/')
		w.ptr = strconv.AppendInt(w.ptr, int64(index), 10)
	}
	return n
}

// emit writes the segment of a block for one object, and what stands below.
func (w *maker) emit(k *block, obj reflect.Value) bool {
	if k.chunked {
		return w.chunks(k, obj)
	}
	at, elems, lates := len(w.made), len(w.elems), len(w.lates)
	own := w.fill(k, obj)
	w.close(k)
	below := w.kids(k, obj)
	if !own && !below {
		w.made, w.elems, w.lates = w.made[:at], w.elems[:elems], w.lates[:lates]
		return false
	}
	return true
}

// close takes what cur holds as a segment; trailing empty elements fall away.
func (w *maker) close(k *block) {
	n := len(w.cur)
	for n > 1 && w.cur[n-1] == "" {
		n--
	}
	from := len(w.elems)
	if n > 1 {
		w.elems = append(w.elems, w.cur[1:n]...)
	}
	w.made = append(w.made, made{k, from, len(w.elems)})
	clear(w.cur)
	w.cur = w.cur[:0]
}

// fill puts the values of a block's own elements into cur and reports whether
// the document has any.
func (w *maker) fill(k *block, obj reflect.Value) bool {
	own := false
	for i := range k.rows {
		own = w.row(&k.rows[i], obj, nil, 0) || own
	}
	for i := range k.tuples {
		own = w.tuple(k, &k.tuples[i], obj) || own
	}
	if k.tree != nil {
		w.number(k)
		own = true
	}
	w.complete(k)
	return own
}

// tuple writes the objects of an array into one segment.
func (w *maker) tuple(k *block, t *tuple, obj reflect.Value) bool {
	array, ok := t.member.get(obj)
	if !ok {
		return false
	}
	own, n := false, 0
	for j := range array.Len() {
		if w.isTaken(t.group, j) || !choose(t.fixed, array.Index(j)) {
			continue
		}
		if n == t.most {
			if t.group == 0 {
				w.find("mapping.value.overflow", edi.Error, fmt.Sprintf("%d values, the segment %s carries %d", array.Len(), k.tag, t.most), t.pointer, "")
			}
			break
		}
		if w.tupleAt(t, array.Index(j), j, n) {
			own = true
			w.take(t.group, j, array.Len())
		}
		n++
	}
	return own
}

// tupleAt writes the object at index of the array as the nth tuple.
func (w *maker) tupleAt(t *tuple, elem reflect.Value, index, nth int) bool {
	ptr := w.enter(&t.member, index)
	own := false
	for i := range t.rows {
		own = w.row(&t.rows[i], elem, t, nth) || own
	}
	w.ptr = w.ptr[:ptr]
	return own
}

// chunks writes an array as tuples in as many segments as it takes: a segment
// ends when it is full or when a value that its tuples share changes.
func (w *maker) chunks(k *block, obj reflect.Value) bool {
	t := &k.tuples[0]
	array, ok := t.member.get(obj)
	if !ok {
		return false
	}
	most := t.most
	if t.repeats && w.sp.repetition == "" && t.stride.element == 0 {
		most = 1
	}
	any := false
	for i := 0; i < array.Len(); {
		first := array.Index(i)
		if w.isTaken(t.group, i) || !choose(t.fixed, first) {
			i++
			continue
		}
		for j := range t.shared {
			w.row(&t.shared[j], first, nil, 0)
		}
		own := false
		for n := 0; n < most && i < array.Len() && (n == 0 || !w.isTaken(t.group, i) && choose(t.fixed, array.Index(i)) && t.sameShared(first, array.Index(i))); n++ {
			if w.tupleAt(t, array.Index(i), i, n) {
				own = true
				w.take(t.group, i, array.Len())
			}
			i++
		}
		if own {
			w.complete(k)
			w.close(k)
			any = true
		}
		clear(w.cur)
		w.cur = w.cur[:0]
	}
	return any
}

// complete puts what tells a segment from others into it.
func (w *maker) complete(k *block) {
	if k.qualifier != "" && w.sp.part(w.at(k.qual.element), 0, max(k.qual.component, 1)) == "" {
		w.set(k.qual, k.qualifier, "")
	}
	w.besides(k.beside)
}

// besides writes the elements that must say something.
func (w *maker) besides(all []beside) {
	for _, h := range all {
		if h.value != "" {
			w.set(h.at, h.value, "")
		}
	}
}

func (t *tuple) sameShared(a, b reflect.Value) bool {
	for i := range t.shared {
		r := &t.shared[i]
		if r.noPath {
			continue
		}
		if r.member.text(a) != r.member.text(b) || r.beside.typ != nil && r.beside.text(a) != r.beside.text(b) {
			return false
		}
	}
	return true
}

// find notes a finding at a member of the object being written. Its path is a
// JSON Pointer into the document.
func (w *maker) find(rule string, sev edi.Severity, text, pointer, value string) {
	if len(w.findings) < maxFindings {
		w.findings = append(w.findings, edi.Finding{Rule: rule, Severity: sev, Message: text,
			Path: edi.Path(string(w.ptr) + pointer), Value: cut(value)})
	}
}
