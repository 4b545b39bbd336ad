package canonical

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

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

// DecodeWithResidue reads what [Encode] wrote. The residue is nil when the
// document came without.
func DecodeWithResidue(data []byte) (Document, *Residue, error) { return DecodeFor(data, "") }

// DecodeFor is [DecodeWithResidue] for a document that goes to a partner who uses a
// standard, "X12" or "EDIFACT": what names none is derived with its codes. A GLN that
// stands alone is an id of scheme UL in X12, and 9 in EDIFACT.
func DecodeFor(data []byte, standard string) (Document, *Residue, error) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(data, &members); err != nil {
		return nil, nil, &DecodeError{"", err}
	}
	var kind string
	if text, ok := members["kind"]; !ok {
		return nil, nil, &DecodeError{"", errors.New(`no "kind"`)}
	} else if err := json.Unmarshal(text, &kind); err != nil {
		return nil, nil, &DecodeError{"", fmt.Errorf(`"kind": %w`, err)}
	}
	doc := New(kind)
	if doc == nil {
		return nil, nil, &DecodeError{"", fmt.Errorf("unknown kind %q (there is: %s)", kind, strings.Join(Kinds(), " "))}
	}
	data, added, err := apart(data, members)
	if err != nil {
		return nil, nil, &DecodeError{kind, err}
	}
	if err := strict(data, doc); err != nil {
		return nil, nil, &DecodeError{kind, err}
	}
	if h := doc.Head(); h.Standard == "" {
		h.Standard = standard
	}
	doc.Derive()
	if added == nil || len(members["syntax"]) == 0 {
		return doc, nil, nil
	}
	var res Residue
	if err := strict(added, &res); err != nil {
		return nil, nil, &DecodeError{kind, err}
	}
	return doc, &res, nil
}

// apart takes what [Encode] adds to a document out of it. added is nil when there
// is none of it; then data is what it was.
func apart(data []byte, members map[string]json.RawMessage) (doc, added []byte, err error) {
	extra := map[string]json.RawMessage{}
	for _, name := range [...]string{"residue", "coverage", "syntax", "format", "anchors"} {
		if m, ok := members[name]; ok {
			extra[name] = m
		}
	}
	_, lineage := members["lineage"]
	if len(extra) == 0 && !lineage {
		return data, nil, nil
	}
	rest := make(map[string]json.RawMessage, len(members))
	for name, m := range members {
		if _, ok := extra[name]; !ok && name != "lineage" {
			rest[name] = m
		}
	}
	if doc, err = json.Marshal(rest); err != nil {
		return nil, nil, err
	}
	added, err = json.Marshal(extra)
	return doc, added, err
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
	out := Append(nil, doc)
	var added []any
	if lineage != nil {
		added = append(added, map[string]any{"lineage": lineage})
	}
	if res != nil {
		added = append(added, res)
	}
	for _, v := range added {
		var text bytes.Buffer
		e := json.NewEncoder(&text)
		e.SetEscapeHTML(false)
		if err := e.Encode(v); err != nil {
			return nil, fmt.Errorf("canonical: %s: %w", doc.Kind(), err)
		}
		out[len(out)-1] = ',' // the brace
		out = append(out, bytes.TrimSuffix(text.Bytes()[1:], []byte("\n"))...)
	}
	return out, nil
}
