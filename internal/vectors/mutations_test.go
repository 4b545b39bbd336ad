package vectors

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/edibridge/edibridge/edi"
)

// mutators are all ways to break a document.
func mutators() []mutator {
	return []mutator{
		{"element too long", valued(tooLong), 40},
		{"element too short", valued(tooShort), 40},
		{"wrong code", valued(wrongCode), 40},
		{"wrong type", valued(wrongType), 40},
		{"mandatory element emptied", valued(emptied), 40},
		{"unknown segment", strangers, 30},
		{"mandatory segment dropped", droppedMandatory, 30},
		{"trigger dropped", droppedTrigger, 30},
		{"segment doubled", doubled, 30},
		{"neighbours swapped", swapped, 40},
		{"wrong count", trailers(1, wrongNumber, "count"), 4},
		{"wrong control number", trailers(2, wrongText, "control"), 4},
		{"file cut", cuts, 60},
		{"junk behind", junkBehind, 1},
		{"junk before", junkBefore, 1},
	}
}

// valued makes a mutator of what replaces one value. The finding names the element
// and marks what stands there now.
func valued(with func(*target) (value string, rules, more []string)) func(*dissected) []mutation {
	return func(d *dissected) []mutation {
		var out []mutation
		for _, g := range d.targets() {
			value, rules, more := with(&g)
			if rules == nil || value == g.value {
				continue
			}
			leaves := ""
			if value == "" && g.last { // the separators before it
				leaves = "element.trailing"
			}
			out = append(out, mutation{
				what:   fmt.Sprintf("%s%02d.%d %.20q becomes %.20q at place %d", g.s.Tag(), g.element, g.component, g.value, value, g.place),
				leaves: leaves, edits: []edit{{g.offset, int64(len(g.value)), value}}, rules: rules, from: g.offset, to: g.offset, length: len(value),
				place: g.place, element: g.element, more: more, most: 1 + len(more), set: g.set,
			})
		}
		return out
	}
}

// tooLong is a value of one character more than there may be.
func tooLong(g *target) (string, []string, []string) {
	if g.shape.max > 5000 {
		return "", nil, nil
	}
	c := "A"
	switch g.shape.kind {
	case "N", "R", "n", "DT", "TM":
		c = "1"
	}
	return strings.Repeat(c, g.shape.max+1), []string{"element.long", "element.date", "element.time"}, loopIdentifier(g)
}

// tooShort is a value of one character less than there must be.
func tooShort(g *target) (string, []string, []string) {
	if g.shape.min < 2 {
		return "", nil, nil
	}
	c := "A"
	switch g.shape.kind {
	case "N", "R", "n", "DT", "TM":
		c = "1"
	}
	return strings.Repeat(c, g.shape.min-1), []string{"element.short", "element.date", "element.time"}, loopIdentifier(g)
}

// wrongCode is a code that the list does not have.
func wrongCode(g *target) (string, []string, []string) {
	if g.codes == nil || g.agency || g.ref == "480" { // a version goes on with what industries add
		return "", nil, nil
	}
	code := g.unlisted()
	if code == "" {
		return "", nil, nil
	}
	return code, []string{"element.code", "element.code.agency"}, nil
}

// wrongType is a value of the right length and of another type.
func wrongType(g *target) (string, []string, []string) {
	n := max(g.shape.min, min(len(g.value), g.shape.max))
	switch g.shape.kind {
	case "N", "R", "n":
		return strings.Repeat("X", n), []string{"element.character", "element.type"}, nil
	case "a":
		return strings.Repeat("1", n), []string{"element.type", "element.code", "element.code.agency"}, nil
	case "DT":
		return strings.Repeat("9", n), []string{"element.date"}, nil
	case "TM":
		return strings.Repeat("9", n), []string{"element.time"}, nil
	}
	return "", nil, nil
}

// emptied leaves a mandatory value away. Of conditions of the segment that ask for
// it those tell, too.
func emptied(g *target) (string, []string, []string) {
	if !g.mandatory || g.alone {
		return "", nil, nil
	}
	return "", []string{"element.required"}, []string{"element.condition", "element.exclusion", "loop.identifier", "element.date"}
}

// loopIdentifier is told beside where LS and LE do not agree any more.
func loopIdentifier(g *target) []string {
	if g.s.Is("LS") || g.s.Is("LE") {
		return []string{"loop.identifier"}
	}
	return nil
}

// strangers puts a segment that no standard has before each other one.
func strangers(d *dissected) []mutation {
	var out []mutation
	for i := range d.sets {
		set := &d.sets[i]
		for place := 2; place <= set.m.Len(); place++ {
			s := &d.segments[set.first+place-1]
			text := fmt.Sprintf("QQZ%c1", s.Delimiters.Element)
			after := string(s.Break())
			if strings.TrimSpace(after) != "" { // a terminator that closes nothing
				after = ""
			}
			edits := append([]edit{{s.Offset, 0, text + string(s.Delimiters.Segment) + after}}, d.recount(set, 1)...)
			out = append(out, mutation{what: fmt.Sprintf("QQZ at place %d", place), edits: edits, rules: []string{"segment.unknown"},
				from: s.Offset, to: s.Offset, length: len(text), place: place, most: 1, set: i})
		}
	}
	return out
}

// structural are the rules that tell of order and number of segments.
var structural = []string{"segment.missing", "segment.sequence", "segment.unexpected", "segment.uses", "loop.uses", "group.uses", "segment.undefined"}

// drop leaves out the segment at a place.
func (d *dissected) drop(set *dissectedSet, place int) []edit {
	s := &d.segments[set.first+place-1]
	return append([]edit{{s.Offset, stretch(s), ""}}, d.recount(set, -1)...)
}

// droppedMandatory leaves out each segment that has to stand once, and opens no
// loop: it is missing where the next one stands now.
func droppedMandatory(d *dissected) []mutation {
	var out []mutation
	for i := range d.sets {
		set := &d.sets[i]
		o := d.outlines[set.guide.Name()]
		for place := 2; place < set.m.Len(); place++ {
			pl := set.match.Placed[place-1]
			if pl.Use == nil || pl.Use.Trigger || !o[pl.Use.Origin.Line].mandatory || d.uses(set, place) > 1 {
				continue
			}
			s := &d.segments[set.first+place-1]
			out = append(out, mutation{what: fmt.Sprintf("without %s at place %d", s.Tag(), place), edits: d.drop(set, place),
				rules: []string{"segment.missing"}, from: s.Offset, to: s.Offset, length: 0, place: place, most: 1, absorbed: true, drifts: true, set: i})
		}
	}
	return out
}

// uses counts the segments of the line that the segment at place stands on, in its
// loop.
func (d *dissected) uses(set *dissectedSet, place int) int {
	at, n := set.match.Placed[place-1], 0
	for _, pl := range set.match.Placed {
		if pl.Use == at.Use && pl.Loop == at.Loop {
			n++
		}
	}
	return n
}

// droppedTrigger leaves out each segment that opens a loop. What the loop held is
// told where it cannot be placed any more: as no part of any loop, as part of the
// loop before, or as late; at the latest where the loop ended. Where it goes on
// without a break the segment before may be told, as one that came too early.
func droppedTrigger(d *dissected) []mutation {
	var out []mutation
	for i := range d.sets {
		set := &d.sets[i]
		for _, l := range set.match.Loops[1:] {
			s := &d.segments[set.first+l.First-1]
			edits := d.drop(set, l.First)
			before := &d.segments[set.first+l.First-2]
			end := &d.segments[set.first+l.Last]
			out = append(out, mutation{what: fmt.Sprintf("without %s at place %d, whose loop ends at place %d", s.Tag(), l.First, l.Last), edits: edits,
				rules: structural, from: before.Offset, to: moved(edits, end.Offset), length: -1, most: 1 + l.Last - l.First, absorbed: true, set: i,
				more: []string{"loop.identifier"}})
		}
	}
	return out
}

// doubled puts each segment twice that may stand once.
func doubled(d *dissected) []mutation {
	var out []mutation
	for i := range d.sets {
		set := &d.sets[i]
		o := d.outlines[set.guide.Name()]
		for place := 2; place < set.m.Len(); place++ {
			pl := set.match.Placed[place-1]
			if pl.Use == nil {
				continue
			}
			line := o[pl.Use.Origin.Line]
			if pl.Use.Trigger {
				line = o[set.match.Loops[pl.Loop].Use.Origin.Line]
			}
			if line.max != 1 {
				continue
			}
			s := &d.segments[set.first+place-1]
			at := s.Offset + stretch(s)
			out = append(out, mutation{what: fmt.Sprintf("%s at place %d twice", s.Tag(), place),
				edits: append([]edit{{at, 0, string(s.Raw())}}, d.recount(set, 1)...), rules: structural, from: at, to: at, length: -1,
				place: place + 1, most: 1 + boundary(s), absorbed: true, moves: true,
				drifts: true, rewrites: place, set: i})
		}
	}
	return out
}

// swapped swaps each two neighbours of one loop that stand on different lines of the
// guide and open no loop.
func swapped(d *dissected) []mutation {
	var out []mutation
	for i := range d.sets {
		set := &d.sets[i]
		for place := 2; place+1 < set.m.Len(); place++ {
			a, b := set.match.Placed[place-1], set.match.Placed[place]
			if a.Use == nil || b.Use == nil || a.Use == b.Use || a.Loop != b.Loop || a.Use.Trigger || b.Use.Trigger {
				continue
			}
			s, next := &d.segments[set.first+place-1], &d.segments[set.first+place]
			out = append(out, mutation{what: fmt.Sprintf("%s at place %d behind %s", s.Tag(), place, next.Tag()),
				edits: []edit{{s.Offset, stretch(s) + stretch(next), string(next.Raw()) + string(s.Raw())}}, rules: structural,
				from: s.Offset, to: s.Offset + stretch(next), length: -1, most: 1, more: []string{"loop.identifier"}, absorbed: true, moves: true,
				drifts: true, rewrites: place, set: i})
		}
	}
	return out
}

// boundary is 1 for LS and LE, whose other half is told too.
func boundary(s *edi.Segment) int {
	if s.Is("LS") || s.Is("LE") {
		return 1
	}
	return 0
}

// trailers makes a mutator of what replaces one element of each trailer.
func trailers(element int, with func(string) string, rule string) func(*dissected) []mutation {
	levels := map[string]string{"SE": "set.", "GE": "group.", "IEA": "interchange.", "UNT": "message.", "UNE": "group.", "UNZ": "interchange."}
	return func(d *dissected) []mutation {
		var out []mutation
		for i := range d.segments {
			s := &d.segments[i]
			level := levels[string(s.Tag())]
			old := string(s.Element(element))
			if level == "" || old == "" || strings.ContainsAny(old, "?\\") {
				continue
			}
			at := s.ElementOffset(element)
			value := with(old)
			out = append(out, mutation{what: fmt.Sprintf("%s%02d %s becomes %s", s.Tag(), element, old, value),
				edits: []edit{{at, int64(len(old)), value}}, rules: []string{level + rule}, from: at, to: at, length: len(value), element: element, most: 1})
		}
		return out
	}
}

// wrongNumber is one more.
func wrongNumber(old string) string {
	n := 0
	if _, err := fmt.Sscanf(old, "%d", &n); err != nil {
		return "7"
	}
	return fmt.Sprint(n + 1)
}

// wrongText has another last character.
func wrongText(old string) string {
	last := byte('7')
	if old[len(old)-1] == last {
		last = '8'
	}
	return old[:len(old)-1] + string(last)
}

// cuts end the file at each byte: whatever is told stands in the segment that is cut
// or behind it, and one says that something ends too early.
func cuts(d *dissected) []mutation {
	var out []mutation
	end := int64(len(d.data))
	for i := range d.segments {
		s := &d.segments[i]
		if s.Ordinal == 1 {
			continue // what is left of a header is junk: see TestCutHeaders
		}
		for at := s.Offset + 1; at < s.Offset+int64(len(s.Data())); at++ {
			out = append(out, mutation{what: fmt.Sprintf("cut at byte %d, in %s", at, s.Tag()), edits: []edit{{at, end - at, ""}},
				rules: []string{"segment.unterminated"}, from: s.Offset, to: s.Offset, length: len(bytes.TrimRight(d.data[s.Offset:at], " \r\n")), most: 12, more: cutFollows})
		}
	}
	return out
}

// cutFollows are the rules that tell what a cut took away.
var cutFollows = append([]string{"set.trailer.missing", "message.trailer.missing", "group.trailer.missing", "interchange.trailer.missing",
	"element.required", "element.condition", "element.character", "element.type", "element.short", "element.date", "element.time", "element.code", "element.code.agency", "element.decimal", "element.zeros", "element.zeros",
	"element.trailing", "segment.unknown", "set.count", "set.control", "message.count", "message.control", "group.count", "group.control", "interchange.count",
	"interchange.control", "group.functional", "group.version", "group.party", "group.date", "group.time", "group.control.format", "group.element", "group.type",
	"set.id", "set.control.format", "message.type", "message.version", "message.control.format", "group.content", "interchange.content", "group.empty",
	"interchange.empty", "set.control.duplicate", "ta1.status", "ta1.control", "ta1.reason", "loop.identifier", "charset", "charset.utf8"}, structural...)

// junkBehind puts a word behind the last interchange.
func junkBehind(d *dissected) []mutation {
	end := int64(len(d.data))
	last := &d.segments[len(d.segments)-1]
	if !last.Terminated() || last.Offset+stretch(last) != end {
		return nil
	}
	return []mutation{{what: "junk behind", edits: []edit{{end, 0, "JUNK"}}, rules: []string{"edi.junk"}, from: end, to: end, length: 4, most: 1}}
}

// junkBefore puts a line before the first interchange.
func junkBefore(d *dissected) []mutation {
	for _, f := range d.findings {
		if f.Rule == "edi.blank" || f.Rule == "edi.bom" || f.Rule == "edi.junk" {
			return nil
		}
	}
	return []mutation{{what: "junk before", edits: []edit{{0, 0, "Subject: orders\n"}}, rules: []string{"edi.junk"}, from: 0, to: 0, length: 16, most: 1}}
}

// TestCutHeaders cuts each sound document within its first header: what is left is
// no interchange, and told as one thing.
func TestCutHeaders(t *testing.T) {
	for _, d := range sounds(t) {
		first := &d.segments[0]
		for at := first.Offset + 3; at < first.Offset+int64(len(first.Data())); at++ {
			out := judge(t, d.data[:at], d.options)
			if len(out.findings) != 1 || len(out.answers) != 0 {
				t.Errorf("%s cut at byte %d: %d answers, told is\n%s", d.name, at, len(out.answers), lines(out.findings))
				break
			}
			f := &out.findings[0]
			if f.Rule != "edi.junk" && f.Rule != "edi.header.malformed" || f.Offset+int64(f.Length) != at {
				t.Errorf("%s cut at byte %d: told is\n%s", d.name, at, lines(out.findings))
				break
			}
		}
	}
}
