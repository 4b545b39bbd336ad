package mappings

import (
	"reflect"
	"strconv"
	"strings"

	"github.com/edibridge/edibridge/canonical"
)

// value is the text at a spot, without what says nothing at its end.
func (r *reader) value(place int, s spot, whole bool) string {
	v := r.element(place, s.element)
	if v == "" {
		return ""
	}
	switch {
	case r.sp.escape != "":
		v = r.sp.unrelease(r.sp.part(v, s.repetition, max(s.component, 1)))
	case s.component > 0 || s.repetition > 0:
		v = r.sp.part(v, s.repetition, s.component)
	}
	if v != "" && !whole && r.sp.trailing[v[len(v)-1]] {
		v = strings.TrimRight(v, r.sp.padding)
	}
	return v
}

// row reads one row and reports whether it gave a value.
func (r *reader) row(w *row, obj reflect.Value, place int, t *tuple, n int) bool {
	v := &r.scratch
	*v = values{}
	var at [maxSpots]spot
	any := false
	for i, s := range w.spots {
		if t != nil {
			s = t.at(s, n, r.sp.repetition != "")
		}
		at[i], v[i] = s, r.value(place, s, w.conv.whole)
		any = any || v[i] != ""
	}
	if !any || len(w.wheres) > 0 && !r.says(place, w.wheres) || w.alt && r.done(place, at[0]) || w.when != nil && !r.holds(w.when, obj, place) {
		return false
	}
	if w.noPath {
		r.silent(w, obj, place, at[0], v[0])
		return false
	}
	if w.expr != nil {
		r.checks = append(r.checks, check{r: w, place: place, value: v[0], obj: obj, node: r.node})
	}
	text, bad := w.conv.in(v, &r.sp.d)
	first := -1
	for i := range w.spots {
		switch {
		case v[i] == "":
		case bad&(1<<i) != 0:
			if !w.yields {
				r.fail(w, place, at[i], v[i])
			}
		case text != "" && first < 0:
			first = i
		}
	}
	if first < 0 || w.alt && !r.vacant(w, obj, text) {
		return false
	}
	for i := range w.spots {
		if v[i] != "" && bad&(1<<i) == 0 {
			r.mark(place, at[i])
		}
	}
	for _, h := range w.wheres {
		r.mark(place, h.at)
	}
	r.keep(w, obj, place, at[first], v[0], text)
	return true
}

// single is row for one element that stands for one value, without conditions.
func (r *reader) single(w *row, obj reflect.Value, place int, at spot) bool {
	v := r.value(place, at, w.conv.whole)
	if v == "" {
		return false
	}
	text := v
	if !w.plain {
		r.alone[0] = v
		var bad uint8
		if text, bad = w.conv.in(&r.alone, &r.sp.d); bad != 0 {
			if !w.yields {
				r.fail(w, place, at, v)
			}
			return false
		}
		if text == "" {
			return false
		}
	}
	r.mark(place, at)
	r.keep(w, obj, place, at, v, text)
	return true
}

// silent reads a row that no member of the document has: a fixed text, or a
// computed value that is compared when all is read.
func (r *reader) silent(w *row, obj reflect.Value, place int, at spot, value string) {
	if w.expr != nil {
		r.checks = append(r.checks, check{r: w, place: place, value: value, obj: obj, node: r.node})
	} else if value == w.fixed {
		r.mark(place, at)
	}
}

// vacant reports whether a row that stands in for another may fill the member:
// nothing is there yet, or the same.
func (r *reader) vacant(w *row, obj reflect.Value, text string) bool {
	if w.direct {
		return true
	}
	was := w.member.text(obj)
	return was == "" || was == text
}

// keep sets the value and what follows from it.
func (r *reader) keep(w *row, obj reflect.Value, place int, at spot, raw, text string) {
	r.reads++
	if w.direct {
		obj.SetString(text)
	} else {
		w.member.setText(obj, text)
	}
	if w.follows {
		r.follow(w, obj, place, at, raw, text)
	}
	if r.trace != nil {
		r.trace.add(w, place, at, false)
		if w.beside.typ != nil && w.beside.text(obj) != "" {
			r.trace.add(w, place, at, true)
		}
	}
}

// follow does what follows from a value that was read.
func (r *reader) follow(w *row, obj reflect.Value, place int, at spot, raw, text string) {
	other, known := raw, true
	if l := w.conv.list; l != nil {
		var name string
		if name, known = l.names[raw]; w.conv.name == "unit" && (known || !w.conv.same) {
			other = name
		}
		known = known || l.open
	}
	if w.beside.typ != nil {
		w.beside.setText(obj, other)
	}
	if w.excluded && at.component == 0 {
		r.marks[r.at(place, at.element)] = computed
	}
	if !known {
		r.miss(w, place, at, raw)
	}
	if w.key != "" {
		r.res.Keys = append(r.res.Keys, canonical.Key{Scheme: w.key, Value: text})
	}
}

// mark notes that a spot was read.
func (r *reader) mark(place int, s spot) {
	if s.element > r.width(place) {
		return
	}
	i, c := r.at(place, s.element), s.component
	if r.sp.escape != "" {
		c = max(c, 1)
	}
	switch {
	case c == 0 && s.repetition == 0:
		r.marks[i] = read
	case r.marks[i] != read && c < 64:
		if r.parts == nil {
			r.parts = map[part]uint64{}
		}
		r.marks[i] = partly
		r.parts[part{i, int32(max(s.repetition, 1) - 1)}] |= 1 << max(c, 1)
	}
}

// done reports whether a spot was read already.
func (r *reader) done(place int, s spot) bool {
	if s.element > r.width(place) {
		return false
	}
	switch i := r.at(place, s.element); r.marks[i] {
	case unread:
		return false
	case partly:
		return r.parts[part{i, int32(max(s.repetition, 1) - 1)}]&(1<<max(s.component, 1)) != 0
	}
	return true
}

// sameNumber reports whether two texts say one number: zeros before it and
// behind its decimals say nothing.
func sameNumber(a, b string) bool {
	return a == b || plainNumber(a) != "" && plainNumber(a) == plainNumber(b)
}

// plainNumber is a decimal without the zeros that say nothing, "" for what is
// none.
func plainNumber(s string) string {
	sign, rest := "", s
	if strings.HasPrefix(s, "-") {
		sign, rest = "-", s[1:]
	}
	whole, fraction, _ := strings.Cut(rest, ".")
	if whole == "" || !digits(whole) || !digits(fraction) {
		return ""
	}
	whole, fraction = strings.TrimLeft(whole, "0"), strings.TrimRight(fraction, "0")
	if whole == "" && fraction == "" {
		sign = ""
	}
	return sign + whole + "." + fraction
}

// cut shortens a value for a finding (X12 AK404 has 99 characters).
func cut(s string) string {
	if len(s) <= 99 {
		return s
	}
	return strings.ToValidUTF8(s[:99], "")
}

func quoted(s string) string { return strconv.Quote(cut(s)) }
