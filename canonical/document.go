package canonical

// SchemaVersion is the version of the shapes that this package writes. Within
// 1 members are only added.
const SchemaVersion = "1"

// Document is one canonical document.
type Document interface {
	// Kind is the document's kind: "order".
	Kind() string
	// Head is the part that all documents share; what it points to may be changed.
	Head() *Head
	// Identity is the number that the document's author gave it (an order's PO
	// number) and, where one number is used again, what tells its uses apart (an
	// order's release).
	Identity() (number, revision string)
	// Derive computes the derived members, and fills in what was given in its
	// derived form only: a contact's numbers from its phones. Done twice it
	// changes nothing.
	Derive()
}

// Head is [Header], by the name under which a [Document] hands it out.
type Head = Header

// Header is what every document begins with.
type Header struct {
	Kind           string   `json:"kind"`                     // "order"
	SchemaVersion  string   `json:"schemaVersion"`            // [SchemaVersion]
	ID             string   `json:"id,omitempty"`             // of the document in the bridge
	Partner        string   `json:"partner,omitempty"`        // name of the trading partner
	Agreement      string   `json:"agreement,omitempty"`      // name of the agreement it was handled by
	Direction      string   `json:"direction,omitempty"`      // "in", "out"
	Mode           string   `json:"mode,omitempty"`           // "production", "test", "information"
	Standard       string   `json:"standard,omitempty"`       // "X12", "EDIFACT"
	Release        string   `json:"release,omitempty"`        // GS08 "004010"; UNH S009 "D:96A:UN"
	TransactionSet string   `json:"transactionSet,omitempty"` // ST01 "850"; UNH S009 0065 "ORDERS"
	Implementation string   `json:"implementation,omitempty"` // ST03 (1705): the implementation guide, "005010X231A1"
	Controls       Controls `json:"controls,omitzero"`        // control numbers under which it travelled
	ReceivedAt     string   `json:"receivedAt,omitempty"`     // RFC 3339
	Raw            Raw      `json:"raw,omitzero"`             // where its bytes lie
	// Action is what the document does to what was sent before: "original",
	// "cancel", "change", "replace", "confirm", "duplicate" ...; a code that has
	// no name here stands as it came. X12 element 353, in a 940 element 473; EDIFACT
	// 1225.
	Action string `json:"action,omitempty"`
	// ActionCode is the code itself, "00".
	ActionCode string `json:"actionCode,omitempty"`
	// Ext holds what a partner's mapping layer read beyond the vocabulary.
	Ext map[string]string `json:"ext,omitempty"`
}

// Controls are the control numbers under which a document travelled, as
// received: leading zeros count.
type Controls struct {
	Interchange string `json:"interchange,omitempty"` // ISA13, UNB 0020
	Group       string `json:"group,omitempty"`       // GS06, UNG 0048
	Transaction string `json:"transaction,omitempty"` // ST02, UNH 0062
}

// Raw says where the document's bytes lie.
type Raw struct {
	ArchiveID string `json:"archiveId,omitempty"` // of the file in the archive
	SHA256    string `json:"sha256,omitempty"`    // of the document's own bytes, hexadecimal
	Offset    int64  `json:"offset"`              // of ST or UNH in the file, from 0
	Length    int64  `json:"length"`              // in bytes, the trailer's terminator included
}

// Subject is the document's business key as an event names it: "order/4711".
// It is "" when the document has no number.
func Subject(doc Document) string {
	number, _ := doc.Identity()
	if number == "" {
		return ""
	}
	return doc.Kind() + "/" + number
}

// BusinessKey tells one document of a partner from the next: two with the same
// key are the same business document sent twice. It is the [Subject] with
// the revision and, for anything but an original, what it does:
// "order/4711", "order/4711/rel 2", "order/4711/cancel". It is "" when the
// document has no number.
func BusinessKey(doc Document) string {
	number, revision := doc.Identity()
	if number == "" {
		return ""
	}
	key := doc.Kind() + "/" + number
	if revision != "" {
		key += "/rel " + revision
	}
	// A duplicate (353 07) repeats an original on purpose.
	if a := doc.Head().Action; a != "" && a != "original" && a != "duplicate" {
		key += "/" + a
	}
	return key
}
