package mappings

import (
	"fmt"
	"math"
	"reflect"
	"slices"

	"github.com/edibridge/edibridge/canonical"
	"github.com/edibridge/edibridge/edi"
)

// piece is one segment of the message being written.
type piece struct {
	ordinal  int // of the segment that it stands for; 0: none
	tag      string
	elements []string
	made     int // index of the segment in maker.made; -1: residue alone
}

// spell appends the segment without its terminator; trailing empty elements
// fall away.
func (s *spelling) spell(buf []byte, p *piece) []byte {
	buf = append(buf, p.tag...)
	n := len(p.elements)
	for n > 0 && p.elements[n-1] == "" {
		n--
	}
	for _, e := range p.elements[:n] {
		buf = append(buf, s.element...)
		buf = append(buf, e...)
	}
	return buf
}

// join spells several, each with its terminator.
func (s *spelling) join(ps []piece) string {
	var buf []byte
	for i := range ps {
		buf = append(s.spell(buf, &ps[i]), s.segment...)
	}
	return string(buf)
}

// assembly puts the segments that a document makes and the values of a residue
// together.
type assembly struct {
	sp       *spelling
	w        *maker
	ordinals []int // of w.made; 0: none
	entries  []canonical.ResidueEntry
	alone    func(ordinal int) bool // the segment is residue alone
	gone     map[int]bool           // ordinals whose segment the document makes no more

	pieces  []piece
	dropped []canonical.ResidueEntry // one of each segment whose values found no place
}

// run makes the pieces, in order. A segment that is residue alone follows the
// one that it followed.
func (a *assembly) run() {
	a.pieces = slices.Grow(a.w.pieces[:0], len(a.w.made)+8)
	defer func() { a.w.pieces = a.pieces }()
	i := 0
	flush := func(until int) {
		for i < len(a.entries) && a.entries[i].Segment < until {
			i = a.apart(i)
		}
	}
	for m, s := range a.w.made {
		p := piece{ordinal: a.ordinals[m], tag: s.block.tag, elements: a.w.elements(s), made: m}
		if p.ordinal == 0 {
			a.pieces = append(a.pieces, p)
			continue
		}
		flush(p.ordinal)
		if n := a.group(i); n > i && a.entries[i].Segment == p.ordinal {
			p.elements = slices.Clone(p.elements)
			a.merge(&p, a.entries[i:n])
			i = n
		}
		a.pieces = append(a.pieces, p)
		flush(a.after(m))
	}
	flush(math.MaxInt)
}

// after is the ordinal that the next made segment stands for.
func (a *assembly) after(m int) int {
	for _, o := range a.ordinals[m+1:] {
		if o > 0 {
			return o
		}
	}
	return math.MaxInt
}

// group is the end of the entries of one segment that begin at i.
func (a *assembly) group(i int) int {
	n := i
	for n < len(a.entries) && a.entries[n].Segment == a.entries[i].Segment {
		n++
	}
	return n
}

// apart places a segment that is residue alone behind the one before it; when
// that is gone, so is this.
func (a *assembly) apart(i int) int {
	n := a.group(i)
	e := a.entries[i]
	switch {
	case a.gone[e.Segment]:
		a.dropped = append(a.dropped, e)
	case !a.alone(e.Segment):
		// Part of a gap, which Format spells.
	case a.gone[e.Segment-1]:
		a.gone[e.Segment] = true
		a.dropped = append(a.dropped, e)
	default:
		p := piece{ordinal: e.Segment, tag: e.Tag, made: -1}
		a.merge(&p, a.entries[i:n])
		a.pieces = append(a.pieces, p)
	}
	return n
}

// What a residue can make of a segment is bounded; what lies beyond comes back
// by its spelling.
const (
	maxElement = 999
	maxPart    = 99
)

// merge puts values of the residue where the segment has none.
func (a *assembly) merge(p *piece, entries []canonical.ResidueEntry) {
	for i := range entries {
		e := &entries[i]
		if e.Element < 1 || e.Element > maxElement || e.Component > maxPart || e.Repetition > maxPart {
			continue
		}
		for len(p.elements) < e.Element {
			p.elements = append(p.elements, "")
		}
		v := &p.elements[e.Element-1]
		value := a.sp.release(e.Value)
		if e.Component == 0 && e.Repetition == 0 {
			if *v == "" {
				*v = value
			}
			continue
		}
		*v = a.sp.put(*v, e.Repetition, e.Component, value)
	}
}

// written is a message on its way out: pieces, and the spellings that a residue
// has for them.
type written struct {
	sp       *spelling
	pieces   []piece
	lates    []late
	doc      reflect.Value
	total    int                       // segments of the whole message
	single   map[int]*canonical.Format // by ordinal
	gaps     []canonical.Format        // by ordinal, ascending
	findings []edi.Finding
	out      []byte
	size     int // segments written
}

// lay sorts the spellings.
func (o *written) lay(formats []canonical.Format) {
	o.single = make(map[int]*canonical.Format, len(formats))
	for i := range formats {
		if f := &formats[i]; f.Gap {
			o.gaps = append(o.gaps, *f)
		} else {
			o.single[f.Segment] = f
		}
	}
	slices.SortStableFunc(o.gaps, func(a, b canonical.Format) int { return a.Segment - b.Segment })
}

// expected is how many segments there are when every spelling holds.
func (o *written) expected() int {
	n := 0
	for i := range o.pieces {
		if o.pieces[i].ordinal > 0 || len(o.gaps) == 0 {
			n++
		}
	}
	for i := range o.gaps {
		n += o.gaps[i].Count
	}
	return n
}

// write spells all pieces.
func (o *written) write() {
	o.settle()
	o.out, o.size, o.findings = slices.Grow(o.out[:0], len(o.pieces)*40), 0, nil
	gaps, loose := o.gaps, 0 // loose: the first of those that were made, and stand for no segment
	for i := range o.pieces {
		if p := &o.pieces[i]; p.ordinal > 0 {
			gaps = o.gap(o.pieces[loose:i], gaps, p.ordinal)
			o.one(p)
			loose = i + 1
		}
	}
	o.gap(o.pieces[loose:], gaps, math.MaxInt)
}

// settle writes the values that are computed over the whole message.
func (o *written) settle() {
	if len(o.lates) == 0 {
		return
	}
	i := 0
	for _, l := range o.lates { // in the order of the pieces
		for i < len(o.pieces) && o.pieces[i].made < l.made {
			i++
		}
		if i == len(o.pieces) || o.pieces[i].made != l.made {
			continue
		}
		p, s := &o.pieces[i], l.row.spots[0]
		if s.element > len(p.elements) {
			continue
		}
		want, err := l.row.expr.eval(&subject{obj: l.obj, doc: o.doc, whole: o})
		if v := &p.elements[s.element-1]; err == nil && (l.row.noPath || !sameNumber(o.sp.part(*v, 0, max(s.component, 1)), want)) {
			*v = o.sp.put(*v, 0, s.component, want)
		}
	}
}

func (o *written) segments() int { return o.total }

// each gives the segments of a tag.
func (o *written) each(tag string, do func(p *piece)) {
	for i := range o.pieces {
		if p := &o.pieces[i]; p.tag == tag {
			do(p)
		}
	}
}

func (o *written) count(tag string) int {
	n := 0
	o.each(tag, func(*piece) { n++ })
	return n
}

func (o *written) values(tag string, s spot) []string {
	var vs []string
	o.each(tag, func(p *piece) {
		if s.element <= len(p.elements) {
			v := values{o.sp.unrelease(o.sp.part(p.elements[s.element-1], 0, max(s.component, 1)))}
			text, _ := decimalIn(&v, &o.sp.d)
			vs = append(vs, text)
		}
	})
	return vs
}

// gap writes what was made between two segments, spelled as the residue says
// when it is what the residue speaks of.
func (o *written) gap(loose []piece, gaps []canonical.Format, before int) []canonical.Format {
	for len(gaps) > 0 && gaps[0].Segment <= before {
		f := gaps[0]
		gaps = gaps[1:]
		if o.sp.join(loose) == f.Made {
			o.out = append(o.out, f.Raw...)
			o.size += f.Count
			loose = nil
			continue
		}
		o.drop(f.Segment, "its spelling is dropped, with values that no row reads: the document says something else here now")
	}
	for i := range loose {
		o.plain(&loose[i])
	}
	return gaps
}

// one writes a segment that stands for one that was read.
func (o *written) one(p *piece) {
	f := o.single[p.ordinal]
	if f == nil {
		o.plain(p)
		return
	}
	at := len(o.out)
	o.out = o.sp.spell(o.out, p)
	text := string(o.out[at:])
	if f.Made == text || f.Made == "" && o.sp.core(f.Raw) == text {
		o.out = append(o.out[:at], f.Raw...)
	} else {
		o.out = append(append(o.out, o.sp.segment...), o.sp.lineBreak...)
	}
	o.size++
}

func (o *written) plain(p *piece) {
	o.out = o.sp.spell(o.out, p)
	o.out = append(append(o.out, o.sp.segment...), o.sp.lineBreak...)
	o.size++
}

func (o *written) drop(ordinal int, text string) {
	if len(o.findings) < maxFindings {
		o.findings = append(o.findings, edi.Finding{Rule: "mapping.residue.dropped", Severity: edi.Warning,
			Message: fmt.Sprintf("segment %d: %s", ordinal, text), Segment: ordinal})
	}
}
