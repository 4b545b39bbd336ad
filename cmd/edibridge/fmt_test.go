package main

import (
	"bufio"
	"bytes"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/edibridge/edibridge/edi"
)

// segments are the data of all segments of a file.
func segmentsOf(t *testing.T, text []byte) []string {
	t.Helper()
	r := edi.NewReader(bytes.NewReader(text), edi.Limits{})
	var out []string
	for {
		if _, err := r.Find(nil); err == io.EOF {
			return out
		} else if err != nil {
			t.Fatal(err)
		}
		for {
			s, err := r.Next()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, string(s.Data()))
		}
	}
}

// formatted is what fmt makes of a file.
func formatted(t *testing.T, langs *languages, text []byte, explain bool) []byte {
	t.Helper()
	var b bytes.Buffer
	f := &formatter{out: bufio.NewWriter(&b), langs: langs, explain: explain}
	if err := f.file(bytes.NewReader(text)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// What fmt writes reads back as the same segments, whatever stood between them.
func TestFormatReadsBack(t *testing.T) {
	const head = "ISA*00*          *00*          *ZZ*ACME           *01*US             *261123*0930*U*00401*000000905*0*P*>"
	const group = "GS*PO*ACME*US*20261123*0930*905*X*004010"
	langs, err := loadLanguages("")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, text string }{
		{"breaks", head + "~\r\n" + group + "~\r\nST*850*1~\r\nBEG*00*SA*1**20261123~\r\nPO1*1*1*EA~\r\nPID*F****x~\r\nSE*5*1~\r\nGE*1*905~\r\nIEA*1*000000905~\r\n\x1a"},
		{"a line feed is the terminator", head + "\n" + group + "\nST*850*1\nBEG*00*SA*1**20261123\nPO1*1*1*EA\nPID*F****x\nSE*5*1\nGE*1*905\nIEA*1*000000905\n"},
		{"a carriage return is", head + "\r\n" + group + "\r\nST*850*1\r\nBEG*00\r\nPO1*1*1*EA\r\nSE*4*1\r\nGE*1*905\r\nIEA*1*000000905\r\n"},
		{"binary data with delimiters", head + "~" + group + "~ST*841*1~BIN*11*AB~\r\nCD*E~F~SE*3*1~GE*1*905~IEA*1*000000905~"},
		{"blanks in values", head + "~" + group + "~ST*850*1~PO1*1* 1 *  ~SE*3*1~GE*1*905~IEA*1*000000905~"},
		{"cut off", head + "~" + group + "~ST*850*1~PO1*1*1*EA"},
		{"two interchanges", head + "~IEA*0*000000905~\n" + head + "'IEA*0*000000905'"},
		{"UNA", "UNA:+.? '\r\nUNB+UNOC:3+A+B+261123:0930+1'\r\nUNH+1+ORDERS:D:96A:UN'\r\nBGM+220+?'?+'\r\nLIN+1'\r\nQTY+21:1'\r\nUNS+S'UNT+6+1'UNZ+1+1'"},
		{"an object", "UNB+UNOC:4+A+B+261123:0930+1'UNO+1+++7'ab'\r\n'cUNP+7+1'UNZ+1+1'"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			out := formatted(t, langs, []byte(tt.text), false)
			got, want := segmentsOf(t, out), segmentsOf(t, []byte(tt.text))
			if !equalSegments(got, want) {
				t.Errorf("segments of\n%s\n got %q\nwant %q", out, got, want)
			}
			if len(formatted(t, langs, []byte(tt.text), true)) == 0 {
				t.Error("explained it is nothing")
			}
		})
	}
}

func equalSegments(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// So does what it writes of the corpus.
func TestFormatCorpus(t *testing.T) {
	root := os.Getenv("EDIBRIDGE_CORPUS")
	if root == "" {
		t.Skip("EDIBRIDGE_CORPUS is not set")
	}
	langs, err := loadLanguages("")
	if err != nil {
		t.Fatal(err)
	}
	read := 0
	for _, dir := range []string{"x12", "edifact", "odd"} {
		err := filepath.WalkDir(filepath.Join(root, dir), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			want := segmentsOf(t, text)
			if len(want) == 0 {
				return nil
			}
			read++
			if got := segmentsOf(t, formatted(t, langs, text, false)); !equalSegments(got, want) {
				t.Errorf("%s reads back as %d segments, had %d", path, len(got), len(want))
			}
			formatted(t, langs, text, true)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if read < 100 {
		t.Errorf("read %d files of the corpus", read)
	}
}

func TestMeaning(t *testing.T) {
	langs, err := loadLanguages("")
	if err != nil {
		t.Fatal(err)
	}
	elements := langs.guides.Named("X12 004010 810").Elements(nil, "TDS", &edi.Delimiters{})
	dates := langs.guides.Named("X12 004010 810").Elements(nil, "DTM", &edi.Delimiters{})
	tests := []struct{ got, want string }{
		{meaning(&elements[0], "135750", ""), "1357.50"}, {meaning(&elements[0], "-5", ""), "-0.05"}, {meaning(&elements[0], "x", ""), ""},
		{meaning(&dates[0], "011", ""), "Shipped"}, {meaning(&dates[0], "Q9X", ""), "? not in code list 374"}, {meaning(&dates[0], "", ""), ""},
		{meaning(&dates[1], "20261123", ""), "2026-11-23"}, {meaning(&dates[1], "991231", ""), "1999-12-31"}, {meaning(&dates[1], "2026", ""), ""},
		{meaning(&dates[2], "0930", ""), "09:30"}, {meaning(&dates[2], "093015", ""), "09:30:15"}, {meaning(&dates[2], "09", ""), ""},
		{readableDate("202611231415"), "2026-11-23 14:15"}, {readableDate("2026112a"), ""},
	}
	for i, tt := range tests {
		if tt.got != tt.want {
			t.Errorf("meaning %d\n got %q\nwant %q", i+1, tt.got, tt.want)
		}
	}
}

// headed reports whether all interchanges of a file have headers that end where
// they end whatever stands behind: an ISA without ISA16 is read by the GS that
// follows at once, one whose terminator is a blank or a control character by the
// characters behind it, a UNB without elements by what follows.
func headed(text []byte) bool {
	r := edi.NewReader(bytes.NewReader(text), edi.Limits{})
	for {
		if _, err := r.Find(nil); err != nil {
			return true
		}
		d := r.Delimiters()
		s, err := r.Next()
		if err != nil || d.Component <= ' ' || d.Element <= ' ' || d.Segment <= ' ' || s.Len() < 5 {
			return false
		}
	}
}

// Whatever a file holds: what fmt writes of it reads back as the same segments,
// where its headers are sound.
func FuzzFormat(f *testing.F) {
	const head = "ISA*00*          *00*          *ZZ*ACME           *01*US             *261123*0930*U*00401*000000905*0*P*>~"
	f.Add([]byte(head + "GS*PO*A*B*20261123*0930*905*X*004010~\r\nST*850*1~BEG*00*SA*1**20261123~PO1*1*1*EA~SE*4*1~GE*1*905~IEA*1*000000905~"))
	f.Add([]byte("UNA:+.? '\nUNB+UNOC:3+A+B+261123:0930+1'UNH+1+ORDERS:D:96A:UN'BGM+220+?'?+'LIN+1'UNS+S'UNT+5+1'UNZ+1+1'"))
	f.Add([]byte("UNB+UNOC:4+A+B+261123:0930+1'UNO+1+++7'ab'\r\n'cUNP+7+1'UNZ+1+1'"))
	langs, err := loadLanguages("")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		want := segmentsOf(t, text)
		if len(want) == 0 || !headed(text) {
			return
		}
		out := formatted(t, langs, text, false)
		if got := segmentsOf(t, out); !equalSegments(got, want) {
			t.Errorf("%q reads back from %q\n got %q\nwant %q", text, out, got, want)
		}
		formatted(t, langs, text, true)
	})
}
