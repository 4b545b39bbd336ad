package main

import (
	"bufio"
	"fmt"
	"strconv"
	"strings"

	"github.com/edibridge/edibridge/edi"
)

// firstListed is how many transaction sets of a group are listed to people who
// did not ask for all.
const firstListed = 10

// inspectText shows an inspection to a person.
type inspectText struct {
	w      *bufio.Writer
	all    bool
	listed int // of the group
	hidden int
}

func (v *inspectText) beginFile(name string) { fmt.Fprintf(v.w, "%s\n", name) }

func (v *inspectText) beginInterchange(ic *edi.Interchange) {
	fmt.Fprintf(v.w, "  %s %s %s  control %s", ic.Standard, ic.Version, ic.Mode, ic.Control)
	if at := timestamp(ic.Date, ic.Time); at != "" {
		fmt.Fprintf(v.w, "  %s", at)
	}
	fmt.Fprintf(v.w, "\n    from %s to %s\n", partyText(ic.Sender), partyText(ic.Receiver))
	d := ic.Delimiters
	fmt.Fprintf(v.w, "    segments end with %s, elements %s, components %s", shown(d.Segment), shown(d.Element), shown(d.Component))
	if d.Repetition != 0 {
		fmt.Fprintf(v.w, ", repetitions %s", shown(d.Repetition))
	}
	if d.Release != 0 {
		fmt.Fprintf(v.w, ", release %s", shown(d.Release))
	}
	fmt.Fprintln(v.w)
}

func (v *inspectText) beginGroup(g *edi.Group) {
	v.listed, v.hidden = 0, 0
	if g.Control == "" && g.Functional == "" && g.Sender == "" { // messages without UNG
		return
	}
	fmt.Fprintf(v.w, "    group %s %s  control %s  %s -> %s\n", g.Functional, g.Version, g.Control, g.Sender, g.Receiver)
}

func (v *inspectText) transaction(t *transactionSeen) {
	if v.listed++; v.listed > firstListed && !v.all {
		v.hidden++
		return
	}
	fmt.Fprintf(v.w, "      %s %s  %s, byte %d, %s", t.Set, t.Control, count(t.Segments, "segment"), t.Offset, count64(t.Length, "byte"))
	for _, k := range t.Keys {
		fmt.Fprintf(v.w, "  %s %s", k.Scheme, k.Value)
	}
	fmt.Fprintln(v.w)
}

func (v *inspectText) endGroup(*edi.Group) {
	if v.hidden > 0 {
		fmt.Fprintf(v.w, "      and %s more (--all lists them)\n", count(v.hidden, "transaction set"))
	}
}

func (v *inspectText) endInterchange(ic *edi.Interchange, ta1 []ta1Seen, findings []edi.Finding) {
	for _, t := range ta1 {
		fmt.Fprintf(v.w, "    TA1 for interchange %s: %s %s\n", t.Control, t.Status, t.Note)
	}
	v.counts(ic)
	if !ic.Complete {
		fmt.Fprint(v.w, ", no trailer")
	}
	fmt.Fprintln(v.w)
	for i := range findings {
		f := &findings[i]
		fmt.Fprintf(v.w, "    %s %s, byte %d: %s\n", f.Severity, f.Rule, f.Offset, f.Message)
	}
}

// counts says what stands in an interchange; one of EDIFACT has groups or not.
func (v *inspectText) counts(ic *edi.Interchange) {
	fmt.Fprint(v.w, "    ")
	if ic.Groups > 0 || ic.Standard != edi.EDIFACT {
		fmt.Fprintf(v.w, "%s, ", count(ic.Groups, "group"))
	}
	fmt.Fprintf(v.w, "%s, %s", count(ic.Segments, "segment"), count64(ic.Length, "byte"))
}

func (v *inspectText) endFile(junk []span, size int64, sum string) error {
	for _, j := range junk {
		fmt.Fprintf(v.w, "  %s outside any interchange, from byte %d\n", count64(j.Length, "byte"), j.Offset)
	}
	fmt.Fprintf(v.w, "  %s  sha256 %s\n", count64(size, "byte"), sum)
	return v.w.Flush()
}

// partyText is a party as an envelope names it: "ZZ/ACME".
func partyText(p edi.Party) string { return printable([]byte(p.Qualifier + "/" + p.ID)) }

// shown is a delimiter in quotes.
func shown(c byte) string { return strconv.QuoteRune(rune(c)) }

// count is "1 segment", "12 segments".
func count(n int, what string) string { return count64(int64(n), what) }

func count64(n int64, what string) string {
	if n != 1 {
		what += "s"
	}
	return thousands(n) + " " + what
}

// thousands writes 1234567 as "1,234,567".
func thousands(n int64) string {
	s := strconv.FormatInt(n, 10)
	var parts []string
	for len(s) > 3 && s[len(s)-4] != '-' {
		parts = append([]string{s[len(s)-3:]}, parts...)
		s = s[:len(s)-3]
	}
	return strings.Join(append([]string{s}, parts...), ",")
}
