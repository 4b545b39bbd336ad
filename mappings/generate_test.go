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
	sense     int  // percent of segments that are sound
	b         strings.Builder
	count     int
}

func (s *spelled) chance(percent int, label string) bool {
	return rapid.IntRange(1, 100).Draw(s.t, label) <= percent
}

var samples = []string{"00", "SA", "ST", "BY", "EA", "CT", "4711", "1", "10.50", ".5", "-3", "007", "12500", "20261123", "20269999", "261123", "0930",
	"093015", "2599", "UP", "012345678905", "ACME", "Müller", "  lead", "RD8", "20261101-20261130", "0", "PRICE 5 PER 10", "ES", "\xe9t\xe9"}

// codes are values that rows of the tables of EDIFACT look for.
var codes = []string{"137", "21", "AAA", "102", "203", "718", "5", "7", "11", "8", "2", "CT", "D", "12", "124", "BY", "EN", "2026112312?+30", "a?'b", "9"}

func (s *spelled) value() string {
	v := rapid.SampledFrom(samples).Draw(s.t, "value")
	if s.d.Release != 0 {
		if v = rapid.SampledFrom(codes).Draw(s.t, "code"); s.chance(30, "text") {
			v = strings.ToValidUTF8(rapid.SampledFrom(samples).Draw(s.t, "value"), "")
		}
		for n := 0; n < 4 && s.chance(40, "composite"); n++ {
			v += string([]byte{s.d.Component}) + rapid.SampledFrom(codes).Draw(s.t, "component")
		}
		return v
	}
	if s.parted && s.chance(8, "composite") {
		v += string([]byte{s.d.Component}) + rapid.SampledFrom(samples).Draw(s.t, "component")
	}
	if s.odd && s.chance(5, "padded") {
		v += "  "
	}
	return v
}

// sound are segments as partners write them, without their tags.
var sound = map[string][]string{
	"BGM": {"220+4711+9", "220+PO?'1+9+AC", "105+7"},
	"DTM": {"137:20261123:102", "2:202611240930:203", "10:2026112420261130:718", "63:20261130:102", "13:20261231:102"},
	"RFF": {"CT:C7", "ON:4711", "CR:1:2", "RE:3"},
	"NAD": {"BY+5412345000013::9", "SU+77::92++ACME:SOUTH+DEPOT ROAD 12:GATE 4+LYON++07001+FR", "DP+++A?+B"},
	"CTA": {"PD+7:Jane", "OC"}, "COM": {"555-1:TE", "j@a.com:EM"}, "LOC": {"7+0001::92", "9+FRPAR", "7+0007"},
	"CUX": {"2:EUR:9", "2:EUR:9+3:USD:4+1.05"}, "TAX": {"7+VAT+++:::19+S", "7+GST+++:::5"}, "PAT": {"1++5:3:D:30", "3"},
	"LIN": {"1++4006381333931:EN", "2", "3+1+400:EN::9"}, "PIA": {"5+AB-1:SA", "1+X:BP+Y:IN"}, "IMD": {"F++:::WIDGET, BLUE", "F+8+BL::9:BLUE"},
	"QTY": {"21:10:PCE", "21:1.50", "11:4:PCE", "59:6"}, "MOA": {"203:12.50", "8:1.25", "86:99", "124:3"}, "PCD": {"3:5", "12:2.5"},
	"PRI": {"AAA:1.50", "AAA:24.1:::100", "AAB:9.99::RRP", "INV:3"}, "ALC": {"A++++DI", "C+1+2++FC::9:FREIGHT"}, "MEA": {"PD+LN+INH:10", "AAE+AAB+KGM:2:1:3"},
	"FTX": {"AAI+++one:two", "DEL+1++late", "ZZZ++X1::9"}, "CNT": {"2:1", "1:10"}, "TDT": {"20++30+31+ACME::92:BY ROAD"}, "TOD": {"6+PP+DDP"}, "PAC": {"5++CT"},
}

func (s *spelled) segment(tag string, most int) {
	s.b.WriteString(tag)
	if forms := sound[tag]; s.d.Release != 0 && len(forms) > 0 && s.chance(s.sense, "sound") {
		s.b.WriteString("+" + rapid.SampledFrom(forms).Draw(s.t, "form"))
		s.end()
		return
	}
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
		most := share
		switch k.tag {
		case "ST", "SE", "UNH", "UNT":
			continue
		case "PO1", "BEG", "LIN", "BGM":
			most = 90
		case "UNS":
			s.b.WriteString("UNS" + string(s.d.Element) + "S")
			s.end()
			continue
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

// generateOrders makes a random ORDERS.
func generateOrders(t *rapid.T, g *grammar) (string, edi.Delimiters) {
	s := &spelled{t: t, d: plussed}
	switch rapid.IntRange(0, 2).Draw(t, "delimiters") {
	case 1:
		s.d.Decimal = ','
		s.lineBreak = "\r\n"
	case 2:
		s.d.Repetition = '*'
	}
	s.odd, s.sense = s.chance(30, "odd"), rapid.SampledFrom([]int{50, 95, 100}).Draw(t, "sense")
	s.b.WriteString("UNH+1+ORDERS:D:96A:UN")
	s.end()
	s.fill(g, 12)
	fmt.Fprintf(&s.b, "UNT+%d+1", s.count+1)
	s.end()
	return s.b.String(), s.d
}

// TestGeneratedOrders does with ORDERS what TestGenerated does with the 850.
func TestGeneratedOrders(t *testing.T) {
	g, m := languages(t, edi.EDIFACT, "D:96A", "ORDERS")
	tree := newGrammar(g)
	mapped, elements, sound := 0, 0, 0
	rapid.Check(t, func(rt *rapid.T) {
		raw, d := generateOrders(rt, tree)
		msg, err := edi.ReadMessage([]byte(raw), d)
		if err != nil {
			rt.Fatalf("%v\n%q", err, raw)
		}
		msg.Version = "D:96A:UN"
		r := roundTrip(rt, g, m, msg)
		mapped, elements = mapped+r.Residue.Coverage.Mapped, elements+r.Residue.Coverage.Elements
		if len(r.Findings) == 0 {
			sound++
		}
	})
	t.Logf("%d of %d values mapped, %d messages without findings", mapped, elements, sound)
	if mapped == 0 || mapped == elements || sound == 0 {
		t.Errorf("%d of %d values mapped, %d messages without findings: the generator makes too little", mapped, elements, sound)
	}
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
