package bridge

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/edi"
)

// ExpectationState says how far an acknowledgment has come. docs/STATE.md draws
// which follows which.
type ExpectationState string

// States of an Expectation. All but Given are of what the partner owes us.
const (
	ExpectUnasked            ExpectationState = "unasked"              // none is agreed; one that comes is taken
	ExpectAwaited            ExpectationState = "awaited"              // agreed, and not there yet
	ExpectOverdue            ExpectationState = "overdue"              // not there when the time was up
	ExpectAccepted           ExpectationState = "accepted"             // A; CONTRL 7
	ExpectAcceptedWithErrors ExpectationState = "accepted-with-errors" // E
	ExpectReceived           ExpectationState = "received"             // CONTRL 8: it arrived, its content was not judged
	ExpectRejected           ExpectationState = "rejected"             // R, M, W, X; CONTRL 4: a dead letter until somebody closes it
	ExpectClosed             ExpectationState = "closed"               // a person waits no longer, or has seen to the rejection
	ExpectGiven              ExpectationState = "given"                // of what we owe: handed over
)

// Answered reports whether the partner's own document says what became of it.
func (s ExpectationState) Answered() bool {
	switch s {
	case ExpectAccepted, ExpectAcceptedWithErrors, ExpectReceived, ExpectRejected:
		return true
	}
	return false
}

// Owes says who has to acknowledge.
type Owes string

// The two who may owe an acknowledgment.
const (
	OwedToUs Owes = "partner" // for a document of ours
	OwedByUs Owes = "us"      // for what the partner sent
)

// Expectation is one acknowledgment that is owed: the partner's for one document
// of ours, or ours for what the partner sent. It is durable from the commit that
// issues what it belongs to.
type Expectation struct {
	ID             string // ExpectationID
	Owes           Owes
	Transmission   ID     // what goes out: the interchange that is to be acknowledged, or our acknowledgment
	Document       string // DocumentID of the document in it; "" of what we owe
	Acknowledgment string // "997", "999", "TA1", "CONTRL"; of the content "824", "APERAK"; "" where none is agreed
	Partner        string
	Agreement      string
	Standard       edi.Standard
	Mode           edi.Mode
	// Set, Functional, Sender, Receiver and the control numbers are those on the
	// wire of what is acknowledged; Sender and Receiver as "ZZ/ACME".
	Set, Functional             string
	Sender, Receiver            string
	Interchange, Group, Control string
	Subject                     string        // business key: "shipmentnotice/SHP-1"
	Within                      time.Duration // what was agreed; 0: no clock
	State                       ExpectationState
	Created                     time.Time
	Due                         time.Time // zero: its clock has not started
	Late                        bool      // what ended it came after Due
	// What the partner said, of the newest acknowledgment by the order in which
	// they were accepted.
	Code    string   // as received: "A", "R"; 0083 of CONTRL
	Reasons []string // codes, and where: "5", "PO1 8 element 3: 7"
	By      ID       // Transmission that brought it
	// BySequence and ByOffset are its accept order, and its place in the file.
	BySequence, ByOffset int64
	At                   time.Time // when it was accepted, given or closed; of an overdue one when that was noticed
	Version              int64     // counts changes: see Settle
}

// ExpectationID names what is expected of acknowledgment for one document (or,
// of what we owe, for the Transmission named so): the first 16 bytes of a
// SHA-256, hex.
func ExpectationID(document, acknowledgment string) string {
	h := sha256.Sum256([]byte("edibridge/expectation/v1\n" + document + "\n" + acknowledgment))
	return hex.EncodeToString(h[:16])
}

// Settle is what an acknowledgment does to one Transmission that went out.
type Settle struct {
	Transmission ID
	// Expectations are those that change, as they become. One of which the Version
	// is not the stored one refuses the whole slice with ErrMoved.
	Expectations []Expectation
	Evidence     []Evidence // of kind EvidenceAcknowledged, about the Transmission
}

// Expiry is that the time of one Expectation is up.
type Expiry struct {
	Expectation Expectation // as claimed
	Now         time.Time
	Evidence    Evidence       // of kind EvidenceOverdue, about its Transmission
	Follows     []Transmission // events
	Leaves      []archive.Leaf
}

// ExpectationQuery selects Expectations. Zero fields select all.
type ExpectationQuery struct {
	Owes         Owes
	Partner      string
	Standard     edi.Standard
	Mode         edi.Mode
	Interchange  string // control number, leading zeros and blanks apart
	Group        string // the same
	Transmission ID
	States       []ExpectationState
	Limit        int // 0: 1000
}

// Clocks hands out the acknowledgments whose time is up. They begin with
// Slice.Expects, are answered with Slice.Settles, and get their clocks from
// Result.At and Take.
type Clocks interface {
	// ClaimOverdue leases up to q.Limit Expectations whose time was up at q.Now,
	// those first that are due longest: none is claimed twice while a lease runs.
	// q.Step is not looked at.
	ClaimOverdue(ctx context.Context, q ClaimQuery) ([]Expectation, error)
	// Expire makes an Expectation overdue, with its evidence and events. One that
	// is overdue already stays as it is; one that was answered meanwhile, or whose
	// clock began anew, is refused with ErrMoved.
	Expire(ctx context.Context, e Expiry) error
}

// Kinds of Evidence that say nothing of an attempt: what the partner's document
// said about a Transmission, and that its time was up. Detail says
// acknowledgment, status, by, reasons.
const (
	EvidenceAcknowledged = "acknowledged"
	EvidenceOverdue      = "overdue"
)

// OfDelivery reports whether e tells how an attempt to deliver went.
func (e *Evidence) OfDelivery() bool {
	switch e.Kind {
	case EvidenceOperation, EvidenceAcknowledged, EvidenceOverdue:
		return false
	}
	return true
}
