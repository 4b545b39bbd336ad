package edi

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
)

func x12Delimiters() Delimiters {
	return Delimiters{Segment: '~', Element: '*', Component: '>', Repetition: '^', Decimal: '.'}
}

func edifactDelimiters() Delimiters {
	return Delimiters{Segment: '\'', Element: '+', Component: ':', Repetition: '*', Release: '?', Decimal: '.'}
}

func TestSegment(t *testing.T) {
	m, err := ReadMessage([]byte("ST*850*0001~\nREF*A>B>C^D*X**~\nSE*3*0001~\n"), x12Delimiters())
	if err != nil {
		t.Fatal(err)
	}
	s := m.Segment(2)
	for _, c := range []struct{ what, got, want string }{
		{"tag", string(s.Tag()), "REF"},
		{"length", fmt.Sprint(s.Len()), "4"},
		{"element 1", string(s.Element(1)), "A>B>C^D"},
		{"element 3", fmt.Sprint(s.Element(3) != nil, len(s.Element(3))), "true 0"},
		{"element 5", fmt.Sprint(s.Element(5) == nil), "true"},
		{"element 0", fmt.Sprint(s.Element(0) == nil), "true"},
		{"component 2", string(s.Component(1, 2)), "B"},
		{"component 4", fmt.Sprint(s.Component(1, 4) == nil), "true"},
		{"repetition 2", string(s.Repetition(1, 2)), "D"},
		{"offset", fmt.Sprint(s.Offset), "13"},
		{"offset of element 2", fmt.Sprint(s.ElementOffset(2)), "25"},
		{"offset of element 9", fmt.Sprint(s.ElementOffset(9)), "28"},
		{"ordinal and place", fmt.Sprint(s.Ordinal, s.Place), "2 2"},
		{"raw", string(s.Raw()), "REF*A>B>C^D*X**~\n"},
		{"data", string(s.Data()), "REF*A>B>C^D*X**"},
		{"break", string(s.Break()), "\n"},
		{"end", fmt.Sprint(s.End()), "29"},
		{"set", m.Set + " " + m.Control + " " + string(m.Path), "850 0001 ST[1]"},
	} {
		if c.got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.what, c.got, c.want)
		}
	}
}

func TestReleased(t *testing.T) {
	m, err := ReadMessage([]byte("UNH+1+ORDERS:D'FTX+A?:B:C?'D+?+*E'UNT+3+1'"), edifactDelimiters())
	if err != nil {
		t.Fatal(err)
	}
	s := m.Segment(2)
	got := fmt.Sprintf("%s|%s|%s|%s", s.Component(1, 1), s.Component(1, 2), s.Element(2), s.Repetition(2, 2))
	if want := "A?:B|C?'D|?+*E|E"; got != want {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
	if m.Set != "ORDERS" || m.Control != "1" || m.Standard != EDIFACT {
		t.Errorf("%s %s %s", m.Standard, m.Set, m.Control)
	}
}

func TestReadMessageErrors(t *testing.T) {
	for _, c := range []struct {
		text   string
		offset int64
	}{
		{"", 0},
		{"SE*1*1~", 0},
		{"ISA*00~", 0},
		{"ST*850*1~BEG~", 13},
		{"ST*850*1~SE*2*1", 15},
		{"ST*850*1~ST*850*2~SE*2*2~", 9},
		{"ST*850*1~SE*2*1~ST*850*2~SE*2*2~", 16},
	} {
		_, err := ReadMessage([]byte(c.text), x12Delimiters())
		var e *MessageError
		if !errors.As(err, &e) || e.Offset != c.offset {
			t.Errorf("%q\n got %v\nwant an error at byte %d", c.text, err, c.offset)
		}
	}
}

// TestCollect checks what is told of messages that do not end as they should,
// and that a clone outlives the Reader.
func TestCollect(t *testing.T) {
	for _, c := range []struct {
		name, text string
		lim        Limits
		kept       int
		want       string // Segments, trailer's place, Limit, LimitPlace, Binary
		next       string // the next segment's tag
	}{
		{"closed", "ST*1~A*1~SE*1~GE~", Limits{}, 3, "3 3  0 0", "GE"},
		{"not closed", "ST*1~A*1~GE~", Limits{}, 2, "2 0  0 0", "GE"},
		{"another begins", "ST*1~ST*2~", Limits{}, 1, "1 0  0 0", "ST"},
		{"file ends", "ST*1~A*1", Limits{}, 2, "2 0  0 0", ""},
		{"segment too long", "ST*1~A*12345678901234567890123456789~B~SE*1~GE~", Limits{Segment: 24}, 1, "4 4 segment 2 0", "GE"},
		{"message too long", "ST*1~A*1~B*1~SE*1~GE~", Limits{Message: 10}, 2, "4 4 message 3 0", "GE"},
		{"too long and not closed", "ST*1~A*1~B*1~GE~", Limits{Message: 10}, 2, "3 0 message 3 0", "GE"},
		{"binary", "ST*1~BIN*3*A~B~BIN*7*A~SE*1~GE~", Limits{}, 4, "4 4  0 3", "GE"},
	} {
		r := NewReader(strings.NewReader(isa+"GS*PO~"+c.text), c.lim)
		if c.lim.Segment > 0 {
			r.lim.Segment = c.lim.Segment
		}
		if _, err := r.Find(nil); err != nil {
			t.Fatal(err)
		}
		var m Message
		for range 3 {
			if _, err := r.Next(); err != nil {
				t.Fatal(err)
			}
		}
		f := NewFrame("SE", "ST", "GS", "GE", "IEA")
		tail, err := r.Collect(&m, &f)
		if err != nil {
			t.Fatal(err)
		}
		place := 0
		if tail.Trailer != nil {
			place = tail.Trailer.Place
		}
		if got := fmt.Sprint(tail.Segments, " ", place, " ", tail.Limit, " ", tail.LimitPlace, " ", tail.Binary); got != c.want {
			t.Errorf("%s: tail\n got %s\nwant %s", c.name, got, c.want)
		}
		if m.Len() != c.kept || m.Truncated != (tail.Limit != "") {
			t.Errorf("%s: %d segments kept, truncated %v; want %d", c.name, m.Len(), m.Truncated, c.kept)
		}
		clone := m.Clone()
		raw := string(m.Raw())
		next := ""
		if s, err := r.Next(); err == nil {
			next = string(s.Tag())
		} else if err != io.EOF {
			t.Fatal(err)
		}
		if next != c.next {
			t.Errorf("%s: goes on with %q; want %q", c.name, next, c.next)
		}
		for i := range r.buf[:cap(r.buf)] {
			r.buf[:cap(r.buf)][i] = 'X'
		}
		if got := string(clone.Raw()); got != raw || !strings.HasPrefix(c.text, got) {
			t.Errorf("%s: the clone\n got %q\nwant %q", c.name, got, raw)
		}
	}
}

func TestAppend(t *testing.T) {
	text := "ST*850*0001~\nBEG*00~SE*3*0001~"
	m, err := ReadMessage([]byte(text), x12Delimiters())
	if err != nil {
		t.Fatal(err)
	}
	var built Message
	built.Delimiters = m.Delimiters
	for range 2 { // the second time in the memory of the first
		built.Reset()
		for place := 1; place <= m.Len(); place++ {
			s := m.Segment(place)
			built.Append(&s)
		}
	}
	if got := string(built.Raw()); got != text {
		t.Errorf("\n got %q\nwant %q", got, text)
	}
	s := built.Segment(3)
	if got := fmt.Sprintf("%s %s %d", s.Tag(), s.Element(2), s.Offset); got != "SE 0001 20" {
		t.Errorf("\n got %s\nwant SE 0001 20", got)
	}
	clone := s.Clone()
	built.Reset()
	built.Append(&clone)
	if got := string(clone.Element(1)); got != "3" {
		t.Errorf("the clone's element 1\n got %s\nwant 3", got)
	}
}

func TestWriter(t *testing.T) {
	for _, c := range []struct {
		name string
		d    Delimiters
		do   func(*Writer) error
		want string
	}{
		{"plain", x12Delimiters(), func(w *Writer) error { return w.Write("REF", "DP", "0123") }, "REF*DP*0123~"},
		{"trailing", x12Delimiters(), func(w *Writer) error { return w.Write("N1", "ST", "", "92", "", "") }, "N1*ST**92~"},
		{"nothing", x12Delimiters(), func(w *Writer) error { return w.Write("UNS") }, "UNS~"},
		{"composites", x12Delimiters(), func(w *Writer) error {
			return w.WriteComposites("AK4", []string{"2", "", "1"}, nil, []string{"7", ""}, []string{""}, nil)
		}, "AK4*2>>1**7~"},
		{"released", edifactDelimiters(), func(w *Writer) error { return w.Write("FTX", "A+B:C'D?E*F") }, "FTX+A?+B?:C?'D??E?*F'"},
		{"delimiter", x12Delimiters(), func(w *Writer) error { return w.Write("MSG", "OK", "A~B") }, `edi: MSG02 "A~B" holds the delimiter '~'`},
		{"repetition", x12Delimiters(), func(w *Writer) error { return w.Write("MSG", "A^B") }, `edi: MSG01 "A^B" holds the delimiter '^'`},
		{"no component separator", Delimiters{Segment: '~', Element: '*'}, func(w *Writer) error {
			return w.WriteComposites("AK4", []string{"2", "1"})
		}, "edi: AK401 is a composite and there is no component separator"},
	} {
		var b bytes.Buffer
		got := ""
		if err := c.do(NewWriter(&b, c.d)); err != nil {
			got = err.Error()
		}
		if got += b.String(); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.name, got, c.want)
		}
	}
	broken := errors.New("no room")
	w := NewWriter(refusing{broken}, x12Delimiters())
	for range 2 {
		if err := w.Write("A"); !errors.Is(err, broken) {
			t.Errorf("\n got %v\nwant %v", err, broken)
		}
	}
}

type refusing struct{ err error }

func (r refusing) Write([]byte) (int, error) { return 0, r.err }

func TestPaths(t *testing.T) {
	p := Path("").Segment("ISA", 1).Segment("ST", 2)
	for _, c := range []struct{ got, want Path }{
		{p, "ISA[1]/ST[2]"},
		{p.Unplaced(21), "ISA[1]/ST[2]/#21"},
		{p.Element("PO1", 7, 0, 0), "ISA[1]/ST[2]/PO107"},
		{p.Element("REF", 2, 1, 3), "ISA[1]/ST[2]/REF02.1(3)"},
	} {
		if c.got != c.want {
			t.Errorf("\n got %s\nwant %s", c.got, c.want)
		}
	}
}

func TestPatterns(t *testing.T) {
	for _, s := range []string{
		"PO1[3]/PO107", "N1:ST/N104", "DTM:002/DTM02", "NAD:BY/NAD02.1", "REF[2]/REF02(3)", "HL:I/SN1/SN102",
		"REF:*", "N1[2]/N3[1]/N301", "REF02.1(3)", "PO1", "N1001", "ISA[1]/GS[1]/ST[2]/PO1[14]/PO107",
	} {
		p, err := ParsePattern(s)
		if err != nil {
			t.Errorf("%s: %v", s, err)
			continue
		}
		if got := p.String(); got != s {
			t.Errorf("\n got %s\nwant %s", got, s)
		}
	}
	p, err := ParsePattern("N1:ST/N104")
	if err != nil || len(p.Steps) != 1 || p.Steps[0] != (Step{Tag: "N1", Qualifier: "ST"}) || p.Element != 4 {
		t.Errorf("N1:ST/N104 is %+v, %v", p, err)
	}
	for _, s := range []string{"", "/", "n1", "N1:", "N1[0]", "N1[x", "PO100", "REF02.x", "REF02(0)", "REF02.1)", "REF02(3", "1N/A", "TOOLONG", "PO1/"} {
		if p, err := ParsePattern(s); err == nil {
			t.Errorf("%q is no pattern, got %+v", s, p)
		}
	}
}

func FuzzPattern(f *testing.F) {
	f.Add("N1:ST/N104")
	f.Add("REF[2]/REF02.1(3)")
	f.Fuzz(func(t *testing.T, s string) {
		p, err := ParsePattern(s)
		if err != nil {
			return
		}
		again, err := ParsePattern(p.String())
		if err != nil || again.String() != p.String() {
			t.Errorf("%q is %q, and that %q, %v", s, p, again, err)
		}
	})
}

func TestFinding(t *testing.T) {
	f := Finding{Rule: "x12.set.count", Severity: Error, Message: "SE01 says 3", Path: "ST[1]/SE01", Offset: 40}
	if got, want := f.String(), "error x12.set.count ST[1]/SE01, byte 40: SE01 says 3"; got != want || !f.Rejects() {
		t.Errorf("\n got %s\nwant %s", got, want)
	}
}

// TestWalkerAlone walks without a syntax: everything is passed over and told.
func TestWalkerAlone(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"empty", "", ""},
		{"no EDI", "hello", "junk 0+5 edi.junk"},
		{"blank", "\r\n \r\n", "junk 0+5 edi.junk"},
		{"EBCDIC", "\xE4\xD5\xC1\x7A\x4E", "junk 0+5 edi.encoding"},
		{"UTF-16", "\xFF\xFEI\x00S\x00A\x00", "junk 0+8 edi.encoding"},
		{"cut off ISA", isa[:50], "junk 0+50 edi.header.malformed"},
		{"UNB cut off", "UNA:+.? 'UNB+UNOC:3+40", "junk 0+22 edi.header.malformed"},
		{"X12", isa + "GS~IEA~\n", "begin 0 edi.syntax.unknown; end 3 segments, 113 bytes, true"},
		{"BOM", "\xEF\xBB\xBF" + isa + "IEA~", "begin 3 edi.bom edi.syntax.unknown; end 2 segments, 110 bytes, true"},
		{"EDIFACT", "\r\nUNA:+.? '\n" + unb + "UNZ'", "begin 2 edi.blank edi.syntax.unknown; end 2 segments, 76 bytes, true"},
		{"no trailer", isa + "GS~" + isa + "x", "begin 0 edi.syntax.unknown; end 2 segments, 109 bytes, false; " +
			"begin 109 edi.syntax.unknown; end 2 segments, 107 bytes, false"},
	} {
		w := NewWalker(strings.NewReader(c.text), Limits{})
		var got []string
		for {
			ev, err := w.Next()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			var s string
			switch ev.Kind {
			case Junk:
				s = fmt.Sprintf("junk %d+%d", ev.Offset, ev.Length)
			case BeginInterchange:
				s = fmt.Sprintf("begin %d", ev.Interchange.Offset)
			case EndInterchange:
				s = fmt.Sprintf("end %d segments, %d bytes, %v", ev.Interchange.Segments, ev.Interchange.Length, ev.Interchange.Complete)
			}
			for i := range ev.Findings {
				s += " " + ev.Findings[i].Rule
			}
			got = append(got, s)
		}
		if got := strings.Join(got, "; "); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.name, got, c.want)
		}
	}
	broken := errors.New("the line is broken")
	for _, text := range []string{"", "junk", isa, isa + "GS*"} {
		w := NewWalker(io.MultiReader(strings.NewReader(text), failing{broken}), Limits{})
		var err error
		for err == nil {
			_, err = w.Next()
		}
		if !errors.Is(err, broken) {
			t.Errorf("%q\n got %v\nwant %v", text, err, broken)
		}
	}
}

// Both ways to look at a segment show the same, whatever the memory held before.
func TestSegmentAt(t *testing.T) {
	m, err := ReadMessage([]byte("ST*850*0001~BEG*00*SA*4711~SE*3*0001~"), Delimiters{Segment: '~', Element: '*', Decimal: '.'})
	if err != nil {
		t.Fatal(err)
	}
	s := Segment{Cut: true, Offset: 99}
	for p := 1; p <= m.Len(); p++ {
		m.SegmentAt(p, &s)
		want := m.Segment(p)
		if string(s.Raw()) != string(want.Raw()) || s.Offset != want.Offset || s.Ordinal != want.Ordinal || s.Place != p || s.Cut ||
			s.Delimiters != want.Delimiters || string(s.Element(2)) != string(want.Element(2)) {
			t.Errorf("segment %d: got %+v, want %+v", p, s, want)
		}
	}
}
