package x12

import (
	"errors"
	"fmt"
	"io"
	"sort"
	"strconv"
	"strings"

	"github.com/edibridge/edibridge/edi"
)

// ErrAcknowledgment says that a group of acknowledgments was to be
// acknowledged: two systems that do so never stop.
var ErrAcknowledgment = errors.New("x12: a group of acknowledgments is never acknowledged")

const (
	maxCodes    = 5      // of elements 718 and 716 in AK5 and AK9
	maxElements = 99     // AK4 in one AK3
	maxCount    = 999999 // of sets: elements 97, 123 and 2 have six digits
)

// SetResult is what is said of one transaction set: AK2 and what follows it.
type SetResult struct {
	Set, Control string // ST01, ST02 as received
	Reference    string // ST03 as received, from 005010 on
	// Findings may be cut to the first so many; then Verdict says what all of
	// them come to.
	Findings []edi.Finding
	Verdict  Verdict // "": [SetVerdict] of the findings
}

// GroupAck writes one interchange with one 997 (Functional Acknowledgment,
// 004010 or 005010 by the envelope's GroupVersion) for one received group. It
// streams: memory does not grow with the number of sets.
type GroupAck struct {
	o        *outbound
	g        *edi.Group
	segments int // of the 997 so far, ST included
	received int
	accepted int
	noted    int
}

// NewGroupAck begins the 997 for g. An error, of w, of the envelope or
// [ErrAcknowledgment], is given by the next call of Set or Close.
func NewGroupAck(w io.Writer, env Envelope, g *edi.Group) *GroupAck {
	if IsAcknowledgment(g.Functional) {
		return &GroupAck{o: &outbound{err: ErrAcknowledgment}, g: g}
	}
	a := &GroupAck{o: open(w, env), g: g}
	a.o.group("FA")
	a.segment("ST", "997", "0001")
	ak1 := []string{a.must(g.Functional, 2, "??"), a.must(strings.TrimSpace(g.Control), 9, "0"), ""}
	if a.since5010() {
		ak1[2] = a.o.clean(g.Version, 12)
	}
	a.segment("AK1", ak1...)
	return a
}

// since5010 reports whether the 997 is of release 005010 or later.
func (a *GroupAck) since5010() bool { return a.o.env.GroupVersion >= "005010" }

// segment writes a segment of the 997.
func (a *GroupAck) segment(tag string, elements ...string) {
	a.o.plain(tag, elements...)
	a.segments++
}

// must is v as a mandatory element of at most n bytes has it.
func (a *GroupAck) must(v string, n int, instead string) string {
	if v = a.o.clean(v, n); v == "" {
		return instead
	}
	return v
}

// failure wraps the first error.
func (a *GroupAck) failure() error {
	if a.o.err == nil || errors.Is(a.o.err, ErrAcknowledgment) {
		return a.o.err
	}
	return fmt.Errorf("x12: write 997 for group %s: %w", a.g.Control, a.o.err)
}

// Set writes what is said of the next set, in the order received.
func (a *GroupAck) Set(r SetResult) error {
	if a.o.err != nil {
		return a.failure()
	}
	verdict := r.Verdict
	if verdict == "" {
		verdict = SetVerdict(r.Findings)
	}
	a.received++
	switch verdict {
	case Accepted:
		a.accepted++
	case AcceptedWithErrors:
		a.accepted++
		a.noted++
	}
	ak2 := []string{a.must(r.Set, 3, "000"), a.must(r.Control, 9, "0000"), ""}
	if a.since5010() {
		ak2[2] = a.o.clean(r.Reference, 35)
	}
	a.segment("AK2", ak2...)
	codes := noted(r.Findings, "ak502", maxCodes)
	if details := a.details(r.Findings); details && verdict != Accepted || verdict == Rejected && len(codes) == 0 {
		codes = with(codes, "5", maxCodes)
	}
	a.segment("AK5", append([]string{verdict.code()}, codes...)...)
	return a.failure()
}

// details writes AK3 and AK4 and reports whether there were any.
func (a *GroupAck) details(findings []edi.Finding) bool {
	var list []*edi.Finding
	for i := range findings {
		f := &findings[i]
		if f.Place > 0 && f.Severity != edi.Info && (f.Codes["ak304"] != "" || f.Codes["ak403"] != "") {
			list = append(list, f)
		}
	}
	sort.SliceStable(list, func(i, k int) bool { return list[i].Place < list[k].Place })
	for from := 0; from < len(list) && a.o.err == nil; {
		to := from + 1
		for to < len(list) && list[to].Place == list[from].Place {
			to++
		}
		a.place(list[from:to])
		from = to
	}
	return len(list) > 0
}

// place writes the AK3s of one place: one for each tag and segment code, that
// for element errors (8) with its AK4s.
func (a *GroupAck) place(list []*edi.Finding) {
	for len(list) > 0 {
		first, code := list[0], segmentCode(list[0])
		a.segment("AK3", a.tag(first.Tag), strconv.Itoa(first.Place), a.o.clean(first.Loop, a.loopLength()), a.o.clean(code, 3))
		var others []*edi.Finding
		elements := 0
		for _, f := range list {
			switch {
			case f.Tag != first.Tag || segmentCode(f) != code:
				others = append(others, f)
			case f.Codes["ak403"] != "" && f.Element > 0 && elements < maxElements:
				elements++
				a.element(f)
			}
		}
		list = others
	}
}

// segmentCode is AK304 for a finding: 8 when it is about an element.
func segmentCode(f *edi.Finding) string {
	if f.Codes["ak403"] != "" {
		return "8"
	}
	return f.Codes["ak304"]
}

// loopLength is how many characters element 447 may have.
func (a *GroupAck) loopLength() int {
	if a.since5010() {
		return 4
	}
	return 6
}

// tag is a segment tag as AK301 (721, two or three characters) has it.
func (a *GroupAck) tag(v string) string {
	v = strings.ReplaceAll(a.o.clean(v, 3), " ", "?")
	for len(v) < 2 {
		v += "?"
	}
	return v
}

// element writes AK4.
func (a *GroupAck) element(f *edi.Finding) {
	position := []string{strconv.Itoa(min(f.Element, maxElements))}
	if f.Component > 0 || f.Repetition > 0 && a.since5010() {
		component := ""
		if f.Component > 0 {
			component = strconv.Itoa(min(f.Component, 99))
		}
		position = append(position, component)
	}
	if f.Repetition > 0 && a.since5010() {
		position = append(position, strconv.Itoa(min(f.Repetition, 9999)))
	}
	var ref []string
	if digits(f.Ref) && len(f.Ref) <= 4 {
		ref = []string{f.Ref}
	}
	a.o.segment("AK4", position, ref, []string{a.o.clean(f.Codes["ak403"], 3)}, []string{a.o.clean(f.Value, longestValue)})
	a.segments++
}

// Close writes AK9, from what was counted and from the findings about the
// group, and the trailers.
func (a *GroupAck) Close(group []edi.Finding) error {
	if a.o.err != nil {
		return a.failure()
	}
	verdict := GroupVerdict(group, a.received, a.accepted, a.noted)
	accepted := a.accepted
	if SetVerdict(group) == Rejected {
		accepted = 0
	}
	declared := a.g.Declared
	if declared < 0 {
		declared = a.received
	}
	count := func(n int) string { return strconv.Itoa(min(n, maxCount)) }
	ak9 := []string{verdict.code(), count(declared), count(a.received), count(accepted)}
	a.segment("AK9", append(ak9, noted(group, "ak905", maxCodes)...)...)
	a.segment("SE", strconv.Itoa(a.segments+1), "0001")
	a.o.endGroup()
	if err := a.o.close(); err != nil {
		return a.failure()
	}
	return nil
}
