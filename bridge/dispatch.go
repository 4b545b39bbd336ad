package bridge

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/edibridge/edibridge/canonical"
	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/edi/guide"
	"github.com/edibridge/edibridge/edifact"
	"github.com/edibridge/edibridge/mappings"
	"github.com/edibridge/edibridge/x12"
)

// Dispatch is what is agreed about one kind of document that goes to a partner.
type Dispatch struct {
	Name     string // within the partner: "invoices"
	Partner  string
	Standard edi.Standard
	Set      string // "810"
	Release  string // "004010": GS08 as it is written; EDIFACT "D:96A"
	Mode     edi.Mode
	// Sender is one of ours, Receiver one of the partner's, at the interchange
	// level; the group's names are X12's GS02 and GS03, empty: the interchange's.
	Sender, Receiver           edi.Party
	GroupSender, GroupReceiver string
	To                         string // endpoint
	Guide                      string // name in Guides; "": the shipped one of the release
	Mapping                    string // name in Mappings; "": the shipped one of the set
	Waive                      map[string]edi.Severity
	Syntax                     string         // EDIFACT: S001, "UNOC:3"
	Delimiters                 edi.Delimiters // zero: the usual ones
	LineBreak                  string         // behind each terminator: "", "\n", "\r\n"
	AckRequested               bool           // ISA14, UNB 0031
	FileName                   string         // template, in the words of [FileName]; "": "810-4711-17.edi"
	OnDead                     OnDead
	Lanes                      LanePolicy
	Batch                      *Batching // nil: each document leaves alone
	// Strict has the interchanges of its series of control numbers leave in their
	// order, acknowledgments of ours and what other agreements share it too.
	Strict bool
	// Window is when its interchanges are handed over; nil: at any time. What lies in
	// a mailbox is taken when the partner likes.
	Window    *Window
	Expect    Expect   // the acknowledgment that the partner owes
	Events    []string // endpoints that are told of acknowledgments
	Retention string   // class; "" the default one
}

// names writes into a document what it is sent as: standard, release and set are
// the agreement's, whatever it came from.
func (d *Dispatch) names(h *canonical.Head) {
	h.Standard, h.Release, h.TransactionSet = string(d.Standard), d.Release, d.Set
	if d.Standard == edi.EDIFACT && strings.Count(d.Release, ":") == 1 {
		h.Release += ":UN" // the controlling agency of UNH S009
	}
}

// series names the control numbers of this pair's interchanges: acknowledgments
// and documents share them, since the partner sees one sequence.
func (d *Dispatch) series() string {
	return level(d.Standard) + " " + pairText(d.Sender, d.Receiver, d.Mode)
}

// groupSeries names the control numbers of this pair's functional groups.
func (d *Dispatch) groupSeries() string {
	return groupSeries(x12.Functional(d.Set), cmp.Or(d.GroupSender, d.Sender.ID), cmp.Or(d.GroupReceiver, d.Receiver.ID),
		pairText(d.Sender, d.Receiver, d.Mode))
}

func pairText(from, to edi.Party, mode edi.Mode) string {
	return partyText(from) + " " + partyText(to) + " " + string(mode)
}

func groupSeries(functional, from, to, pair string) string {
	return "GS " + functional + " " + from + " " + to + " " + pair
}

// x12Envelope is the envelope of an X12 interchange, without numbers and time.
func (d *Dispatch) x12Envelope() x12.Envelope {
	version := d.Release
	if len(version) > 5 {
		version = version[:5]
	}
	return x12.Envelope{
		Sender: d.Sender, Receiver: d.Receiver, GroupSender: d.GroupSender, GroupReceiver: d.GroupReceiver,
		Version: version, GroupVersion: d.Release, Mode: d.Mode,
		Delimiters: d.Delimiters, LineBreak: d.LineBreak, AckRequested: d.AckRequested,
	}
}

// edifactEnvelope is that of an EDIFACT interchange, without reference and time.
func (d *Dispatch) edifactEnvelope() edifact.Envelope {
	return edifact.Envelope{
		Sender: d.Sender, Receiver: d.Receiver, Version: d.Syntax, Mode: d.Mode,
		Delimiters: d.Delimiters, LineBreak: d.LineBreak, AckRequested: d.AckRequested,
	}
}

// wire gives the delimiters that its documents are written with.
func (d *Dispatch) wire() edi.Delimiters {
	if d.Standard == edi.EDIFACT {
		return d.edifactEnvelope().Wire()
	}
	return d.x12Envelope().Wire()
}

// languages are the guide and the mapping of its documents, nil where there is
// none.
func (c *Configuration) languages(d *Dispatch) (*guide.Guide, *mappings.Mapping) {
	g, m := c.Guides.Named(d.Guide), c.Mappings.Named(d.Mapping)
	if d.Guide == "" {
		g, _ = c.Guides.Find(d.Standard, d.Release, d.Set)
	}
	if d.Mapping == "" {
		m = c.Mappings.Find(string(d.Standard), d.Release, d.Set)
	}
	return g, m
}

// partner gives the partner of a name, or nil.
func (c *Configuration) partner(id string) *Partner {
	for _, p := range c.Partners {
		if p.ID == id {
			return p
		}
	}
	return nil
}

// dispatch finds what is agreed about a document that is to go to a partner: by
// the agreement's name, or by the document's kind where only one is about that.
func (c *Configuration) dispatch(partner, agreement string, doc canonical.Document) (*Dispatch, *Problem) {
	p := c.partner(partner)
	if p == nil {
		return nil, &Problem{Rule: "bridge.send.partner", Message: fmt.Sprintf("there is no partner %q", partner)}
	}
	var fit []*Dispatch
	for _, d := range p.Dispatches {
		if agreement != "" && d.Name != agreement {
			continue
		}
		if _, m := c.languages(d); m != nil && m.Kind() == doc.Kind() {
			fit = append(fit, d)
		}
	}
	if mode := edi.Mode(doc.Head().Mode); mode != "" && len(fit) > 0 {
		all := fit
		if fit = ofMode(all, mode); len(fit) == 0 {
			return nil, &Problem{Pointer: "/mode", Rule: "bridge.send.mode",
				Message: fmt.Sprintf("the document is for %s, %s is for %s", mode, all[0].Name, all[0].Mode)}
		}
	}
	switch {
	case len(fit) == 0 && agreement != "":
		return nil, &Problem{Rule: "bridge.send.agreement", Message: fmt.Sprintf("no agreement %q with %s is about sending documents of kind %q", agreement, partner, doc.Kind())}
	case len(fit) == 0:
		return nil, &Problem{Rule: "bridge.send.agreement", Message: fmt.Sprintf("nothing is agreed with %s about sending documents of kind %q", partner, doc.Kind())}
	case len(fit) > 1:
		var names []string
		for _, d := range fit {
			names = append(names, d.Name)
		}
		return nil, &Problem{Rule: "bridge.send.ambiguous", Message: fmt.Sprintf("several agreements with %s are about documents of kind %q, name one of %s", partner, doc.Kind(), strings.Join(names, ", "))}
	}
	return fit[0], nil
}

func ofMode(ds []*Dispatch, mode edi.Mode) []*Dispatch {
	var fit []*Dispatch
	for _, d := range ds {
		if d.Mode == mode {
			fit = append(fit, d)
		}
	}
	return fit
}
