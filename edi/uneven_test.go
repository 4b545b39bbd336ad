package edi_test

import (
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/x12"
)

// broken breaks text into lines of a width.
func broken(width int, text string) string {
	var lines []string
	for line := range slices.Chunk([]byte(text), width) {
		lines = append(lines, string(line))
	}
	return strings.Join(lines, "\n")
}

// TestUneven tells of lines that are not as wide as those before them, at the
// line, however the bytes are dealt out.
func TestUneven(t *testing.T) {
	const header = "ISA*00*          *00*          *ZZ*NORTHPIER      *ZZ*LAKEHOUSE3PL   *261123*0930*U*00401*000000301*0*T*>~"
	flat := header + "GS*PO*A*B~" + strings.Repeat("MSG*TEXT~", 50) + strings.Repeat("MSG*A TEXT WITH     BLANKS~", 20) + "IEA*0*000000301~"
	trimmed := func(width int) (file string, first int) {
		first = -1
		for _, line := range strings.SplitAfter(broken(width, flat), "\n") {
			if short := strings.TrimRight(line, " \n"); first < 0 && len(short) < width && strings.HasSuffix(line, "\n") {
				first = len(file)
			}
			file += strings.TrimRight(line, " \n") + "\n"
		}
		return file, first
	}
	late, at := trimmed(80)
	early, _ := trimmed(69) // blanks of ISA08 are lost, and the first lines differ
	for _, c := range []struct {
		name, file string
		want       int
	}{
		{"trimmed", late, at},
		{"trimmed within ISA", early, 0},
		{"the last line is shorter", broken(80, flat) + "\n" + broken(80, flat), -1},
		{"cut off", broken(80, flat)[:600], -1},
	} {
		for _, r := range []*edi.Walker{
			edi.NewWalker(strings.NewReader(c.file), edi.Limits{}, x12.Syntax{}),
			edi.NewWalker(iotest.OneByteReader(strings.NewReader(c.file)), edi.Limits{}, x12.Syntax{}),
		} {
			got := -1
			for ev, err := range r.Events() {
				if err != nil {
					t.Fatal(err)
				}
				for _, f := range ev.Findings {
					if f.Rule == "edi.wrapped.uneven" {
						got = int(f.Offset)
					}
				}
			}
			if got != c.want {
				t.Errorf("%s\n got %d\nwant %d", c.name, got, c.want)
			}
		}
	}
}
