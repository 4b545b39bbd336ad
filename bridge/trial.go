package bridge

import (
	"bytes"
	"fmt"
	"io"
	"slices"

	"github.com/edibridge/edibridge/acknowledge"
	"github.com/edibridge/edibridge/canonical"
	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/edifact"
	"github.com/edibridge/edibridge/mappings"
	"github.com/edibridge/edibridge/x12"
)

// Trial is what a configuration makes of one set or message.
type Trial struct {
	Partner, Agreement string // "" where nobody or nothing fits
	Path               edi.Path
	Set, Control       string
	Verdict            string // what the acknowledgment would say, "" nothing
	Findings           []edi.Finding
	Document           canonical.Document // nil unless it was understood
	Residue            *canonical.Residue
	Mapping            *mappings.Mapping // nil where there is none
	Raw                []byte            // ST to SE, UNH to UNT, as received
}

// Trials is what a configuration makes of a file.
type Trials struct {
	Sets []Trial
	// Findings are those on envelopes and on what belongs to no interchange.
	Findings []edi.Finding
}

// Try reads a file as the bridge would under c: validated by the guides and
// mapped by the mappings of the agreements. Who sends it is told by its
// envelopes alone, and nothing is compared with what was received before: it is
// how a configuration is tried out. Nothing is kept. The error is that of r.
func (c *Configuration) Try(r io.Reader) (*Trials, error) {
	t := trying{c: c, out: &Trials{}}
	w := edi.NewWalker(r, edi.Limits{Segment: c.Limits.Segment, Message: c.Limits.Message}, x12.Syntax{}, edifact.Syntax{})
	for {
		ev, err := w.Next()
		if err == io.EOF {
			return t.out, nil
		}
		if err != nil {
			return nil, fmt.Errorf("bridge: try: %w", err)
		}
		if err := t.event(&ev); err != nil {
			return nil, fmt.Errorf("bridge: try: %w", err)
		}
	}
}

// trying is one run over a file.
type trying struct {
	c       *Configuration
	out     *Trials
	partner *Partner // of the interchange
	judge   acknowledge.Judge
}

func (t *trying) event(ev *edi.Event) error {
	switch ev.Kind {
	case edi.BeginInterchange:
		t.partner = t.c.sender(ev.Interchange)
	case edi.EndMessage:
		return t.set(ev)
	}
	t.out.Findings = append(t.out.Findings, slices.Clone(ev.Findings)...)
	return nil
}

// sender is the partner that an interchange says it is from, or nil.
func (c *Configuration) sender(ic *edi.Interchange) *Partner {
	for _, p := range c.Partners {
		if has(p.Identifiers, ic.Standard, level(ic.Standard), ic.Sender) {
			return p
		}
	}
	return nil
}

// set judges and maps one set.
func (t *trying) set(ev *edi.Event) error {
	m := ev.Message
	tr := Trial{Path: m.Path, Set: m.Set, Control: m.Control, Raw: bytes.Clone(m.Raw()), Findings: slices.Clone(ev.Findings)}
	defer func() { t.out.Sets = append(t.out.Sets, tr) }()
	if t.partner == nil {
		tr.Findings = append(tr.Findings, acknowledge.SetFinding(m, edi.Error, "bridge.sender.unknown",
			fmt.Sprintf("%s is nobody's identifier", partyText(ev.Interchange.Sender)), acknowledge.NoCode))
		return nil
	}
	tr.Partner = t.partner.ID
	if acknowledge.IsReport(ev.Group, m) {
		return nil
	}
	a, _ := t.partner.agreement(ev.Interchange, ev.Group, m)
	if a == nil {
		tr.Findings = append(tr.Findings, acknowledge.SetFinding(m, edi.Error, "bridge.agreement.none",
			fmt.Sprintf("nothing is agreed with %s about %s %s %s", t.partner.ID, m.Set, m.Version, ev.Interchange.Mode), acknowledge.NotSupported))
		return nil
	}
	tr.Agreement = a.Name
	g, exact := t.c.guideOf(m, a)
	r := t.judge.Set(m, ev.Findings, g, exact, t.c.judgedBy(a))
	tr.Verdict, tr.Findings = string(r.Verdict), slices.Clone(r.Findings)
	if tr.Mapping = t.c.mappingOf(m, a); g == nil || r.Verdict == x12.Rejected || tr.Mapping == nil {
		return nil
	}
	in, err := tr.Mapping.In(mappings.FromMessage(m, g, r.Match), mappings.InOptions{Residue: true})
	if err != nil {
		return err
	}
	tr.Findings = append(tr.Findings, in.Findings...)
	tr.Document, tr.Residue = in.Document, in.Residue
	h := tr.Document.Head()
	h.Partner, h.Agreement, h.Mode = tr.Partner, tr.Agreement, string(ev.Interchange.Mode)
	h.Controls = canonical.Controls{Interchange: ev.Interchange.Control, Group: ev.Group.Control, Transaction: m.Control}
	return nil
}
