package mappings

import (
	"reflect"

	"github.com/edibridge/edibridge/edi"
)

// maxFindings bounds those of one document.
const maxFindings = 100

// fail is the finding on a value that could not be read. It stays unread, so
// residue.
func (r *reader) fail(w *row, place int, at spot, value string) {
	what := "no number"
	if w.conv.rule == "mapping.value.date" {
		what = "no date or time"
	}
	r.find(w.conv.rule, edi.Warning, quoted(value)+" is "+what+" ("+w.conv.name+")", place, at, value)
}

// miss is the finding on a code that a list does not have. A partner's table
// that lacks a value lacks a decision; a code of the standard means itself.
func (r *reader) miss(w *row, place int, at spot, value string) {
	sev := edi.Info
	if w.conv.name == "lookup" {
		sev = edi.Warning
	}
	r.find(w.conv.rule, sev, "code "+quoted(value)+" is not in list "+w.conv.list.name+"; it stays as it is", place, at, value)
}

func (r *reader) find(rule string, sev edi.Severity, text string, place int, at spot, value string) {
	if len(r.res.Findings) >= maxFindings {
		return
	}
	s := r.src.Segment(place)
	f := edi.Finding{Rule: rule, Severity: sev, Message: text, Path: r.src.Path(place).Element(s.Tag, at.element, at.component, at.repetition),
		Interchange: r.src.Interchange(), Segment: s.Ordinal, Tag: s.Tag, Element: at.element, Component: at.component,
		Value: cut(value), Place: place}
	f.Offset, f.Length = r.src.Position(place, at.element)
	if s.Loop > 0 {
		f.Loop = r.loops[s.Loop].Trigger
	}
	r.res.Findings = append(r.res.Findings, f)
}

// note is a finding on a member that nothing was read into.
func (r *reader) note(rule string, text string, a *access) {
	if len(r.res.Findings) < maxFindings {
		r.res.Findings = append(r.res.Findings, edi.Finding{Rule: rule, Severity: edi.Warning, Message: text, Path: edi.Path(a.pointer),
			Interchange: r.src.Interchange()})
	}
}

// holds evaluates a condition of the segment at place, 0 for none. One that cannot
// be evaluated is a finding, and does not hold.
func (r *reader) holds(when expression, obj reflect.Value, place int) bool {
	v, err := when.eval(&subject{obj: obj, doc: r.doc})
	if err != nil && len(r.res.Findings) < maxFindings {
		f := edi.Finding{Rule: "mapping.expression", Severity: edi.Warning, Message: when.text() + ": " + err.Error(), Interchange: r.src.Interchange()}
		if place > 0 {
			s := r.src.Segment(place)
			f.Segment, f.Tag = s.Ordinal, s.Tag
		}
		r.res.Findings = append(r.res.Findings, f)
	}
	return v == "true"
}

// compare holds the computed rows against what was read.
func (r *reader) compare() {
	for _, c := range r.checks {
		want, err := c.r.expr.eval(&subject{obj: c.obj, doc: r.doc, whole: (*asRead)(r), below: c.below})
		at := c.r.spots[0]
		switch {
		case err != nil:
			r.find("mapping.expression", edi.Warning, c.r.expr.text()+": "+err.Error(), c.place, at, c.value)
		case c.r.noPath:
			// Envelope counts and control numbers are judged by the envelope's reader.
			if !sameNumber(want, c.value) {
				continue
			}
			if want == c.value && at.component == 0 {
				r.marks[r.at(c.place, at.element)] = computed
			} else {
				r.mark(c.place, at)
			}
		case !sameNumber(want, c.value):
			r.find("mapping.computed", edi.Warning, "says "+quoted(c.value)+", the document has "+want+" ("+c.r.expr.text()+")",
				c.place, at, c.value)
		}
	}
}

// asRead is the tally of a message that was read.
type asRead reader

func (r *asRead) segments() int { return (*reader)(r).len() }

func (r *asRead) count(tag string) int {
	n, key := 0, tagKey(tag)
	for p := 1; p <= r.segments(); p++ {
		if r.seats[p].key == key {
			n++
		}
	}
	return n
}

func (r *asRead) values(tag string, s spot) []string {
	var vs []string
	key := tagKey(tag)
	for p := 1; p <= r.segments(); p++ {
		if r.seats[p].key != key {
			continue
		}
		v := values{(*reader)(r).value(p, s, false)}
		text, _ := decimalIn(&v, &r.sp.d)
		vs = append(vs, text)
	}
	return vs
}

// fill says what members are that nothing was read into: those that are assumed,
// inherited or computed on the way in.
func (r *reader) fill(k *block, obj reflect.Value) {
	if !k.fills {
		return
	}
	for i := range k.rows {
		r.fillRow(&k.rows[i], obj)
	}
	for i := range k.derived {
		r.derive(&k.derived[i], obj)
	}
	for _, kid := range k.kids {
		if kid.fills {
			r.fillKid(kid, obj)
		}
	}
}

func (r *reader) fillKid(k *block, around reflect.Value) {
	if k.shape == sameObject {
		r.fill(k, around)
		return
	}
	v, ok := k.member.get(around)
	if !ok || v.Kind() == reflect.Pointer && v.IsNil() {
		return
	}
	r.stack = append(r.stack, around)
	defer func() { r.stack = r.stack[:len(r.stack)-1] }()
	if k.shape == oneObject {
		r.fill(k, reflect.Indirect(v))
		return
	}
	r.fillEach(k, v)
}

func (r *reader) fillEach(k *block, array reflect.Value) {
	for i := range array.Len() {
		e := array.Index(i)
		switch {
		case k.tree == nil && k.chooses(e, &r.sp.d):
			r.fill(k, e)
		case k.tree != nil && k.isNode(e, &r.sp.d):
			r.fill(k, e)
			if below, ok := k.tree.below.get(e); ok {
				r.stack = append(r.stack, e)
				r.fillEach(k, below)
				r.stack = r.stack[:len(r.stack)-1]
			}
		}
	}
}

func (r *reader) fillRow(w *row, obj reflect.Value) {
	if w.noPath || w.assume == "" && w.inherits == 0 && !w.required || w.member.text(obj) != "" {
		return
	}
	if w.when != nil && !r.holds(w.when, obj, 0) {
		return
	}
	text := w.assume
	if w.inherits > 0 && w.inherits <= len(r.stack) {
		if t := w.inherit.text(r.stack[len(r.stack)-w.inherits]); t != "" {
			text = t
		}
	}
	switch {
	case text != "":
		w.member.setText(obj, text)
	case w.required:
		r.note("mapping.value.required", w.member.pointer[1:]+" is required, and "+w.text+" does not say it ("+w.label+")", &w.member)
	}
}

// derive computes a member of no place.
func (r *reader) derive(w *row, obj reflect.Value) {
	if w.when != nil && !r.holds(w.when, obj, 0) {
		return
	}
	raw, err := w.expr.eval(&subject{obj: obj, doc: r.doc, whole: (*asRead)(r)})
	if err != nil {
		r.note("mapping.expression", w.expr.text()+": "+err.Error(), &w.member)
		return
	}
	if raw == "" {
		return
	}
	text, bad := w.conv.in(&values{raw}, &r.sp.d)
	if l := w.conv.list; l != nil && !l.open {
		if _, ok := l.names[raw]; !ok {
			r.note(w.conv.rule, "code "+quoted(raw)+" is not in list "+l.name+"; it stays as it is", &w.member)
		}
	}
	if bad != 0 {
		r.note(w.conv.rule, quoted(raw)+" cannot be converted ("+w.conv.name+")", &w.member)
		return
	}
	w.member.setText(obj, text)
}
