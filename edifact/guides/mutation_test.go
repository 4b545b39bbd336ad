package guides_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/edibridge/edibridge/edi/guide"
)

// TestMutations breaks a sound ORDERS in one place each: there is one finding,
// and it names that place.
func TestMutations(t *testing.T) {
	g := library(t).Named("EDIFACT D:96A ORDERS")
	sound := strings.Split(strings.TrimSuffix(order(2), "'"), "'")
	if i := slices.IndexFunc(sound, func(s string) bool { return strings.HasSuffix(s, "O?") }); i >= 0 { // a released terminator
		sound = slices.Replace(sound, i, i+2, sound[i]+"'"+sound[i+1])
	}
	index := func(prefix string) int {
		return slices.IndexFunc(sound, func(s string) bool { return strings.HasPrefix(s, prefix) })
	}
	insert := func(at int, s string) func([]string) []string {
		return func(doc []string) []string { return slices.Insert(doc, at, s) }
	}
	remove := func(at int) func([]string) []string {
		return func(doc []string) []string { return slices.Delete(doc, at, at+1) }
	}
	replace := func(old, with string) func([]string) []string {
		return func(doc []string) []string {
			i := index(old)
			doc[i] = strings.Replace(doc[i], old, with, 1)
			return doc
		}
	}
	bgm, nad, lin, uns := index("BGM"), index("NAD+SU"), index("LIN+1"), index("UNS")
	for name, tt := range map[string]struct {
		change func([]string) []string
		want   string
	}{
		"no BGM":             {remove(bgm), "edifact.segment.missing 13 BGM[1] place 2"},
		"no UNS":             {remove(uns), fmt.Sprintf("edifact.segment.missing 13 UNS[1] place %d", uns+1)},
		"BGM twice":          {insert(bgm+1, "BGM+220"), "edifact.segment.uses 35 BGM[2] place 3"},
		"no such segment":    {insert(nad, "QQQ+1"), fmt.Sprintf("edifact.segment.unknown 15 #%d place %d", nad+1, nad+1)},
		"a segment too late": {insert(lin+2, "FII+BK"), fmt.Sprintf("edifact.segment.unexpected 15 #%d place %d", lin+3, lin+3)},
		"party code":         {replace("NAD+SU", "NAD+Q1"), fmt.Sprintf("edifact.element.code 12 NAD[2]/NAD01 place %d", nad+1)},
		"no party code":      {replace("NAD+SU", "NAD+"), fmt.Sprintf("edifact.element.required 13 NAD[2]/NAD01 place %d", nad+1)},
		"quantity":           {replace("QTY+21:2:", "QTY+21:2x:"), fmt.Sprintf("edifact.element.type 37 LIN[1]/QTY[1]/QTY01.2 place %d", lin+4)},
		"no quantity":        {replace("QTY+21:2:", "QTY+21::"), fmt.Sprintf("edifact.element.required 13 LIN[1]/QTY[1]/QTY01.2 place %d", lin+4)},
		"a date that is not": {replace("DTM+137:20261123", "DTM+137:20261131"), "edifact.element.date 12 DTM[1]/DTM01.2 place 3"},
		"a long number":      {replace("BGM+220+4711", "BGM+220+"+strings.Repeat("9", 36)), "edifact.element.long 39 BGM[1]/BGM02 place 2"},
		"components":         {replace("RFF+CT:K-17", "RFF+CT:K-17:1:2:3"), "edifact.element.components 16 RFF[1]/RFF01 place 5"},
		"elements":           {replace("BGM+220+4711+9", "BGM+220+4711+9++X"), "edifact.element.excess 16 BGM[1]/BGM05 place 2"},
	} {
		t.Run(name, func(t *testing.T) {
			doc := tt.change(slices.Clone(sound))
			var got []string
			for _, f := range g.Validate(message(t, strings.Join(doc, "'")+"'"), guide.Options{}).Findings {
				got = append(got, fmt.Sprintf("%s %s %s place %d", f.Rule, f.Codes["0085"], strings.TrimPrefix(string(f.Path), "UNB[1]/UNH[1]/"), f.Place))
			}
			if text := strings.Join(got, "\n"); text != tt.want {
				t.Errorf("got\n%s\nwant\n%s", text, tt.want)
			}
		})
	}
}
