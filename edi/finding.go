package edi

import "fmt"

// Severity says what a [Finding] does to the verdict.
type Severity string

// Severities, from the one that rejects to the one that is only told.
const (
	Error   Severity = "error"   // rejects what it stands in
	Warning Severity = "warning" // accepted, but noted: with codes, the acknowledgment says "accepted with errors"
	Info    Severity = "info"    // a tolerance that was used; never in an acknowledgment
)

// Finding is one thing that is wrong, or was tolerated, in a document. It is
// data, not an error: a partner's bad file is a normal result.
//
// Its JSON is what "edibridge validate --json" prints.
type Finding struct {
	Rule     string   `json:"rule"`     // stable id: "x12.element.required"
	Severity Severity `json:"severity"` // error, warning, info
	Message  string   `json:"message"`  // one sentence for a person, without the position
	Path     Path     `json:"path"`     // the place; of what is missing, where it would stand
	// Offset and Length mark the bytes in the file, from 0; Length is 0 for what
	// is missing.
	Offset int64 `json:"offset"`
	Length int   `json:"length"`
	// Interchange counts within the file, Segment within the interchange, all
	// from 1; 0 means that the finding is not about one.
	Interchange int    `json:"interchange"`
	Segment     int    `json:"segment"`
	Tag         string `json:"tag"`
	Element     int    `json:"element"`
	Component   int    `json:"component"`
	Repetition  int    `json:"repetition"`
	Value       string `json:"value"` // the bad value as received, cut to 99 bytes (X12 AK404, IK404)
	// Place counts within the message with ST or UNH = 1: what AK302 says.
	Place int    `json:"place"`
	Loop  string `json:"loop"` // trigger of the innermost loop, "" at the top
	// Ref is the data dictionary number of the element (AK403 copies it to
	// AK402's neighbour AK4 element 2), "" where there is none.
	Ref string `json:"ref,omitempty"`
	// Codes are what this finding sets in acknowledgments: ak304, ak403, ak502,
	// ak905, ta105, ik304, ik403, ik502; "0085" for CONTRL.
	Codes map[string]string `json:"codes"`
	Hint  string            `json:"hint"` // what would mend it, "" where we do not know
	// Trigger is the place whose value made the rule apply, nil where none did:
	// what the situational trigger of a 999 (CTX) names.
	Trigger *Trigger `json:"trigger,omitempty"`
}

// Trigger is where the value stands that made a situational rule apply: the
// BEG02 of "required when BEG02 = DS". Its fields are those of a [Finding].
type Trigger struct {
	Path       Path   `json:"path"`
	Tag        string `json:"tag"`
	Place      int    `json:"place"`
	Loop       string `json:"loop"`
	Element    int    `json:"element"`
	Component  int    `json:"component"`
	Repetition int    `json:"repetition"`
	Ref        string `json:"ref,omitempty"`
}

// Rejects reports whether the finding rejects what it stands in.
func (f *Finding) Rejects() bool { return f.Severity == Error }

// String is the finding on one line, for logs and tests.
func (f *Finding) String() string {
	return fmt.Sprintf("%s %s %s, byte %d: %s", f.Severity, f.Rule, f.Path, f.Offset, f.Message)
}
