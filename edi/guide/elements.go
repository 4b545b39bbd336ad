package guide

import (
	"bytes"
	"fmt"
	"math/bits"
	"strings"
	"unicode/utf8"

	"github.com/edibridge/edibridge/edi"
)

// segment checks the elements of a segment. What is right costs no allocation
// and no call per element beyond the look at its bytes.
func (v *Validator) segment(s *edi.Segment, spec *structSpec) {
	n, defined := s.Len(), len(spec.elements)
	if n > defined {
		v.excess(s, spec)
		n = defined
	}
	var present uint64
	for i := range n {
		val := s.Element(i + 1)
		if len(val) == 0 {
			continue
		}
		e := &spec.elements[i]
		ok := false
		switch e.kind {
		case kindCode:
			ok = e.codes.has(val)
		case kindText:
			ok = v.plainText(e, val)
		default:
			ok = plainOther(e, val)
		}
		if ok || v.element(s, i+1, e) {
			present |= 1 << i
		}
	}
	if spec.required&^present != 0 {
		v.required(s, spec, present)
	}
	if !spec.holds(present) {
		for i := range spec.relations {
			if r := &spec.relations[i]; r.broken(present) {
				v.relation(s, spec, r, present)
			}
		}
	}
	if n > 0 && len(s.Element(s.Len())) == 0 {
		v.trailing(s)
	}
}

// plainText reports whether a text is right and has nothing that needs a closer
// look.
func (v *Validator) plainText(e *elementSpec, val []byte) bool {
	var seen uint8
	for _, b := range val {
		seen |= v.class[b]
	}
	n := int32(len(val))
	return seen&classOdd == 0 && n >= e.min && n <= e.max && val[n-1] != ' '
}

// plainOther reports whether a number, date or time is right and plain.
func plainOther(e *elementSpec, val []byte) bool {
	switch e.kind {
	case kindNumber:
		n, ok := number(val)
		return ok && n >= e.min && n <= e.max
	case kindDecimal:
		n, ok := decimal(val)
		return ok && n >= e.min && n <= e.max
	case kindDate:
		n := int32(len(val))
		return n >= e.min && n <= e.max && isDate(val)
	case kindTime:
		n := int32(len(val))
		return n >= e.min && n <= e.max && isTime(val)
	}
	return false
}

// spot is one value: an element, one of its repetitions, or a component.
type spot struct {
	s          *edi.Segment
	spec       *elementSpec
	element    int
	component  int // 0: the element itself
	repetition int // 0: the element does not repeat
	offset     int64
	value      []byte
}

// element checks an element that is not plainly right, and reports whether it
// holds a value.
func (v *Validator) element(s *edi.Segment, n int, e *elementSpec) bool {
	sp := spot{s: s, spec: e, element: n, offset: s.ElementOffset(n), value: s.Element(n)}
	sep := s.Delimiters.Repetition
	if sep == 0 || bytes.IndexByte(sp.value, sep) < 0 {
		return v.occurrence(&sp)
	}
	if k := bytes.Count(sp.value, []byte{sep}) + 1; int64(k) > int64(e.repeat) && v.counted(elementRepetitions) {
		v.add(v.at(elementRepetitions, &sp, fmt.Sprintf("%s repeats %d times, at most %d are allowed", sp.label(), k, e.repeat)))
	}
	present := false
	rest, at := sp.value, sp.offset
	for r := 1; ; r++ {
		end := bytes.IndexByte(rest, sep)
		if end < 0 {
			end = len(rest)
		}
		if end > 0 {
			one := sp
			one.repetition, one.offset, one.value = r, at, rest[:end]
			present = v.occurrence(&one) || present
		}
		if end == len(rest) {
			return present
		}
		rest, at = rest[end+1:], at+int64(end)+1
	}
}

// occurrence checks one repetition.
func (v *Validator) occurrence(sp *spot) bool {
	if sp.spec.kind == kindComposite {
		return v.composite(sp)
	}
	return v.simple(sp)
}

// composite checks the components of one repetition.
func (v *Validator) composite(sp *spot) bool {
	parts := sp.spec.parts
	var present uint64
	rest, at, c := sp.value, sp.offset, 1
	for ; ; c++ {
		end := len(rest)
		if sep := sp.s.Delimiters.Component; sep != 0 {
			if i := bytes.IndexByte(rest, sep); i >= 0 {
				end = i
			}
		}
		if end > 0 && c <= len(parts.elements) {
			one := *sp
			one.component, one.offset, one.value, one.spec = c, at, rest[:end], &parts.elements[c-1]
			if v.simple(&one) {
				present |= 1 << (c - 1)
			}
		}
		if end == len(rest) {
			break
		}
		rest, at = rest[end+1:], at+int64(end)+1
	}
	if c > len(parts.elements) && v.counted(elementComponents) {
		v.add(v.at(elementComponents, sp, fmt.Sprintf("%s has %d components, %s defines %d", sp.label(), c, sp.spec.ref, len(parts.elements))))
	}
	if present == 0 {
		return false
	}
	if c > 1 && len(rest) == 0 && v.counted(elementTrailing) {
		one := *sp
		one.component, one.offset, one.value = c, at, nil
		v.add(v.at(elementTrailing, &one, fmt.Sprintf("component separators behind the last value of %s", sp.label())))
	}
	for i := range parts.elements {
		if parts.required&^present&(1<<i) != 0 && v.counted(elementRequired) {
			one := sp.part(i + 1)
			v.add(v.at(elementRequired, &one, fmt.Sprintf("%s has no %s", sp.label(), one.label())))
		}
	}
	for i := range parts.relations {
		if r := &parts.relations[i]; r.broken(present) {
			v.partRelation(sp, r, present)
		}
	}
	return true
}

// part is a component of a composite's value, or the spot where it would stand.
func (sp *spot) part(c int) spot {
	one := *sp
	one.component, one.spec = c, &sp.spec.parts.elements[c-1]
	for ; c > 1; c-- {
		i := bytes.IndexByte(one.value, sp.s.Delimiters.Component)
		if i < 0 {
			one.offset, one.value = one.offset+int64(len(one.value)), nil
			return one
		}
		one.offset, one.value = one.offset+int64(i)+1, one.value[i+1:]
	}
	if i := bytes.IndexByte(one.value, sp.s.Delimiters.Component); i >= 0 {
		one.value = one.value[:i]
	}
	return one
}

// simple checks one value without parts, and reports whether it is more than
// blanks.
func (v *Validator) simple(sp *spot) bool {
	if sep := sp.s.Delimiters.Component; sep != 0 && bytes.IndexByte(sp.value, sep) >= 0 {
		if v.counted(elementComponents) {
			f := v.at(elementComponents, sp, fmt.Sprintf("%s is no composite, but holds the component separator %q", sp.label(), sep))
			f.Hint = "data must not hold a delimiter: X12 has no escape, the sender must choose another separator"
			v.add(f)
		}
		return true
	}
	whole := sp.value
	text := bytes.TrimRight(whole, " ")
	if len(text) == 0 {
		v.blanks(sp, "%s is all blanks")
		return false
	}
	if len(text) < len(whole) && int32(len(whole)) > sp.spec.min {
		v.blanks(sp, "blanks behind the value of %s")
	}
	switch sp.spec.kind {
	case kindCode:
		sp.value = text
		v.code(sp)
	case kindNumber, kindDecimal:
		sp.value = text
		v.numeric(sp)
	case kindDate:
		sp.value = text
		v.dateTime(sp, elementDate, isDate, "is no day of the calendar")
	case kindTime:
		sp.value = text
		v.dateTime(sp, elementTime, isTime, "is no time of the day")
	case kindBinary:
		v.length(sp, int32(len(whole)), int32(len(whole)))
	default:
		if v.characters(sp) {
			v.length(sp, characterCount(whole), characterCount(text))
		}
	}
	return true
}

// characterCount counts characters of UTF-8, bytes of anything else.
func characterCount(b []byte) int32 {
	if utf8.Valid(b) {
		return int32(utf8.RuneCount(b))
	}
	return int32(len(b))
}

// characters is a length in words.
func characters(n int32) string {
	if n == 1 {
		return "1 character"
	}
	return fmt.Sprintf("%d characters", n)
}

// blanks notes blanks that carry nothing.
func (v *Validator) blanks(sp *spot, format string) {
	if v.counted(elementBlanks) {
		v.add(v.at(elementBlanks, sp, fmt.Sprintf(format, sp.label())))
	}
}

// characters checks the characters of a text (X12.6, basic and extended
// set; what is beyond ASCII is a matter of agreement).
func (v *Validator) characters(sp *spot) bool {
	for _, b := range sp.value {
		if v.class[b]&classControl == 0 {
			continue
		}
		if v.counted(elementCharacter) {
			v.add(v.at(elementCharacter, sp, fmt.Sprintf("%s holds the control character 0x%02X", sp.label(), b)))
		}
		return false
	}
	return true
}

// length checks a length: whole with its blanks against the minimum, text
// without trailing ones against the maximum.
func (v *Validator) length(sp *spot, whole, text int32) bool {
	switch {
	case whole < sp.spec.min:
		if v.counted(elementShort) {
			v.add(v.at(elementShort, sp, fmt.Sprintf("%s %q has %s, expected at least %d", sp.label(), shown(sp.value), characters(whole), sp.spec.min)))
		}
	case text > sp.spec.max:
		if v.counted(elementLong) {
			v.add(v.at(elementLong, sp, fmt.Sprintf("%s %q has %s, expected at most %d", sp.label(), shown(sp.value), characters(text), sp.spec.max)))
		}
	default:
		return true
	}
	return false
}

// code checks a value against the element's list.
func (v *Validator) code(sp *spot) {
	if sp.spec.codes.has(sp.value) || !v.characters(sp) {
		return
	}
	n := characterCount(sp.value)
	if v.length(sp, n, n) && v.counted(elementCode) {
		v.add(v.at(elementCode, sp, fmt.Sprintf("%s %q is not in code list %s of release %s", sp.label(), shown(sp.value), sp.spec.list.element, v.g.release)))
	}
}

// numeric checks a number; sign and decimal mark do not count as length (X12.6).
func (v *Validator) numeric(sp *spot) {
	parse, what := decimal, "a number"
	if sp.spec.kind == kindNumber {
		parse, what = number, "a whole number"
		if sp.spec.decimals > 0 {
			what = fmt.Sprintf("a number with %d implied decimals", sp.spec.decimals)
		}
	}
	n, ok := parse(sp.value)
	if ok {
		v.length(sp, n, n)
		return
	}
	if v.counted(elementCharacter) {
		f := v.at(elementCharacter, sp, fmt.Sprintf("%s %q is not %s", sp.label(), shown(sp.value), what))
		f.Hint = numberHint(sp)
		v.add(f)
	}
}

// numberHint says how a number would be written that was written in another way.
func numberHint(sp *spot) string {
	text := strings.NewReplacer(",", "", "+", "", " ", "").Replace(string(sp.value))
	if sp.spec.kind == kindDecimal {
		if _, ok := decimal([]byte(text)); ok && text != "" {
			return "did you mean " + text + "?"
		}
		return ""
	}
	whole, fraction, ok := strings.Cut(text, ".")
	places := int(sp.spec.decimals)
	if !ok || len(fraction) > places && strings.Trim(fraction[places:], "0") != "" {
		return ""
	}
	for len(fraction) < places {
		fraction += "0"
	}
	text = whole + fraction[:places]
	if _, ok := number([]byte(text)); !ok {
		return ""
	}
	return fmt.Sprintf("no decimal point is written: %s", text)
}

// dateTime checks a date or time: its length first.
func (v *Validator) dateTime(sp *spot, rule ruleID, valid func([]byte) bool, what string) {
	n := characterCount(sp.value)
	if v.length(sp, n, n) && !valid(sp.value) && v.counted(rule) {
		v.add(v.at(rule, sp, fmt.Sprintf("%s %q %s", sp.label(), shown(sp.value), what)))
	}
}

// excess notes elements behind those that the standard defines.
func (v *Validator) excess(s *edi.Segment, spec *structSpec) {
	for n := len(spec.elements) + 1; n <= s.Len(); n++ {
		if len(s.Element(n)) == 0 {
			continue
		}
		if v.counted(elementExcess) {
			sp := spot{s: s, spec: &elementSpec{}, element: n, offset: s.ElementOffset(n), value: s.Element(n)}
			v.add(v.at(elementExcess, &sp, fmt.Sprintf("%s has %d elements, the standard defines %d", spec.tag, s.Len(), len(spec.elements))))
		}
		return
	}
}

// trailing notes separators behind the last value.
func (v *Validator) trailing(s *edi.Segment) {
	if !v.counted(elementTrailing) {
		return
	}
	n := s.Len()
	for n > 1 && len(s.Element(n-1)) == 0 {
		n--
	}
	sp := spot{s: s, spec: &elementSpec{}, element: n, offset: s.ElementOffset(n) - 1}
	f := v.at(elementTrailing, &sp, fmt.Sprintf("separators behind the last value of %s", s.Tag()))
	f.Length = s.Len() - n + 1
	v.add(f)
}

// required notes mandatory elements that are not there.
func (v *Validator) required(s *edi.Segment, spec *structSpec, present uint64) {
	for missing := spec.required &^ present; missing != 0; missing &= missing - 1 {
		if v.counted(elementRequired) {
			sp := v.absent(s, spec, bits.TrailingZeros64(missing)+1)
			v.add(v.at(elementRequired, &sp, fmt.Sprintf("%s has no %s", spec.tag, sp.label())))
		}
	}
}

// absent is the spot where an element would stand.
func (v *Validator) absent(s *edi.Segment, spec *structSpec, n int) spot {
	return spot{s: s, spec: &spec.elements[n-1], element: n, offset: s.ElementOffset(n)}
}
