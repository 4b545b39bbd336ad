package mappings

import (
	"fmt"
	"strings"
	"testing"

	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/edi/guide"
	"pgregory.net/rapid"
)

// grammar is a guide's lines as a tree, to make random messages from.
type grammar struct {
	tag  string
	loop bool
	kids []*grammar
}

func newGrammar(g *guide.Guide) *grammar {
	root := &grammar{}
	at := map[string]*grammar{"": root}
	for _, l := range g.Lines() {
		around, tag := "", l.Place
		if i := strings.LastIndexByte(l.Place, '/'); i >= 0 {
			around, tag = l.Place[:i], l.Place[i+1:]
		}
		up := at[around]
		loop := strings.Contains(l.Text, "loop ")
		if up == nil || !loop && (up.tag == tag || at[l.Place] != nil && at[l.Place].loop) {
			continue // a trigger: its loop stands for it
		}
		k := &grammar{tag: tag, loop: loop}
		up.kids = append(up.kids, k)
		if loop {
			at[l.Place] = k
		}
	}
	return root
}

// spelled makes random values and random habits of writing them.
type spelled struct {
	t         *rapid.T
	d         edi.Delimiters
	lineBreak string
	odd       bool // padding, trailing separators, odd breaks
	parted    bool // components, where the guide has none too
	b         strings.Builder
	count     int
}

func (s *spelled) chance(percent int, label string) bool {
	return rapid.IntRange(1, 100).Draw(s.t, label) <= percent
}

var samples = []string{"00", "SA", "ST", "BY", "EA", "CT", "4711", "1", "10.50", ".5", "-3", "007", "12500", "20261123", "20269999", "261123", "0930",
	"093015", "2599", "UP", "012345678905", "ACME", "Müller", "  lead", "RD8", "20261101-20261130", "0", "PRICE 5 PER 10", "ES", "\xe9t\xe9"}

func (s *spelled) value() string {
	v := rapid.SampledFrom(samples).Draw(s.t, "value")
	if s.parted && s.chance(8, "composite") {
		v += string([]byte{s.d.Component}) + rapid.SampledFrom(samples).Draw(s.t, "component")
	}
	if s.odd && s.chance(5, "padded") {
		v += "  "
	}
	return v
}

func (s *spelled) segment(tag string, most int) {
	s.b.WriteString(tag)
	last := 0
	n := rapid.IntRange(1, most).Draw(s.t, "elements")
	for i := 1; i <= n; i++ {
		if s.b.WriteByte(s.d.Element); s.chance(60, "given") {
			s.b.WriteString(s.value())
			last = i
		}
	}
	if !s.odd && last < n {
		text := strings.TrimRight(s.b.String(), string([]byte{s.d.Element}))
		s.b.Reset()
		s.b.WriteString(text)
	}
	s.end()
}

func (s *spelled) end() {
	s.count++
	s.b.WriteByte(s.d.Segment)
	s.b.WriteString(s.lineBreak)
	if s.odd && s.d.Segment == '~' && s.chance(2, "break") {
		s.b.WriteString("\r\n")
	}
}

// fill writes what may stand in a loop.
func (s *spelled) fill(g *grammar, share int) {
	for _, k := range g.kids {
		if k.tag == "ST" || k.tag == "SE" {
			continue
		}
		most := share
		if k.tag == "PO1" || k.tag == "BEG" {
			most = 90
		}
		for n := 0; n < 3 && s.chance(most, k.tag); n++ {
			s.segment(k.tag, 12)
			if k.loop {
				s.fill(k, share)
			}
		}
	}
}

func generate(t *rapid.T, g *grammar) (string, edi.Delimiters) {
	s := &spelled{t: t, d: edi.Delimiters{Segment: '~', Element: '*', Component: '>', Decimal: '.'}}
	switch rapid.IntRange(0, 3).Draw(t, "delimiters") {
	case 1:
		s.d = edi.Delimiters{Segment: '\n', Element: '|', Component: ':', Decimal: '.'}
	case 2:
		s.d = edi.Delimiters{Segment: '~', Element: '\x1d', Component: '\x1f', Repetition: '^', Decimal: '.'}
		s.lineBreak = "\n"
	}
	s.odd, s.parted = s.chance(50, "odd"), s.chance(30, "parted")
	s.b.WriteString("ST" + string(s.d.Element) + "850" + string(s.d.Element) + "0001")
	s.end()
	s.fill(g, 12)
	n := s.count + 1
	if s.chance(10, "miscounted") {
		n = 99
	}
	fmt.Fprintf(&s.b, "SE%c%d%c0001", s.d.Element, n, s.d.Element)
	s.end()
	return s.b.String(), s.d
}

// TestGenerated takes random messages of the guide there and back: the same
// bytes, and without the residue the same meaning.
func TestGenerated(t *testing.T) {
	g, m := purchaseOrder(t)
	tree := newGrammar(g)
	longest, mapped, elements := 0, 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		raw, d := generate(rt, tree)
		msg, err := edi.ReadMessage([]byte(raw), d)
		if err != nil {
			rt.Fatalf("%v\n%q", err, raw)
		}
		msg.Version = "004010"
		r := roundTrip(rt, g, m, msg)
		longest = max(longest, msg.Len())
		mapped, elements = mapped+r.Residue.Coverage.Mapped, elements+r.Residue.Coverage.Elements
	})
	t.Logf("longest message %d segments, %d of %d values mapped", longest, mapped, elements)
	if longest < 10 || mapped == 0 || mapped == elements {
		t.Errorf("longest message %d segments, %d of %d values mapped: the generator makes too little", longest, mapped, elements)
	}
}
