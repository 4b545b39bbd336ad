package guide

import (
	"fmt"
	"strings"

	"github.com/edibridge/edibridge/edi"
)

// Element is what a guide says of one element of a segment, or of one component
// of a composite. Read-only.
type Element struct {
	Ref       string // number in the dictionary: "330", "C040"
	Name      string // "Quantity Ordered"; "" where the dictionary has none
	Type      string // "AN", "ID", "R", "N2", "DT"; of EDIFACT "a", "n", "an"; "" of a composite
	Min, Max  int    // characters; 0 of a composite
	Mandatory bool
	Repeat    int       // most repetitions
	Parts     []Element // components of a composite

	list *codeList
}

// Codes is how many codes the element's list has; 0: it has no list.
func (e *Element) Codes() int {
	if e.list == nil {
		return 0
	}
	return len(e.list.codes)
}

// CodeList are the codes of the element's list, sorted.
func (e *Element) CodeList() []string {
	if e.list == nil {
		return nil
	}
	return e.list.values()
}

// Meaning is what the element's list calls a code; known is false when the list
// lacks it, or there is none.
func (e *Element) Meaning(code string) (name string, known bool) {
	if e.list == nil {
		return "", false
	}
	return e.list.name(code)
}

// String is the element as a dictionary has it: "330 X R 1/15".
func (e *Element) String() string {
	req := Optional
	if e.Mandatory {
		req = Mandatory
	}
	text := e.Ref + " " + string(req)
	switch {
	case e.Type == "":
	case strings.ToLower(e.Type) != e.Type:
		text += fmt.Sprintf(" %s %d/%d", e.Type, e.Min, e.Max)
	case e.Min == e.Max:
		text += fmt.Sprintf(" %s%d", e.Type, e.Max)
	default:
		text += fmt.Sprintf(" %s..%d", e.Type, e.Max)
	}
	if e.Repeat > 1 && e.Repeat < Unlimited {
		text += fmt.Sprintf(" up to %d times", e.Repeat)
	}
	return text
}

// Elements are those of a segment that has its place by use, as a document with
// the delimiters d writes it: in EDIFACT repetitions have positions of their own
// where there is no repetition separator. Without a use (nil) they are what the
// dictionary says of tag; nil when it does not define it.
func (g *Guide) Elements(use *SegmentUse, tag string, d *edi.Delimiters) []Element {
	spec := g.dict.specs[tag]
	if use != nil {
		spec = use.spec
	}
	if spec == nil {
		return nil
	}
	return g.elements(spec.of(d))
}

// SegmentName is what the dictionary calls a segment; "" where it has no name.
func (g *Guide) SegmentName(tag string) string {
	if spec := g.dict.specs[tag]; spec != nil {
		return spec.name
	}
	return ""
}

func (g *Guide) elements(spec *structSpec) []Element {
	out := make([]Element, len(spec.elements))
	for i := range spec.elements {
		out[i] = g.element(&spec.elements[i])
		out[i].Mandatory = spec.required&(1<<i) != 0
	}
	return out
}

func (g *Guide) element(s *elementSpec) Element {
	e := Element{Ref: s.ref, Name: s.name, Min: int(s.min), Max: int(s.max), Repeat: int(s.repeat), list: s.list}
	if s.kind == kindComposite {
		e.Parts = g.elements(s.parts)
	} else if def := g.dict.elements[s.ref]; def != nil {
		e.Type = def.typ
	}
	return e
}
