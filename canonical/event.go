package canonical

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"time"
)

// Event types that are not a document's own (see [EventType]).
const (
	EventTransactionRejected    = "edibridge.transaction.rejected.v1"
	EventAcknowledgmentReceived = "edibridge.acknowledgment.received.v1"
	EventAcknowledgmentOverdue  = "edibridge.acknowledgment.overdue.v1"
	EventInterchangeReceived    = "edibridge.interchange.received.v1"
	EventInterchangeDuplicate   = "edibridge.interchange.duplicate.v1"
	EventPartnerSilent          = "edibridge.partner.silent.v1"
	EventPartnerHeard           = "edibridge.partner.heard.v1"
	EventDeliveryFailed         = "edibridge.delivery.failed.v1"
	EventDeliveryRecovered      = "edibridge.delivery.recovered.v1"
	EventExceptionOpened        = "edibridge.exception.opened.v1"
	EventExceptionClosed        = "edibridge.exception.closed.v1"
)

// BridgeEventTypes are the types of events about the bridge's own work: neither a
// document's (see [EventTypes]) nor of a life cycle.
func BridgeEventTypes() []string {
	return []string{
		EventTransactionRejected, EventAcknowledgmentOverdue, EventInterchangeReceived, EventInterchangeDuplicate,
		EventPartnerSilent, EventPartnerHeard, EventDeliveryFailed, EventDeliveryRecovered, EventExceptionOpened, EventExceptionClosed,
	}
}

// Types of an order's own events.
const (
	EventOrderReceived  = "edibridge.order.received.v1"
	EventOrderChanged   = "edibridge.order.changed.v1"
	EventOrderCancelled = "edibridge.order.cancelled.v1"
)

// EventType is the type of the event that says that doc came in:
// "edibridge.order.received.v1", by its action also "changed" and "cancelled".
func EventType(doc Document) string {
	verb := "received"
	switch doc.Head().Action {
	case "cancel", "cancelAndReissue":
		verb = "cancelled"
	case "add", "delete", "change", "replace", "replaceSpecifiedParts", "sellerChange":
		verb = "changed"
	}
	return typeOf(doc.Kind(), verb)
}

func typeOf(noun, verb string) string {
	return "edibridge." + strings.ToLower(noun) + "." + verb + ".v1"
}

// EventTypes are the types of all events about documents of a kind itself:
// received, changed, cancelled, sent, rejected.
func EventTypes(kind string) []string {
	verbs := [...]string{"received", "changed", "cancelled", "sent", "rejected"}
	types := make([]string, len(verbs))
	for i, v := range verbs {
		types[i] = typeOf(kind, v)
	}
	return types
}

// SentEventType is the type of the event that says that we sent doc.
func SentEventType(doc Document) string { return typeOf(doc.Kind(), "sent") }

// RejectedEventType is the type of the event that says that doc, which was sent,
// was refused by the one whom it was for.
func RejectedEventType(doc Document) string { return typeOf(doc.Kind(), "rejected") }

// Event is a CloudEvents 1.0 event in the structured JSON mode. Its members are
// the context attributes (CloudEvents 1.0.2, 3.1) and our extensions, whose
// names are lower-case letters and digits (3.1.1).
type Event struct {
	SpecVersion     string    `json:"specversion"`              // "1.0"
	ID              string    `json:"id"`                       // SHA-256, hexadecimal; see [NewEvent]
	Source          string    `json:"source"`                   // "/partners/acme/agreements/orders"
	Type            string    `json:"type"`                     // "edibridge.order.received.v1"
	Subject         string    `json:"subject,omitempty"`        // the business key: "order/4711"
	Time            time.Time `json:"time,omitzero"`            // when it was received
	DataContentType string    `json:"datacontenttype"`          // "application/json"
	DataSchema      string    `json:"dataschema,omitempty"`     // URI of the data's JSON Schema; see [SchemaURI]
	Partner         string    `json:"partner,omitempty"`        // name of the trading partner
	EDIInterchange  string    `json:"ediinterchange,omitempty"` // ISA13, UNB 0020
	EDIGroup        string    `json:"edigroup,omitempty"`       // GS06
	EDITransaction  string    `json:"editransaction,omitempty"` // ST02, UNH 0062
	EDIMode         string    `json:"edimode,omitempty"`        // "production", "test", "information"
	ArchiveID       string    `json:"archiveid,omitempty"`      // of the file in the archive
	TraceParent     string    `json:"traceparent,omitempty"`    // W3C Trace Context
	PartitionKey    string    `json:"partitionkey,omitempty"`   // events of one key come in order
	MapVersion      string    `json:"mapversion,omitempty"`     // of the mapping that made the data
	// ReplayOf is the id of the event that this one takes the place of, when the
	// same transaction was translated again with another result.
	ReplayOf string          `json:"replayof,omitempty"`
	Data     json.RawMessage `json:"data,omitempty"` // the canonical document
}

// SchemaURI names the JSON Schema of a kind's documents: what an event's
// dataschema says, and the $id of the schema. It is a name, not an address.
func SchemaURI(kind string) string {
	return "https://github.com/edibridge/edibridge/schemas/v" + SchemaVersion + "/" + kind + ".json"
}

// EventSource is what an event is made from, its data apart.
type EventSource struct {
	Partner, Agreement              string
	DocumentID                      string // stable: the same transaction has the same one at every translation
	Interchange, Group, Transaction string // control numbers
	Mode                            string // "production", "test", "information"
	ArchiveID                       string
	TraceParent                     string
	PartitionKey                    string
	MapVersion                      string
	Time                            time.Time // when it was received
	Type                            string
	Subject                         string // see [Subject]
	DataSchema                      string // see [SchemaURI]
	ReplayOf                        string // see [Event]
}

// NewEvent makes the event of a document. Its id is a hash of the document's ID,
// the type and the digest of data: translated again with the same result, it is
// the same event; changed data is another one.
func NewEvent(src EventSource, data json.RawMessage) Event {
	digest := sha256.Sum256(data)
	h := sha256.New()
	h.Write([]byte(src.DocumentID + "\n" + src.Type + "\n"))
	h.Write(digest[:])
	return Event{
		SpecVersion:     "1.0",
		ID:              hex.EncodeToString(h.Sum(nil)),
		Source:          "/partners/" + src.Partner + "/agreements/" + src.Agreement,
		Type:            src.Type,
		Subject:         src.Subject,
		Time:            src.Time,
		DataContentType: "application/json",
		DataSchema:      src.DataSchema,
		Partner:         src.Partner,
		EDIInterchange:  src.Interchange,
		EDIGroup:        src.Group,
		EDITransaction:  src.Transaction,
		EDIMode:         src.Mode,
		ArchiveID:       src.ArchiveID,
		TraceParent:     src.TraceParent,
		PartitionKey:    src.PartitionKey,
		MapVersion:      src.MapVersion,
		ReplayOf:        src.ReplayOf,
		Data:            data,
	}
}
