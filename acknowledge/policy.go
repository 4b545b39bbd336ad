package acknowledge

import (
	"fmt"
	"slices"
	"strings"

	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/edifact"
	"github.com/edibridge/edibridge/x12"
)

// Policy says how a trading partner is answered. The zero value is what the
// standards and their users expect: a full 997 for each group, a TA1 where it
// is asked for, a CONTRL for each EDIFACT interchange.
type Policy struct {
	// With is the acknowledgment of an X12 group: "997" (also when empty) or
	// "999". "none": neither groups nor EDIFACT interchanges are answered.
	With string
	// Detail is how much is told: "full" (also when empty), "sets" (AK2 and AK5,
	// UCM), "groups" (AK1 and AK9; UCI and UCF as far as they say it all, since a
	// CONTRL accepts what it does not name).
	Detail string
	// When a group is answered by 997 or 999: "always" (also when empty), or only
	// if it has "errors"; of its sets then only those that have.
	When string
	// TA1 stands for X12 interchanges: "requested" (also when empty: ISA14 asks,
	// or the interchange is refused), "always", "never".
	TA1 string
	// CONTRL stands for EDIFACT interchanges: "always" (also when empty),
	// "requested" (UNB 0031 asks; 2 asks for no more than a receipt), "errors"
	// (something is rejected), "never".
	CONTRL string
}

// What the fields of a Policy may say; "" is the first.
var (
	withs   = []string{"997", "999", "none"}
	details = []string{"full", "sets", "groups"}
	whens   = []string{"always", "errors"}
	ta1s    = []string{"requested", "always", "never"}
	contrls = []string{"always", "requested", "errors", "never"}
)

// Check reports the first field that says something else than it may.
func (p *Policy) Check() error {
	for _, f := range []struct {
		name, value string
		known       []string
	}{{"with", p.With, withs}, {"detail", p.Detail, details}, {"when", p.When, whens}, {"ta1", p.TA1, ta1s}, {"contrl", p.CONTRL, contrls}} {
		if f.value != "" && !slices.Contains(f.known, f.value) {
			return fmt.Errorf("acknowledge: %s is %q: one of %s", f.name, f.value, strings.Join(f.known, ", "))
		}
	}
	return nil
}

// detail is Detail as the writers have it.
func (p *Policy) detail() string {
	if p.Detail == "full" {
		return ""
	}
	return p.Detail
}

// Tally counts what became of sets or messages. Acknowledgments among them do
// not count.
type Tally struct {
	Sets     int // all
	Told     int // of which something is to be said
	Accepted int // those with errors among them
	Noted    int // accepted with errors
}

// Add counts one set; told says that something is to be said of it.
func (t *Tally) Add(v x12.Verdict, told bool) {
	t.Sets++
	if told {
		t.Told++
	}
	if v != x12.Rejected {
		t.Accepted++
	}
	if v == x12.AcceptedWithErrors {
		t.Noted++
	}
}

// silent reports whether there are sets and nothing is to be said of any.
func (t *Tally) silent() bool { return t.Sets > 0 && t.Told == 0 }

// Group is a group whose trailer was read.
type Group struct {
	edi.Group
	Findings []edi.Finding // on its header and trailer
	Sets     Tally
}

// Refused reports whether the group as a whole is refused.
func (g *Group) Refused() bool { return rejects(g.Findings) }

// Interchange is an interchange whose trailer was read.
type Interchange struct {
	edi.Interchange
	Findings []edi.Finding // on its header, service segments and trailer
	Groups   []Group       // of EDIFACT
	Sets     Tally         // of EDIFACT: messages that are no CONTRL
	Service  bool          // it holds a TA1, or another segment between the envelopes
	Reports  int           // CONTRL among its messages
}

// Refused reports whether the interchange as a whole is refused.
func (ic *Interchange) Refused() bool { return rejects(ic.Findings) }

// Alone reports whether the interchange holds nothing but service segments, as
// one of TA1 does.
func (ic *Interchange) Alone() bool {
	return ic.Service && ic.Interchange.Groups == 0 && ic.Sets.Sets == 0 && ic.Reports == 0
}

func rejects(findings []edi.Finding) bool {
	return slices.ContainsFunc(findings, func(f edi.Finding) bool { return f.Severity == edi.Error })
}

// Group is the answer to a group of an X12 interchange; ok is false where there
// is none. It is written only if the interchange turns out not to be refused.
func (p *Policy) Group(ic *edi.Interchange, g *Group) (a Answer, ok bool) {
	verdict := x12.GroupVerdict(g.Findings, g.Sets.Sets, g.Sets.Accepted, g.Sets.Noted)
	switch {
	case ic.Standard != edi.X12, p.With == "none", x12.IsAcknowledgment(g.Functional), g.Sets.silent(),
		p.When == "errors" && verdict == x12.Accepted:
		return Answer{}, false
	}
	set := "997"
	if p.With == "999" {
		set = "999"
	}
	return Answer{Set: set, policy: *p, ic: &Interchange{Interchange: *ic}, group: g}, true
}

// Interchange is the answer to an interchange as a whole, a TA1 or CONTRL; ok is
// false where there is none.
func (p *Policy) Interchange(ic *Interchange) (a Answer, ok bool) {
	a = Answer{Set: "TA1", policy: *p, ic: ic}
	if ic.Standard == edi.EDIFACT {
		a.Set = "CONTRL"
		return a, p.control(ic)
	}
	switch {
	case ic.Alone():
	case p.TA1 == "always":
		ok = true
	case p.TA1 != "never":
		ok = ic.AckRequested || ic.Refused()
	}
	return a, ok
}

// control reports whether an EDIFACT interchange is answered.
func (p *Policy) control(ic *Interchange) bool {
	reportsOnly := ic.Reports > 0 && ic.Sets.Sets == 0 // never answered, refused or not
	if reportsOnly || p.With == "none" || ic.Sets.silent() && !ic.Refused() {
		return false
	}
	switch p.CONTRL {
	case "never":
		return false
	case "requested":
		return ic.AckRequested
	case "errors":
		refused := ic.Refused() || ic.Sets.Accepted < ic.Sets.Sets
		return refused || slices.ContainsFunc(ic.Groups, func(g Group) bool { return g.Refused() })
	}
	return true
}

// controlOptions are the policy for the CONTRL of ic.
func (p *Policy) controlOptions(ic *edi.Interchange) edifact.ControlOptions {
	return edifact.ControlOptions{
		Detail:  edifact.Detail(p.detail()),
		Receipt: p.CONTRL == "requested" && edifact.ReceiptOnly(ic),
	}
}
