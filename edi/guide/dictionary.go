package guide

import (
	"github.com/edibridge/edibridge/edi"
)

// elementDef is an "element" line.
type elementDef struct {
	id, typ, name string // typ as written, of EDIFACT without lengths: "an"
	min, max      int
	at            Origin
}

// memberDef is one element of a segment or one component of a composite.
type memberDef struct {
	pos    int    // from 1
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
	id, name      string
	qualifier     int // element, from 1; 0: none
	qualifierPart int // its component, from 1; 0: the whole element
	members       []memberDef
	conds         []condDef
	at            Origin
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
	kindText      kind = iota // AN, an, and ID without a list
	kindCode                  // ID, a, n, an with a list
	kindNumber                // N, N0 to N9
	kindDecimal               // R
	kindDate                  // DT
	kindTime                  // TM
	kindBinary                // B
	kindAlpha                 // a: no digits
	kindAmount                // n
	kindComposite             // of components
)

// elementSpec is what the validator knows of one element of a segment or one
// component of a composite.
type elementSpec struct {
	kind     kind
	form     kind        // kind without a code list
	decimals uint8       // implied, of kindNumber
	min, max int32       // characters; sign and decimal mark not counted
	repeat   int32       // most repetitions
	codes    *codeSet    // of kindCode
	parts    *structSpec // of kindComposite
	ref      string      // element or composite number
	name     string
	list     *codeList // nil: the element has none
}

// structSpec is what the validator knows of a segment or composite.
type structSpec struct {
	tag, name     string
	qualifier     int
	qualifierPart int
	elements      []elementSpec
	required      uint64 // bit n-1: element n is mandatory
	relations     []relation
	// Most conditions are pairs of neighbours (P0607), which are looked at all at
	// once: bit n-1 says that n and n+1 stand together. relations has them last,
	// from alone on.
	pairs uint64
	alone int
	// Of EDIFACT, where elements repeat: elements has each repetition, as it
	// stands in a place of its own in syntax 1 to 3, and packed each element once,
	// as in syntax 4. from says which of packed an element is.
	packed *structSpec
	from   []uint8
	// Of a composite of EDIFACT: its components 1131 and 3055, which say that a
	// code is of another list than the standard's.
	agency uint64
	dated  bool // C507: a date, time or period and its format
	// Of a segment of X12: the element that says how the next one writes a date,
	// time or period (elements 1250 and 1251); 0: none.
	format uint8
}

// of is the form of the spec that a message with these delimiters is written in.
func (s *structSpec) of(d *edi.Delimiters) *structSpec {
	if s.packed != nil && d.Repetition != 0 {
		return s.packed
	}
	return s
}

// place is where element n, counted in positions, stands in a message with these
// delimiters; repetition is 0 where it has a position of its own.
func (s *structSpec) place(n int, d *edi.Delimiters) (element, repetition int) {
	if s.packed == nil || d.Repetition == 0 {
		return n, 0
	}
	packed := s.from[n-1]
	for first := n - 1; ; first-- {
		if first == 0 || s.from[first-1] != packed {
			return int(packed) + 1, n - first
		}
	}
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
	case 'O':
		return has == 0 || has&(has-1) != 0
	case 'N':
		return present&r.first != 0 && has != 0
	default: // L
		return present&r.first != 0 && has == 0
	}
}
