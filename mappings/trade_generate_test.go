package mappings

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/edibridge/edibridge/edi"
	"pgregory.net/rapid"
)

// tradeLikely are the segments without which there would be little to map.
var tradeLikely = map[string]bool{"BAK": true, "BCA": true, "BCH": true, "BIG": true, "BPR": true, "BCT": true, "PO1": true, "POC": true, "IT1": true, "ENT": true,
	"RMR": true, "ACK": true, "LIN": true, "CTP": true, "TDS": true, "BGM": true, "PGI": true, "QTY": true, "PRI": true, "MOA": true, "UNS": true, "CNT": true}

// tradeQualifiers are codes that rows ask for.
var tradeQualifiers = []string{"137", "171", "4", "ON", "IV", "VN", "CT", "RE", "21", "47", "203", "77", "9", "79", "124", "176", "125", "AAA", "2", "A", "C", "8", "23",
	"204", "131", "3", "1", "7", "11", "13", "12", "BY", "SU", "PO", "IA", "52"}

// tradeGenerator makes random messages of a set.
type tradeGenerator struct {
	spelled
	edifact bool
}

// components is an element of EDIFACT.
func (g *tradeGenerator) components() string {
	parts := make([]string, rapid.IntRange(1, 6).Draw(g.t, "components"))
	for i := range parts {
		if i == 0 && g.chance(60, "qualified") {
			parts[i] = rapid.SampledFrom(tradeQualifiers).Draw(g.t, "qualifier")
		} else if g.chance(70, "said") {
			parts[i] = rapid.SampledFrom(samples).Draw(g.t, "value")
		}
	}
	if rapid.IntRange(0, 3).Draw(g.t, "date") == 0 && len(parts) == 3 {
		parts[1], parts[2] = "20261123", "102"
	}
	text := strings.Join(parts, ":")
	if !g.odd {
		text = strings.TrimRight(text, ":")
	}
	return text
}

// tradeSayings are the segments of one composite: what it means, the value.
var tradeSayings = map[string]bool{"DTM": true, "RFF": true, "QTY": true, "MOA": true, "CNT": true, "PRI": true, "PCD": true}

// saying is the composite of such a segment, which never lacks the value.
func (g *tradeGenerator) saying(tag string) string {
	qualifier := rapid.SampledFrom(tradeQualifiers).Draw(g.t, "qualifier")
	switch tag {
	case "DTM":
		if qualifier == "137" || qualifier == "171" || qualifier == "4" {
			return qualifier + ":20261123:102"
		}
		return qualifier + rapid.SampledFrom([]string{":20261123:102", ":202611230930:203", ":20261101:102", ":202647:616"}).Draw(g.t, "date")
	case "RFF":
		return qualifier + ":" + rapid.SampledFrom(samples).Draw(g.t, "value") + rapid.SampledFrom([]string{"", ":7"}).Draw(g.t, "line")
	}
	value := qualifier + ":" + rapid.SampledFrom([]string{"1", "10.50", "0.5", "-3", "12500"}).Draw(g.t, "number")
	if tag != "PCD" && tag != "MOA" && g.chance(50, "unit") {
		value += ":" + rapid.SampledFrom([]string{"PCE", "KGM", "CT"}).Draw(g.t, "unit")
	}
	return value
}

func (g *tradeGenerator) segment(tag string) {
	if !g.edifact {
		if tag == "TDS" {
			g.b.WriteString("TDS*12500")
			g.end()
			return
		}
		g.spelled.segment(tag, 12)
		return
	}
	if tradeSayings[tag] {
		g.b.WriteString(tag + "+" + g.saying(tag))
		g.end()
		return
	}
	elements := make([]string, rapid.IntRange(1, 9).Draw(g.t, "elements"))
	for i := range elements {
		if i == 0 && (tag == "PIA" || g.chance(50, "plain")) {
			elements[i] = rapid.SampledFrom(tradeQualifiers).Draw(g.t, "qualifier")
		} else if g.chance(60, "given") {
			elements[i] = g.components()
		}
	}
	text := tag + "+" + strings.Join(elements, "+")
	if !g.odd {
		text = strings.TrimRight(text, "+")
	}
	g.b.WriteString(text)
	g.end()
}

// fill writes what may stand in a loop: fewer of each, the deeper it is, since a
// loop that is full ends.
func (g *tradeGenerator) fill(at *grammar, depth int) {
	for _, k := range at.kids {
		if k.tag == "ST" || k.tag == "SE" || k.tag == "UNH" || k.tag == "UNT" {
			continue
		}
		if k.tag == "UNS" {
			g.b.WriteString("UNS+S")
			g.end()
			continue
		}
		most, times := 7, max(1, 3-depth)
		switch {
		case k.tag == "TDS": // it tells the summary from what stands before it
			most, times = 100, 1
		case tradeLikely[k.tag]:
			most = 80
		}
		for n := 0; n < times && g.chance(most, k.tag); n++ {
			g.segment(k.tag)
			if k.loop {
				g.fill(k, depth+1)
			}
		}
	}
}

// generateTrade makes one message.
func generateTrade(t *rapid.T, at *grammar, standard edi.Standard, release, set string) (string, edi.Delimiters) {
	g := &tradeGenerator{edifact: standard == edi.EDIFACT}
	g.t = t
	g.odd, g.parted = g.chance(40, "odd"), g.chance(30, "parted")
	if !g.edifact {
		g.d = edi.Delimiters{Segment: '~', Element: '*', Component: '>', Decimal: '.'}
		g.b.WriteString("ST*" + set + "*0001")
		g.end()
		g.fill(at, 0)
		fmt.Fprintf(&g.b, "SE*%d*0001", g.count+1)
		g.end()
		return g.b.String(), g.d
	}
	g.d = edi.Delimiters{Segment: '\'', Element: '+', Component: ':', Release: '?', Decimal: '.'}
	g.b.WriteString("UNH+1+" + set + ":" + release)
	g.end()
	g.fill(at, 0)
	fmt.Fprintf(&g.b, "UNT+%d+1", g.count+1)
	g.end()
	return g.b.String(), g.d
}

// tradeRandom is a random message.
type tradeRandom struct {
	text string
	d    edi.Delimiters
}

// TestTradeGenerated takes random messages of the guides there and back.
func TestTradeGenerated(t *testing.T) {
	for _, s := range tradeSets {
		t.Run(s.set+" "+s.release, func(t *testing.T) {
			g, m := languages(t, s.standard, s.release, s.set)
			tree := newGrammar(g)
			mapped, elements, count := 0, 0, 30
			random := rapid.Custom(func(rt *rapid.T) tradeRandom {
				raw, d := generateTrade(rt, tree, s.standard, s.release, s.set)
				return tradeRandom{raw, d}
			})
			if os.Getenv("EDIBRIDGE_LONG") != "" {
				count = 2000
			}
			for seed := range count {
				raw := random.Example(seed)
				msg, err := edi.ReadMessage([]byte(raw.text), raw.d)
				if err != nil {
					t.Fatalf("seed %d: %v\n%q", seed, err, raw.text)
				}
				msg.Standard, msg.Version = s.standard, s.release
				r := tradeRoundTrip(t, g, m, msg)
				mapped, elements = mapped+r.Residue.Coverage.Mapped, elements+r.Residue.Coverage.Elements
				if t.Failed() {
					t.Fatalf("seed %d", seed)
				}
			}
			t.Logf("%d messages, %d of %d values mapped", count, mapped, elements)
			if mapped == 0 || mapped == elements {
				t.Errorf("%d of %d values mapped: the generator makes too little", mapped, elements)
			}
		})
	}
}
