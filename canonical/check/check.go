package check

import (
	"fmt"
	"slices"

	"github.com/edibridge/edibridge/canonical"
)

// Severity says how bad a finding is.
type Severity string

// The severities.
const (
	Error   Severity = "error"   // a partner charges back for it, or it is wrong by itself
	Warning Severity = "warning" // worth a look
)

// Rule is one rule. Its ID is stable.
type Rule struct {
	ID       string   `json:"id"`
	Severity Severity `json:"severity"`
	Text     string   `json:"text"` // what must hold
}

// Place is where in which document.
type Place struct {
	Kind    string `json:"kind"`              // "shipmentNotice"
	Number  string `json:"number,omitempty"`  // as the document's author gave it
	Pointer string `json:"pointer,omitempty"` // JSON Pointer in it; "": the document
}

// Finding is a rule that does not hold.
type Finding struct {
	Rule     string   `json:"rule"`
	Severity Severity `json:"severity"`
	Message  string   `json:"message"`
	At       Place    `json:"at"`
	Against  *Place   `json:"against,omitempty"` // what it was compared with
}

// Case is what is known of a trade.
type Case struct {
	// Documents are compared with each other. They have to be derived (see
	// [canonical.Document]); none is changed.
	Documents []canonical.Document
	// Tolerance is what an invoice's total may differ beyond rounding; "": nothing.
	Tolerance canonical.Decimal
	// SSCCUsed reports whether another shipment had a package of this number within
	// the time for which partners keep them apart (a year, GS1 General
	// Specifications, 4.3); nil: not known.
	SSCCUsed func(sscc string) bool
	// InvoiceUsed reports whether the seller gave an invoice's number before; nil:
	// not known.
	InvoiceUsed func(number string) bool
}

// Run applies all rules. The findings come rule group by rule group, within one in
// the order of the documents.
func Run(c Case) []Finding {
	r := &run{c: c, trades: map[string]*trade{}}
	r.gather()
	for _, group := range []func(*run){(*run).packages, (*run).counts, (*run).windows, (*run).lines, (*run).invoices} {
		group(r)
	}
	return r.findings
}

// run is one application of the rules.
type run struct {
	c        Case
	notices  []*canonical.ShipmentNotice
	bills    []*canonical.Invoice
	trades   map[string]*trade // by PO number
	numbers  []string          // of trades, in the order of the documents
	findings []Finding
}

// say adds a finding of a rule.
func (r *run) say(id string, at Place, against *Place, format string, args ...any) {
	rules := Rules()
	i := slices.IndexFunc(rules, func(x Rule) bool { return x.ID == id })
	r.findings = append(r.findings, Finding{Rule: id, Severity: rules[i].Severity, Message: fmt.Sprintf(format, args...), At: at, Against: against})
}

func at(doc canonical.Document, pointer string) Place {
	number, _ := doc.Identity()
	return Place{Kind: doc.Kind(), Number: number, Pointer: pointer}
}

func against(doc canonical.Document, pointer string) *Place {
	p := at(doc, pointer)
	return &p
}

// withdrawn reports whether a document takes back what it says.
func withdrawn(doc canonical.Document) bool {
	a := doc.Head().Action
	return a == "cancel" || a == "delete"
}
