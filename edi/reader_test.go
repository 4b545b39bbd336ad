package edi

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

const (
	isa  = "ISA*00*          *00*          *ZZ*NORTHPIER      *ZZ*LAKEHOUSE3PL   *261123*0930*U*00401*000000301*0*T*>~"
	isa2 = "ISA|00|          |00|          |ZZ|NORTHPIER      |ZZ|LAKEHOUSE3PL   |261123|0930|^|00501|000000302|0|T|:'"
	isa7 = "ISA*00*          *00*          *ZZ*NORTHPIER      *ZZ*LAKEHOUSE3PL   *261123*0930*^*00704*000000303*0*T*:~"
	unb  = "UNB+UNOC:3+4099999000003:14+4099999000010:14+261123:0930+REF1'"
)

// document is one row of the table that reads, round trips, chunk sizes and
// fuzzing share. Marks are stripped before the text is read: § stands where a
// segment begins, ¶ where a gap begins that is not blank.
type document struct {
	name string
	text string
	// tags are those of the segments, "/" between interchanges, "!" behind one
	// that is not terminated, "…" behind one that was cut off.
	tags string
}

func documents() []document {
	return []document{
		{"empty", "", ""},
		{"no EDI", "¶Dear partner, please find attached ISA and UNB.", ""},
		{"X12", "§" + isa + "§GS*PO~§ST*850*0001~§SE*2*0001~§GE*1*1~§IEA*1*000000301~", "ISA GS ST SE GE IEA"},
		{"line breaks", "§" + isa + "\n§GS*PO~\n§ST*850~\r\n§SE*2~\n\n§IEA*1~\n", "ISA GS ST SE IEA"},
		{"CRLF is terminator", "§" + strings.TrimSuffix(isa, "~") + "\r\n§GS*PO\r\n§IEA*1\r\n", "ISA GS IEA"},
		{"end of file mark", "§" + isa + "§IEA*0~\r\n\x1a", "ISA IEA"},
		{"byte order mark", "\xEF\xBB\xBF§" + isa + "§IEA*0~", "ISA IEA"},
		{"empty segments", "§" + isa + "§GS*1~~ ~§GE*1~~§IEA*0~~", "ISA GS GE IEA"},
		{"empty tag", "§" + isa + "§*1~§IEA*0~", "ISA  IEA"},
		{"two interchanges", "§" + isa + "§IEA*0*000000301~\r\n\r\n§" + isa2 + "§IEA|0|000000302'", "ISA IEA / ISA IEA"},
		{"junk around", "¶$$ADD ID=ISA BATCH\r\n§" + isa + "§IEA*0~¶*** END ***\r\n§" + isa2 + "§IEA|0'¶trailer", "ISA IEA / ISA IEA"},
		{"no IEA", "§" + isa + "§GS*PO~§" + isa2 + "§IEA|0'", "ISA GS / ISA IEA"},
		{"cut off, another follows", "§" + isa + "§GS*PO~§PO1*1*2§" + isa2 + "§GS|PO'§IEA|1'", "ISA GS PO1! / ISA GS IEA"},
		{"cut off, the same delimiters", "§" + isa + "§GS*PO~§PO1*1*2§" + isa + "§GS*PO~§IEA*1~", "ISA GS PO1! / ISA GS IEA"},
		{"cut off, EDIFACT follows", "§" + isa + "§GS*PO~§PO1*1*2\r\n§" + unb + "§UNZ+0+REF1'", "ISA GS PO1! / UNB UNZ"},
		{"cut off, old terminator divides", "§" + isa + "§GS*PO~§PO1*1*2§" + strings.ReplaceAll(strings.TrimSuffix(isa, "~"), "*", "~") + "'§GS~PO'§IEA~0'", "ISA GS PO1! / ISA GS IEA"},
		{"ISA in data", "§" + isa + "§MSG*ISA 00 VISA*UNB+NO~§ISAX*1~§MSG*" + strings.ReplaceAll(isa2, "'", "\"") + " IS QUOTED~§IEA*0~", "ISA MSG ISAX MSG IEA"},
		{"broken ISA ends the interchange", "§" + isa + "§GS*PO~¶ISA*00*short~GS*IN~IEA*1~§" + isa2 + "§IEA|0'", "ISA GS / ISA IEA"},
		{"truncated", "§" + isa + "§GS*PO~§ST*850", "ISA GS ST!"},
		{"truncated before a break", "§" + isa + "§IEA*0*000000301\r\n", "ISA IEA!"},
		{"truncated ISA", "¶" + isa[:90], ""},
		{"narrow ISA", "§ISA*00**00**ZZ*A*ZZ*B*261123*0930*U*00401*000000001*0*T*>~§IEA*0~", "ISA IEA"},
		{"ISA without ISA16", "§" + strings.Replace(isa, ">~", "~", 1) + "§GS*PO~§IEA*0~", "ISA GS IEA"},
		{"terminator is separator", "¶" + strings.Replace(isa, ">~", ">*", 1) + "GS*PO*IEA*0*", ""},
		{"alphanumeric separator", "¶" + strings.ReplaceAll(isa, "*", "A") + "GSAPO~", ""},
		{"alphanumeric terminator", "¶" + strings.Replace(isa, "~", "Q", 1) + "ST*850Q", ""},
		{"binary", "§" + isa + "§BIN*11*AB~CD*EF~GH~§BDS*ASC*5*A~B*C~§SE*1~§IEA*0~", "ISA BIN BDS SE IEA"},
		{"binary of a wrong length", "§" + isa + "§BIN*9*AB~§BIN*x*AB~§BIN*99999999999*~§IEA*0~", "ISA BIN BIN BIN IEA"},
		{"TA1 only", "§" + isa + "§TA1*000000301*261123*0930*A*000~§IEA*0*000000301~", "ISA TA1 IEA"},
		{"ISX", "§" + isa7 + "§ISX*!*01~§N1*ST*A!*B!~C!!*D~§IEA*0~", "ISA ISX N1 IEA"},
		{"ISX behind a line break", "§" + isa7 + "\r\n§ISX*?~\r\n§N1*A?~\r\n*B??~\r\n§IEA*0~\r\n", "ISA ISX N1 IEA"},
		{"ISX of another interchange", "§" + isa7 + "§ISX*!~§N1*A!~~§IEA*0~§" + isa + "§N1*A!~§IEA*0~§" + isa7 + "§ISX*!~§N1*A!~~§IEA*0~", "ISA ISX N1 IEA / ISA N1 IEA / ISA ISX N1 IEA"},
		{"ISX that names a separator", "§" + isa7 + "§ISX*:*01~§N1*A:~§IEA*0~", "ISA ISX N1 IEA"},
		{"ISX that is not closed", "§" + isa7 + "§ISX*!*01", "ISA ISX!"},
		{"ISX that is too long", "§" + isa7 + "§ISX*!" + strings.Repeat("*", 600) + "~§N1*A!~§IEA*0~", "ISA ISX N1 IEA"},
		{"ISX out of place", "§" + isa7 + "§GS*1~§ISX*!~§N1*A!~§IEA*0~", "ISA GS ISX N1 IEA"},
		{"wrapped, one full line", "§" + isa[:80] + "\n" + isa[80:] + "§GS*PO*A*B*20261123~§IEA*0~\n", "ISA GS IEA"},
		{"a line break within ISA, not wrapped", "§" + isa[:81] + "\n" + isa[81:] + "\n§GS*PO~\n§IEA*0~\n", "ISA GS IEA"},
		{"wrapped, CRLF", wrapped(80, "\r\n", sets), setTags + " / " + setTags + " / ISA IEA"},
		{"wrapped, each interchange on its own lines", wrapped(80, "\n", isa+"§GS*PO~§IEA*0~") + "\n" + wrapped(72, "\n", isa2+"§GS|PO'§IEA|0'") + "\n§" + isa + "§IEA*0~", "ISA GS IEA / ISA GS IEA / ISA IEA"},
		{"wrapped wide", wrapped(132, "\n", sets) + "\n", setTags + " / " + setTags + " / ISA IEA"},
		{"wrapped, ends with its line", wrapped(40, "\n", isa+"§IEA*0*000000~") + "\n§" + isa + "§IEA*0~", "ISA IEA / ISA IEA"},
		{"wrapped EDIFACT", wrapped(80, "\r\n", "UNA:+.? '§"+unb+"§UNH+1'§FTX+?'?+A'"+strings.Repeat("§NAD+AB?+CD'", 40)+"§UNZ+1'"), "UNB UNH FTX" + strings.Repeat(" NAD", 40) + " UNZ"},
		{"wrapped, cut off", wrapped(80, "\n", isa+"§GS*PO~§ST*850*0001~§PO1*1*2§"+isa2+"§GS|PO|"+strings.Repeat("A", 100)+"'§IEA|1'"), "ISA GS ST PO1! / ISA GS IEA"},
		{"wrapped up to a short line", wrapped(80, "\n", isa+"§N1*"+strings.Repeat("A", 200)) + "\n~\n§N1*" + strings.Repeat("B", 90) + "\n~§IEA*0~", "ISA N1 N1 IEA"},
		{"lines, not wrapped", "§" + isa + "\n§N1*" + strings.Repeat("A", 102) + "~\n§N1*" + strings.Repeat("B", 102) + "~\n§IEA*0~\n", "ISA N1 N1 IEA"},
		{"line breaks in a text, not wrapped", "§" + isa + "§MSG*A\nB~§MSG*C\nD~§IEA*0~", "ISA MSG MSG IEA"},
		{"bare message", "¶UNH+1+ORDERS:D:96A:UN'BGM+220'UNT+3+1'\n§" + unb + "§UNZ+0'", "UNB UNZ"},
		{"bare message with UNA", "¶UNA^|.? ~UNH|1|ORDERS^D^96A^UN~UNT|2|1~§" + isa + "§IEA*0~", "ISA IEA"},
		{"bare set", "¶\r\nST*850*0001~SE*2*0001~§" + isa + "§IEA*0~", "ISA IEA"},
		{"bare group", "¶\xEF\xBB\xBFGS*PO*A*B*20261123*0930*1*X*004010~ST*850*0001~", ""},
		{"bare group behind", "§" + isa + "§IEA*0~¶GS*PO*A*B*20261123*0930*1*X*004010~ST*850*0001~", "ISA IEA"},
		{"EDIFACT", "UNA:+.? '§" + unb + "§UNH+1+ORDERS:D:96A:UN'§FTX+AAI+++A?'B?+C??'§UNT+3+1'§UNZ+1+REF1'", "UNB UNH FTX UNT UNZ"},
		{"EDIFACT without UNA", "§" + unb + "\r\n§UNH+1'\r\n§FTX+?'?+?:" + strings.Repeat("ABCDEFGH", 9) + "?''§UNZ+0+REF1'\r\n", "UNB UNH FTX UNZ"},
		{"EDIFACT of other characters", "UNA^|.? ~\r\n§UNB|UNOC^3|A^14|B^14|261123^0930|REF1~§UNZ|0|REF1~", "UNB UNZ"},
		{"no release character", "UNA:+.  '§" + unb + "§FTX+IS IT OK?'§UNZ+0+REF1'", "UNB FTX UNZ"},
		{"release character that is a separator", "UNA:+.+ '§" + unb + "§FTX+A+:B+'§UNZ+0+REF1", "UNB FTX UNZ!"},
		{"both standards", "§" + isa + "§IEA*0~UNA:+.? '§" + unb + "§UNZ+0+REF1'§" + isa2 + "§IEA|0'", "ISA IEA / UNB UNZ / ISA IEA"},
		{"EDIFACT cut off", "§" + unb + "§UNH+1+OR§" + unb + "§UNZ+0+REF1'", "UNB UNH! / UNB UNZ"},
		{"EDIFACT cut off, other characters follow", "§" + unb + "§BGM+1UNA^|.? ~§" + strings.NewReplacer("+", "|", ":", "^", "'", "~").Replace(unb) + "§UNZ|0~", "UNB BGM! / UNB UNZ"},
		{"syntax identifier alone", "§UNB+UNOD'§UNH+1'§UNT+2+1'", "UNB UNH UNT"},
		{"object", "§" + unb + "§UNO+P+A:1++11'A'UNZ+0'\r\n §UNP+11+P'§UNZ+1'", "UNB UNO UNP UNZ"},
		{"object behind a line break", "§" + unb + "\n§UNO+P+A:1++3'\n\n'\n\n§UNP+3+P'\n§UNZ+1'\n", "UNB UNO UNP UNZ"},
		{"object of a wrong length", "§" + unb + "§UNO+P+A:1++9'§A'§UNP+9+P'§UNZ+1'", "UNB UNO A UNP UNZ"},
		{"object that is too long", "§" + unb + "§UNO+P+A:1++4500'" + strings.Repeat("A'UNB+ISA", 500) + "§UNP+4500+P'§UNZ+1'", "UNB UNO… UNP UNZ"},
		{"object that is too long, another follows", "§" + unb + "§UNO+P+A:1++9500'" + strings.Repeat("A'UNB+ISA", 500) + "§" + unb + "§UNZ+1'", "UNB UNO… / UNB UNZ"},
		{"interactive", "¶UIB+UNOA:4+R'UIZ+R'§" + unb + "§UNZ+0'¶UNA:+.? 'UIB+UNOA:4'UIZ'", "UNB UNZ"},
		{"interactive within", "§" + unb + "§BGM+1'¶UIB+UNOA:4+R'UIZ+R'§" + unb + "§UNZ+0'", "UNB BGM / UNB UNZ"},
		{"EBCDIC", "¶\xE4\xD5\xC1\x7A\x4E\x4B\x6F\x40\x7D", ""},
		{"long segment", "§" + isa + "§MSG*" + strings.Repeat("ISA*", 600) + "~§IEA*0~", "ISA MSG… IEA"},
		{"long segment, another follows", "§" + isa + "§MSG*" + strings.Repeat("A", 5000) + "§" + isa2 + "§GS|PO'§IEA|0'", "ISA MSG… / ISA GS IEA"},
		{"long break", "§" + isa + "§MSG*A~" + strings.Repeat("\n", 5000) + "§IEA*0~", "ISA MSG… IEA"},
	}
}

// sets is three interchanges, one of which is cut off, in two standards'
// delimiters.
const (
	sets    = isa + "§GS*PO~§ST*850*0001~§MSG*AN EARLY WORD~§SE*3*0001~§GE*1*1~§IEA*1*000000301~§" + isa + "§GS*PO~§ST*850*0001~§MSG*AN EARLY WORD~§SE*3*0001~§GE*1*1~§IEA*1*000000301~§" + isa2 + "§IEA|0'"
	setTags = "ISA GS ST MSG SE GE IEA"
)

// wrapped breaks a marked text, which begins with the mark of its first segment
// or UNA, into lines of a width; marks are no part of it.
func wrapped(width int, brk, text string) string {
	var b strings.Builder
	if !strings.HasPrefix(text, "UNA") {
		b.WriteString("§")
	}
	n := 0
	for _, part := range strings.SplitAfter(text, "§") {
		part, marked := strings.CutSuffix(part, "§")
		for i := range len(part) {
			if n == width {
				b.WriteString(brk)
				n = 0
			}
			b.WriteByte(part[i])
			n++
		}
		if marked {
			if n == width {
				b.WriteString(brk)
				n = 0
			}
			b.WriteString("§")
		}
	}
	return b.String()
}

// smallLimits make the long rows of the table long.
func smallLimits() Limits { return Limits{Segment: 2000, Message: 4000} }

// unmark strips the marks and gives the offsets at which they stood.
func unmark(text string) (plain string, segments, gaps []int64) {
	var b strings.Builder
	for len(text) > 0 {
		switch {
		case strings.HasPrefix(text, "§"):
			segments = append(segments, int64(b.Len()))
			text = text[len("§"):]
		case strings.HasPrefix(text, "¶"):
			gaps = append(gaps, int64(b.Len()))
			text = text[len("¶"):]
		default:
			b.WriteByte(text[0])
			text = text[1:]
		}
	}
	return b.String(), segments, gaps
}

// reading is all that a Reader says of a file.
type reading struct {
	tags           string
	segments, gaps []int64
	log            string // every position, length, element and gap
	bytes          []byte // of segments, UNA and gaps, in order; Cut segments lack theirs
	cut            bool
	err            error
}

func read(r io.Reader, lim Limits) (out reading) {
	rd := NewReader(r, lim)
	var all bytes.Buffer
	var log strings.Builder
	var tags []string
	for n := 0; ; n++ {
		gap, err := rd.Find(&all)
		fmt.Fprintf(&log, "gap %+v\n", gap)
		if gap.Length > 0 && !gap.Blank {
			out.gaps = append(out.gaps, gap.Offset)
		}
		if err != nil {
			if err != io.EOF {
				out.err = err
			}
			break
		}
		if n > 0 {
			tags = append(tags, "/")
		}
		all.Write(rd.UNA())
		fmt.Fprintf(&log, "%s %+v %q\n", rd.Standard(), rd.Delimiters(), rd.UNA())
		for {
			s, err := rd.Next()
			if err != nil {
				if err != io.EOF {
					out.err = err
				}
				break
			}
			tag := string(s.Tag())
			if s.Cut {
				tag += "…"
				out.cut = true
			} else if !s.Terminated() {
				tag += "!"
			}
			tags = append(tags, tag)
			out.segments = append(out.segments, s.Offset)
			all.Write(s.Raw())
			fmt.Fprintf(&log, "%d #%d %q", s.Offset, s.Ordinal, s.Raw())
			for i := 1; i <= s.Len(); i++ {
				fmt.Fprintf(&log, " %d:%q", s.ElementOffset(i), s.Element(i))
			}
			fmt.Fprintf(&log, " end %d\n", s.End())
		}
		fmt.Fprintf(&log, "%+v\n", rd.Breaks())
		if out.err != nil {
			break
		}
	}
	out.tags = strings.Join(tags, " ")
	out.log, out.bytes = log.String(), all.Bytes()
	return out
}

// dealer gives its bytes in pieces of the given sizes, over and over.
type dealer struct {
	data  []byte
	sizes []int
	n     int
}

func (d *dealer) Read(p []byte) (int, error) {
	if len(d.data) == 0 {
		return 0, io.EOF
	}
	n := copy(p[:min(len(p), d.sizes[d.n%len(d.sizes)])], d.data)
	d.data = d.data[n:]
	d.n++
	return n, nil
}

func TestReader(t *testing.T) {
	for _, d := range documents() {
		t.Run(d.name, func(t *testing.T) {
			text, segments, gaps := unmark(d.text)
			got := read(strings.NewReader(text), smallLimits())
			if got.err != nil {
				t.Fatal(got.err)
			}
			if got.tags != d.tags {
				t.Errorf("tags\n got %s\nwant %s", got.tags, d.tags)
			}
			if got, want := fmt.Sprint(got.segments), fmt.Sprint(segments); got != want {
				t.Errorf("segments begin at\n got %s\nwant %s", got, want)
			}
			if got, want := fmt.Sprint(got.gaps), fmt.Sprint(gaps); got != want {
				t.Errorf("gaps begin at\n got %s\nwant %s", got, want)
			}
			if !got.cut && string(got.bytes) != text {
				t.Errorf("all bytes\n got %q\nwant %q", got.bytes, text)
			}
		})
	}
}

// TestChunks deals every document out in pieces of every size.
func TestChunks(t *testing.T) {
	for _, d := range documents() {
		text, _, _ := unmark(d.text)
		want := read(strings.NewReader(text), smallLimits()).log
		for size := 1; size <= min(len(text), 700); size++ {
			got := read(&dealer{data: []byte(text), sizes: []int{size}}, smallLimits()).log
			if got != want {
				t.Fatalf("%s in pieces of %d\n got %s\nwant %s", d.name, size, got, want)
			}
		}
	}
}

// TestMixtures puts documents together, some of them damaged, and deals them
// out in pieces of changing sizes.
func TestMixtures(t *testing.T) {
	docs := documents()
	rapid.Check(t, func(t *rapid.T) {
		var b []byte
		for _, i := range rapid.SliceOfN(rapid.IntRange(0, len(docs)-1), 1, 4).Draw(t, "documents") {
			text, _, _ := unmark(docs[i].text)
			b = append(b, text...)
		}
		for range rapid.IntRange(0, 4).Draw(t, "damages") {
			if at := rapid.IntRange(0, len(b)).Draw(t, "at"); at < len(b) {
				b = append(b[:at:at], b[min(len(b), at+rapid.IntRange(0, 40).Draw(t, "cut")):]...)
			}
		}
		whole := read(bytes.NewReader(b), smallLimits())
		if !whole.cut && !bytes.Equal(whole.bytes, b) {
			t.Fatalf("all bytes\n got %q\nwant %q", whole.bytes, b)
		}
		sizes := rapid.SliceOfN(rapid.IntRange(1, 300), 1, 5).Draw(t, "sizes")
		if got, want := read(&dealer{data: b, sizes: sizes}, smallLimits()).log, whole.log; got != want {
			t.Fatalf("pieces of %v\n got %s\nwant %s", sizes, got, want)
		}
	})
}

// TestCorpusRoundTrip gives back every file of the corpus byte for byte, and
// reads it the same in small pieces.
func TestCorpusRoundTrip(t *testing.T) {
	root := os.Getenv("EDIBRIDGE_CORPUS")
	if root == "" {
		t.Skip("EDIBRIDGE_CORPUS is not set: the corpus is not read")
	}
	for _, dir := range []string{"x12/*", "edifact/*", "odd"} {
		files, err := filepath.Glob(filepath.Join(root, dir, "*"))
		if err != nil || len(files) == 0 {
			t.Fatalf("no files in %s: %v", dir, err)
		}
		for _, name := range files {
			data, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			whole := read(bytes.NewReader(data), Limits{})
			if !bytes.Equal(whole.bytes, data) {
				t.Errorf("%s does not come back byte for byte", name)
			}
			for _, sizes := range [][]int{{1}, {7}, {64, 3, 511}} {
				if got := read(&dealer{data: data, sizes: sizes}, Limits{}); got.log != whole.log {
					t.Errorf("%s in pieces of %v is read another way", name, sizes)
				}
			}
		}
	}
}

func TestReaderFailure(t *testing.T) {
	broken := errors.New("the line is broken")
	text, _, _ := unmark(documents()[2].text)
	for cut := range len(text) {
		got := read(io.MultiReader(strings.NewReader(text[:cut]), failing{broken}), Limits{})
		if !errors.Is(got.err, broken) {
			t.Fatalf("cut at %d\n got %v\nwant %v", cut, got.err, broken)
		}
		if strings.Contains(got.tags, "!") {
			t.Fatalf("cut at %d: a segment that was not read whole is given: %s", cut, got.tags)
		}
	}
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }

func TestDelimiters(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       Delimiters
	}{
		{"00401", isa, Delimiters{Segment: '~', Element: '*', Component: '>', Decimal: '.'}},
		{"00501", isa2, Delimiters{Segment: '\'', Element: '|', Component: ':', Repetition: '^', Decimal: '.'}},
		{"00501 with U", strings.Replace(isa2, "^", "U", 1), Delimiters{Segment: '\'', Element: '|', Component: ':', Decimal: '.'}},
		{"00401 with ^", strings.Replace(isa, "*U*", "*^*", 1), Delimiters{Segment: '~', Element: '*', Component: '>', Decimal: '.'}},
		{"ISX", isa7 + "ISX*!~", Delimiters{Segment: '~', Element: '*', Component: ':', Repetition: '^', Release: '!', Decimal: '.'}},
		{"ISX that names a letter", isa7 + "ISX*A~", Delimiters{Segment: '~', Element: '*', Component: ':', Repetition: '^', Decimal: '.'}},
		{"UNA", "UNA:+,? '" + unb, Delimiters{Segment: '\'', Element: '+', Component: ':', Release: '?', Decimal: ','}},
		{"syntax 3", unb, Delimiters{Segment: '\'', Element: '+', Component: ':', Release: '?', Decimal: '.'}},
		{"syntax 4", strings.Replace(unb, "UNOC:3", "UNOC:4", 1), Delimiters{Segment: '\'', Element: '+', Component: ':', Repetition: '*', Release: '?', Decimal: '.'}},
		{"syntax 4, blank in UNA", "UNA:+.? '" + strings.Replace(unb, "UNOC:3", "UNOC:4", 1), Delimiters{Segment: '\'', Element: '+', Component: ':', Release: '?', Decimal: '.'}},
		{"letters in UNA", "UNA:+.AB'" + strings.Replace(unb, "UNOC:3", "UNOC:4", 1), Delimiters{Segment: '\'', Element: '+', Component: ':', Decimal: '.'}},
		{"separators twice in UNA", "UNA:+.:?'" + strings.Replace(unb, "UNOC:3", "UNOC:4", 1), Delimiters{Segment: '\'', Element: '+', Component: ':', Repetition: '?', Decimal: '.'}},
		{"release and repetition in one", "UNA:+.??'" + strings.Replace(unb, "UNOC:3", "UNOC:4", 1), Delimiters{Segment: '\'', Element: '+', Component: ':', Release: '?', Decimal: '.'}},
		{"control characters", "UNB\x1dUNOB\x1f1\x1dA\x1dB\x1d261123\x1f0930\x1dR\x1c", Delimiters{Segment: 0x1C, Element: 0x1D, Component: 0x1F, Decimal: '.'}},
	} {
		r := NewReader(strings.NewReader(c.text), Limits{})
		if _, err := r.Find(nil); err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got := r.Delimiters(); got != c.want {
			t.Errorf("%s\n got %+v\nwant %+v", c.name, got, c.want)
		}
	}
}

func FuzzReader(f *testing.F) {
	for _, d := range documents() {
		text, _, _ := unmark(d.text)
		f.Add([]byte(text), uint8(3))
	}
	corpusSeeds(f, func(data []byte) { f.Add(data, uint8(7)) }, "x12/*", "edifact/*", "odd")
	f.Fuzz(func(t *testing.T, data []byte, size uint8) {
		whole := read(bytes.NewReader(data), smallLimits())
		if !whole.cut && !bytes.Equal(whole.bytes, data) {
			t.Fatalf("all bytes\n got %q\nwant %q", whole.bytes, data)
		}
		got := read(&dealer{data: data, sizes: []int{int(size) + 1, 1}}, smallLimits())
		if got.log != whole.log {
			t.Fatalf("pieces of %d and 1\n got %s\nwant %s", int(size)+1, got.log, whole.log)
		}
	})
}

// TestNextMark compares the search with a naive one.
func TestNextMark(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := rapid.SliceOfN(rapid.SampledFrom([]byte("ISAUNBE@?a\x00\xff")), 0, 40).Draw(t, "bytes")
		want := -1
		for i := range b {
			for _, mark := range []string{"ISA", "UNA", "UNB", "UIB"} {
				if want < 0 && bytes.HasPrefix(b[i:], []byte(mark)) {
					want = i
				}
			}
		}
		if got := nextMark(b); got != want {
			t.Fatalf("first mark in %q\n got %d\nwant %d", b, got, want)
		}
	})
}
