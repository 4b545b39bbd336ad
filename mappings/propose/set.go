package propose

import (
	"fmt"
	"slices"
	"strings"

	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/edi/guide"
	"github.com/edibridge/edibridge/mappings"
)

// set is what was seen of one set in one release, in one direction.
type set struct {
	ours     bool // we send it
	standard edi.Standard
	code     string // "850", "ORDERS"
	release  string // as an agreement says it
	modes    []edi.Mode
	guide    *guide.Guide
	mapping  *mappings.Mapping // nil: there is none

	sets     int
	refused  int
	loops    map[string]int      // "" and "PO1/SLN": how many of a loop there were
	uses     map[string]*use     // by place: "PO1/REF"
	within   map[string]int      // "PO1/REF:DP", "PO1/REF": in how many of their loops they stand
	codes    map[string]*codesOf // by place of an element: "PO1/PO103", "NAD/NAD02.3"
	elements int                 // values
	mapped   int                 // of them, read by the table
	left     map[string]*left    // by place of an element: what no row read
	found    map[string]int      // "error x12.element.code PO1/PO103": how often
	told     []Left              // what of left was told; nil: nothing yet
}

// use is a segment in a loop.
type use struct {
	line      *guide.SegmentUse
	qualifier string // place of what tells them apart, "REF01"; "" nothing does
	seen      map[string]bool
}

// codesOf are the codes that occur in an element.
type codesOf struct {
	ref    string // of the element
	codes  map[string]bool
	absent map[string]bool // not on the element's list
	more   bool            // than maxCodes
}

// left is a value that no row reads.
type left struct {
	loop, tag     string
	element, part int
	placed        bool   // its segment has a place in the guide
	name          string // what the dictionary calls the element
	count         int
	values        map[string]bool // the first of them
}

// Bounds of what is kept: a proposal is for people.
const (
	maxCodes    = 12 // of an element; more are no list that somebody keeps
	maxExamples = 3  // of a value that is left
	maxLeft     = 500
)

// set gives the counts for the set of a sample.
func (p *Proposal) set(s *Sample, ours bool) *set {
	rel := release(s.Message, ours)
	for _, t := range p.sets {
		if t.ours == ours && t.standard == s.Message.Standard && t.code == s.Message.Set && t.release == rel {
			t.mode(s.Interchange.Mode)
			return t
		}
	}
	t := &set{ours: ours, standard: s.Message.Standard, code: s.Message.Set, release: rel, guide: s.Guide, mapping: s.Mapping,
		loops: map[string]int{}, uses: map[string]*use{}, within: map[string]int{}, codes: map[string]*codesOf{}, left: map[string]*left{}, found: map[string]int{}}
	t.mode(s.Interchange.Mode)
	p.sets = append(p.sets, t)
	return t
}

func (t *set) mode(m edi.Mode) {
	if !slices.Contains(t.modes, m) {
		t.modes = append(t.modes, m)
	}
}

// base is what the proposed guide extends.
func (t *set) base() string { return t.guide.Name() }

// language is what the guide and the mapping are called.
func (t *set) language(partner string) string {
	name := partner + "-" + strings.ToLower(t.code)
	if t.ours {
		name += "-out"
	}
	return name + "-" + nameOf(t.release)
}

// count takes stock of a message: loops, segments, qualifiers, codes.
func (t *set) count(s *Sample) {
	t.sets++
	if s.Rejected {
		t.refused++
	}
	for i := range s.Findings {
		if f := &s.Findings[i]; f.Severity != edi.Info {
			t.found[fmt.Sprintf("%s %s %s", f.Severity, f.Rule, placeOf(f.Path))]++
		}
	}
	paths := loopPaths(s.Match)
	for _, path := range paths {
		t.loops[path]++
	}
	stands := map[string]bool{} // in one loop: index of the loop and what stands there
	for place, segment := range s.Message.Segments() {
		placed := s.Match.Placed[place-1]
		if placed.Use == nil || slices.Contains(service[:], placed.Use.Tag) {
			continue
		}
		loop, around := paths[placed.Loop], placed.Loop
		if placed.Use.Trigger {
			around = s.Match.Loops[placed.Loop].Parent
		}
		at := segmentPlace(loop, placed.Use)
		u := t.use(at, placed.Use)
		element, part := t.guide.QualifierPlace(placed.Use.Tag)
		names := []string{at}
		if element > 0 {
			u.qualifier = elementPlace(placed.Use.Tag, element, part)
			if v := segment.Value(element, part); v != "" {
				u.seen[v] = true
				names = append(names, at+":"+v)
			}
		}
		for _, name := range names {
			if key := fmt.Sprint(around, " ", name); !stands[key] {
				stands[key] = true
				t.within[name]++
			}
		}
		t.coded(at, placed.Use, &segment)
	}
}

// service are segments that envelopes answer for.
var service = [...]string{"ST", "SE", "UNH", "UNT", "UNS", "LS", "LE"}

// loopPaths are the loops of a match as places: "", "PO1", "PO1/SLN".
func loopPaths(m *guide.Match) []string {
	paths := make([]string, len(m.Loops))
	for i := range m.Loops {
		if l := &m.Loops[i]; l.Use != nil {
			paths[i] = join(paths[l.Parent], l.Use.Trigger)
		}
	}
	return paths
}

func join(loop, tag string) string {
	if loop == "" {
		return tag
	}
	return loop + "/" + tag
}

// segmentPlace is a segment's place: the trigger of a loop is the loop.
func segmentPlace(loop string, u *guide.SegmentUse) string {
	if u.Trigger {
		return loop
	}
	return join(loop, u.Tag)
}

func elementPlace(tag string, element, part int) string {
	text := fmt.Sprintf("%s%02d", tag, element)
	if part > 0 {
		text += fmt.Sprintf(".%d", part)
	}
	return text
}

func (t *set) use(at string, line *guide.SegmentUse) *use {
	u := t.uses[at]
	if u == nil {
		u = &use{line: line, seen: map[string]bool{}}
		t.uses[at] = u
	}
	return u
}

// coded notes the codes of a segment's elements that have a list.
func (t *set) coded(at string, u *guide.SegmentUse, s *edi.Segment) {
	elements := t.guide.Elements(u, u.Tag, s.Delimiters)
	for i := range elements {
		e := &elements[i]
		if len(e.Parts) == 0 {
			t.code1(at+"/"+elementPlace(u.Tag, i+1, 0), e, s.Value(i+1, 0))
			continue
		}
		for j := range e.Parts {
			t.code1(at+"/"+elementPlace(u.Tag, i+1, j+1), &e.Parts[j], s.Value(i+1, j+1))
		}
	}
}

func (t *set) code1(at string, e *guide.Element, value string) {
	if value == "" || e.Codes() == 0 {
		return
	}
	c := t.codes[at]
	if c == nil {
		c = &codesOf{ref: e.Ref, codes: map[string]bool{}, absent: map[string]bool{}}
		t.codes[at] = c
	}
	kept := c.codes
	if _, known := e.Meaning(value); !known {
		kept = c.absent
	}
	if kept[value] = true; len(c.codes) > maxCodes || len(c.absent) > maxCodes {
		delete(kept, value)
		c.more = true
	}
}

// read takes stock of what the table made of a message.
func (t *set) read(s *Sample, r *mappings.Result) {
	for i := range r.Findings {
		if f := &r.Findings[i]; f.Severity != edi.Info {
			t.found[fmt.Sprintf("%s %s %s", f.Severity, f.Rule, placeOf(f.Path))]++
		}
	}
	t.elements += r.Residue.Coverage.Elements
	t.mapped += r.Residue.Coverage.Mapped
	paths := loopPaths(s.Match)
	for i := range r.Residue.Entries {
		e := &r.Residue.Entries[i]
		place := e.Segment - s.Message.Ordinal + 1
		if place < 1 || place > len(s.Match.Placed) || e.Element == 0 {
			continue
		}
		placed := s.Match.Placed[place-1]
		t.leave(paths[max(placed.Loop, 0)], s, place, &placed, e)
	}
}
