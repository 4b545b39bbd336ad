package mappings

import (
	"slices"
	"strings"
	"testing"

	"github.com/edibridge/edibridge/canonical"
	"github.com/edibridge/edibridge/edi"
	"pgregory.net/rapid"
)

var (
	point = edi.Delimiters{Decimal: '.'}
	comma = edi.Delimiters{Decimal: ','}
)

// TestConvert: values, the text they become, and what is written for it.
func TestConvert(t *testing.T) {
	for _, c := range []struct {
		conv string
		d    edi.Delimiters
		in   string // values divided by /
		text string
		bad  uint8
		out  string
	}{
		{"", point, "a b", "a b", 0, "a b"},
		{"decimal", point, "1.50", "1.50", 0, "1.50"},
		{"decimal", point, "007", "007", 0, "007"},
		{"decimal", point, "-.5", "-0.5", 0, "-0.5"},
		{"decimal", point, "5.", "5", 0, "5"},
		{"decimal", point, "1,5", "", 1, ""},
		{"decimal", comma, "1,5", "1.5", 0, "1,5"},
		{"decimal", comma, "1.5", "1.5", 0, "1,5"},
		{"decimal", comma, "1.234,5", "", 1, ""},
		{"decimal", point, "+5", "", 1, ""},
		{"decimal", point, "1E5", "", 1, ""},
		{"decimal", point, "-", "", 1, ""},
		{"decimal", point, ".", "", 1, ""},
		{"n2", point, "387530", "3875.30", 0, "387530"},
		{"n2", point, "5", "0.05", 0, "5"},
		{"n2", point, "-5", "-0.05", 0, "-5"},
		{"n2", point, "0", "0.00", 0, "0"},
		{"n2", point, "0012", "0.12", 0, "12"},
		{"n2", point, "12.50", "", 1, ""},
		{"n0", point, "12", "12", 0, "12"},
		{"n0", point, "007", "007", 0, "007"},
		{"n3", point, "1", "0.001", 0, "1"},
		{"date", point, "20261123", "2026-11-23", 0, "20261123"},
		{"date", point, "261123", "2026-11-23", 0, "20261123"},
		{"date", point, "991231", "1999-12-31", 0, "19991231"},
		{"date", point, "20240229", "2024-02-29", 0, "20240229"},
		{"date", point, "20230229", "", 1, ""},
		{"date", point, "20261301", "", 1, ""},
		{"date", point, "2026112", "", 1, ""},
		{"datetime", point, "20261123/0930", "2026-11-23T09:30", 0, "20261123/0930"},
		{"datetime", point, "20261123/093015", "2026-11-23T09:30:15", 0, "20261123/093015"},
		{"datetime", point, "20261123/09301525", "2026-11-23T09:30:15.25", 0, "20261123/09301525"},
		{"datetime", point, "20261123/0930152", "2026-11-23T09:30:15.2", 0, "20261123/0930152"},
		{"datetime", point, "20261123", "2026-11-23", 0, "20261123"},
		{"time", point, "0930", "T09:30", 0, "0930"},
		{"time", point, "093015", "T09:30:15", 0, "093015"},
		{"time", point, "2460", "", 1, ""},
		{"datetime", point, "/2359", "T23:59", 0, "/2359"},
		{"datetime", point, "20261123/2400", "2026-11-23", 2, "20261123"},
		{"datetime", point, "20261323/0930", "T09:30", 1, "/0930"},
		{"datetime", point, "20261123/09301", "2026-11-23", 2, "20261123"},
		{"dtm", point, "20261123/102", "2026-11-23", 0, "20261123/102"},
		{"dtm", point, "202611230930/203", "2026-11-23T09:30", 0, "202611230930/203"},
		{"dtm", point, "20261123093015/204", "2026-11-23T09:30:15", 0, "20261123093015/204"},
		{"dtm", point, "261123/101", "2026-11-23", 0, "20261123/102"},
		{"dtm", point, "2026/602", "2026", 0, "2026/602"},
		{"dtm", point, "202611/610", "2026-11", 0, "202611/610"},
		{"dtm", point, "202648/616", "2026-W48", 0, "202648/616"},
		{"dtm", point, "202613/610", "", 1, ""},
		{"dtm", point, "0930/401", "T09:30", 0, "0930/401"},
		{"dtm", point, "20261123", "2026-11-23", 0, "20261123/102"},
		{"dtm", point, "2026112320261124/718", "", 1, ""},
		{"dtm", point, "20261131/102", "", 1, ""},
	} {
		conv := converterOf(t, c.conv, "", 2)
		var v, w values
		copy(v[:], strings.Split(c.in, "/"))
		text, bad := conv.in(&v, &c.d)
		if text != c.text || bad != c.bad {
			t.Errorf("%s %q in\n got %q, bad %b\nwant %q, bad %b", c.conv, c.in, text, bad, c.text, c.bad)
		}
		if text == "" {
			continue
		}
		if reason := conv.out(text, &w, &c.d); reason != "" || strings.TrimRight(strings.Join(w[:], "/"), "/") != c.out {
			t.Errorf("%s %q out\n got %q %s\nwant %q", c.conv, text, w, reason, c.out)
		}
	}
}

// TestConvertBack: what a converter reads, it writes so that it reads the same,
// and what it reads is what the document's type allows.
func TestConvertBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom([]string{"decimal", "n0", "n2", "n9", "date", "datetime", "dtm"}).Draw(t, "converter")
		value := rapid.OneOf(rapid.StringMatching(`-?[0-9]{0,9}\.?[0-9]{0,9}`), rapid.StringMatching(`(20|19|)[0-9][0-9][01][0-9][0-3][0-9]`), rapid.String())
		v := values{value.Draw(t, "first")}
		if name == "datetime" {
			v[1] = rapid.OneOf(rapid.StringMatching(`[0-2][0-9][0-6][0-9]([0-6][0-9]){0,2}`), rapid.Just("")).Draw(t, "second")
		}
		conv := converterOf(t, name, "", 2)
		text, _ := conv.in(&v, &point)
		if text == "" {
			return
		}
		if name[0] == 'd' && name != "decimal" {
			if !canonical.Date(text).Valid() {
				t.Fatalf("%s %q gives %q, which is no date", name, v, text)
			}
		} else if !canonical.Decimal(text).Valid() {
			t.Fatalf("%s %q gives %q, which is no number", name, v, text)
		}
		var w values
		if reason := conv.out(text, &w, &point); reason != "" {
			t.Fatalf("%s %q: %s", name, text, reason)
		}
		if again, bad := conv.in(&w, &point); again != text || bad != 0 {
			t.Errorf("%s %q, written %q\n got %q\nwant %q", name, v, w, again, text)
		}
	})
}

// TestPair: marks that stand once are found again whatever goes and comes, and
// pairs never cross.
func TestPair(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		was := rapid.SliceOfNDistinct(rapid.Uint32Range(1, 1<<24-1), 0, 40, rapid.ID[uint32]).Draw(t, "was")
		var now []uint32
		kept := map[uint32]int{}
		for i, m := range was {
			if rapid.IntRange(0, 9).Draw(t, "comes") == 0 {
				now = append(now, 0)
			}
			if rapid.IntRange(0, 9).Draw(t, "goes") > 1 {
				now = append(now, m)
				kept[m] = i
			}
		}
		pairs := pair(now, was)
		last := -1
		for i, j := range pairs {
			if j < 0 {
				if now[i] != 0 {
					t.Errorf("mark %d is found no more", now[i])
				}
				continue
			}
			if j <= last {
				t.Errorf("pairs cross: %v", pairs)
			}
			last = j
			if want, ok := kept[now[i]]; ok && j != want {
				t.Errorf("mark %d\n got %d\nwant %d", now[i], j, want)
			}
		}
	})
}

func TestAnchors(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		marks := rapid.SliceOfN(rapid.Uint32Range(0, 1<<24-1), 0, 20).Draw(t, "marks")
		ordinals := make([]int, len(marks))
		o := rapid.IntRange(1, 9).Draw(t, "first")
		for i := range ordinals {
			switch rapid.IntRange(0, 5).Draw(t, "step") {
			case 0:
				continue
			case 1:
				o += 3
			}
			ordinals[i] = o
			o++
		}
		gotMarks, gotOrdinals := decodeAnchors(encodeAnchors(marks, ordinals))
		if !slices.Equal(gotMarks, marks) || !slices.Equal(gotOrdinals, ordinals) {
			t.Errorf("there and back\n got %v %v\nwant %v %v", gotMarks, gotOrdinals, marks, ordinals)
		}
	})
}

func converterOf(t tester, name, arg string, n int) *converter {
	t.Helper()
	conv, err := findConverter(name, arg, n)
	if conv == nil || err != nil {
		t.Fatalf("converter %s %s: %v", name, arg, err)
	}
	return conv
}

// TestParts: texts that are cut into elements and put together again.
func TestParts(t *testing.T) {
	for _, c := range []struct{ conv, arg, in, text, out string }{
		{"join", ":", "D/96A/UN", "D:96A:UN", "D/96A/UN"},
		{"join", ":", "D//UN", "D::UN", "D//UN"},
		{"join", "-", "4711/1", "4711-1", "4711/1"},
		{"wrap", "4", "abcd/ef", "abcdef", "abcd/ef"},
		{"wrap", "4", "ab /cdef", "ab cdef", "ab c/def"},
		{"wrap", "2", "äö/üß/more", "äöüßmore", "äö/üß/more"},
	} {
		conv := converterOf(t, c.conv, c.arg, 3)
		var v, w values
		copy(v[:], strings.Split(c.in, "/"))
		text, bad := conv.in(&v, &point)
		reason := conv.out(text, &w, &point)
		if got := strings.TrimRight(strings.Join(w[:], "/"), "/"); text != c.text || bad != 0 || got != c.out || reason != "" {
			t.Errorf("%s %q\n got %q, %q %s\nwant %q, %q", c.conv, c.in, text, got, reason, c.text, c.out)
		}
	}
}
