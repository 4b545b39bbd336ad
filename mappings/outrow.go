package mappings

import (
	"bytes"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/edibridge/edibridge/edi"
)

// row writes one row and reports whether the document has a value for it.
func (w *maker) row(r *row, obj reflect.Value, t *tuple, n int) bool {
	if r.when != nil && !w.holds(r.when, obj) || r.alt && w.superseded(r, obj, t, n) {
		return false
	}
	text, own := w.source(r, obj)
	if text == "" {
		if r.required {
			w.find("mapping.value.required", edi.Error, r.text+" is required ("+r.label+")", r.member.pointer, "")
		}
		return own
	}
	v := &w.values
	*v = values{}
	if reason := r.conv.out(text, v, &w.sp.d); reason != "" {
		w.find("mapping.value.convert", edi.Error, fmt.Sprintf("%s %s (%s)", quoted(text), reason, r.conv.name), r.member.pointer, text)
		return own
	}
	if l := r.conv.list; l != nil && !l.open && r.conv.name != "unit" {
		w.miss(r, text)
	}
	for i, s := range r.spots {
		if v[i] == "" {
			continue
		}
		if t != nil {
			s = t.at(s, n, w.sp.repetition != "")
		}
		w.set(s, v[i], r.member.pointer)
	}
	w.besides(r.wheres)
	return own
}

// superseded reports whether a row that stands in for another has nothing to
// do: its place is taken, or the other writes the member.
func (w *maker) superseded(r *row, obj reflect.Value, t *tuple, n int) bool {
	if r.first != nil {
		return r.first.when == nil || w.holds(r.first.when, obj)
	}
	s := r.spots[0]
	if t != nil {
		s = t.at(s, n, w.sp.repetition != "")
	}
	return w.sp.part(w.at(s.element), s.repetition, s.component) != ""
}

// miss tells of a name that a list does not have; it is written as it is.
func (w *maker) miss(r *row, text string) {
	l := r.conv.list
	if _, ok := l.codes[text]; ok {
		return
	}
	sev := edi.Info
	if r.conv.name == "lookup" {
		sev = edi.Warning
	} else if _, ok := l.names[text]; ok {
		return
	}
	w.find(r.conv.rule, sev, quoted(text)+" is not in list "+l.name+"; it is written as it is", r.member.pointer, text)
}

// source is the text that a row writes.
func (w *maker) source(r *row, obj reflect.Value) (text string, own bool) {
	switch {
	case r.direct:
		text = obj.String()
		return text, text != ""
	case r.noPath && r.expr == nil:
		return r.fixed, false
	case r.expr != nil:
		return w.computed(r, obj)
	case r.control && w.control != "":
		return w.control, true
	}
	text = r.says(obj)
	if r.inherits > 0 && r.inherits <= len(w.stack) && text != "" && text == r.inherit.text(w.stack[len(w.stack)-r.inherits]) {
		return "", false
	}
	if text == r.assume && text != "" && r.deflt == "" {
		return text, false // it says what is assumed: worth a value, not a segment
	}
	if text == "" && r.numbered {
		return w.ordinal(), false // as with what is assumed
	}
	if text == "" {
		text = r.deflt
	}
	return text, text != ""
}

// ordinal is the number of the object being written in its array, from 1.
func (w *maker) ordinal() string {
	last := w.ptr[bytes.LastIndexByte(w.ptr, '/')+1:]
	n, err := strconv.Atoi(string(last))
	if err != nil {
		n = 0 // an object alone
	}
	return strconv.Itoa(n + 1)
}

// says is the member's text, or what its other form stands for.
func (r *row) says(obj reflect.Value) string {
	text := r.member.text(obj)
	if text == "" && r.beside.typ != nil {
		text = r.beside.text(obj)
		if r.conv.name == "unit" {
			text = r.conv.code(text)
		}
	}
	return text
}

// computed is the text of a computed row. One that needs the whole message is
// written when that is there.
func (w *maker) computed(r *row, obj reflect.Value) (text string, own bool) {
	said := ""
	if !r.noPath {
		if _, ok := r.member.get(obj); !ok {
			return "", false
		}
		said = r.member.text(obj)
	}
	if v, ok := r.expr.(valueOf); ok && w.control != "" && v.member.pointer == "/controls/transaction" {
		return w.control, true
	}
	if r.late {
		w.lates = append(w.lates, late{len(w.made), r, obj})
		if said == "" {
			said = "0"
		}
		return said, true
	}
	text, err := r.expr.eval(w.subject(obj))
	if err != nil {
		w.find("mapping.expression", edi.Error, r.expr.text()+": "+err.Error(), r.member.pointer, "")
		return "", false
	}
	if said != "" && sameNumber(said, text) {
		text = said
	}
	return text, text != "" || !r.noPath
}

func (w *maker) subject(obj reflect.Value) *subject {
	return &subject{obj: obj, doc: w.doc, below: w.node != nil && w.node.below}
}

// holds evaluates a condition. One that cannot be evaluated is a finding, and
// does not hold.
func (w *maker) holds(when expression, obj reflect.Value) bool {
	v, err := when.eval(w.subject(obj))
	if err != nil {
		w.find("mapping.expression", edi.Error, when.text()+": "+err.Error(), "", "")
	}
	return v == "true"
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
	if c := s.component; c > 0 || s.repetition > 0 {
		v = w.sp.put(w.cur[s.element], s.repetition, c, v)
	} else if was := w.cur[s.element]; was != "" && w.sp.component != "" && strings.HasPrefix(was, w.sp.component) {
		v = w.sp.put(was, 0, 1, v) // the first of a composite whose others stand already
	}
	w.cur[s.element] = v
}

func (w *maker) allowed(s spot, v, pointer string) bool {
	holds := func(d string) bool { return d != "" && strings.Contains(v, d) }
	if holds(w.sp.segment) || holds(w.sp.element) || (s.component > 0 || s.repetition > 0) && (holds(w.sp.component) || holds(w.sp.repetition)) {
		w.find("mapping.value.delimiter", edi.Error, quoted(v)+" holds a delimiter of the interchange and cannot be written", pointer, v)
		return false
	}
	if holds(w.sp.component) || holds(w.sp.repetition) {
		w.find("mapping.value.delimiter", edi.Warning, quoted(v)+" holds a separator of the interchange: it may be read as several values", pointer, v)
	}
	return true
}
