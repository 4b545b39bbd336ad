package canonical

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// SchemaVersion is the version of the shapes that this package writes. Within
// 1 members are only added.
const SchemaVersion = "1"

// KindOrder is the kind of an [Order].
const KindOrder = "order"

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

// New gives an empty document of a kind, nil for a kind that does not exist.
func New(kind string) Document {
	if kind == KindOrder {
		return &Order{}
	}
	return nil
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
	Controls       Controls `json:"controls,omitzero"`
	ReceivedAt     string   `json:"receivedAt,omitempty"` // RFC 3339
	Raw            Raw      `json:"raw,omitzero"`
	// Action is what the document does to what was sent before: "original",
	// "cancel", "change", "replace", "confirm", "duplicate" ...; a code that has
	// no name here stands as it came. X12 element 353; EDIFACT 1225.
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

// Key is a business key by which a document is found: {po 4711}. Schemes: po,
// invoice, shipment, bol, sscc, control.
type Key struct {
	Scheme string `json:"scheme"`
	Value  string `json:"value"`
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

// DecodeError is a document that could not be read from JSON.
type DecodeError struct {
	Kind string // "" when it could not be told
	Err  error
}

// Error is "canonical: ", the kind where it is known, and the cause.
func (e *DecodeError) Error() string {
	if e.Kind == "" {
		return "canonical: " + e.Err.Error()
	}
	return "canonical: " + e.Kind + ": " + e.Err.Error()
}

// Unwrap gives the cause.
func (e *DecodeError) Unwrap() error { return e.Err }

// Decode reads a document by its kind. Members that the document does not have
// are errors; what "edibridge map" adds to a document (lineage, residue and its
// companions) is passed over. The error is a [*DecodeError].
func Decode(data []byte) (Document, error) {
	doc, _, err := DecodeWithResidue(data)
	return doc, err
}

// extras are the members that [Encode] adds to a document.
type extras struct {
	Lineage json.RawMessage `json:"lineage"`
	Residue
}

// DecodeWithResidue reads what [Encode] wrote. The residue is nil when the
// document came without.
func DecodeWithResidue(data []byte) (Document, *Residue, error) {
	var head struct {
		Kind   string          `json:"kind"`
		Syntax json.RawMessage `json:"syntax"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return nil, nil, &DecodeError{"", err}
	}
	var doc Document
	var res Residue
	switch head.Kind {
	case KindOrder:
		var v struct {
			*Order
			extras
		}
		if err := strict(data, &v); err != nil {
			return nil, nil, &DecodeError{head.Kind, err}
		}
		doc, res = v.Order, v.Residue
	case "":
		return nil, nil, &DecodeError{"", fmt.Errorf(`no "kind"`)}
	default:
		return nil, nil, &DecodeError{"", fmt.Errorf("unknown kind %q (there is: %s)", head.Kind, KindOrder)}
	}
	doc.Derive()
	if len(head.Syntax) == 0 {
		return doc, nil, nil
	}
	return doc, &res, nil
}

func strict(data []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return fmt.Errorf("%s", strings.TrimPrefix(err.Error(), "json: "))
	}
	return nil
}

// Encode is the document as one JSON object on one line, with what else is
// given: lineage as member "lineage" (nil: none), the residue as its members
// (nil: none).
func Encode(doc Document, lineage any, res *Residue) ([]byte, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	add := func(v any) error {
		if n := out.Len(); n > 0 {
			out.Truncate(n - 2) // the brace and the line break
			out.WriteByte(',')
		}
		n := out.Len()
		if err := e.Encode(v); err != nil {
			return fmt.Errorf("canonical: %s: %w", doc.Kind(), err)
		}
		if n > 0 {
			copy(out.Bytes()[n:], out.Bytes()[n+1:]) // the other's opening brace
			out.Truncate(out.Len() - 1)
		}
		return nil
	}
	if err := add(doc); err != nil {
		return nil, err
	}
	if lineage != nil {
		if err := add(map[string]any{"lineage": lineage}); err != nil {
			return nil, err
		}
	}
	if res != nil {
		if err := add(res); err != nil {
			return nil, err
		}
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}
