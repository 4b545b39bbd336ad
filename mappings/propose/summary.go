package propose

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"github.com/edibridge/edibridge/edi"
)

// Summary is what samples showed. Its JSON is what "edibridge mapping new
// --json" prints.
type Summary struct {
	Partner     string   `json:"partner"`
	Identifiers []string `json:"identifiers"` // as partner.yaml has them
	Files       int      `json:"files"`
	Sets        int      `json:"sets"`    // acknowledgments left out
	Reports     int      `json:"reports"` // acknowledgments
	Agreements  []Agreed `json:"agreements"`
	Residue     []Left   `json:"residue"`  // of all sets, the most frequent first within each
	Findings    []Found  `json:"findings"` // errors and warnings, the most frequent first
	Skipped     []string `json:"skipped"`  // sets that no agreement or no mapping is about, and why
}

// Agreed is one agreement that is proposed. Its counts are those of its set in
// all modes.
type Agreed struct {
	Name     string `json:"name"`
	What     string `json:"what"` // "receive X12 850 004010 production"
	Sets     int    `json:"sets"`
	Refused  int    `json:"refused"`  // of them
	Elements int    `json:"elements"` // values
	Mapped   int    `json:"mapped"`   // of them, read by the standard's table
}

// Left is a place that no row reads.
type Left struct {
	Set      string   `json:"set"`
	Place    string   `json:"place"` // "PO1/LDT/LDT01"
	Count    int      `json:"count"`
	Examples []string `json:"examples"`      // at most three
	Row      string   `json:"row,omitempty"` // that would read it, tried over the table
}

// Found is a finding and how often it was made.
type Found struct {
	Finding string `json:"finding"` // "error x12.element.code PO1/PO103"
	Set     string `json:"set"`
	Count   int    `json:"count"`
}

// Summary tells what the samples showed.
func (p *Proposal) Summary() *Summary {
	s := &Summary{Partner: p.name, Identifiers: []string{}, Files: len(p.files), Reports: p.reports,
		Agreements: []Agreed{}, Residue: []Left{}, Findings: []Found{}, Skipped: append([]string{}, p.skipped...)}
	for _, id := range p.senders {
		s.Identifiers = append(s.Identifiers, string(id))
	}
	for _, a := range p.agreements() {
		verb := "receive"
		if a.set.ours {
			verb = "send"
		}
		s.Agreements = append(s.Agreements, Agreed{a.name, strings.Join([]string{verb, string(a.set.standard), a.set.code, a.set.release, string(a.mode)}, " "),
			a.set.sets, a.set.refused, a.set.elements, a.set.mapped})
	}
	for _, t := range p.sets {
		s.Sets += t.sets
		s.Residue = append(s.Residue, p.residue(t)...)
		for what, count := range t.found {
			s.Findings = append(s.Findings, Found{what, t.code, count})
		}
	}
	slices.SortFunc(s.Findings, func(a, b Found) int {
		return cmp.Or(b.Count-a.Count, strings.Compare(a.Set, b.Set), strings.Compare(a.Finding, b.Finding))
	})
	return s
}

// residue is what the table of a set leaves. Rows are tried once.
func (p *Proposal) residue(t *set) []Left {
	if t.told != nil || t.mapping == nil {
		return t.told
	}
	taken := map[string]bool{}
	t.told = []Left{}
	for i, at := range t.frequent() {
		l := t.left[at]
		one := Left{Set: t.code, Place: at, Count: l.count, Examples: l.examples()}
		if i < maxTried {
			one.Row = t.proposedRow(p.opt.Mappings, at, taken)
		}
		t.told = append(t.told, one)
	}
	return t.told
}

// ordinals and repetitions of a path; a place has none.
var ordinal = regexp.MustCompile(`\[[0-9]+\]|#[0-9]+`)

// placeOf is where a finding was made, whichever of its kind it was: the path
// without envelope and ordinals. What has a JSON Pointer keeps it.
func placeOf(p edi.Path) string {
	steps := strings.Split(ordinal.ReplaceAllString(string(p), ""), "/")
	from := 0
	for i, s := range steps {
		if s == "ST" || s == "UNH" {
			from = i + 1
		}
	}
	if from == len(steps) {
		return ""
	}
	return strings.Join(steps[from:], "/")
}
