package edi

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// inLines breaks text at a width.
func inLines(width int, brk, text string) string {
	return strings.ReplaceAll(wrapAt(width, text), "\n", brk)
}

// values are the tags and elements of the segments of a file, without line
// breaks, and whether one of its interchanges was read as wrapped.
func values(t tester, file string) (all []string, wrapped bool) {
	t.Helper()
	var raw bytes.Buffer
	r := NewReader(strings.NewReader(file), Limits{})
	for {
		if _, err := r.Find(&raw); err != nil {
			break
		}
		raw.Write(r.UNA())
		wrapped = wrapped || r.Width() > 0
		for s, err := r.Next(); err == nil; s, err = r.Next() {
			raw.Write(s.Raw())
			one := string(s.Tag())
			for n, v := range s.Elements() {
				one += fmt.Sprintf(" %d:%s", n, v)
			}
			all = append(all, strings.NewReplacer("\r", "", "\n", "").Replace(one))
		}
	}
	if raw.String() != file {
		t.Errorf("all bytes\n got %q\nwant %q", raw.String(), file)
	}
	return all, wrapped
}

type tester interface {
	Helper()
	Errorf(string, ...any)
}

// TestWrappedBy reads the same interchange in lines of several breaks.
func TestWrappedBy(t *testing.T) {
	for _, flat := range []string{
		isa + "GS*PO~" + strings.Repeat("MSG*A TEXT~", 200) + "IEA*0~",
		unb + strings.Repeat("FTX+AAI+++A PIECE?'S TEXT'", 100) + "UNZ+0+REF1'",
	} {
		want, _ := values(t, flat)
		for _, brk := range []string{"\n", "\r\n", "\r"} {
			for _, width := range []int{40, 61, 80, 81, 512} {
				got, wrapped := values(t, inLines(width, brk, flat))
				if !wrapped || !slices.Equal(got, want) {
					t.Errorf("lines of %d and %q: wrapped %t, %d segments of %d", width, brk, wrapped, len(got), len(want))
				}
			}
		}
	}
}

// TestNotWrapped reads files that have lines of one width which break no segment.
func TestNotWrapped(t *testing.T) {
	line := func(n int, tag string) string { return tag + "*" + strings.Repeat("A", n-len(tag)-2) + "~" }
	edifact := func(n int, tag string) string { return tag + "+" + strings.Repeat("A", n-len(tag)-2) + "'" }
	old := isa[:105] + "\r"
	for name, file := range map[string]string{
		"segments as long as ISA": strings.Join([]string{isa, line(106, "N1"), line(106, "N2"), line(106, "N3"), line(106, "N4"), "IEA*0~"}, "\n"),
		"EDIFACT segments as long as UNB": strings.Join([]string{unb, edifact(len(unb), "FTX"), edifact(len(unb), "FTX"), edifact(len(unb), "FTX"),
			edifact(len(unb), "FTX"), "UNZ+0+REF1'"}, "\r\n"),
		"several to a line": strings.Join([]string{unb, strings.Repeat("BGM+1'", 8) + edifact(len(unb)-48, "FTX"), strings.Repeat("BGM+1'", 8) + edifact(len(unb)-48, "FTX"),
			"UNZ+0+REF1'"}, "\r"),
		"both standards, lines as long": strings.Join([]string{isa, line(106, "N1"), "IEA*0~", unb, edifact(len(unb), "FTX"), edifact(len(unb), "FTX"),
			"UNZ+0+REF1'", isa, line(106, "N1"), "IEA*0~"}, "\n"),
		"CR ends segments": old + strings.ReplaceAll(strings.Repeat(line(60, "N1"), 5)+"IEA*0~", "~", "\r"),
	} {
		if got, wrapped := values(t, file); wrapped {
			t.Errorf("%s: read as wrapped: %q", name, got)
		}
	}
}

// TestFalselyWrapped makes up files whose first lines are as wide as each other,
// with segments that begin with a line and others that go on in the next one:
// wrapped or not, no value differs but by its breaks, and all bytes come back.
func TestFalselyWrapped(t *testing.T) {
	recognised := 0
	rapid.Check(t, func(t *rapid.T) {
		width := rapid.IntRange(40, 120).Draw(t, "width")
		brk := rapid.SampledFrom([]string{"\n", "\r\n", "\r"}).Draw(t, "break")
		first := (unb + strings.Repeat("BGM+1'", 20))[:max(width, len(unb))]
		lines, begins := []string{first}, strings.HasSuffix(first, "'")
		width = len(first)
		for range rapid.IntRange(1, 6).Draw(t, "lines") {
			n := width - rapid.SampledFrom([]int{0, 0, 0, 0, 0, 7}).Draw(t, "shorter")
			text := strings.Repeat("B", n)
			if begins {
				text = "FTX+" + text[4:]
			}
			if begins = rapid.Bool().Draw(t, "ends"); begins {
				text = text[:n-1] + "'"
			}
			lines = append(lines, text)
		}
		if !begins {
			lines = append(lines, "B'")
		}
		lines = append(lines, "UNZ+1+REF1'")
		want, _ := values(t, strings.Join(lines, ""))
		got, wrapped := values(t, strings.Join(lines, brk))
		if wrapped {
			recognised++
		}
		if !slices.Equal(got, want) {
			t.Errorf("wrapped %t\n got %s\nwant %s", wrapped, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	})
	if recognised == 0 {
		t.Error("no file was read as wrapped")
	}
}
