package bridge

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/edibridge/edibridge/canonical"
	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/edi/guide"
	"github.com/edibridge/edibridge/edifact"
	"github.com/edibridge/edibridge/mappings"
	"github.com/edibridge/edibridge/x12"
)

// Problem is one reason why a document cannot be sent.
type Problem struct {
	Pointer string `json:"pointer"` // JSON Pointer (RFC 6901) into the document; "" is the document as a whole
	Rule    string `json:"rule"`    // stable id
	Message string `json:"message"` // one sentence for a person
}

// Refusal is all reasons why a document cannot be sent. Nothing was kept or
// reserved.
type Refusal struct{ Problems []Problem }

// Error names the first reason and how many there are.
func (r *Refusal) Error() string {
	p := r.Problems[0]
	s := fmt.Sprintf("bridge: refused: %s: %s", p.Rule, p.Message)
	if n := len(r.Problems) - 1; n > 0 {
		s += fmt.Sprintf(" (and %d more)", n)
	}
	return s
}

func refuse(pointer, rule, format string, args ...any) error {
	return &Refusal{[]Problem{{pointer, rule, fmt.Sprintf(format, args...)}}}
}

// draft is a document of ours as the partner will read it: one set or message
// without its envelope. It is a function of the document and the configuration:
// what was drafted when the document was handed in is what is sent later, but
// for the control numbers of the envelope.
type draft struct {
	how     *Dispatch
	doc     canonical.Document
	control string // of the set or message
	guide   *guide.Guide
	mapping *mappings.Mapping
	raw     []byte // ST to SE, UNH to UNT; UTF-8
	result  *guide.Result
	keys    []canonical.Key
	covered canonical.Coverage
	told    []edi.Finding // of severity warning: what of the document is not written
}

// ruleUnwritten is told of members that no row writes; an agreement's "waive"
// makes it an error, or nothing.
const ruleUnwritten = "mapping.member.unwritten"

// setControl is the control number of the nth set of a group (ST02) or message of
// an interchange (UNH 0062), from 1.
func (d *Dispatch) setControl(nth int) string {
	if d.Standard == edi.EDIFACT {
		return fmt.Sprint(nth)
	}
	return fmt.Sprintf("%04d", nth)
}

// draft makes the message of a canonical document for a partner, as the nth of its
// interchange, and holds it against the partner's guide. The error is a [*Refusal].
func (c *Configuration) draft(partner, agreement string, data []byte, nth int) (*draft, error) {
	doc, residue, err := canonical.DecodeWithResidue(data)
	if err != nil {
		return nil, refuse("", "bridge.send.document", "no canonical document: %v", err)
	}
	how, problem := c.dispatch(partner, agreement, doc)
	if problem != nil {
		return nil, &Refusal{[]Problem{*problem}}
	}
	if doc.Head().Standard == "" && how.Standard == edi.EDIFACT { // derived with the codes of X12
		if doc, residue, err = canonical.DecodeFor(data, string(how.Standard)); err != nil {
			return nil, refuse("", "bridge.send.document", "no canonical document: %v", err)
		}
	}
	d := &draft{how: how, doc: doc, control: how.setControl(nth)}
	how.names(doc.Head())
	if d.guide, d.mapping = c.languages(how); d.guide == nil {
		return nil, refuse("", "bridge.guide.none", "there is no guide for %s %s", how.Set, how.Release)
	}
	opt := mappings.OutOptions{Residue: residue, Delimiters: how.wire(), LineBreak: how.LineBreak, Control: d.control}
	severity, waived := how.Waive[ruleUnwritten]
	opt.Unwritten = severity
	raw, findings, err := d.mapping.Out(doc, opt)
	if err != nil {
		return nil, refuse("", "bridge.send.document", "%v", err)
	}
	for _, f := range findings {
		if f.Severity == edi.Warning && !(f.Rule == ruleUnwritten && waived && severity == "") {
			d.told = append(d.told, f)
		}
	}
	if refused := problemsOf(findings, nil); len(refused) > 0 {
		return nil, &Refusal{refused}
	}
	d.raw = raw
	return d, d.check(c)
}

// check reads what was written as the partner will, and refuses what the guide
// refuses.
func (d *draft) check(c *Configuration) error {
	m, err := edi.ReadMessage(d.raw, d.how.wire())
	if err != nil {
		return refuse("", "bridge.send.written", "what was written cannot be read: %v", err)
	}
	m.Version = d.how.Release
	d.result = d.guide.Validate(m, guide.Options{MaxFindings: c.Limits.findings(), Severity: d.how.Waive})
	src := mappings.FromMessage(m, d.guide, d.result.Match)
	read, err := d.mapping.In(src, mappings.InOptions{Residue: true})
	if err != nil {
		return refuse("", "bridge.send.written", "what was written cannot be read: %v", err)
	}
	// What is refused is told by the member that it was written from. Only then is
	// that asked for.
	origins := sync.OnceValue(func() map[string]mappings.Origin {
		traced, err := d.mapping.In(src, mappings.InOptions{Lineage: true})
		if err != nil {
			return nil
		}
		return traced.Lineage.All()
	})
	d.covered = read.Residue.Coverage
	d.keys = joinKeys(nil, read.Keys, canonical.Keys(d.doc))
	if refused := problemsOf(d.result.Findings, origins); len(refused) > 0 {
		return &Refusal{refused}
	}
	var ce *edifact.CharacterError
	switch _, err := d.preview(time.Unix(0, 0)); {
	case errors.As(err, &ce):
		return refuse(pointerAt(origins(), int64(ce.Offset)), "bridge.send.character", "%v", ce)
	case err != nil:
		return refuse("", "bridge.send.written", "%v", err)
	}
	return nil
}

// problemsOf are the findings that refuse. Those of a mapping have a JSON Pointer
// as their path; those of a guide get one from the lineage of what was written.
func problemsOf(fs []edi.Finding, lineage func() map[string]mappings.Origin) []Problem {
	var ps []Problem
	var origins map[string]mappings.Origin
	for i := range fs {
		f := &fs[i]
		if !f.Rejects() {
			continue
		}
		p := Problem{string(f.Path), f.Rule, f.Message}
		if lineage != nil {
			if origins == nil {
				origins = lineage()
			}
			p.Pointer = pointerTo(origins, f)
			p.Message += fmt.Sprintf(" (%s)", strings.TrimPrefix(string(f.Path), "ST[1]/"))
		}
		ps = append(ps, p)
	}
	return ps
}

// pointerTo is the member that the element of a finding was written from, or
// the object that its segment was; "" where neither is known.
func pointerTo(lineage map[string]mappings.Origin, f *edi.Finding) string {
	if strings.HasSuffix(f.Rule, ".segment.missing") {
		return loopObject(lineage, f)
	}
	var of []string
	for pointer, o := range lineage {
		switch {
		case o.Segment != f.Segment:
		case o.Element == f.Element && (f.Component == 0 || o.Component == f.Component):
			return shortest(lineage, o)
		default:
			of = append(of, pointer)
		}
	}
	return commonPointer(of)
}

// loopObject is the object of the loop in which the segment of a finding is
// missing: that of the loop's trigger, the nearest before; "" is the document.
func loopObject(lineage map[string]mappings.Origin, f *edi.Finding) string {
	steps := strings.Split(string(f.Path), "/")
	if len(steps) < 3 { // ST[1]/REF[2]: in no loop
		return ""
	}
	trigger, _, _ := strings.Cut(steps[len(steps)-2], "[")
	at := 0
	for _, o := range lineage {
		if o.Tag == trigger && o.Segment < f.Segment {
			at = max(at, o.Segment)
		}
	}
	var of []string
	for pointer, o := range lineage {
		if o.Segment == at {
			of = append(of, pointer)
		}
	}
	return commonPointer(of)
}

// shortest is the first pointer, in their order, of the values of one origin.
func shortest(lineage map[string]mappings.Origin, o mappings.Origin) string {
	var of []string
	for pointer, other := range lineage {
		if other == o {
			of = append(of, pointer)
		}
	}
	return slices.Min(of)
}

// commonPointer is the object that all pointers lead into.
func commonPointer(of []string) string {
	if len(of) == 0 {
		return ""
	}
	common := strings.Split(of[0], "/")
	common = common[:len(common)-1]
	for _, p := range of[1:] {
		steps := strings.Split(p, "/")
		n := 0
		for n < len(common) && n < len(steps)-1 && common[n] == steps[n] {
			n++
		}
		common = common[:n]
	}
	return strings.Join(common, "/")
}

// pointerAt is the member that the byte at offset was written from.
func pointerAt(lineage map[string]mappings.Origin, offset int64) string {
	for _, o := range lineage {
		if offset >= o.Offset && offset < o.Offset+int64(o.Length) {
			return shortest(lineage, o)
		}
	}
	return ""
}

// write writes an interchange of messages with its control numbers: of X12 those
// of interchange and group, of EDIFACT the interchange's alone.
func (d *Dispatch) write(w io.Writer, numbers []int64, now time.Time, messages iter.Seq2[[]byte, error]) error {
	var add func([]byte) error
	var end func() error
	if d.Standard == edi.EDIFACT {
		env := d.edifactEnvelope()
		env.Reference, env.Time = fmt.Sprint(numbers[0]), now
		i := edifact.NewInterchange(w, env)
		add, end = i.Message, i.Close
	} else {
		env := d.x12Envelope()
		env.Interchange, env.Group, env.Time = numbers[0], numbers[1], now
		i := x12.NewInterchange(w, env, x12.Functional(d.Set))
		add, end = i.Set, i.Close
	}
	for raw, err := range messages {
		if err == nil {
			err = add(raw)
		}
		if err != nil {
			return err
		}
	}
	return end()
}

// alone is the draft's message as the only one of an interchange.
func (d *draft) alone() iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) { yield(d.raw, nil) }
}

// preview is the interchange as it would go out, with numbers that are none.
func (d *draft) preview(now time.Time) ([]byte, error) {
	var b bytes.Buffer
	err := d.how.write(&b, []int64{1, 1}, now, d.alone())
	return b.Bytes(), err
}
