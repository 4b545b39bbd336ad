package edifact

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"sort"
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
	Noted bool
	// Brief: no UCS and UCD.
	Brief bool
}

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
	reports  int           // CONTRL among what was received, which get no answer
}

// NewControl begins the CONTRL for ic. An error of the envelope is given by the
// next call.
func NewControl(w io.Writer, env Envelope, ic *edi.Interchange, opt ControlOptions) *ControlWriter {
	c := &ControlWriter{w: w, ic: ic, opt: opt}
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
	case verdict == AcceptedWithErrors && c.opt.Noted:
		action = actionNoted
	case !c.opt.All:
		return nil
	}
	if c.opt.Receipt {
		return nil
	}
	list, own := c.told(r.Findings, action, "UNH", "UNT")
	if action == actionRejected && own == nil && len(list) == 0 {
		own = &edi.Finding{Codes: map[string]string{"0085": string(unspecified)}}
	}
	c.segment("UCM", append([][]string{{c.must(r.Control, longestReference)}, c.identifier(r.Set, r.Version), {action}}, c.reason(own)...)...)
	if !c.opt.Brief && c.body.Len() < maxDetail {
		c.details(list)
	}
	return c.failure()
}

// told are the findings that a CONTRL with that action tells of: those about a
// place in the message, and the one about its header or trailer.
func (c *ControlWriter) told(findings []edi.Finding, action string, service ...string) (list []*edi.Finding, own *edi.Finding) {
	for i := range findings {
		f := &findings[i]
		switch {
		case action == actionAccepted, f.Codes["0085"] == "", f.Severity == edi.Info, f.Severity == edi.Warning && !c.opt.Noted:
		case f.Tag == service[0] || f.Tag == service[1]:
			if own == nil || f.Rejects() && !own.Rejects() {
				own = f
			}
		case f.Place > 0:
			list = append(list, f)
		}
	}
	sort.SliceStable(list, func(i, k int) bool { return list[i].Place < list[k].Place })
	return list, own
}

// must is v as a mandatory element of at most n bytes has it.
func (c *ControlWriter) must(v string, n int) string {
	if v = c.env.clean(v, n); v == "" {
		return "0"
	}
	return v
}

// identifier is S009 of the message that is answered.
func (c *ControlWriter) identifier(set, version string) []string {
	out := []string{c.must(set, 6)}
	for _, v := range strings.SplitN(version, ":", 4) {
		out = append(out, c.env.clean(v, 6))
	}
	return out
}

// reason is 0085, 0013 and S011 of UCI, UCF and UCM.
func (c *ControlWriter) reason(f *edi.Finding) [][]string {
	if f == nil {
		return nil
	}
	return [][]string{{c.env.clean(f.Codes["0085"], 3)}, {c.env.clean(f.Tag, 3)}, c.position(f)}
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
// for each place and each error of the segment itself.
func (c *ControlWriter) details(list []*edi.Finding) {
	written := 0
	for from := 0; from < len(list) && written < maxUCS; {
		to := from
		var elements []*edi.Finding
		var segment []string
		for ; to < len(list) && list[to].Place == list[from].Place; to++ {
			if f := list[to]; f.Element > 0 {
				elements = append(elements, f)
			} else if code := c.env.clean(f.Codes["0085"], 3); !has(segment, code) {
				segment = append(segment, code)
			}
		}
		if len(segment) == 0 {
			segment = []string{""}
		}
		for i, code := range segment[:min(len(segment), maxUCS-written)] {
			c.segment("UCS", []string{strconv.Itoa(min(list[from].Place, 999999))}, []string{code})
			written++
			for k := 0; i == 0 && k < min(len(elements), maxUCD); k++ {
				c.segment("UCD", []string{c.env.clean(elements[k].Codes["0085"], 3)}, c.position(elements[k]))
			}
		}
		from = to
	}
}

func has(list []string, v string) bool {
	for _, have := range list {
		if have == v {
			return true
		}
	}
	return false
}

// Group ends a group, whose messages were told since the last one: g and the
// findings are those of its EndGroup. Findings of a group without UNG are of
// the interchange.
func (c *ControlWriter) Group(g *edi.Group, findings []edi.Finding) error {
	if c.err != nil {
		return c.failure()
	}
	from, before := c.group, c.before
	if g.Control == "" && !strings.Contains(string(g.Path), "/UNG[") {
		c.own = append(c.own, findings...)
	} else if !c.opt.Receipt {
		messages := bytes.Clone(c.body.Bytes()[from:])
		segments := c.segments - before
		c.body.Truncate(from)
		c.segments = before
		action := actionAccepted
		if MessageVerdict(findings) == Rejected {
			action = actionRejected
		}
		if action == actionRejected || len(messages) > 0 || c.opt.All {
			c.header(g, action, findings)
		}
		if action == actionAccepted {
			c.body.Write(messages)
			c.segments += segments
		}
	}
	c.group, c.before = c.body.Len(), c.segments
	return c.failure()
}

// header writes UCF.
func (c *ControlWriter) header(g *edi.Group, action string, findings []edi.Finding) {
	elements := [][]string{{c.must(g.Control, longestReference)}, {c.must(g.Sender, longestParty)}, {c.must(g.Receiver, longestParty)}, {action}}
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
			if len(f.Tag) != 3 || f.Tag[0] != 'U' { // 0013 names service segments alone
				return &edi.Finding{Codes: f.Codes}
			}
			return f
		}
	}
	return &edi.Finding{Codes: map[string]string{"0085": string(unspecified)}}
}

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
	case c.opt.Receipt:
		action = actionReceived
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
	return []string{c.must(p.ID, longestParty), c.env.clean(p.Qualifier, 4), c.env.clean(p.Sub, longestParty)}
}
