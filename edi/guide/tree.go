package guide

import (
	"iter"

	"github.com/edibridge/edibridge/edi"
)

// Branch is a loop of a matched message, or the message itself, with what is in
// it. It is a small value over the message and its [Match] and lives as long as
// both do.
type Branch struct {
	m     *edi.Message
	match *Match
	loop  int
}

// Child is what stands directly in a [Branch]: a segment or a loop.
type Child struct {
	// Segment is the segment, or of a loop the one that opens it.
	Segment edi.Segment
	Use     *SegmentUse // of Segment; nil: it found no place in the guide
	// Loop is the loop that Segment opens, nil where it opens none or is spoken of
	// within its own: the first child of a loop is its trigger.
	Loop *Branch
}

// Tree is the message m, which is the one that was matched, as loops in loops.
func (mt *Match) Tree(m *edi.Message) Branch { return Branch{m, mt, 0} }

// Index is the loop's index in [Match.Loops]; 0 is the message itself.
func (b Branch) Index() int { return b.loop }

// Use is the loop's line in the guide, nil for the message itself.
func (b Branch) Use() *LoopUse { return b.match.Loops[b.loop].Use }

// Name is what the guide calls the loop: its own name, or that of the segment
// which opens it; "" for the message itself.
func (b Branch) Name() string {
	l := &b.match.Loops[b.loop]
	switch {
	case l.Use == nil:
		return ""
	case l.Use.Name != "":
		return l.Use.Name
	}
	return b.match.Placed[l.First-1].Use.Name
}

// Path is the loop's path: "ISA[1]/GS[1]/ST[2]/PO1[14]".
func (b Branch) Path() edi.Path { return b.match.loopPath(b.m, b.loop) }

// Depth is how many loops are around this one; 0 for the message itself.
func (b Branch) Depth() int {
	n := 0
	for at := b.match.Loops[b.loop].Parent; at >= 0; at = b.match.Loops[at].Parent {
		n++
	}
	return n
}

// Parent is the loop around this one; ok is false for the message itself.
func (b Branch) Parent() (parent Branch, ok bool) {
	at := b.match.Loops[b.loop].Parent
	return Branch{b.m, b.match, max(at, 0)}, at >= 0
}

// Children are the segments and loops that stand directly in the loop, in the
// order of the document: its trigger first, each inner loop once. Segments that
// found no place stand in the loop that was open.
func (b Branch) Children() iter.Seq[Child] {
	return func(yield func(Child) bool) {
		l := &b.match.Loops[b.loop]
		for p := l.First; p <= l.Last; p++ {
			pl := &b.match.Placed[p-1]
			c := Child{Segment: b.m.Segment(p), Use: pl.Use}
			if pl.Use != nil && pl.Use.Trigger && pl.Loop != b.loop {
				c.Loop = &Branch{b.m, b.match, pl.Loop}
				p = b.match.Loops[pl.Loop].Last
			}
			if !yield(c) {
				return
			}
		}
	}
}

// All are the segments of the loop and of those in it, in the order of the
// document, each with the loop that holds it: the branch whose first child a
// trigger is.
func (b Branch) All() iter.Seq2[Branch, Child] {
	return func(yield func(Branch, Child) bool) { b.all(yield) }
}

func (b Branch) all(yield func(Branch, Child) bool) bool {
	for c := range b.Children() {
		if c.Loop != nil {
			if !c.Loop.all(yield) {
				return false
			}
		} else if !yield(b, c) {
			return false
		}
	}
	return true
}
