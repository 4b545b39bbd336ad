package guide

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/edibridge/edibridge/edi"
)

// Requirement says whether something must stand.
type Requirement string

// Requirements, as dictionaries and guides print them.
const (
	Mandatory   Requirement = "M"
	Optional    Requirement = "O"
	Conditional Requirement = "C" // EDIFACT: optional unless a note says more
	Relational  Requirement = "X" // X12: a condition of the segment says
)

// Unlimited is the Max of what may stand any number of times ("*").
const Unlimited = 1<<31 - 1

// Origin is where a line of a guide was written.
type Origin struct {
	File  string // as the file system given to Load or Extend names it
	Line  int    // from 1
	Layer string // name of the guide: "X12 004010 850", "acme-850"
}

// String is "file:line".
func (o Origin) String() string { return fmt.Sprintf("%s:%d", o.File, o.Line) }

// SegmentUse is one line of a guide that says where a segment may stand.
// Read-only.
type SegmentUse struct {
	Tag         string
	Name        string // "Baseline Item Data"; "" where the dictionary has none
	Area        string // heading, detail, summary
	Position    string // as the standard prints it, "010"; may be ""
	Requirement Requirement
	Max         int      // most uses in one loop; Unlimited
	Loop        *LoopUse // nil: directly in the set
	Trigger     bool     // opens Loop
	Origin      Origin

	spec    *structSpec
	rules   []*rule // of its elements, from overlays
	item    int32   // its line in Guide.items
	service bool    // ST, SE: the envelope checks its elements
	// What is compared over the whole set; nil: nothing.
	computing *computing
}

// LoopUse is one line of a guide that says where a loop may stand. Read-only.
type LoopUse struct {
	Trigger     string // tag of the segment that opens it
	ID          string // as the standard prints it, "8000"; may be ""
	Name        string
	Area        string
	Position    string
	Requirement Requirement
	Max         int      // most loops in the one around; Unlimited
	Parent      *LoopUse // nil: directly in the set
	Origin      Origin

	index int32 // in Guide.loops
	item  int32 // its line in Guide.items
}

// Guide is an effective guide: a standard's, or a partner's over it. It is
// immutable and safe for concurrent use.
type Guide struct {
	standard edi.Standard
	release  string
	set      string
	name     string
	base     string // name of the standard's guide beneath; its own when it is one
	title    string
	dict     *dictionary
	matchers sync.Pool // of *Validator: the memory of Match

	tags  tagTable
	loops []loopSpec // [0] is the set itself
	items []item     // lines of all loops; those of one loop follow each other
	mand  []int32    // mand[i]: first line from i on that can be missing
	first []int32    // [loop*tags+tag]: first line with that tag in that loop, or -1
	conds int        // conditions of overlay lines, numbered from 0
	ruled bool       // lines on single places are there
	// How many counts and sums its lines ask for.
	tallies  int
	siblings siblings
	lines    []Line
	digest   func() string
}

// Name is "X12 004010 850", or what the overlay calls itself.
func (g *Guide) Name() string { return g.name }

// Standard is the syntax family of the set.
func (g *Guide) Standard() edi.Standard { return g.standard }

// Set is the transaction set or message type: "850".
func (g *Guide) Set() string { return g.set }

// Release is the release of the standard: "004010".
func (g *Guide) Release() string { return g.release }

// Title is the name for people: "Purchase Order".
func (g *Guide) Title() string { return g.title }

// loopWord is what people of the standard call a loop.
func (g *Guide) loopWord() string {
	if g.standard == edi.EDIFACT {
		return "group"
	}
	return "loop"
}

// Digest is the SHA-256, in hexadecimal, over all that the guide demands: its
// lines, those of its layers, and what its dictionary says of its segments.
// Files and line numbers are not in it.
func (g *Guide) Digest() string { return g.digest() }

// Qualifier is the number of the element that tells one segment of a tag from
// another (N1: 1, DTM: 1, HL: 3), or 0 when there is none. In EDIFACT it may be
// that element's component that does: see [Guide.QualifierPlace].
func (g *Guide) Qualifier(tag string) int {
	if s := g.dict.segments[tag]; s != nil {
		return s.qualifier
	}
	return 0
}

// QualifierPlace is where that element stands: its number and, in EDIFACT, that
// of its component (NAD: 1, 0; DTM: 1, 1), or 0, 0.
func (g *Guide) QualifierPlace(tag string) (element, component int) {
	if s := g.dict.segments[tag]; s != nil {
		return s.qualifier, s.qualifierPart
	}
	return 0, 0
}

// Line is one line of the effective guide.
type Line struct {
	Place   string // pattern of the place: "PO1/PID/MEA", "N1:ST/N104"
	Text    string // as it could be written in a guide, indented by loop; of an overlay what stands behind the place
	Overlay bool   // of an overlay: it asks for something at a place
	Origin  Origin
}

// Lines are all lines of the effective guide: those of the standard's guide in
// order, then those of its rules and of the overlays that hold, the base's before
// its heirs'.
func (g *Guide) Lines() []Line { return slices.Clone(g.lines) }

// newDigest computes the digest once, when it is first asked for.
func newDigest(g *Guide) func() string {
	return sync.OnceValue(func() string {
		h := sha256.New()
		fmt.Fprintf(h, "guide %s %s %s %q\n", g.standard, g.release, g.set, g.title)
		for _, l := range g.lines {
			fmt.Fprintf(h, "%s\t%s\n", l.Place, strings.TrimSpace(l.Text))
		}
		g.writeDictionary(h)
		return hex.EncodeToString(h.Sum(nil))
	})
}

// writeDictionary writes what the dictionary says of the guide's segments, in a
// stable order.
func (g *Guide) writeDictionary(w io.Writer) {
	structs, elements := map[string]*structDef{}, map[string]bool{}
	for i := range g.items {
		if s := g.dict.segments[g.items[i].use.Tag]; s != nil {
			g.dict.collect(s, structs, elements)
		}
	}
	for _, id := range sortedKeys(structs) {
		s := structs[id]
		fmt.Fprintf(w, "%s %q %d.%d", s.id, s.name, s.qualifier, s.qualifierPart)
		for _, m := range s.members {
			fmt.Fprintf(w, " %s/%s/%d/%q", m.ref, m.req, m.repeat, m.name)
		}
		for _, c := range s.conds {
			fmt.Fprintf(w, " %s", c.text)
		}
		fmt.Fprintln(w)
	}
	for _, id := range sortedKeys(elements) {
		e := g.dict.elements[id]
		fmt.Fprintf(w, "%s %s %d/%d %q", e.id, e.typ, e.min, e.max, e.name)
		if list := g.dict.lists[id]; list != nil {
			if list.kind != listClosed || list.severity != "" {
				fmt.Fprintf(w, " %s %s", list.listDecl, list.severity)
			}
			for _, c := range list.codes {
				fmt.Fprintf(w, " %s %q", c.code, c.name)
			}
		}
		fmt.Fprintln(w)
	}
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
