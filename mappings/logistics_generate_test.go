package mappings

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/edibridge/edibridge/edi"
	"pgregory.net/rapid"
)

// messageOf makes a random message of a guide: a random spelling, and of its
// loops those most that hold what such a document is about.
func (l logistic) messageOf(t *rapid.T, g *grammar) (string, edi.Delimiters) {
	s := &spelled{t: t, d: l.delimiters()}
	header, trailer := "ST", "SE"
	if l.standard == edi.EDIFACT {
		header, trailer = "UNH", "UNT"
		s.parted = true
	} else if s.chance(30, "delimiters") {
		s.d = edi.Delimiters{Segment: '\n', Element: '|', Component: ':', Repetition: '^', Decimal: '.'}
	}
	s.odd = s.chance(40, "odd")
	s.parted = s.parted || s.chance(30, "parted")
	e := string(s.d.Element)
	if s.b.WriteString(header + e); header == "ST" {
		s.b.WriteString(l.set + e + "0001")
	} else {
		s.b.WriteString("1" + e + l.set + ":D:96A:UN")
	}
	s.end()
	l.fill(s, g, 12)
	s.b.WriteString(trailer + e + fmt.Sprint(s.count+1) + e + "0001")
	s.end()
	return s.b.String(), s.d
}

// fill writes what may stand in a loop.
func (l logistic) fill(s *spelled, g *grammar, share int) {
	core := []string{"BSN", "HL", "LIN", "SN1", "W05", "W06", "W17", "W15", "LX", "W01", "W12", "W04", "W07", "W19", "BGM", "CPS", "PAC", "PCI", "GIN", "QTY"}
	for _, k := range g.kids {
		if slices.Contains([]string{"ST", "SE", "UNH", "UNT"}, k.tag) {
			continue
		}
		most := share
		if slices.Contains(core, k.tag) {
			most = 70
		}
		for n := 0; n < 3 && s.chance(most, k.tag); n++ {
			switch k.tag {
			case "HL", "CPS":
				l.node(s, k.tag)
			case "W01", "W07", "PAC":
				// Of the first in a loop something is read: the table tells it from the others.
				s.b.WriteString(strings.ReplaceAll(k.tag+"*7*EA*71", "*", string(s.d.Element)))
				s.end()
			default:
				s.segment(k.tag, 12)
			}
			if k.loop {
				l.fill(s, k, share)
			}
		}
	}
}

// node writes the segment of a node of a tree, mostly under one that is there:
// sometimes under none, itself or a later one.
func (l logistic) node(s *spelled, tag string) {
	e := string(s.d.Element)
	id, parent := rapid.IntRange(1, 9).Draw(s.t, "id"), rapid.IntRange(0, 9).Draw(s.t, "parent")
	s.b.WriteString(fmt.Sprint(tag, e, id, e))
	if parent > 0 {
		s.b.WriteString(fmt.Sprint(parent))
	}
	s.b.WriteString(e + rapid.SampledFrom([]string{"S", "O", "T", "P", "I", "ZZ", "1", "3"}).Draw(s.t, "level"))
	s.end()
}

// TestLogisticsGenerated takes random messages of all releases there and back:
// 100 of each set, and 2,100 with EDIBRIDGE_LONG.
func TestLogisticsGenerated(t *testing.T) {
	rounds := 1
	if os.Getenv("EDIBRIDGE_LONG") != "" {
		rounds = 21
	}
	for _, l := range logistics() {
		t.Run(l.name(), func(t *testing.T) {
			trees := map[string]*grammar{}
			for _, release := range l.releases {
				g, _ := l.table(t, release)
				trees[release] = newGrammar(g)
			}
			documents, longest, mapped, elements := 0, 0, 0, 0
			for range rounds {
				rapid.Check(t, func(rt *rapid.T) {
					release := rapid.SampledFrom(l.releases).Draw(rt, "release")
					raw, d := l.messageOf(rt, trees[release])
					msg, err := edi.ReadMessage([]byte(raw), d)
					if err != nil {
						rt.Fatalf("%v\n%q", err, raw)
					}
					msg.Version = release
					g, m := l.table(t, release)
					r := l.thereAndBack(rt, g, m, msg)
					documents, longest = documents+1, max(longest, msg.Len())
					mapped, elements = mapped+r.Residue.Coverage.Mapped, elements+r.Residue.Coverage.Elements
				})
			}
			t.Logf("%d documents, the longest of %d segments, %d of %d values mapped", documents, longest, mapped, elements)
			if longest < 10 || mapped == 0 || mapped == elements {
				t.Errorf("longest %d, %d of %d values mapped: the generator makes too little", longest, mapped, elements)
			}
		})
	}
}
