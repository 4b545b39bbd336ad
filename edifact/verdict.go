package edifact

import (
	"bytes"
	"io"
	"strconv"
	"strings"

	"github.com/edibridge/edibridge/edi"
)

// Verdict is what becomes of a message, a group or an interchange.
type Verdict string

// Verdicts. A message is never partially accepted.
const (
	Accepted           Verdict = "accepted"             // 0083: 1, 5, 7
	AcceptedWithErrors Verdict = "accepted-with-errors" // 2
	PartiallyAccepted  Verdict = "partially-accepted"   // 3; 7 when a lower level is rejected
	Rejected           Verdict = "rejected"             // 4, 6
	Received           Verdict = "received"             // 8: it arrived, its content was not judged
)

// Values of element 0083 that are written.
const (
	actionNoted    = "2"
	actionRejected = "4"
	actionAccepted = "7"
	actionReceived = "8"
)

// MessageVerdict judges a message, a group or an interchange by its own
// findings: any of severity error rejects it, a warning with a code for CONTRL
// makes it accepted with errors.
func MessageVerdict(findings []edi.Finding) Verdict {
	v := Accepted
	for i := range findings {
		switch f := &findings[i]; {
		case f.Rejects():
			return Rejected
		case f.Severity == edi.Warning && f.Codes["0085"] != "":
			v = AcceptedWithErrors
		}
	}
	return v
}

// verdictOf is what an action code (0083) says; "" when it is none.
func verdictOf(action string) Verdict {
	switch action {
	case "1", "5", actionAccepted:
		return Accepted
	case actionNoted:
		return AcceptedWithErrors
	case "3":
		return PartiallyAccepted
	case actionRejected, "6":
		return Rejected
	case actionReceived:
		return Received
	}
	return ""
}

// Reason is why an interchange is refused for something that its own bytes do
// not tell.
type Reason uint8

// Reasons to refuse an interchange, with their syntax error code (0085).
const (
	Duplicate        Reason = iota + 1 // 26: its reference (0020) came before
	NotForUs                           // 7: the recipient is somebody else
	UnknownSender                      // 23
	UnknownRecipient                   // 43
	TestNotAccepted                    // 25: a test (0035), where none is taken
)

// Refusal is the finding that refuses ic as a whole, for [ControlWriter.Close].
func Refusal(ic *edi.Interchange, why Reason) edi.Finding {
	rule, c, text := "edifact.interchange.duplicate", duplicate, "an interchange of this reference was received before"
	n, value := unbReference, ic.Control
	switch why {
	case NotForUs:
		rule, c, text = "edifact.interchange.recipient", notRecipient, "the interchange is for somebody else"
		n, value = unbRecipient, ic.Receiver.ID
	case UnknownSender:
		rule, c, text = "edifact.interchange.sender", unknownSender, "the sender is not known"
		n, value = unbSender, ic.Sender.ID
	case UnknownRecipient:
		rule, c, text = "edifact.interchange.recipient", unknownRecipient, "the recipient is not known"
		n, value = unbRecipient, ic.Receiver.ID
	case TestNotAccepted:
		rule, c, text = "edifact.interchange.test", noTest, "test interchanges are not accepted"
		n, value = unbTest, ""
	}
	f := headerElement(ic, n)
	f.Value = value
	return say(f, edi.Error, rule, c, "%s", text)
}

// headerElement is the place of element n of the UNB of ic.
func headerElement(ic *edi.Interchange, n int) edi.Finding {
	path := edi.Path("").Segment("UNB", ic.Ordinal)
	f := edi.Finding{Path: path.Element("UNB", n, 0, 0), Segment: 1, Tag: "UNB", Element: n}
	if s, err := header(ic); err == nil {
		f = about(path, s, n, 0)
		f.Offset += ic.HeaderOffset - s.Offset
		if broken := strings.TrimRight(f.Value, "\r\n"); len(broken) < len(f.Value) { // a file that is wrapped within UNB
			f.Length = len(broken)
		}
	}
	f.Interchange = ic.Ordinal
	return f
}

// header reads the UNB of ic again.
func header(ic *edi.Interchange) (*edi.Segment, error) {
	r := edi.NewReader(io.MultiReader(strings.NewReader(una(ic.Delimiters)), bytes.NewReader(ic.Header)), edi.Limits{})
	if _, err := r.Find(nil); err != nil {
		return nil, err
	}
	return r.Next()
}

// Text is what a syntax error code (0085) says, "" when it is none.
func Text(code string) string {
	n, err := strconv.Atoi(code)
	texts := [...]string{
		1: "UNA not supported", 2: "syntax version or level not supported", 3: "message version or release not supported",
		7: "interchange recipient not actual recipient", 11: "password invalid", 12: "invalid value", 13: "missing",
		14: "value not supported in this position", 15: "not supported in this position", 16: "too many constituents",
		17: "no agreement", 18: "unspecified error", 19: "invalid decimal notation",
		20: "character invalid as service character", 21: "invalid character", 22: "invalid service character",
		23: "unknown interchange sender", 24: "too old", 25: "test indicator not supported", 26: "duplicate detected",
		27: "security function not supported", 28: "references do not match", 29: "control count does not match",
		30: "groups and messages mixed", 31: "more than one message type in group", 32: "lower level empty",
		33: "invalid occurrence outside message, package or group", 34: "nesting indicator not allowed",
		35: "too many repetitions", 36: "too many segment group repetitions", 37: "invalid type of character",
		38: "missing digit in front of decimal mark", 39: "data element too long", 40: "data element too short",
		41: "permanent communication network error", 42: "temporary communication network error",
		43: "unknown interchange recipient", 44: "application temporarily unavailable", 45: "trailing separator",
		46: "character set not supported", 47: "envelope functionality not supported", 48: "dependency condition violated",
	}
	if err != nil || n < 0 || n >= len(texts) {
		return ""
	}
	return texts[n]
}
