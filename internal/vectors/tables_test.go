package vectors

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/edi/guide"
)

// The mutations need somebody else's word on what a document should look like:
// these tables read the shipped files as plain text, with none of package guide's
// code.

// table is what the dictionaries of one release say.
type table struct {
	segments, composites map[string][]part
	elements             map[string]shape
	codes                map[string]map[string]bool
}

// part is an element of a segment or a component of a composite.
type part struct {
	ref       string
	mandatory bool
	repeat    int
}

// shape is type and length of a simple element.
type shape struct {
	kind     string // AN ID N R DT TM B; a n an
	min, max int
}

// tables are those of all releases that come with the program, by "X12 004010".
func tables(t testing.TB) map[string]*table {
	t.Helper()
	out := map[string]*table{}
	for _, pattern := range []string{"../../x12/guides/*/*.dict", "../../edifact/guides/*/*.dict"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: no dictionaries: %v", pattern, err)
		}
		for _, name := range files {
			readTable(t, name, out)
		}
	}
	return out
}

// readTable reads one file into the table of its release.
func readTable(t testing.TB, name string, all map[string]*table) {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var tb *table
	var parts map[string][]part
	var codes map[string]bool
	key := ""
	for line := range strings.Lines(string(text)) {
		words := strings.Fields(line)
		if len(words) == 0 || words[0][0] == '#' {
			continue
		}
		if line[0] == ' ' {
			switch {
			case codes != nil:
				codes[strings.Trim(words[0], `"`)] = true
			case parts != nil && words[0][0] >= '0' && words[0][0] <= '9' && len(words) >= 3:
				n, p := partOf(t, name, words)
				for len(parts[key]) < n {
					parts[key] = append(parts[key], part{})
				}
				parts[key][n-1] = p
			}
			continue
		}
		parts, codes = nil, nil
		switch words[0] {
		case "dictionary":
			release := words[1] + " " + words[2]
			if all[release] == nil {
				all[release] = &table{map[string][]part{}, map[string][]part{}, map[string]shape{}, map[string]map[string]bool{}}
			}
			tb = all[release]
		case "segment":
			parts, key = tb.segments, words[1]
		case "composite":
			parts, key = tb.composites, words[1]
		case "element":
			tb.elements[words[1]] = shapeOf(t, name, words)
		case "codes":
			codes = map[string]bool{}
			if len(words) == 2 { // others are open, or somebody else's
				tb.codes[words[1]] = codes
			}
		}
	}
}

func partOf(t testing.TB, name string, words []string) (int, part) {
	t.Helper()
	n, err := strconv.Atoi(words[0])
	if err != nil || n < 1 {
		t.Fatalf("%s: %v", name, words)
	}
	p := part{ref: words[1], mandatory: words[2] == "M", repeat: 1}
	if len(words) > 3 {
		if k, err := strconv.Atoi(words[3]); err == nil {
			p.repeat = k
		}
	}
	return n, p
}

// shapeOf reads "element 2 N0 1/6" and "element 1004 an..35".
func shapeOf(t testing.TB, name string, words []string) shape {
	t.Helper()
	kind := strings.TrimRight(words[2], "0123456789.")
	if kind != strings.ToLower(kind) { // X12
		var s shape
		s.kind = kind
		if _, err := fmt.Sscanf(words[3], "%d/%d", &s.min, &s.max); err != nil {
			t.Fatalf("%s: %v: %v", name, words, err)
		}
		return s
	}
	length := words[2][len(kind):]
	n, err := strconv.Atoi(strings.TrimPrefix(length, ".."))
	if err != nil {
		t.Fatalf("%s: %v: %v", name, words, err)
	}
	s := shape{kind: kind, min: 1, max: n}
	if !strings.HasPrefix(length, "..") {
		s.min = n
	}
	return s
}

// element is what a segment has at position n (from 1), and whether it is the first
// of its repetitions, which EDIFACT up to syntax 3 writes at positions of their own.
func (tb *table) element(tag string, n int) (part, bool) {
	parts := tb.segments[tag]
	for i := min(n, len(parts)); i >= 1; i-- {
		if p := parts[i-1]; p.ref != "" {
			return p, i == n
		}
	}
	return part{}, false
}

// outline is a guide's file as lines.
type outline map[int]*outlined // by line, from 1

// outlined is one line: a segment or the head of a loop.
type outlined struct {
	tag             string
	loop, mandatory bool
	max             int
	children        []int // lines directly in the loop; of line 0 those directly in the set
	indent, parent  int
}

// readOutline reads the file of a shipped guide.
func readOutline(t testing.TB, g *guide.Guide) outline {
	t.Helper()
	dir := "../../x12/guides"
	if g.Standard() == edi.EDIFACT {
		dir = "../../edifact/guides"
	}
	text, err := os.ReadFile(filepath.Join(dir, g.Lines()[0].Origin.File))
	if err != nil {
		t.Fatal(err)
	}
	out := outline{0: {loop: true, indent: -1}}
	around := []int{0}
	for i, line := range bytes.Split(text, []byte("\n")) {
		words := strings.Fields(string(line))
		if string(line) == "rules" { // totals and hierarchies
			break
		}
		if len(words) == 0 || words[0][0] == '#' || line[0] != ' ' {
			continue
		}
		if _, err := strconv.Atoi(words[0]); err == nil { // position
			words = words[1:]
		}
		at := &outlined{indent: len(line) - len(bytes.TrimLeft(line, " "))}
		if at.loop = words[0] == "loop"; at.loop {
			words = words[1:]
		}
		at.tag, at.mandatory = words[0], words[1] == "M"
		if at.max = guide.Unlimited; words[2] != "*" {
			if at.max, err = strconv.Atoi(words[2]); err != nil {
				t.Fatal(err)
			}
		}
		for out[around[len(around)-1]].indent >= at.indent {
			around = around[:len(around)-1]
		}
		at.parent = around[len(around)-1]
		out[at.parent].children = append(out[at.parent].children, i+1)
		out[i+1] = at
		if at.loop {
			around = append(around, i+1)
		}
	}
	return out
}

// unsound says what of a matched message is against the outline; "" when all of it
// stands in order, as often as it may, and nothing is missing. What stands between
// LS and LE has an order of its own and is not looked at.
func (o outline) unsound(m *edi.Message, mt *guide.Match) string {
	line := func(loop int) int {
		if use := mt.Loops[loop].Use; use != nil {
			return use.Origin.Line
		}
		return 0
	}
	for i, l := range mt.Loops {
		last, counts := 0, map[int]int{}
		for p := l.First; p <= l.Last; p++ {
			pl, at := mt.Placed[p-1], 0
			switch {
			case pl.Use == nil:
				return fmt.Sprintf("segment %d has no place", p)
			case pl.Loop == i:
				at = pl.Use.Origin.Line
			case mt.Loops[pl.Loop].Parent == i && mt.Loops[pl.Loop].First == p:
				at = line(pl.Loop)
			default:
				continue
			}
			if counts[at]++; counts[at] > o[at].max {
				return fmt.Sprintf("segment %d: %s stands %d times", p, o[at].tag, counts[at])
			}
			if at < last && o[last].tag != "LS" && o[at].tag != "LE" {
				return fmt.Sprintf("segment %d: %s stands behind %s", p, o[at].tag, o[last].tag)
			}
			last = at
		}
		for _, at := range o[line(i)].children {
			if o[at].mandatory && counts[at] == 0 {
				return fmt.Sprintf("loop at segment %d: no %s", l.First, o[at].tag)
			}
		}
	}
	return ""
}
