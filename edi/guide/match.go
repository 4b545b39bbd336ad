package guide

import (
	"slices"

	"github.com/edibridge/edibridge/edi"
)

// Match is where each segment of a message found its place in a guide.
type Match struct {
	Placed []Placed // one a segment of the message, index = place-1
	Loops  []Loop   // Loops[0] is the message itself; parents stand before children, in document order
}

// Placed is the place of one segment.
type Placed struct {
	Use  *SegmentUse // nil: found no place
	Loop int         // index into Match.Loops of the loop that holds it; of a trigger, the loop it opens
	Nth  int         // nth segment of this tag directly in that loop, from 1
}

// Loop is one loop of a message.
type Loop struct {
	Use         *LoopUse // nil for the message itself
	Parent      int      // index into Match.Loops; -1 for the message
	Nth         int      // nth loop of this trigger within the parent, from 1
	First, Last int      // places (from 1) of its first and last segment, nested loops included
}

// Path is the path of the segment at place (from 1) of m, which is the message
// that was matched.
func (mt *Match) Path(m *edi.Message, place int) edi.Path {
	if place < 1 || place > len(mt.Placed) || mt.Placed[place-1].Use == nil {
		return m.Path.Unplaced(place)
	}
	pl := &mt.Placed[place-1]
	switch {
	case place == 1 && pl.Use.service:
		return m.Path
	case pl.Use.Trigger:
		return mt.loopPath(m, pl.Loop)
	}
	return mt.loopPath(m, pl.Loop).Segment(pl.Use.Tag, pl.Nth)
}

// loopPath is the path of a loop of the match.
func (mt *Match) loopPath(m *edi.Message, loop int) edi.Path {
	l := &mt.Loops[loop]
	if l.Use == nil {
		return m.Path
	}
	return mt.loopPath(m, l.Parent).Segment(l.Use.Trigger, l.Nth)
}

// trigger is the tag that opens the loop, "" for the message itself.
func (mt *Match) trigger(loop int) string {
	if u := mt.Loops[loop].Use; u != nil {
		return u.Trigger
	}
	return ""
}

// Match finds the place of every segment of m. m must be a message of the
// guide's set. The Match has memory of its own.
func (g *Guide) Match(m *edi.Message) *Match {
	v, ok := g.matchers.Get().(*Validator)
	if !ok {
		v = &Validator{}
	}
	mt := v.Match(g, m)
	own := &Match{Placed: slices.Clone(mt.Placed), Loops: slices.Clone(mt.Loops)}
	g.matchers.Put(v)
	return own
}

// Match is [Guide.Match]; what it gives lives until the next call.
func (v *Validator) Match(g *Guide, m *edi.Message) *Match {
	v.quiet = true
	mt := v.Validate(g, m, Options{}).Match
	v.quiet = false
	return mt
}
