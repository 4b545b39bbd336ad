package guide

import (
	"slices"
	"strings"
)

// elementDef is an "element" line.
type elementDef struct {
	id, typ, name string
	min, max      int
	at            Origin
}

// memberDef is one element of a segment or one component of a composite.
type memberDef struct {
	ref    string // element or composite
	req    Requirement
	repeat int
	name   string // own name, "" for that of the element
	at     Origin
}

// condDef is a condition line, "C0302".
type condDef struct {
	kind    byte // P R E C L
	members []int
	text    string
	at      Origin
}

// structDef is a segment or a composite.
type structDef struct {
	id, name  string
	qualifier int
	members   []memberDef
	conds     []condDef
	at        Origin
}

// code is one line of a code list.
type code struct{ code, name string }

// codeList is a "codes" block, sorted by code.
type codeList struct {
	element string
	codes   []code
	at      Origin
}

// name is what the list calls a code.
func (l *codeList) name(c string) (string, bool) {
	i, ok := slices.BinarySearchFunc(l.codes, c, compareCode)
	if !ok {
		return "", false
	}
	return l.codes[i].name, true
}

// dictionary is what one release says of its segments, composites, elements and
// codes. specs holds what the validator runs on.
type dictionary struct {
	standard, release string
	elements          map[string]*elementDef
	composites        map[string]*structDef
	segments          map[string]*structDef
	lists             map[string]*codeList
	known             map[string]bool
	specs             map[string]*structSpec // segments, by tag
}

func newDictionary(standard, release string) *dictionary {
	return &dictionary{
		standard: standard, release: release,
		elements:   map[string]*elementDef{},
		composites: map[string]*structDef{},
		segments:   map[string]*structDef{},
		lists:      map[string]*codeList{},
		known:      map[string]bool{},
		specs:      map[string]*structSpec{},
	}
}

// has reports whether the release has a segment of that tag.
func (d *dictionary) has(tag string) bool { return d.segments[tag] != nil || d.known[tag] }

// collect adds what s is made of to the two sets.
func (d *dictionary) collect(s *structDef, structs map[string]*structDef, elements map[string]bool) {
	structs[s.id] = s
	for _, m := range s.members {
		if c := d.composites[m.ref]; c != nil {
			d.collect(c, structs, elements)
			continue
		}
		elements[m.ref] = true
	}
}

// kind is how a value is checked.
type kind uint8

const (
	kindText      kind = iota // AN, and ID without a list
	kindCode                  // ID with a list
	kindNumber                // N, N0 to N9
	kindDecimal               // R
	kindDate                  // DT
	kindTime                  // TM
	kindBinary                // B
	kindComposite             // of components
)

// elementSpec is what the validator knows of one element of a segment or one
// component of a composite.
type elementSpec struct {
	kind     kind
	decimals uint8       // implied, of kindNumber
	min, max int32       // characters; sign and decimal mark not counted
	repeat   int32       // most repetitions
	codes    *codeSet    // of kindCode
	parts    *structSpec // of kindComposite
	ref      string      // element or composite number
	name     string
	list     *codeList // of kindCode: names, for messages
}

// structSpec is what the validator knows of a segment or composite.
type structSpec struct {
	tag, name string
	qualifier int
	elements  []elementSpec
	required  uint64 // bit n-1: element n is mandatory
	relations []relation
	// Most conditions are pairs of neighbours (P0607), which are looked at all at
	// once: bit n-1 says that n and n+1 stand together. relations has them last,
	// from alone on.
	pairs uint64
	alone int
}

// holds reports whether no relation is broken.
func (s *structSpec) holds(present uint64) bool {
	if (present^present>>1)&s.pairs != 0 {
		return false
	}
	for i := range s.alone {
		if s.relations[i].broken(present) {
			return false
		}
	}
	return true
}

// relation is a condition over elements, as bits (bit n-1: element n).
type relation struct {
	kind        byte
	first, mask uint64 // of C and L: first is the element that triggers, mask the others; else mask is all
	lead        int    // number of the first element
	text        string
}

// broken reports whether the elements present break the relation.
func (r *relation) broken(present uint64) bool {
	has := present & r.mask
	switch r.kind {
	case 'P':
		return has != 0 && has != r.mask
	case 'R':
		return has == 0
	case 'E':
		return has&(has-1) != 0
	case 'C':
		return present&r.first != 0 && has != r.mask
	default: // L
		return present&r.first != 0 && has == 0
	}
}

// compile checks that everything a segment or composite names is defined, and
// makes the specs of all segments.
func (d *dictionary) compile(p *problems) {
	elements := map[string]elementSpec{}
	for id, e := range d.elements {
		elements[id] = e.spec(d.lists[id])
	}
	for id, l := range d.lists {
		if d.elements[id] == nil {
			p.add(l.at, 0, "codes of element %s, which no line defines", id)
		}
	}
	parts := map[string]*structSpec{}
	for _, id := range sortedKeys(d.composites) {
		parts[id] = d.composites[id].spec(elements, nil, p)
	}
	for _, tag := range sortedKeys(d.segments) {
		d.specs[tag] = d.segments[tag].spec(elements, parts, p)
	}
}

// spec is the compiled element, without the requirement and repetition that its
// use in a segment adds.
func (e *elementDef) spec(list *codeList) elementSpec {
	s := elementSpec{min: int32(e.min), max: int32(e.max), ref: e.id, name: e.name, repeat: 1}
	switch e.typ {
	case "ID":
		if list != nil {
			s.kind, s.list, s.codes = kindCode, list, newCodeSet(list.values())
		}
	case "R":
		s.kind = kindDecimal
	case "DT":
		s.kind = kindDate
	case "TM":
		s.kind = kindTime
	case "B":
		s.kind = kindBinary
	default:
		if e.typ[0] == 'N' {
			s.kind = kindNumber
			if len(e.typ) > 1 {
				s.decimals = e.typ[1] - '0'
			}
		}
	}
	return s
}

// values are the codes of the list alone.
func (l *codeList) values() []string {
	out := make([]string, len(l.codes))
	for i, c := range l.codes {
		out[i] = c.code
	}
	return out
}

// with is the list and more codes, which have no names.
func (l *codeList) with(more []string) *codeList {
	out := &codeList{element: l.element, at: l.at, codes: slices.Clone(l.codes)}
	for _, c := range more {
		if i, ok := slices.BinarySearchFunc(out.codes, c, compareCode); !ok {
			out.codes = slices.Insert(out.codes, i, code{code: c})
		}
	}
	return out
}

func compareCode(e code, c string) int { return strings.Compare(e.code, c) }

// spec is the compiled segment or composite; parts are the composites that it
// may use.
func (s *structDef) spec(elements map[string]elementSpec, parts map[string]*structSpec, p *problems) *structSpec {
	out := &structSpec{tag: s.id, name: s.name, qualifier: s.qualifier, elements: make([]elementSpec, len(s.members))}
	for i, m := range s.members {
		e, ok := elements[m.ref]
		if c := parts[m.ref]; !ok && c != nil {
			e, ok = elementSpec{kind: kindComposite, parts: c, ref: m.ref, name: c.name}, true
		}
		if !ok {
			p.add(m.at, 0, "%s%02d is %s, which no line defines", s.id, i+1, m.ref)
		}
		e.repeat = int32(m.repeat)
		if m.name != "" {
			e.name = m.name
		}
		if m.req == Mandatory {
			out.required |= 1 << i
		}
		out.elements[i] = e
	}
	if s.qualifier > len(s.members) {
		p.add(s.at, 0, "qualifier %d: %s has %d elements", s.qualifier, s.id, len(s.members))
	}
	for _, c := range s.conds {
		r := c.relation(s, p)
		if lowest := r.mask & -r.mask; r.kind == 'P' && r.mask == lowest|lowest<<1 {
			out.pairs |= lowest
			out.relations = append(out.relations, r)
			continue
		}
		out.relations = slices.Insert(out.relations, out.alone, r)
		out.alone++
	}
	return out
}

// relation is the compiled condition.
func (c *condDef) relation(s *structDef, p *problems) relation {
	r := relation{kind: c.kind, text: c.text, lead: c.members[0]}
	for i, n := range c.members {
		if n > len(s.members) {
			p.add(c.at, 0, "condition %s: %s has %d elements", c.text, s.id, len(s.members))
			continue
		}
		if i == 0 && (c.kind == 'C' || c.kind == 'L') {
			r.first = 1 << (n - 1)
			continue
		}
		r.mask |= 1 << (n - 1)
	}
	return r
}

// codeSet is a set of codes that is asked for every coded element: open
// addressing over codes packed into a word, longer ones sorted aside.
type codeSet struct {
	shift uint8
	mask  uint32
	slots []uint64 // 0: free
	long  []string // of more than packed bytes, sorted
}

func newCodeSet(codes []string) *codeSet {
	bits := 2
	for 1<<bits < 2*len(codes) {
		bits++
	}
	s := &codeSet{shift: uint8(64 - bits), mask: 1<<bits - 1, slots: make([]uint64, 1<<bits)}
	for _, c := range codes {
		if len(c) > packed {
			s.long = append(s.long, c)
			continue
		}
		k := packCode([]byte(c))
		h := s.slot(k)
		for s.slots[h] != 0 && s.slots[h] != k {
			h = (h + 1) & s.mask
		}
		s.slots[h] = k
	}
	slices.Sort(s.long)
	return s
}

func (s *codeSet) slot(k uint64) uint32 { return uint32(k * 0x9E3779B97F4A7C15 >> s.shift) }

// packed is the longest code that fits a word, with the bit that tells its length.
const packed = 7

// packCode makes a word of a code of at most packed bytes; it is never 0.
func packCode(c []byte) uint64 {
	k := uint64(1)
	for _, b := range c {
		k = k<<8 | uint64(b)
	}
	return k
}

// has reports whether the set holds c.
func (s *codeSet) has(c []byte) bool {
	if len(c) > packed {
		_, ok := slices.BinarySearch(s.long, string(c))
		return ok
	}
	k := packCode(c)
	for h := s.slot(k); ; h = (h + 1) & s.mask {
		switch s.slots[h] {
		case k:
			return true
		case 0:
			return false
		}
	}
}
