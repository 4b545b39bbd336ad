package guide

import (
	"bytes"
	"fmt"
	"math/bits"
)

// composite checks the components of one repetition.
func (v *Validator) composite(sp *spot) bool {
	parts := sp.spec.parts
	d := sp.s.Delimiters
	var present uint64
	agency := parts.agency != 0 && sp.namesAgency()
	rest, at, c := sp.value, sp.offset, 1
	for ; ; c++ {
		end := separator(rest, d.Component, d.Release)
		if end > 0 && c <= len(parts.elements) {
			one := *sp
			one.component, one.offset, one.value, one.spec = c, at, rest[:end], &parts.elements[c-1]
			one.agency = agency
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
	if parts.dated {
		v.dated(sp)
	}
	return true
}

// namesAgency reports whether a component says that the composite's code is of
// another list than the standard's.
func (sp *spot) namesAgency() bool {
	for agency := sp.spec.parts.agency; agency != 0; agency &= agency - 1 {
		one := sp.part(bits.TrailingZeros64(agency) + 1)
		if len(bytes.TrimRight(one.value, " ")) > 0 {
			return true
		}
	}
	return false
}

// part is a component of a composite's value, or the spot where it would stand.
func (sp *spot) part(c int) spot {
	one := *sp
	one.component, one.spec = c, &sp.spec.parts.elements[c-1]
	one.value, one.offset = nthAt(sp.value, c, sp.s.Delimiters.Component, sp.s.Delimiters.Release, sp.offset)
	return one
}

// dated checks a date, time or period against its format: C507 of EDIFACT, with
// qualifier 2005, value 2380 and format 2379.
func (v *Validator) dated(sp *spot) {
	value, format := sp.part(2), sp.part(3)
	release := sp.s.Delimiters.Release
	text := bytes.TrimRight(plain(value.value, release), " ")
	layout := periodLayout(bytes.TrimRight(format.value, " "))
	if len(text) == 0 && len(format.value) > 0 && v.counted(elementEmptyDate) {
		v.add(v.at(elementEmptyDate, &value, fmt.Sprintf("%s has no value, but format %s", value.label(), shown(format.value))))
	}
	if len(text) == 0 || layout == "" || isPeriod(text, layout) || !value.spec.fits(text) || !v.counted(elementDate) {
		return
	}
	f := v.at(elementDate, &value, fmt.Sprintf("%s %q is no value of format %s, %s", value.label(), shown(text), shown(format.value), layout))
	v.add(f)
}

// plainComposite reports whether the value of a composite is right and has
// nothing that needs a closer look. One pass finds the components, what bytes they
// have and the word that a code is.
func (v *Validator) plainComposite(parts *structSpec, val []byte) bool {
	sep := v.delim.Component
	if sep == 0 {
		return false
	}
	var present uint64
	at := 0
	for i := range parts.elements {
		var seen uint8
		code, start := uint64(1), at
		for ; at < len(val) && val[at] != sep; at++ {
			seen |= v.class[val[at]]
			code = code<<8 | uint64(val[at])
		}
		if at > start {
			if !plainPart(&parts.elements[i], val[start:at], seen, code) {
				return false
			}
			present |= 1 << i
		} else if at == len(val) {
			return false // separators behind the last value
		}
		if at == len(val) {
			return parts.required&^present == 0 && parts.holds(present) && (!parts.dated || present&4 == 0 || present&2 != 0 && plainPeriod(val, sep))
		}
		at++
	}
	return false
}

// plainPart reports whether a component is right and plain: seen is what its bytes
// are, code the word of a short one.
func plainPart(e *elementSpec, val []byte, seen uint8, code uint64) bool {
	switch e.kind {
	case kindCode:
		if len(val) > packed {
			return e.codes.has(val)
		}
		return e.codes.hasWord(code)
	case kindText:
		n := int32(len(val))
		return seen&classOdd == 0 && n >= e.min && n <= e.max && val[n-1] != ' '
	}
	return plainOther(e, val)
}

// plainPeriod reports whether the value of a C507 with all of its components is
// right, or of a format that is not looked into.
func plainPeriod(val []byte, sep byte) bool {
	val = val[bytes.IndexByte(val, sep)+1:]
	i := bytes.IndexByte(val, sep)
	layout := periodLayout(val[i+1:])
	return layout == "" || isPeriod(val[:i], layout)
}
