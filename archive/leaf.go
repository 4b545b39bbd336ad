package archive

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// leafHeader is the first line of every leaf; the number is the version.
const leafHeader = "edibridge/leaf/v1"

// MaxLeaf bounds the text of a leaf in bytes: an entry of C2SP tlog-tiles has a
// length of 16 bits.
const MaxLeaf = 1<<16 - 1

// maxParents of them, each with its comma, fit any leaf beside all other lines
// at their longest (under 600 bytes).
const maxParents = (MaxLeaf - 600) / (ulidLength + 1)

// ulidLength is the length of a ULID's text.
const ulidLength = 26

// LeafKind says which act a leaf records.
type LeafKind string

// Kinds of leaves.
const (
	LeafRawIn     LeafKind = "raw-in"    // a transmission was accepted
	LeafRawOut    LeafKind = "raw-out"   // bytes that we send were fixed
	LeafMDNIn     LeafKind = "mdn-in"    // a signed receipt came
	LeafMDNOut    LeafKind = "mdn-out"   // a signed receipt was given
	LeafAck       LeafKind = "ack"       // a functional acknowledgment was built
	LeafCanonical LeafKind = "canonical" // a document was understood
	LeafEvent     LeafKind = "event"     // an event was built
	LeafDelivery  LeafKind = "delivery"  // a delivery was attempted
	LeafEvidence  LeafKind = "evidence"  // the peer's own words about a delivery
	LeafDecision  LeafKind = "decision"  // verdict, duplicate, retention
	LeafConfig    LeafKind = "config"    // a configuration became active
	LeafKey       LeafKind = "key"       // a log key follows another
	LeafHold      LeafKind = "hold"      // a legal hold was laid
	LeafRelease   LeafKind = "release"   // and lifted
	LeafExpire    LeafKind = "expire"    // bodies were removed by policy
	LeafPrune     LeafKind = "prune"     // records were removed by policy, those of its parents; their bodies stay
	LeafShred     LeafKind = "shred"     // keys were destroyed on request
	LeafAccess    LeafKind = "access"    // an operator or auditor acted
	LeafClose     LeafKind = "close"     // a day was closed
)

// valid reports whether k is one of the kinds above.
func (k LeafKind) valid() bool {
	switch k {
	case LeafRawIn, LeafRawOut, LeafMDNIn, LeafMDNOut, LeafAck, LeafCanonical, LeafEvent,
		LeafDelivery, LeafEvidence, LeafDecision, LeafConfig, LeafKey, LeafHold, LeafRelease,
		LeafExpire, LeafPrune, LeafShred, LeafAccess, LeafClose:
		return true
	}
	return false
}

// Leaf is one entry of the log. It names no partner and shows no content: what it
// says about them are hashes that can be opened by who holds the salts, until the
// salts are destroyed.
//
// Its text is UTF-8 lines in this order, each ended by LF; a line is there if and
// only if its value is not zero, and the first three always are:
//
//	edibridge/leaf/v1
//	kind raw-in
//	id 01JDB3M3T0000000000000000R
//	time 2026-11-23T07:03:12.123456789Z
//	object <sha256 over the stored bytes> <their number>
//	commit <SHA-256(salt || SHA-256(bytes as received))> <their number>
//	meta <SHA-256(salt || SHA-256(private metadata))>
//	subject <32 hexadecimal digits>
//	parents <ULID>,<ULID>
//	retain booking 2034-12-31
type Leaf struct {
	Kind LeafKind
	ID   string    // a ULID
	Time time.Time // of the act, to the nanosecond, in UTC; years 1 to 9999

	Object Hash  // over the bytes as stored ([Object.Stored]); zero: there are none
	Length int64 // bytes as stored
	Commit Hash  // [Commit] over the bytes as received; zero: none
	Size   int64 // bytes as received
	Meta   Hash  // [Commit] over private metadata; zero: none

	Subject string   // the partner's pseudonym ([Subject]); "" none
	Parents []string // IDs of the leaves that this one follows from, the main one first
	Retain  Retain   // with kinds decision and prune only
}

// Retain is how long a body is kept at least: what a decision says once the
// document is known. With kind prune it is what was removed: records of the class
// that had ended before the day.
type Retain struct {
	Class string    // retention class: lower-case letters, digits and hyphens; "" none
	Until time.Time // the last day, midnight UTC
}

// LeafError says why a leaf is none.
type LeafError struct {
	Line    int    // of the text, from 1; 0 when a Leaf was to be written or the line is missing
	Key     string // the line's first word
	Problem string
}

// Error names the line and the problem.
func (e *LeafError) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("archive: leaf: %s: %s", e.Key, e.Problem)
	}
	return fmt.Sprintf("archive: leaf line %d: %s: %s", e.Line, e.Key, e.Problem)
}

// Layouts of times and days in a leaf.
const (
	leafTime = "2006-01-02T15:04:05.000000000Z"
	leafDay  = "2006-01-02"
)

// AppendText appends the leaf's text (encoding.TextAppender). A Leaf that has no
// text, for a value is out of its range, is a *[LeafError] and appends nothing.
func (l Leaf) AppendText(b []byte) ([]byte, error) {
	if err := l.check(); err != nil {
		return b, err
	}
	b = fmt.Appendf(b, "%s\nkind %s\nid %s\ntime %s\n", leafHeader, l.Kind, l.ID, l.Time.UTC().Format(leafTime))
	if !l.Object.IsZero() {
		b = fmt.Appendf(b, "object %s %d\n", l.Object, l.Length)
	}
	if !l.Commit.IsZero() {
		b = fmt.Appendf(b, "commit %s %d\n", l.Commit, l.Size)
	}
	if !l.Meta.IsZero() {
		b = fmt.Appendf(b, "meta %s\n", l.Meta)
	}
	if l.Subject != "" {
		b = fmt.Appendf(b, "subject %s\n", l.Subject)
	}
	if len(l.Parents) > 0 {
		b = fmt.Appendf(b, "parents %s\n", strings.Join(l.Parents, ","))
	}
	if l.Retain.Class != "" {
		b = fmt.Appendf(b, "retain %s %s\n", l.Retain.Class, l.Retain.Until.UTC().Format(leafDay))
	}
	return b, nil
}

// check finds the value that has no text.
func (l *Leaf) check() error {
	bad := func(key, format string, args ...any) error {
		return &LeafError{Key: key, Problem: fmt.Sprintf(format, args...)}
	}
	day := l.Retain.Until
	switch {
	case !l.Kind.valid():
		return bad("kind", "%q is no kind of leaf", l.Kind)
	case !isULID(l.ID):
		return bad("id", "%q is no ULID", l.ID)
	case !inYears(l.Time):
		return bad("time", "year %d", l.Time.UTC().Year())
	case l.Length < 0 || l.Object.IsZero() && l.Length != 0:
		return bad("object", "length %d", l.Length)
	case l.Size < 0 || l.Commit.IsZero() && l.Size != 0:
		return bad("commit", "length %d", l.Size)
	case l.Subject != "" && parseHex(make([]byte, subjectSize), l.Subject) != nil:
		return bad("subject", "%q is not %d hexadecimal digits", l.Subject, 2*subjectSize)
	case l.Retain == Retain{}:
	case l.Kind != LeafDecision && l.Kind != LeafPrune:
		return bad("retain", "in a leaf of kind %s", l.Kind)
	case !isClass(l.Retain.Class):
		return bad("retain", "%q is no retention class", l.Retain.Class)
	case !inYears(day) || !day.Equal(day.UTC().Truncate(24*time.Hour)):
		return bad("retain", "%v is no day", day)
	}
	if len(l.Parents) > maxParents {
		return bad("parents", "%d of them, %d at most", len(l.Parents), maxParents)
	}
	for i, id := range l.Parents {
		if !isULID(id) {
			return bad("parents", "%q is no ULID", id)
		}
		if id == l.ID || slices.Contains(l.Parents[:i], id) {
			return bad("parents", "%s again", id)
		}
	}
	return nil
}

// ParseLeaf reads the text of a leaf. It takes the one spelling that
// [Leaf.AppendText] writes and refuses every other with a *[LeafError].
func ParseLeaf(text []byte) (Leaf, error) {
	if len(text) > MaxLeaf {
		return Leaf{}, &LeafError{Line: 1, Key: leafHeader, Problem: fmt.Sprintf("%d bytes of text, %d at most", len(text), MaxLeaf)}
	}
	var l Leaf
	lines := strings.SplitAfter(string(text), "\n")
	for i, line := range lines[:len(lines)-1] {
		line = strings.TrimSuffix(line, "\n")
		key, value, _ := strings.Cut(line, " ")
		if i == 0 && line == leafHeader {
			continue
		}
		if i == 0 {
			return Leaf{}, &LeafError{Line: 1, Key: key, Problem: "a leaf begins with " + leafHeader}
		}
		if problem := l.set(key, value); problem != "" {
			return Leaf{}, &LeafError{Line: i + 1, Key: key, Problem: problem}
		}
	}
	again, err := l.AppendText(make([]byte, 0, len(text)))
	if bad := (*LeafError)(nil); errors.As(err, &bad) {
		bad.Line = 1 + slices.IndexFunc(lines, func(line string) bool { return strings.HasPrefix(line, bad.Key+" ") })
		return Leaf{}, bad
	}
	if !bytes.Equal(again, text) {
		line, key := firstDifference(again, text)
		return Leaf{}, &LeafError{Line: line, Key: key, Problem: "not the canonical spelling or place"}
	}
	return l, nil
}

// set takes one line; what it says is the problem with it. Spelling and order
// are checked afterwards, by writing the leaf again.
func (l *Leaf) set(key, value string) (problem string) {
	var err error
	first, second, _ := strings.Cut(value, " ")
	switch key {
	case "kind":
		l.Kind = LeafKind(value)
	case "id":
		l.ID = value
	case "time":
		l.Time, err = time.Parse(leafTime, value)
	case "object":
		l.Object, l.Length, err = parseSized(first, second)
	case "commit":
		l.Commit, l.Size, err = parseSized(first, second)
	case "meta":
		l.Meta, err = ParseHash(value)
	case "subject":
		l.Subject = value
	case "parents":
		l.Parents = strings.Split(value, ",")
	case "retain":
		l.Retain.Class = first
		l.Retain.Until, err = time.Parse(leafDay, second)
	default:
		return "no line of a leaf"
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

// parseSized reads a hash and a number.
func parseSized(hash, number string) (Hash, int64, error) {
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return Hash{}, 0, err
	}
	h, err := ParseHash(hash)
	return h, n, err
}

// firstDifference finds the line, from 1, in which text is not what it should be.
func firstDifference(want, text []byte) (line int, key string) {
	wants, lines := strings.SplitAfter(string(want), "\n"), strings.SplitAfter(string(text), "\n")
	for i := range lines {
		if i >= len(wants) || wants[i] != lines[i] {
			key, _, _ = strings.Cut(lines[i], " ")
			return i + 1, key
		}
	}
	return len(lines), ""
}

// isULID reports whether s is a ULID in its canonical spelling: 26 characters of
// Crockford's base 32 in upper case, 128 bits at most.
func isULID(s string) bool {
	if len(s) != ulidLength || s[0] > '7' {
		return false
	}
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'A' || c > 'Z' || strings.IndexByte("ILOU", c) >= 0) {
			return false
		}
	}
	return true
}

// isClass reports whether s can name a retention class.
func isClass(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return s != "" && len(s) <= 64
}

// inYears reports whether t has a year of four digits.
func inYears(t time.Time) bool {
	year := t.UTC().Year()
	return !t.IsZero() && year >= 1 && year <= 9999
}
