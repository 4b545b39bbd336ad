package guide

import (
	"cmp"
	"slices"
	"strings"

	"github.com/edibridge/edibridge/edi"
)

// Options say what a validation reports.
type Options struct {
	// MaxFindings is how many findings are kept of one message; 0: 100. The
	// counts of [Result] are true whatever is kept.
	MaxFindings int
	// Severity gives rules another severity, by id; "" waives the rule. It wins
	// over the rule's own and over that of an overlay line.
	Severity map[string]edi.Severity
}

// defaultFindings is how many findings are kept where Options do not say.
const defaultFindings = 100

// Result is what a validation found.
type Result struct {
	Findings []edi.Finding // in document order, at most MaxFindings
	Total    int           // all, kept or not
	Errors   int           // of severity error, kept or not
	Match    *Match
}

// Validate checks one message of the guide's set: order, uses, elements, codes,
// conditions, and what overlays ask for. The result has memory of its own. Time
// and memory are linear in the size of m, whatever is wrong with it.
func (g *Guide) Validate(m *edi.Message, opt Options) *Result {
	return new(Validator).Validate(g, m, opt)
}

// Validator validates one message after the other with the same memory. Its zero
// value is ready. It is not safe for concurrent use.
type Validator struct {
	m     *edi.Message
	opt   Options
	quiet bool // only match

	res   Result
	match Match
	rules *ruleTable              // of the guide's standard
	keep  int                     // most findings
	sev   [ruleCount]edi.Severity // of this message; "": waived
	// EDIFACT: the message has an association code, whose owner adds codes.
	associated bool
	// The message is of another release than the guide, of a later one.
	elsewhere, later bool
	// X12: the message is of a release whose dates are YYMMDD.
	yearsOfTwo bool

	// The walk.
	course
	seg    edi.Segment // the current one; here, it is not allocated each time
	lost   lostness    // whether the segment before found no place
	blamed int32       // tag of the last one that lacks its loop, until that is opened; -1: none
	jump   jump        // the walk as it was before the last segment that closed loops
	held   []held      // what of res.Findings says that a line was missed

	// What it does where a segment does not fit.
	ways      []way
	next      []int32 // tags of what follows
	trial     course  // the walk on one of the ways
	decisions int

	watched []int32    // places of segments that are compared over the set
	torn    bool       // the structure is not as the guide says
	tallies []tally    // of the guide's totals
	claims  []claim    // totals that the message says
	levels  levelTable // segments of hierarchies

	scratch []byte       // a value without its release characters
	memo    []remembered // outcome of each condition for the loop asked last
	class   [256]uint8   // what each byte is, with the delimiters of classFor
	delim   edi.Delimiters
}

// lostness says whether the walk lost its way.
type lostness uint8

const (
	lostSilently lostness = iota + 1 // what found no place was waived or is no error
	lostReported                     // it was reported as an error: what follows from it is not
)

// Validate is [Guide.Validate]; what it gives lives until the next call.
func (v *Validator) Validate(g *Guide, m *edi.Message, opt Options) *Result {
	v.g, v.m, v.opt, v.rules = g, m, opt, rulesOf(g.standard)
	v.associated = g.standard == edi.EDIFACT && strings.Count(m.Version, ":") > 2
	v.yearsOfTwo = g.standard == edi.X12 && before004010(m.Version)
	v.elsewhere = m.Version != "" && !ofRelease(g.standard, m.Version, g.release)
	v.later = v.elsewhere && releaseMonth(string(g.standard), releaseOf(g.standard, m.Version)) > releaseMonth(string(g.standard), g.release)
	v.keep = opt.MaxFindings
	if v.keep <= 0 {
		v.keep = defaultFindings
	}
	v.res = Result{Findings: v.res.Findings[:0], Match: &v.match}
	v.held = v.held[:0]
	v.severities() // what is an error says what follows from it, and so where segments stand
	if !v.quiet {
		v.classes()
	}
	v.watched, v.torn = v.watched[:0], false
	v.walk()
	if !v.quiet {
		v.memo = append(v.memo[:0], make([]remembered, g.conds)...)
		v.computations()
		if g.ruled {
			v.situations()
		}
	}
	slices.SortStableFunc(v.res.Findings, func(a, b edi.Finding) int { return cmp.Compare(a.Offset, b.Offset) })
	v.g, v.m, v.opt, v.seg = nil, nil, Options{}, edi.Segment{}
	return &v.res
}

// severities fills sev.
func (v *Validator) severities() {
	for i := range v.rules {
		v.sev[i] = v.rules[i].severity
	}
	if len(v.opt.Severity) == 0 {
		return
	}
	for i := range v.rules {
		if s, ok := v.opt.Severity[v.rules[i].id]; ok && v.rules[i].id != "" {
			v.sev[i] = s
		}
	}
}

// What a byte is in a value.
const (
	classDelimiter uint8 = 1 << iota // component or repetition separator, release character
	classControl                     // no character of X12.6's sets
	classHigh                        // beyond ASCII
	classOdd       = classDelimiter | classControl | classHigh
)

// classes fills class for the delimiters of the message.
func (v *Validator) classes() {
	if v.delim == v.m.Delimiters && v.class[0] != 0 {
		return
	}
	v.delim = v.m.Delimiters
	for i := range v.class {
		switch {
		case i < ' ' || i == 0x7F:
			v.class[i] = classControl
		case i >= 0x80:
			v.class[i] = classHigh
		default:
			v.class[i] = 0
		}
	}
	for _, d := range []byte{v.delim.Component, v.delim.Repetition, v.delim.Release} {
		if d != 0 {
			v.class[d] |= classDelimiter
		}
	}
}
