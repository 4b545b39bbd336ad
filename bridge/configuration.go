package bridge

import (
	"time"

	"github.com/edibridge/edibridge/acknowledge"
	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/edi/guide"
	"github.com/edibridge/edibridge/mappings"
)

// Configuration is the whole of what the bridge works by: loaded and checked as
// one, swapped as one, never changed in place. internal/config makes it from
// files.
type Configuration struct {
	Digest    string // SHA-256 over the files it was read from, hex
	Self      []Identifier
	Partners  []*Partner
	Endpoints map[string]Endpoint
	Guides    *guide.Library
	Mappings  *mappings.Library
	Limits    Limits
	// Alarms are the endpoints that get the events about the bridge itself: that an
	// endpoint failed, and recovered.
	Alarms []string
	// Retention says by class how long what has ended is kept; "" is the default
	// class. What is of a class that is not here is kept for ever.
	Retention map[string]Retention
	Pressure  Pressure
}

// Limits bound what one Transmission may cost. Zero fields take the default.
type Limits struct {
	File     int64 // bytes of one file; default 1 GiB
	Segment  int   // bytes of one segment; default 1 MiB
	Message  int   // bytes of one transaction set or message; default 32 MiB
	Findings int   // kept per document and per envelope; default 100
}

// Identifier is who somebody is in an envelope. A group identifier has no
// Qualifier and Level "GS".
type Identifier struct {
	Standard  edi.Standard
	Level     string // "ISA", "GS" (X12); "UNB" (EDIFACT)
	Qualifier string // "ZZ", "01"
	ID        string
	// Sub is the internal address behind it (EDIFACT 0008, 0014): a division.
	// Without one the Identifier names the party whatever stands there; the one
	// that has it wins.
	Sub string
}

// Partner is a trading partner.
type Partner struct {
	ID          string // "acme": file name and event extension
	Name        string
	Identifiers []Identifier
	// Access lists by which endpoint and under which authenticated name the
	// partner may send.
	Access     []Access
	Agreements []*Agreement // about what the partner sends
	Dispatches []*Dispatch  // about what is sent to the partner
	Routes     []*Route     // about files of the partner that are moved as they are
	// Lane is that of the partner's files, one for all, so that they are translated
	// in the order in which they came; and of their acknowledgments.
	Lane Lane
	// Aging lifts files that are not translated, and acknowledgments that are not
	// handed over, in time.
	Aging Aging
	// Ordered has the partner's files translated one after the other, in the order
	// in which they came, and so the documents that are handed in for the partner:
	// a change of an order never overtakes it.
	Ordered bool
	// Strict is as in each of Dispatches.
	Strict bool
	// Traffic is what is expected of the partner; nil: nothing.
	Traffic *Traffic
	// Acknowledge is for sets that no agreement is there for, and for
	// interchanges that cannot be read; nil: they are only quarantined.
	Acknowledge *Acknowledge
}

// Access is one way in.
type Access struct {
	Endpoint string // "sftp"
	Peer     string // "acme"
}

// Agreement says what is done with one kind of document from one partner.
type Agreement struct {
	Name        string // within the partner: "orders"
	Partner     string
	Standard    edi.Standard
	Set         string                  // "850"
	Release     string                  // "004010": matched against the beginning of GS08
	Mode        edi.Mode                // production, test
	Receivers   []Identifier            // which of our identifiers it is for; empty: all
	Senders     []Identifier            // which of the partner's identifiers it is from; empty: all
	Guide       string                  // name in Guides; "": the shipped one of the release
	Mapping     string                  // name in Mappings; "": the shipped one of the set
	Waive       map[string]edi.Severity // rule id -> "" (off), "info", "warning"
	WithErrors  bool                    // documents with errors are accepted (verdict accepted-with-errors) and mapped as far as possible
	Acknowledge *Acknowledge            // nil: the partner's
	Events      []string                // endpoints that get this agreement's events
	Duplicates  Duplicates
	OnDead      OnDead
	Lanes       LanePolicy // of events
	MaxFindings int        // kept per document; 0: Limits.Findings
	Retention   string     // class; "" the default one
	Traffic     *Traffic   // what is expected of these documents; nil: nothing
}

// Acknowledge says how a partner is answered. But for To its fields are those of
// [acknowledge.Policy].
type Acknowledge struct {
	// With is "997" (also when empty) or "999", for X12; "none": neither groups nor
	// EDIFACT interchanges are answered.
	With   string
	To     string // endpoint
	Detail string // "full" (also when empty), "sets", "groups"
	When   string // of 997 and 999: "always" (also when empty), "errors"
	TA1    string // "requested" (ISA14 = 1, or the interchange is bad: also when empty), "always", "never"
	CONTRL string // "always" (also when empty), "requested" (UNB 0031), "errors", "never"
	// Within is how soon after its accept an answer has to be handed over; 0: no clock.
	Within time.Duration
}

// policy is what was agreed, without where answers go.
func (a *Acknowledge) policy() *acknowledge.Policy {
	return &acknowledge.Policy{With: a.With, Detail: a.Detail, When: a.When, TA1: a.TA1, CONTRL: a.CONTRL}
}

// Duplicates says what happens to what was seen before. Same bytes are always
// answered with the first answer again and have no further effect.
type Duplicates struct {
	// Control: another interchange with a control number used before. "reject"
	// (TA1 025, quarantined; the default) or "accept".
	Control string
	// Document: a document with the business key of an earlier accepted one and
	// other content. "quarantine" (the default) or "accept". The same content
	// again is always a duplicate without effect.
	Document string
}

// EndpointKind says how an endpoint moves things.
type EndpointKind string

// Kinds of endpoints.
const (
	EndpointSFTPServer EndpointKind = "sftp-server" // partners connect to us
	EndpointMailbox    EndpointKind = "mailbox"     // what waits in a partner's out/ of a server endpoint
	EndpointWebhook    EndpointKind = "webhook"     // events by HTTP POST
)

// Endpoint is a place that things come from or go to.
type Endpoint struct {
	Name string
	Kind EndpointKind
	// Server and Peer say where a mailbox is: the server endpoint and the user.
	Server, Peer string
	// Mode is the only one whose Transmissions go there: what a test interchange
	// produces never reaches an endpoint for production. "" takes both.
	Mode        edi.Mode
	Window      *Window // outside of it nothing goes there; nil: always open
	Retry       RetryPolicy
	Connections int     // deliveries at once, of one process; default 8
	Rate        float64 // deliveries a second, of one process; 0: no limit
	Breaker     Breaker
	Settings    any // of its kind: webhook.Config, sftp.Config; read by cmd only
}

// takes reports whether what belongs to an interchange of that mode may go there.
func (e *Endpoint) takes(mode edi.Mode) bool { return e.Mode == "" || mode == "" || e.Mode == mode }

// RetryPolicy is exponential: Base, doubled each time up to Max, each wait
// shortened by up to a half at random, for Attempts tries in all.
type RetryPolicy struct {
	Base, Max time.Duration // default 5 s, 1 h
	Attempts  int           // default 20
	// Deadline is how long after the first attempt a failed one is the last; 0: no
	// deadline.
	Deadline time.Duration
}

// Breaker says when an endpoint that fails is left alone. After so many failures
// in a row that speak against the endpoint (network, busy) nothing goes out to it
// but a probe, one at a time: Probe after the last failure, the wait doubled each
// time up to MaxProbe, shortened by up to a half at random. What waits meanwhile
// loses no attempts. The first success lets all go on.
type Breaker struct {
	After           int           // default 5; negative: never
	Probe, MaxProbe time.Duration // default 5 s, 2 min
}
