package mappings

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/edibridge/edibridge/edi"
)

// maker makes the segments of a document from its values alone.
type maker struct {
	m        *Mapping
	sp       *spelling
	doc      reflect.Value
	control  string // written for the message's control number; "": the document's
	segments int    // what segments() gives
	findings []edi.Finding

	made   []made
	elems  []string  // of all segments made
	cur    []string  // of the segment being made: [n] is element n
	ptr    []byte    // of the object being written
	values [3]string // of the row being written
}

// made is one segment.
type made struct {
	block    *block
	from, to int // of its elements in maker.elems, element 1 first
}

func (w *maker) elements(s made) []string { return w.elems[s.from:s.to] }

// all writes the whole document. segments and elements say how many there may
// be.
func (w *maker) all(segments, elements int) {
	w.made, w.elems = make([]made, 0, segments), make([]string, 0, elements)
	for _, k := range w.m.root.kids {
		w.kid(k, w.doc)
	}
}

// kid writes what a block makes of the object around it and reports whether
// that was anything.
func (w *maker) kid(k *block, around reflect.Value) bool {
	if k.shape == sameObject {
		return w.emit(k, around)
	}
	v, ok := k.member.get(around)
	if !ok {
		return false
	}
	if k.shape == oneObject {
		if v.Kind() == reflect.Pointer {
			if v.IsNil() {
				return false
			}
			v = v.Elem()
		}
		n := w.enter(&k.member, -1)
		any := w.emit(k, v)
		w.ptr = w.ptr[:n]
		return any
	}
	any := false
	for i := range v.Len() {
		e := v.Index(i)
		if !k.selects(e) {
			continue
		}
		n := w.enter(&k.member, i)
		any = w.emit(k, e) || any
		w.ptr = w.ptr[:n]
	}
	return any
}

// selects reports whether the object is one that this block writes.
func (k *block) selects(obj reflect.Value) bool {
	for i := range k.fixed {
		f := &k.fixed[i]
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
	at, elems := len(w.made), len(w.elems)
	own := w.fill(k, obj)
	w.close(k)
	below := false
	for _, kid := range k.kids {
		below = w.kid(kid, obj) || below
	}
	if !own && !below {
		w.made, w.elems = w.made[:at], w.elems[:elems]
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
		t := &k.tuples[i]
		array, ok := t.member.get(obj)
		if !ok {
			continue
		}
		n := array.Len()
		if n > t.most {
			w.find("mapping.value.overflow", edi.Error, fmt.Sprintf("%d values, the segment %s carries %d", n, k.tag, t.most), t.pointer, "")
			n = t.most
		}
		for j := range n {
			own = w.tupleAt(t, array.Index(j), j, j) || own
		}
	}
	if k.qualifier != "" && w.at(k.qualEl) == "" {
		w.set(spot{k.qualEl, 0}, k.qualifier, "")
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
	if !ok || array.Len() == 0 {
		return false
	}
	any := false
	for i := 0; i < array.Len(); {
		first := array.Index(i)
		for j := range t.shared {
			w.row(&t.shared[j], first, nil, 0)
		}
		own := false
		n := 0
		for ; n < t.most && i < array.Len() && (n == 0 || t.sameShared(first, array.Index(i))); n++ {
			own = w.tupleAt(t, array.Index(i), i, n) || own
			i++
		}
		if own {
			w.close(k)
			any = true
		}
		clear(w.cur)
		w.cur = w.cur[:0]
	}
	return any
}

func (t *tuple) sameShared(a, b reflect.Value) bool {
	for i := range t.shared {
		r := &t.shared[i]
		if r.member.text(a) != r.member.text(b) || r.beside.typ != nil && r.beside.text(a) != r.beside.text(b) {
			return false
		}
	}
	return true
}

// row writes one row and reports whether the document has a value for it.
func (w *maker) row(r *row, obj reflect.Value, t *tuple, n int) bool {
	text, own := w.source(r, obj)
	if text == "" {
		return own
	}
	v := &w.values
	*v = [3]string{}
	if reason := r.conv.out(text, v, &w.sp.d); reason != "" {
		w.find("mapping.value.convert", edi.Error, fmt.Sprintf("%q %s (%s)", cut(text), reason, r.conv.name), r.member.pointer, text)
		return own
	}
	for i, s := range r.spots {
		if v[i] == "" {
			continue
		}
		if t != nil {
			s = t.at(s, n)
		}
		w.set(s, v[i], r.member.pointer)
	}
	return own
}

// source is the text that a row writes.
func (w *maker) source(r *row, obj reflect.Value) (text string, own bool) {
	switch {
	case r.direct:
		text = obj.String()
		return text, text != ""
	case r.expr != nil:
		if !r.noPath {
			if _, ok := r.member.get(obj); !ok {
				return "", false
			}
		}
		if v, ok := r.expr.(valueOf); ok && w.control != "" && v.member.pointer == "/controls/transaction" {
			return w.control, true
		}
		text = r.expr.eval(w.doc, w.segments)
		if !r.noPath {
			if said := r.member.text(obj); sameNumber(said, text) {
				text = said
			}
		}
		return text, true
	case r.control && w.control != "":
		return w.control, true
	}
	text = r.member.text(obj)
	if text == "" && r.beside.typ != nil {
		text = r.beside.text(obj)
		if r.conv.name == "unit" {
			text = r.conv.list.codes[text]
		}
	}
	if text == "" {
		text = r.deflt
	}
	return text, text != ""
}

func (w *maker) at(element int) string {
	if element < len(w.cur) {
		return w.cur[element]
	}
	return ""
}

// set writes a value to its place. A value that would end the segment or the
// element is refused where there is no release character; one that holds
// another separator is written, and told.
func (w *maker) set(s spot, v, pointer string) {
	if !w.sp.plain(v) {
		if w.sp.escape != "" {
			v = w.sp.release(v)
		} else if !w.allowed(s, v, pointer) {
			return
		}
	}
	for len(w.cur) <= s.element {
		w.cur = append(w.cur, "")
	}
	if s.component > 0 {
		v = w.sp.put(w.cur[s.element], 0, s.component, v)
	}
	w.cur[s.element] = v
}

func (w *maker) allowed(s spot, v, pointer string) bool {
	holds := func(d string) bool { return d != "" && strings.Contains(v, d) }
	if holds(w.sp.segment) || holds(w.sp.element) || s.component > 0 && (holds(w.sp.component) || holds(w.sp.repetition)) {
		w.find("mapping.value.delimiter", edi.Error, fmt.Sprintf("%q holds a delimiter of the interchange and cannot be written", cut(v)), pointer, v)
		return false
	}
	if holds(w.sp.component) || holds(w.sp.repetition) {
		w.find("mapping.value.delimiter", edi.Warning, fmt.Sprintf("%q holds a separator of the interchange: it may be read as several values", cut(v)), pointer, v)
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
