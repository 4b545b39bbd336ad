package edifact

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/edibridge/edibridge/edi"
)

// ErrAcknowledgment says that an interchange of CONTRL alone was to be
// answered: two systems that do so never stop.
var ErrAcknowledgment = errors.New("edifact: a CONTRL is never acknowledged")

const (
	maxUCS    = 999     // in one UCM
	maxUCD    = 99      // in one UCS
	maxDetail = 8 << 20 // bytes of a CONTRL beyond which it has no more UCS and UCD
)

// ControlOptions say how much a CONTRL tells. The zero value is what partners
// expect: what is rejected, and why.
type ControlOptions struct {
	// Receipt: only that the interchange arrived (0083 = 8), no word on what it
	// holds. One that is rejected as a whole is told as ever.
	Receipt bool
	// All: groups and messages that are accepted are named too.
	All bool
	// Noted: messages accepted with errors are told as that (0083 = 2), with their
	// errors; otherwise they are accepted (7), as most partners know no 2.
	Noted  bool
	Detail Detail
	// OnlyErrors: nothing is written where nothing is rejected, or, if Noted, has
	// errors. See [ControlWriter.Written].
	OnlyErrors bool
}

// Detail is how much a CONTRL tells of what is rejected.
type Detail string

// Levels of detail. A message that a CONTRL does not name is accepted with its
// group and interchange: what is rejected is named at every level.
const (
	DetailFull   Detail = ""       // UCM with its segments and elements in error, UCS and UCD
	DetailSets   Detail = "sets"   // UCM without UCS and UCD
	DetailGroups Detail = "groups" // as sets; where all messages of a group or of the interchange are rejected, UCF or UCI alone says so
)

// MessageResult is what is said of one message: UCM and what follows it.
type MessageResult struct {
	Set, Version, Control string // "ORDERS", "D:96A:UN:EAN008", UNH 0062
	// Findings may be cut to the first so many; then Verdict says what all of
	// them come to.
	Findings []edi.Finding
	Verdict  Verdict // "": [MessageVerdict] of the findings
}

// ControlWriter writes one interchange with one CONTRL for one received
// interchange. UCI, its first segment, tells the outcome of the whole: nothing
// is written before Close. Memory grows with what is rejected, about 60 bytes a
// message, and up to 8 MiB for UCS and UCD.
type ControlWriter struct {
	w    io.Writer
	env  Envelope
	ic   *edi.Interchange
	opt  ControlOptions
	err  error // the first failure
	seg  *edi.Writer
	body bytes.Buffer // what stands behind UCI

	segments int           // in body
	own      []edi.Finding // of the interchange
	group    int           // where the group in hand begins in body
	before   int           // segments in body before it
	answered int           // messages
	rejected int           // of them
	noted    int           // of them, accepted with errors that are told
	within   [2]int        // messages answered and rejected before the group in hand
	refused  bool          // a group was
	written  bool
	reports  int // CONTRL among what was received, which get no answer
}

// NewControl begins the CONTRL for ic. It asks for no acknowledgment, whatever
// the envelope says. An error of the envelope is given by the next call.
func NewControl(w io.Writer, env Envelope, ic *edi.Interchange, opt ControlOptions) *ControlWriter {
	c := &ControlWriter{w: w, ic: ic, opt: opt}
	env.AckRequested = false
	c.env, c.err = env.complete()
	c.seg = edi.NewWriter(&c.body, c.env.Delimiters)
	c.seg.LineBreak = c.env.LineBreak
	return c
}

// segment writes a segment behind UCI.
func (c *ControlWriter) segment(tag string, elements ...[]string) {
	if c.err == nil {
		c.err = c.seg.WriteComposites(tag, elements...)
		c.segments++
	}
}

// failure wraps the first error.
func (c *ControlWriter) failure() error {
	if c.err == nil || errors.Is(c.err, ErrAcknowledgment) {
		return c.err
	}
	return fmt.Errorf("edifact: write CONTRL for interchange %s: %w", c.ic.Control, c.err)
}

// Message takes what is said of the next message, in the order received. A
// CONTRL among them gets no answer.
func (c *ControlWriter) Message(r MessageResult) error {
	if c.err != nil {
		return c.failure()
	}
	if IsAcknowledgment(r.Set) {
		c.reports++
		return nil
	}
	c.answered++
	verdict := r.Verdict
	if verdict == "" {
		verdict = MessageVerdict(r.Findings)
	}
	action := actionAccepted
	switch {
	case verdict == Rejected:
		action = actionRejected
		c.rejected++
	case verdict == AcceptedWithErrors && c.opt.Noted:
		action = actionNoted
		c.noted++
	case !c.opt.All:
		return nil
	}
	if c.opt.Receipt {
		return nil
	}
	list, own := c.told(r.Findings, action)
	if action == actionRejected && own == nil && len(list) == 0 {
		own = &edi.Finding{Codes: map[string]string{"0085": string(unspecified)}}
	}
	c.segment("UCM", append([][]string{{c.must(r.Control, longestReference)}, c.identifier(r.Set, r.Version), {action}}, c.reason(own)...)...)
	if c.opt.Detail == DetailFull && c.body.Len() < maxDetail {
		c.details(list)
	}
	return c.failure()
}

// told are the findings that a CONTRL with that action tells of: those about a
// place in the message, and the one about its header or trailer.
func (c *ControlWriter) told(findings []edi.Finding, action string) (list []*edi.Finding, own *edi.Finding) {
	for i := range findings {
		f := &findings[i]
		switch {
		case action == actionAccepted, f.Codes["0085"] == "", f.Severity == edi.Info, f.Severity == edi.Warning && !c.opt.Noted:
		case f.Tag == "UNH" || f.Tag == "UNT":
			if own == nil || f.Rejects() && !own.Rejects() {
				own = f
			}
		case f.Place > 0:
			list = append(list, f)
		}
	}
	slices.SortStableFunc(list, func(a, b *edi.Finding) int { return cmp.Compare(a.Place, b.Place) })
	return list, own
}

// must is v as a mandatory element of at most n bytes has it.
func (c *ControlWriter) must(v string, n int) string {
	if v = c.env.clean(v, n); v == "" {
		return "0"
	}
	return v
}

// identifier is S009 of the message that is answered. Its first four components
// are mandatory: 0 stands in for what was not received.
func (c *ControlWriter) identifier(set, version string) []string {
	parts := append(strings.SplitN(version, ":", 4), "", "", "", "")
	agency := 2
	if c.env.version() == '4' {
		agency = 3
	}
	return []string{c.must(set, 6), c.must(parts[0], 3), c.must(parts[1], 3), c.must(parts[2], agency), c.env.clean(parts[3], 6)}
}

// reason is 0085, 0013 (0135 in syntax version 4) and S011 of UCI, UCF and UCM.
func (c *ControlWriter) reason(f *edi.Finding) [][]string {
	if f == nil {
		return nil
	}
	return [][]string{{c.code(f)}, {c.env.clean(f.Tag, 3)}, c.position(f)}
}

// code is 0085 as the syntax version of the CONTRL has it: version 4 added the
// codes from 44 on.
func (c *ControlWriter) code(f *edi.Finding) string {
	code := f.Codes["0085"]
	last := 43
	if c.env.version() == '4' {
		last = 48
	}
	n, err := strconv.Atoi(code)
	switch {
	case err == nil && n >= 1 && n <= last && strconv.Itoa(n) == code:
		return code
	case code == string(noCharset):
		return string(notSupported)
	}
	return string(unspecified)
}

// position is S011: the element counted with the segment's tag as 1, the
// component from 1 and, from syntax version 4 on, the repetition.
func (c *ControlWriter) position(f *edi.Finding) []string {
	if f.Element <= 0 {
		return nil
	}
	out := []string{strconv.Itoa(min(f.Element+1, 999)), "", ""}
	if f.Component > 0 {
		out[1] = strconv.Itoa(min(f.Component, 999))
	}
	if f.Repetition > 0 && c.env.version() == '4' {
		out[2] = strconv.Itoa(min(f.Repetition, 999999))
	}
	return out
}

// details writes UCS and UCD for findings in the order of their places: one UCS
// for each place and each error of the segment itself, the first with the UCDs.
func (c *ControlWriter) details(list []*edi.Finding) {
	written := 0
	for from := 0; from < len(list) && written < maxUCS; {
		to := from
		var elements []*edi.Finding
		var segment []string
		for ; to < len(list) && list[to].Place == list[from].Place; to++ {
			if f := list[to]; f.Element > 0 {
				elements = append(elements, f)
			} else if code := c.code(f); !slices.Contains(segment, code) {
				segment = append(segment, code)
			}
		}
		if len(segment) == 0 {
			segment = []string{""}
		}
		for i, code := range segment[:min(len(segment), maxUCS-written)] {
			c.segment("UCS", []string{strconv.Itoa(min(list[from].Place, 999999))}, []string{code})
			written++
			if i == 0 {
				c.elements(elements)
			}
		}
		from = to
	}
}

// elements writes the UCDs of one place by their positions, each thing once.
func (c *ControlWriter) elements(list []*edi.Finding) {
	slices.SortStableFunc(list, func(a, b *edi.Finding) int {
		return cmp.Or(cmp.Compare(a.Element, b.Element), cmp.Compare(a.Repetition, b.Repetition), cmp.Compare(a.Component, b.Component))
	})
	var last [2][]string
	written := 0
	for _, f := range list {
		told := [2][]string{{c.code(f)}, c.position(f)}
		if written == maxUCD || slices.Equal(told[0], last[0]) && slices.Equal(told[1], last[1]) {
			continue
		}
		c.segment("UCD", told[0], told[1])
		last = told
		written++
	}
}

// Group ends a group, whose messages were told since the last one: g and the
// findings are those of its EndGroup. Findings of a group without UNG are of
// the interchange.
func (c *ControlWriter) Group(g *edi.Group, findings []edi.Finding) error {
	if c.err != nil {
		return c.failure()
	}
	if g.Control == "" && !strings.Contains(string(g.Path), "/UNG[") {
		c.own = append(c.own, findings...)
	} else if !c.opt.Receipt {
		c.endGroup(g, findings)
	}
	c.group, c.before = c.body.Len(), c.segments
	c.within = [2]int{c.answered, c.rejected}
	return c.failure()
}

// endGroup puts the UCF of a group before what was said of its messages, or in
// its place where the group is rejected as a whole.
func (c *ControlWriter) endGroup(g *edi.Group, findings []edi.Finding) {
	messages := bytes.Clone(c.body.Bytes()[c.group:])
	segments := c.segments - c.before
	c.body.Truncate(c.group)
	c.segments = c.before
	answered, rejected := c.answered-c.within[0], c.rejected-c.within[1]
	action := actionAccepted
	if MessageVerdict(findings) == Rejected || c.opt.Detail == DetailGroups && answered > 0 && rejected == answered {
		action = actionRejected
		c.refused = true
	}
	if action == actionRejected || len(messages) > 0 || c.opt.All {
		c.header(g, action, findings)
	}
	if action == actionAccepted {
		c.body.Write(messages)
		c.segments += segments
	}
}

// header writes UCF.
func (c *ControlWriter) header(g *edi.Group, action string, findings []edi.Finding) {
	id := c.must
	if c.env.version() == '4' { // S006 and S007 need not be there
		id = c.env.clean
	}
	elements := [][]string{{c.must(g.Control, longestReference)},
		{id(g.Sender, longestParty), c.env.clean(g.SenderQualifier, 4)},
		{id(g.Receiver, longestParty), c.env.clean(g.ReceiverQualifier, 4)}, {action}}
	if action == actionRejected {
		elements = append(elements, c.reason(cause(findings))...)
	}
	c.segment("UCF", elements...)
}

// cause is the finding that says best why something was rejected as a whole:
// the first error with a code.
func cause(findings []edi.Finding) *edi.Finding {
	for i := range findings {
		if f := &findings[i]; f.Rejects() && f.Codes["0085"] != "" {
			if !isService(f.Tag) {
				return &edi.Finding{Codes: f.Codes}
			}
			return f
		}
	}
	return &edi.Finding{Codes: map[string]string{"0085": string(unspecified)}}
}

// isService reports whether element 0013, the tag of a service segment, may be
// tag: three letters, the first a U.
func isService(tag string) bool {
	for i := range len(tag) {
		if tag[i] < 'A' || tag[i] > 'Z' {
			return false
		}
	}
	return len(tag) == 3 && tag[0] == 'U'
}

// Written reports whether there is a CONTRL: not before Close, and not if only
// errors are to be told and there are none.
func (c *ControlWriter) Written() bool { return c.written }

// Close writes the interchange. The findings are those of ic's BeginInterchange
// and EndInterchange, or a [Refusal]: one of severity error rejects the
// interchange as a whole. [ErrAcknowledgment] says that it held nothing but
// CONTRL; then nothing is written.
func (c *ControlWriter) Close(findings []edi.Finding) error {
	if c.err == nil && c.reports > 0 && c.answered == 0 {
		c.err = ErrAcknowledgment
	}
	if c.err != nil {
		return c.failure()
	}
	findings = append(findings[:len(findings):len(findings)], c.own...)
	action := actionAccepted
	switch {
	case MessageVerdict(findings) == Rejected:
		action = actionRejected
	case c.opt.OnlyErrors && c.rejected == 0 && c.noted == 0 && !c.refused:
		return nil
	case c.opt.Receipt:
		action = actionReceived
	case c.opt.Detail == DetailGroups && c.answered > 0 && c.rejected == c.answered:
		action = actionRejected
	}
	ic := c.ic
	uci := [][]string{{c.must(ic.Control, longestReference)}, c.party(ic.Sender), c.party(ic.Receiver), {action}}
	if action == actionRejected {
		uci = append(uci, c.reason(cause(findings))...)
	}
	body, segments := c.body.Bytes(), c.segments
	if action == actionRejected {
		body, segments = nil, 0
	}
	c.written = true
	if _, err := c.w.Write(c.env.inCharset(c.message(uci, body, segments))); err != nil {
		c.err = err
	}
	return c.failure()
}

// message is the CONTRL.
func (c *ControlWriter) message(uci [][]string, body []byte, segments int) []byte {
	var b bytes.Buffer
	w := edi.NewWriter(&b, c.env.Delimiters)
	w.LineBreak = c.env.LineBreak
	identifier := []string{"CONTRL", "D", "3", "UN"}
	if c.env.version() == '4' {
		identifier = []string{"CONTRL", "4", "1", "UN"}
	}
	// Writing to memory cannot fail, and clean left nothing that cannot be released.
	_ = w.WriteComposites("UNH", []string{"1"}, identifier)
	_ = w.WriteComposites("UCI", uci...)
	b.Write(body)
	_ = w.Write("UNT", strconv.Itoa(segments+3), "1")
	return b.Bytes()
}

// party is S002 or S003 of the interchange that is answered.
func (c *ControlWriter) party(p edi.Party) []string {
	return []string{c.must(p.ID, longestParty), c.env.clean(p.Qualifier, 4), c.env.clean(p.Sub, c.env.longestSub())}
}
