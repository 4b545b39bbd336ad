package guide

import (
	"fmt"
	"slices"
	"strings"

	"github.com/edibridge/edibridge/edi"
)

// Example is a document that stands with a guide: one that is sound, or one with
// mistakes that the guide finds. It is no part of what the guide demands, and
// not of its digest. Read-only.
type Example struct {
	Name     string
	Guide    string     // name of the guide that it is held against
	Segments []string   // as written, without terminators
	Finds    []Expected // what must be found, errors and warnings; none: nothing is
	Origin   Origin

	at []exampleAt // where each of Segments stands
}

// exampleAt is where a segment of an example is written.
type exampleAt struct{ line, column int }

// Expected is a finding that an example must have.
type Expected struct {
	Rule string // id: "x12.segment.missing"
	// Place is where: steps may have ordinals. Without steps anywhere.
	Place edi.Pattern
}

// String is the finding as an example names it.
func (x Expected) String() string { return strings.TrimSpace(x.Rule + " " + x.Place.String()) }

// Examples are the examples of the guide of a name: those in its own file, then
// those of .example files.
func (l *Library) Examples(name string) []*Example {
	e := l.byName[name]
	if e == nil {
		return nil
	}
	out := slices.Clone(e.decl().examples)
	for _, more := range l.examples[name] {
		out = append(out, more()...)
	}
	return out
}

// example reads a line that begins an example or stands in one.
func (gp *guideParser) example(n *line) bool {
	w := n.peek()
	switch {
	case gp.lex.verbatim:
		gp.exampleSegment(w)
	case gp.lex.indent == 0 && w.text == "example" && !w.quoted:
		gp.exampleHead(n)
	default:
		return false
	}
	return true
}

// exampleHead reads `example "name" finds RULE PLACE and RULE`.
func (gp *guideParser) exampleHead(n *line) {
	n.i++
	gp.lex.verbatim = true // of a wrong head the lines are passed over, too
	e := &Example{Guide: gp.cur.name, Origin: gp.lex.at}
	e.Origin.Layer = gp.cur.name
	gp.cur.examples = append(gp.cur.examples, e)
	if e.Name = n.quoted(); e.Name == "" {
		n.expected(n.peek(), "the example's name in quotes")
		return
	}
	if !n.more() {
		return
	}
	if w, ok := n.take("finds, or the end of the line"); !ok || w.text != "finds" {
		n.expected(w, "finds, or the end of the line")
		return
	}
	for {
		x, ok := n.finds()
		if !ok {
			return
		}
		e.Finds = append(e.Finds, x)
		if n.peek().text != "and" {
			break
		}
		n.i++
	}
	n.end()
}

// finds takes a rule and, where one stands, a place.
func (n *line) finds() (x Expected, ok bool) {
	w, ok := n.take("the id of a rule")
	if !ok {
		return x, false
	}
	x.Rule = w.text
	if !slices.ContainsFunc(Rules(), func(r Rule) bool { return r.ID == w.text }) {
		n.expected(w, "the id of a rule of docs/RULES.md")
		return x, false
	}
	if w = n.peek(); !n.more() || w.text == "and" {
		return x, true
	}
	n.i++
	var err error
	if x.Place, err = edi.ParsePattern(w.text); err != nil {
		n.lex.fail(w.column, "%v", err)
		return x, false
	}
	for _, s := range x.Place.Steps {
		if s.Qualifier != "" {
			n.lex.fail(w.column, "place %q: what is found has ordinals (%s[2]), expected no qualifier", w.text, s.Tag)
			return x, false
		}
	}
	return x, true
}

// exampleSegment takes a line of an example.
func (gp *guideParser) exampleSegment(w word) {
	if packTag([]byte(w.text[:tagLength(w.text)])) == 0 {
		gp.lex.fail(w.column, "found %q, expected a segment: its tag and, behind separators, its elements", cut(w.text, 40))
		return
	}
	e := gp.cur.examples[len(gp.cur.examples)-1]
	e.Segments = append(e.Segments, w.text)
	e.at = append(e.at, exampleAt{gp.lex.at.Line, w.column})
}

// tagLength is how many bytes at the beginning of a segment can be of its tag.
func tagLength(text string) int {
	for i := range len(text) {
		if c := text[i]; (c < 'A' || c > 'Z') && (c < '0' || c > '9') {
			return i
		}
	}
	return len(text)
}

// parseExamples reads a file of examples: a head that names the guide, then the
// examples. It is nil when the head is wrong.
func parseExamples(file, text string, p *problems) *guideDecl {
	gp := &guideParser{lex: newLexer(file, text, p)}
	for gp.lex.next() {
		n := &line{lex: gp.lex}
		switch w := n.peek(); {
		case gp.cur == nil && (w.text != "examples" || w.quoted):
			n.expected(w, "examples and the name of their guide")
			return nil
		case gp.cur == nil:
			n.i++
			gp.cur = &guideDecl{at: gp.lex.at, baseColumn: n.peek().column}
			if gp.cur.name = n.baseName(); gp.cur.name == "" {
				n.expected(n.peek(), "the name of the guide")
				return nil
			}
			n.end()
		case !gp.example(n):
			n.expected(w, "example and its name, or an indented segment")
		}
	}
	if gp.cur == nil {
		p.add(Origin{File: file, Line: 1}, 0, "the file is empty, expected examples and the name of their guide")
	}
	return gp.cur
}

// attach gives the examples of .example files to their guides.
func (ld *loader) attach() {
	quiet := &loader{lib: ld.lib} // what is wrong with the layers was told when they were compiled
	for _, d := range ld.shows {
		e := ld.lib.byName[d.name]
		if e == nil {
			ld.probs.add(d.at, d.baseColumn, "no guide is called %q", d.name)
			continue
		}
		if base, _ := quiet.layers(e.decl()); base != nil {
			checkExamples(d.examples, base, &ld.probs)
		}
		ld.lib.examples[d.name] = append(slices.Clip(ld.lib.examples[d.name]), func() []*Example { return d.examples })
	}
}

// checkExamples notes what no document of a standard's guide can look like.
func checkExamples(examples []*Example, base *guideDecl, p *problems) {
	d := exampleDelimiters(base.standard, base.release)
	first, last := header(edi.Standard(base.standard)), trailer(edi.Standard(base.standard))
	for _, e := range examples {
		if len(e.Segments) == 0 {
			p.add(e.Origin, 0, "example %q has no segments: expected them below it, indented", e.Name)
			continue
		}
		for i, text := range e.Segments {
			s := exampleSegment(text, &d)
			at := Origin{File: e.Origin.File, Line: e.at[i].line}
			tag := string(s.Tag())
			switch {
			case len(tag) > tagLength(text):
				p.add(at, e.at[i].column+tagLength(text), "expected %q behind a tag, the separator of %s", d.Element, base.standard)
			case i == 0 && tag != first:
				p.add(at, e.at[i].column, "the first segment is %s: expected %s", tag, first)
			case i == len(e.Segments)-1 && tag != last:
				p.add(at, e.at[i].column, "the last segment is %s: expected %s", tag, last)
			}
			if end := indexUnreleased(text, d.Segment, d.Release); end >= 0 {
				p.add(at, e.at[i].column+end, "the terminator %q: expected one segment a line, without it", d.Segment)
			}
		}
	}
}

// exampleDelimiters are those that examples of a release are written with: the
// defaults of ISO 9735, and for X12, which has none, the usual ones.
func exampleDelimiters(standard, release string) edi.Delimiters {
	if standard == string(edi.EDIFACT) {
		d := edi.Delimiters{Segment: '\'', Element: '+', Component: ':', Release: '?', Decimal: '.'}
		if strings.HasPrefix(release, "4:") { // service messages of syntax 4
			d.Repetition = '*'
		}
		return d
	}
	d := edi.Delimiters{Segment: '~', Element: '*', Component: '>', Decimal: '.'}
	if release >= "00402" {
		d.Repetition = '^'
	}
	return d
}

// indexUnreleased is the index of the first c in text that no release character
// stands before, or -1.
func indexUnreleased(text string, c, release byte) int {
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == release && release != 0:
			i++
		case text[i] == c:
			return i
		}
	}
	return -1
}

// exampleSegment is a segment as an example has it, with its terminator.
func exampleSegment(text string, d *edi.Delimiters) edi.Segment {
	var ends []uint32
	for at := 0; ; {
		i := indexUnreleased(text[at:], d.Element, d.Release)
		if i < 0 {
			break
		}
		ends = append(ends, uint32(at+i))
		at += i + 1
	}
	return edi.NewSegment([]byte(text+string(rune(d.Segment))), append(ends, uint32(len(text))), d)
}

// Message is the example as a message of g, its guide.
func (e *Example) Message(g *Guide) *edi.Message {
	m := &edi.Message{Standard: g.standard, Set: g.set, Version: g.release, Interchange: 1,
		Path: edi.Path("").Segment(header(g.standard), 1), Delimiters: exampleDelimiters(string(g.standard), g.release)}
	for _, text := range e.Segments {
		s := exampleSegment(text, &m.Delimiters)
		s.Offset, s.Ordinal = int64(m.Size()), 1
		m.Append(&s)
	}
	control := m.Segment(1)
	if m.Control = string(control.Element(2)); g.standard == edi.EDIFACT {
		m.Control = string(control.Element(1))
		if _, version, ok := strings.Cut(string(control.Element(2)), ":"); ok {
			m.Version = version
		}
	}
	return m
}

// Failure is one way in which an example is not what it says.
type Failure struct {
	Line, Column int // in the file of the example, from 1
	Text         string
}

// Test holds an example against its guide. It gives what was not expected and
// what was expected in vain; nothing when the example is as it says. Findings of
// severity info do not count.
func (g *Guide) Test(e *Example) []Failure {
	m := e.Message(g)
	r := g.Validate(m, Options{MaxFindings: maxErrors})
	found := make([]bool, len(e.Finds))
	var out []Failure
	for i := range r.Findings {
		f := &r.Findings[i]
		if f.Severity == edi.Info {
			continue
		}
		expected := false
		for j, x := range e.Finds {
			if x.Rule == f.Rule && x.at(m.Path, f.Path) {
				found[j], expected = true, true
			}
		}
		if !expected {
			place := strings.TrimPrefix(string(f.Path), string(m.Path)+"/")
			out = append(out, e.failure(f.Place, int(f.Offset), m, fmt.Sprintf("%s %s: %s", f.Rule, place, f.Message)))
		}
	}
	for j, x := range e.Finds {
		if !found[j] {
			out = append(out, Failure{e.Origin.Line, 1, x.String() + " is not found"})
		}
	}
	return append(out, e.counts(g, m)...)
}

// at reports whether a finding's path is where the finding is expected.
func (x Expected) at(set, path edi.Path) bool {
	if len(x.Place.Steps) == 0 {
		return true
	}
	p, err := edi.ParsePattern(strings.TrimPrefix(string(path), string(set)+"/"))
	if err != nil || len(p.Steps) != len(x.Place.Steps) || p.Element != x.Place.Element {
		return false
	}
	for i, want := range x.Place.Steps {
		if got := p.Steps[i]; got.Tag != want.Tag || want.Ordinal > 0 && max(got.Ordinal, 1) != want.Ordinal {
			return false
		}
	}
	return (x.Place.Component == 0 || x.Place.Component == p.Component) && (x.Place.Repetition == 0 || x.Place.Repetition == p.Repetition)
}

// failure is a failure at a place of the message.
func (e *Example) failure(place, offset int, m *edi.Message, text string) Failure {
	place = min(max(place, 1), m.Len())
	s := m.Segment(place)
	at := e.at[place-1]
	return Failure{at.line, at.column + max(offset-int(s.Offset), 0), text}
}

// counts checks what whoever reads the envelope would: the trailer's count and
// control number.
func (e *Example) counts(g *Guide, m *edi.Message) []Failure {
	var out []Failure
	first, s := m.Segment(1), m.Segment(m.Len())
	number := 2
	if g.standard == edi.EDIFACT {
		number = 1
	}
	if got := string(s.Element(1)); got != fmt.Sprint(m.Len()) {
		out = append(out, e.failure(m.Len(), int(s.ElementOffset(1)), m, fmt.Sprintf("%s01 says %s segments, the example has %d", s.Tag(), got, m.Len())))
	}
	if got, want := string(s.Element(2)), string(first.Element(number)); got != want {
		out = append(out, e.failure(m.Len(), int(s.ElementOffset(2)), m, fmt.Sprintf("%s02 is %q, the header's number %q", s.Tag(), got, want)))
	}
	return out
}
