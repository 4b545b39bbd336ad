package edifact

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/edibridge/edibridge/edi"
)

// counted is what a file holds, as the corpus' MANIFEST counts it.
type counted struct {
	interchanges, groups, sets, segments int
	list                                 map[string]int
	junk                                 int
	findings                             []edi.Finding
}

// count walks a file and checks what must hold of every walk: events in order,
// positions that are true, bytes that are all accounted for.
func count(t *testing.T, data []byte, lim edi.Limits) counted {
	t.Helper()
	c := counted{list: map[string]int{}}
	w := edi.NewWalker(strings.NewReader(string(data)), lim, Syntax{})
	var open, group bool
	for {
		ev, err := w.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		c.findings = append(c.findings, ev.Findings...)
		for i := range ev.Findings {
			if f := &ev.Findings[i]; f.Offset < 0 || f.Offset+int64(f.Length) > int64(len(data)) {
				t.Errorf("finding outside the file of %d bytes: %v, length %d", len(data), f, f.Length)
			}
		}
		switch ev.Kind {
		case edi.Junk:
			c.junk++
			if open {
				t.Error("junk within an interchange")
			}
		case edi.BeginInterchange:
			open = true
		case edi.Service:
			c.list[string(ev.Segment.Tag())]++
			if s := ev.Segment; !s.Cut && string(s.Raw()) != string(data[s.Offset:s.Offset+int64(len(s.Raw()))]) {
				t.Errorf("segment at byte %d is %q", s.Offset, s.Raw())
			}
		case edi.BeginGroup:
			group = true
			if ev.Group.Path != edi.Path("").Segment("UNB", ev.Interchange.Ordinal) {
				c.groups++
			}
		case edi.EndMessage:
			if !group {
				t.Error("message outside a group")
			}
			c.sets++
			if ev.Message.Set != "" {
				c.list[ev.Message.Set]++
			}
			checkMessage(t, data, ev.Message)
		case edi.EndGroup:
			group = false
		case edi.EndInterchange:
			open = false
			c.interchanges++
			c.segments += ev.Interchange.Segments
		}
	}
	if open || group {
		t.Error("the walk ended within an interchange")
	}
	return c
}

// story tells all of a walk: events, findings, segments, elements.
func story(t *testing.T, r io.Reader, lim edi.Limits) string {
	t.Helper()
	var b strings.Builder
	w := edi.NewWalker(r, lim, Syntax{})
	for {
		ev, err := w.Next()
		if err == io.EOF {
			return b.String()
		}
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "%d %d %d %+v\n", ev.Kind, ev.Offset, ev.Length, ev.Findings)
		if ev.Interchange != nil {
			fmt.Fprintf(&b, "%+v\n", *ev.Interchange)
		}
		if ev.Group != nil {
			fmt.Fprintf(&b, "%+v\n", *ev.Group)
		}
		if ev.Segment != nil {
			fmt.Fprintf(&b, "%d %q\n", ev.Segment.Ordinal, ev.Segment.Raw())
		}
		if m := ev.Message; m != nil {
			fmt.Fprintf(&b, "%s %s %s %d %v\n", m.Path, m.Set, m.Control, m.Offset, m.Truncated)
			for place := 1; place <= m.Len(); place++ {
				s := m.Segment(place)
				fmt.Fprintf(&b, "%d %d %q", s.Offset, s.Ordinal, s.Raw())
				for n := 1; n <= s.Len(); n++ {
					fmt.Fprintf(&b, " %q", s.Element(n))
				}
				b.WriteByte('\n')
			}
		}
	}
}

// sameInPieces walks data byte by byte, and in halves of what is asked for: the
// story is the same.
func sameInPieces(t *testing.T, data []byte, lim edi.Limits) {
	t.Helper()
	want := story(t, bytes.NewReader(data), lim)
	for _, r := range []io.Reader{iotest.OneByteReader(bytes.NewReader(data)), iotest.HalfReader(bytes.NewReader(data))} {
		if got := story(t, r, lim); got != want {
			t.Fatalf("in pieces\n got %s\nwant %s", got, want)
		}
	}
}

// standsAt reports whether data begins with v; what is not read of it is line
// breaks, which wrap the file.
func standsAt(data, v []byte) bool {
	for ; len(v) > 0; data = data[1:] {
		switch {
		case len(data) == 0:
			return false
		case data[0] == v[0]:
			v = v[1:]
		case data[0] != '\r' && data[0] != '\n':
			return false
		}
	}
	return true
}

// checkMessage compares every segment and element with the bytes of the file
// at the place that it claims.
func checkMessage(t *testing.T, data []byte, m *edi.Message) {
	t.Helper()
	next := m.Offset
	for place := 1; place <= m.Len(); place++ {
		s := m.Segment(place)
		if s.Offset != next || s.Place != place {
			t.Fatalf("segment at byte %d, place %d; want byte %d, place %d", s.Offset, s.Place, next, place)
		}
		next += int64(len(s.Raw()))
		got, want := string(s.Raw()), string(data[s.Offset:next])
		if got != want {
			t.Fatalf("place %d\n got %q\nwant %q", place, got, want)
		}
		for n := 1; n <= s.Len(); n++ {
			v := s.Element(n)
			at := s.ElementOffset(n)
			if !standsAt(data[at:], v) {
				t.Fatalf("%s\n got %q\nwant %q", m.Path.Element(string(s.Tag()), n, 0, 0), v, data[at:])
			}
		}
	}
}

// TestCorpus reads every EDIFACT file of the corpus and compares the counts of
// those that its MANIFEST is sure of.
func TestCorpus(t *testing.T) {
	root := os.Getenv("EDIBRIDGE_CORPUS")
	if root == "" {
		t.Skip("EDIBRIDGE_CORPUS is not set: the corpus is not read")
	}
	manifest, err := os.ReadFile(filepath.Join(root, "MANIFEST.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	rows := strings.Split(strings.TrimSpace(string(manifest)), "\n")
	column := map[string]int{}
	for i, name := range strings.Split(rows[0], "\t") {
		column[name] = i
	}
	for _, row := range rows[1:] {
		f := strings.Split(row, "\t")
		if f[column["standard"]] != "EDIFACT" {
			continue
		}
		t.Run(f[0], func(t *testing.T) {
			data, err := os.ReadFile(filepath.Join(root, f[0]))
			if err != nil {
				t.Fatal(err)
			}
			sameInPieces(t, data, edi.Limits{})
			sameInPieces(t, data, edi.Limits{Message: 600, Segment: 60})
			answered(t, data)
			c := count(t, data, edi.Limits{})
			sound := f[column["sound"]]
			if sound != "yes" && !worse(c.findings, edi.Info) {
				t.Errorf("nothing is reported; the manifest says %s", sound)
			}
			if f[column["facts"]] != "sure" {
				return
			}
			if sound == "yes" && c.interchanges > 0 {
				for i := range c.findings {
					if unsound(c.findings[i].Rule) {
						t.Errorf("a sound file has %v", &c.findings[i])
					}
				}
			}
			got := fmt.Sprint(c.interchanges, c.groups, c.sets, c.segments, " ", setList(f[column["set_list"]], c.list))
			want := fmt.Sprint(number(f[column["interchanges"]]), number(f[column["groups"]]), number(f[column["sets"]]),
				number(f[column["segments"]]), " ", f[column["set_list"]])
			if got != want {
				t.Errorf("interchanges, groups, sets, segments, set list\n got %s\nwant %s", got, want)
			}
		})
	}
}

func number(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

// worse reports whether a finding is more than severity.
func worse(findings []edi.Finding, severity edi.Severity) bool {
	for i := range findings {
		if findings[i].Severity != severity {
			return true
		}
	}
	return false
}

// unsound reports whether a rule is one of those that the manifest judges by.
func unsound(rule string) bool {
	for _, r := range []string{"count", "control", "trailer.missing", "unterminated", "width"} {
		if strings.HasSuffix(rule, "."+r) {
			return true
		}
	}
	return false
}

// setList writes what was counted in the order of the manifest's own list.
func setList(like string, list map[string]int) string {
	var out []string
	for _, item := range strings.Split(like, ",") {
		set, _, _ := strings.Cut(item, "x")
		switch n := list[set]; n {
		case 0:
		case 1:
			out = append(out, set)
		default:
			out = append(out, fmt.Sprintf("%sx%d", set, n))
		}
		delete(list, set)
	}
	for set, n := range list {
		out = append(out, fmt.Sprintf("%sx%d (not in the manifest)", set, n))
	}
	if len(out) == 0 {
		return "-"
	}
	return strings.Join(out, ",")
}
