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
	if len(text) == 0 || layout == "" || isPeriod(text, layout) || !v.counted(elementDate) {
		return
	}
	f := v.at(elementDate, &value, fmt.Sprintf("%s %q is no value of format %s, %s", value.label(), shown(text), shown(format.value), layout))
	v.add(f)
}

// plainComposite reports whether the value of a composite is right and has
// nothing that needs a closer look.
func (v *Validator) plainComposite(parts *structSpec, val []byte) bool {
	if v.delim.Component == 0 {
		return false
	}
	var present uint64
	rest := val
	for i := range parts.elements {
		end := bytes.IndexByte(rest, v.delim.Component)
		one := rest
		if end >= 0 {
			one = rest[:end]
		}
		if len(one) > 0 {
			if !v.plainPart(&parts.elements[i], one) {
				return false
			}
			present |= 1 << i
		} else if end < 0 {
			return false // separators behind the last value
		}
		if end < 0 {
			return parts.required&^present == 0 && parts.holds(present) && (!parts.dated || present&6 != 6 || plainPeriod(val, v.delim.Component))
		}
		rest = rest[end+1:]
	}
	return false
}

// plainPart reports whether a component is right and plain.
func (v *Validator) plainPart(e *elementSpec, val []byte) bool {
	switch e.kind {
	case kindCode:
		return e.codes.has(val)
	case kindText:
		return v.plainText(e, val)
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
