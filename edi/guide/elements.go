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
	last := 1 // length of the last element
	for i := range n {
		val := s.Element(i + 1)
		if last = len(val); last == 0 {
			continue
		}
		e := &spec.elements[i]
		ok := false
		switch e.kind {
		case kindCode:
			ok = e.codes.has(val)
		case kindText:
			ok = v.plainText(e, val)
		case kindComposite:
			ok = v.plainComposite(e.parts, val)
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
	if s.Len() == n && last == 0 || s.Len() > n && len(s.Element(s.Len())) == 0 {
		v.trailing(s)
	}
	if spec.format > 0 && present>>(spec.format-1)&3 == 3 {
		v.formatted(s, spec)
	}
}

// formatted checks a date, time or period of X12 against the format that the
// element before it names.
func (v *Validator) formatted(s *edi.Segment, spec *structSpec) {
	n := int(spec.format) + 1
	format := bytes.TrimRight(s.Element(n-1), " ")
	layout := formatLayout(format)
	val := bytes.TrimRight(s.Element(n), " ")
	if layout == "" || isFormatted(val, layout) || !spec.elements[n-1].fits(val) || !v.counted(elementDate) {
		return
	}
	sp := v.absent(s, spec, n)
	sp.value = s.Element(n)
	v.add(v.at(elementDate, &sp, fmt.Sprintf("%s %q is no value of format %s, %s", sp.label(), shown(val), format, layout)))
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
		return ok && n >= e.min && n <= e.max && (val[0] > '0' || !leads(val))
	case kindDecimal:
		n, ok := decimal(val)
		return ok && n >= e.min && n <= e.max && (val[0] > '0' || !leads(val)) && val[len(val)-1] != '.'
	case kindDate:
		n := int32(len(val))
		return n >= e.min && n <= e.max && isDate(val)
	case kindTime:
		n := int32(len(val))
		return n >= e.min && n <= e.max && isTime(val)
	case kindAmount:
		n, flaw := amount(val)
		return flaw == 0 && n >= e.min && n <= e.max && (val[0] > '0' || !leads(val))
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
	value      []byte // as received
	data       []byte // release characters resolved; of a simple value
	agency     bool   // another component says that the code is of another list
}

// element checks an element that is not plainly right, and reports whether it
// holds a value.
func (v *Validator) element(s *edi.Segment, n int, e *elementSpec) bool {
	sp := spot{s: s, spec: e, element: n, offset: s.ElementOffset(n), value: s.Element(n)}
	sep, release := s.Delimiters.Repetition, s.Delimiters.Release
	k := countParts(sp.value, sep, release)
	if k == 1 {
		return v.occurrence(&sp)
	}
	if int64(k) > int64(e.repeat) && v.counted(elementRepetitions) {
		v.add(v.at(elementRepetitions, &sp, fmt.Sprintf("%s repeats %d times, at most %d are allowed", sp.label(), k, e.repeat)))
	}
	present := false
	rest, at := sp.value, sp.offset
	for r := 1; ; r++ {
		end := separator(rest, sep, release)
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

// simple checks one value without parts, and reports whether it is more than
// blanks.
func (v *Validator) simple(sp *spot) bool {
	d := sp.s.Delimiters
	if i := separator(sp.value, d.Component, d.Release); i < len(sp.value) {
		if v.counted(elementComponents) {
			f := v.at(elementComponents, sp, fmt.Sprintf("%s is no composite, but holds the component separator %q", sp.label(), d.Component))
			f.Hint = "data must not hold a delimiter: X12 has no escape, the sender must choose another separator"
			if d.Release != 0 {
				f.Hint = fmt.Sprintf("as data it is written %c%c", d.Release, d.Component)
			}
			v.add(f)
		}
		return true
	}
	whole := v.plain(sp.value, d.Release)
	sp.data = bytes.TrimRight(whole, " ")
	if len(sp.data) == 0 {
		v.blanks(sp, "%s is all blanks")
		return false
	}
	if len(sp.data) < len(whole) && int32(len(whole)) > sp.spec.min {
		v.blanks(sp, "blanks behind the value of %s")
	}
	switch sp.spec.kind {
	case kindCode:
		v.code(sp)
	case kindNumber, kindDecimal:
		v.numeric(sp)
	case kindAmount:
		v.amount(sp)
	case kindDate:
		v.dateTime(sp, elementDate, isDate, "is no day of the calendar")
	case kindTime:
		v.dateTime(sp, elementTime, isTime, "is no time of the day")
	case kindBinary:
		v.length(sp, int32(len(whole)), int32(len(whole)))
	default:
		if v.characters(sp) && (sp.spec.kind != kindAlpha || v.alphabetic(sp)) {
			v.length(sp, characterCount(whole), characterCount(sp.data))
		}
	}
	return true
}

// fits reports whether val has a length that the element may have. What has not is
// told so, and of what else it cannot be nothing is.
func (e *elementSpec) fits(val []byte) bool {
	n := characterCount(val)
	return n >= e.min && n <= e.max
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
	for _, b := range sp.data {
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
			v.add(v.at(elementShort, sp, fmt.Sprintf("%s %q has %s, expected at least %d", sp.label(), shown(sp.data), characters(whole), sp.spec.min)))
		}
	case text > sp.spec.max:
		severity := v.softened(elementLong, v.later && int(text) <= v.g.siblings.longest(sp.spec.ref))
		if v.countedAs(severity) {
			f := v.at(elementLong, sp, fmt.Sprintf("%s %q has %s, expected at most %d", sp.label(), shown(sp.data), characters(text), sp.spec.max))
			if severity != v.sev[elementLong] {
				f.Message += ", which a release after " + v.g.release + " widened"
			}
			v.setSeverity(&f, elementLong, severity)
			v.add(f)
		}
	default:
		return true
	}
	return false
}

// code checks a value against the element's list.
func (v *Validator) code(sp *spot) {
	if sp.spec.codes.has(sp.data) || !v.characters(sp) {
		return
	}
	n := characterCount(sp.data)
	rule := elementCode
	if v.associated {
		rule = elementAgencyCode
	}
	severity := v.softened(rule, v.elsewhere)
	if _, agreed := v.opt.Severity[v.rules[rule].id]; !agreed && rule == elementCode && sp.spec.list.severity != "" {
		severity = sp.spec.list.severity
	}
	if v.length(sp, n, n) && !sp.agency && v.countedAs(severity) {
		f := v.at(rule, sp, fmt.Sprintf("%s %q is not in code list %s of release %s", sp.label(), shown(sp.data), sp.spec.list.element, v.g.release))
		if v.elsewhere {
			f.Message += ", the nearest to " + releaseOf(v.g.standard, v.m.Version)
		}
		v.setSeverity(&f, rule, severity)
		v.add(f)
	}
}

// softened is the severity of a rule whose error, if so, is only a warning, for it
// may be the release's doing; an agreement's word is left as it is.
func (v *Validator) softened(r ruleID, so bool) edi.Severity {
	if _, agreed := v.opt.Severity[v.rules[r].id]; so && !agreed && v.sev[r] == edi.Error {
		return edi.Warning
	}
	return v.sev[r]
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
	n, ok := parse(sp.data)
	if ok {
		if v.length(sp, n, n) {
			v.spare(sp, n)
		}
		return
	}
	if v.counted(elementCharacter) {
		f := v.at(elementCharacter, sp, fmt.Sprintf("%s %q is not %s", sp.label(), shown(sp.data), what))
		f.Hint = numberHint(sp)
		v.add(f)
	}
}

// controlNumber is element 28 of X12: AK102 repeats it as it stands in GS06.
const controlNumber = "28"

// spare notes what a number of n digits has beyond its value.
func (v *Validator) spare(sp *spot, n int32) {
	if leads(sp.data) && n > sp.spec.min && sp.spec.ref != controlNumber && v.counted(elementZeros) {
		v.add(v.at(elementZeros, sp, fmt.Sprintf("zeros lead the number of %s, which need not be", sp.label())))
	}
	if sp.spec.kind == kindDecimal && sp.data[len(sp.data)-1] == '.' && v.counted(elementDecimal) {
		v.add(v.at(elementDecimal, sp, fmt.Sprintf("%s %q has no digit behind its decimal point", sp.label(), shown(sp.data))))
	}
}

// numberHint says how a number would be written that was written in another way.
func numberHint(sp *spot) string {
	text := strings.NewReplacer(",", "", "+", "", " ", "").Replace(string(sp.data))
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

// dateTime checks a date or time: its length first. A set of X12 before 004010,
// held against the guide of a later release, may write its dates YYMMDD.
func (v *Validator) dateTime(sp *spot, rule ruleID, valid func([]byte) bool, what string) {
	n := characterCount(sp.data)
	short := v.yearsOfTwo && rule == elementDate && n == 6
	if (short || v.length(sp, n, n)) && !valid(sp.data) && v.counted(rule) {
		v.add(v.at(rule, sp, fmt.Sprintf("%s %q %s", sp.label(), shown(sp.data), what)))
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

// amount checks a number of EDIFACT; sign and decimal mark do not count as
// length, and full stop and comma are both decimal marks (ISO 9735 10.1).
func (v *Validator) amount(sp *spot) {
	n, flaw := amount(sp.data)
	switch {
	case flaw == flawDigit:
		if v.counted(elementDigit) {
			v.add(v.at(elementDigit, sp, fmt.Sprintf("%s %q has no digit before its decimal mark", sp.label(), shown(sp.data))))
		}
	case flaw == flawMark:
		if v.counted(elementDecimal) {
			f := v.at(elementDecimal, sp, fmt.Sprintf("%s %q is not written as a number with one decimal mark", sp.label(), shown(sp.data)))
			f.Hint = "no mark divides thousands, and none ends a number"
			v.add(f)
		}
		return
	case flaw == flawCharacter:
		if v.counted(elementType) {
			v.add(v.at(elementType, sp, fmt.Sprintf("%s %q is not a number", sp.label(), shown(sp.data))))
		}
		return
	}
	if v.length(sp, n, n) {
		v.spare(sp, n)
	}
}

// alphabetic checks that a value of type a has no digits.
func (v *Validator) alphabetic(sp *spot) bool {
	if !bytes.ContainsAny(sp.data, "0123456789") {
		return true
	}
	if v.counted(elementType) {
		v.add(v.at(elementType, sp, fmt.Sprintf("%s %q has digits, where only letters stand", sp.label(), shown(sp.data))))
	}
	return false
}
