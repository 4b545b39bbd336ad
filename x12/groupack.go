package x12

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/edibridge/edibridge/edi"
)

// ErrAcknowledgment says that a group of acknowledgments was to be
// acknowledged: two systems that do so never stop.
var ErrAcknowledgment = errors.New("x12: a group of acknowledgments is never acknowledged")

const (
	maxCodes    = 5      // of elements 718, 618 and 716 in AK5, IK5 and AK9
	maxElements = 99     // AK4 in one AK3
	maxContexts = 10     // CTX behind one IK3 or IK4
	maxCount    = 999999 // of sets: elements 97, 123 and 2 have six digits; AK2 and, before 005010, AK3 repeat no more often
)

// AckOptions say which acknowledgment answers a group and how much it tells.
// The zero value is a full 997.
type AckOptions struct {
	// Set is "997" (Functional Acknowledgment, also when empty) or "999"
	// (Implementation Acknowledgment, 005010X231, whatever release it answers).
	Set    string
	Detail Detail
	// OnlyErrors leaves away what is accepted without errors: the AK2 of such
	// sets, and of a group that has nothing else the whole interchange. Nothing is
	// written then, see [GroupAck.Written].
	OnlyErrors bool
}

// Detail is how much an acknowledgment tells of each set of the group.
type Detail string

// Levels of detail.
const (
	DetailFull   Detail = ""       // AK2 to AK5 with the segments and elements in error
	DetailSets   Detail = "sets"   // AK2 and AK5 alone
	DetailGroups Detail = "groups" // AK1 and AK9 alone
)

// SetResult is what is said of one transaction set: AK2 and what follows it.
type SetResult struct {
	Set, Control string // ST01, ST02 as received
	Reference    string // ST03 as received, from 005010 on
	// Findings may be cut to the first so many; then Verdict says what all of
	// them come to.
	Findings []edi.Finding
	// Contexts[i] is what a 999 tells (CTX) of Findings[i] behind the situational
	// trigger, which the finding has itself: the identifier of the business unit,
	// where the guide of the set has one. It may be shorter than Findings.
	Contexts [][]Context
	Verdict  Verdict // "": [SetVerdict] of the findings
}

// GroupAck writes one interchange with one 997 (004010 or 005010 by the
// envelope's GroupVersion) or 999 for one received group. It streams: memory
// does not grow with the number of sets.
type GroupAck struct {
	w    io.Writer
	env  Envelope
	g    *edi.Group
	opt  AckOptions
	form form

	o        *outbound // nil until there is something to say
	err      error     // of the options
	segments int       // of the acknowledgment so far, ST included
	sets     int       // AK2 written
	notes    int       // AK3 of the set in hand
	received int
	accepted int
	noted    int
}

// NewGroupAck begins a full 997 for g. An error, of w, of the envelope or
// [ErrAcknowledgment], is given by the next call of Set or Close.
func NewGroupAck(w io.Writer, env Envelope, g *edi.Group) *GroupAck {
	return NewGroupAckWith(w, env, g, AckOptions{})
}

// NewGroupAckWith begins the acknowledgment for g that the options ask for.
// Errors, those of the options among them, are given as by [NewGroupAck]. A 999
// has the GroupVersion 005010X231 unless the envelope names a release of it
// ("005010X231A1").
func NewGroupAckWith(w io.Writer, env Envelope, g *edi.Group, opt AckOptions) *GroupAck {
	a := &GroupAck{w: w, env: env, g: g, opt: opt}
	switch form, ok := formOf(opt.Set); {
	case IsAcknowledgment(g.Functional):
		a.err = ErrAcknowledgment
	case !ok:
		a.err = fmt.Errorf("x12: no acknowledgment is called %q: 997 or 999", opt.Set)
	case opt.Detail != DetailFull && opt.Detail != DetailSets && opt.Detail != DetailGroups:
		a.err = fmt.Errorf("x12: no level of detail is called %q: empty, sets or groups", opt.Detail)
	default:
		a.form = form
		if !opt.OnlyErrors {
			a.begin()
		}
	}
	return a
}

// begin writes what stands before the first AK2, once.
func (a *GroupAck) begin() {
	if a.o != nil {
		return
	}
	if convention := a.form.convention; !strings.HasPrefix(a.env.GroupVersion, convention) {
		a.env.GroupVersion = convention
	}
	a.o = open(a.w, a.env)
	if a.since5010() {
		a.form.of5010()
	}
	a.o.group("FA")
	st := []string{a.form.set, "0001", ""}
	if a.form.convention != "" {
		st[2] = a.o.clean(a.env.GroupVersion, 35)
	}
	a.segment("ST", st...)
	ak1 := []string{a.id(a.g.Functional, 2, 2), a.groupNumber(), ""}
	if a.since5010() {
		ak1[2] = a.o.clean(a.g.Version, 12)
	}
	a.segment("AK1", ak1...)
}

// groupNumber is GS06 as AK102 (28, a number of at most nine digits) has it; 0
// when it is none: no group has that.
func (a *GroupAck) groupNumber() string {
	v := trim(a.g.Control)
	if len(v) > 9 {
		v = strings.TrimLeft(v, "0")
	}
	if len(v) > 9 || !digits(v) {
		return "0"
	}
	return v
}

// set is ST01 as AK201 has it, 000 where there is none.
func (a *GroupAck) set(st01 string) string {
	if a.o.clean(st01, 3) == "" {
		return "000"
	}
	return a.id(st01, 3, 3)
}

// Written reports whether there is an acknowledgment: false as long as
// OnlyErrors is asked for and nothing but acceptance is to be told.
func (a *GroupAck) Written() bool { return a.o != nil }

// since5010 reports whether the acknowledgment is of release 005010 or later.
func (a *GroupAck) since5010() bool { return a.o.env.GroupVersion >= "005010" }

// segment writes a segment of the acknowledgment.
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

// failure is the first error.
func (a *GroupAck) failure() error {
	if a.err != nil || a.o == nil || a.o.err == nil {
		return a.err
	}
	return fmt.Errorf("x12: write %s for group %s: %w", a.form.set, a.g.Control, a.o.err)
}

// Set writes what is said of the next set, in the order received.
func (a *GroupAck) Set(r SetResult) error {
	if err := a.failure(); err != nil {
		return err
	}
	verdict := a.count(&r)
	if a.opt.Detail == DetailGroups || a.opt.OnlyErrors && verdict == Accepted || a.sets == maxCount {
		return nil
	}
	a.begin()
	a.sets++
	// Blanks bring what is short to its minimum length (X12.6): they are no part
	// of the value.
	ak2 := []string{a.set(r.Set), fill(a.must(r.Control, 9, "0000"), 4, ' '), ""}
	if a.since5010() {
		ak2[2] = a.o.clean(r.Reference, 35)
	}
	a.segment("AK2", ak2...)
	list := a.form.details(&r)
	if a.opt.Detail == DetailFull {
		a.details(list)
	}
	codes := noted(r.Findings, maxCodes, a.form.setList, setKeys)
	if len(list) > 0 && verdict != Accepted || verdict == Rejected && len(codes) == 0 {
		codes = with(codes, segmentErrs, maxCodes)
	}
	a.segment(a.form.setTag, append([]string{verdict.code()}, codes...)...)
	return a.failure()
}

// count counts a set and gives its verdict.
func (a *GroupAck) count(r *SetResult) Verdict {
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
	default:
		verdict = Rejected
	}
	return verdict
}

// Close writes AK9, from what was counted and from the findings about the
// group, and the trailers.
func (a *GroupAck) Close(group []edi.Finding) error {
	if err := a.failure(); err != nil {
		return err
	}
	verdict := GroupVerdict(group, a.received, a.accepted, a.noted)
	if a.opt.OnlyErrors && verdict == Accepted {
		return nil
	}
	a.begin()
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
	a.segment("AK9", append(ak9, noted(group, maxCodes, list716, groupKeys)...)...)
	a.segment("SE", strconv.Itoa(a.segments+1), "0001")
	a.o.endGroup()
	a.o.close()
	return a.failure()
}
