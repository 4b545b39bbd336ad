package bridge

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"time"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/canonical"
	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/transports"
)

// ID names a Transmission: a ULID. What came in has a drawn one; what follows
// from it has one computed from its cause ([FollowID]), so that a step that
// runs twice names the same things.
type ID string

// State of a Transmission. docs/STATE.md draws which follows which.
type State string

// States of what came in, then of what goes out.
const (
	Accepted    State = "accepted"    // in custody, not yet translated
	Translated  State = "translated"  // understood and answered; its follow-ups are released
	Quarantined State = "quarantined" // kept for a person: nothing was handed on
	Batched     State = "batched"     // a document that waits for others, to leave with them

	Held      State = "held"      // follow-up of a translation that has not ended
	Pending   State = "pending"   // to be delivered, or tried again at NextAt
	Attempted State = "attempted" // its identity is fixed and bytes may have left
	Sent      State = "sent"      // handed over; the peer's receipt is still to come
	Available State = "available" // lies in a mailbox for the partner to take
	Delivered State = "delivered" // the peer confirmed it
	Settled   State = "settled"   // the peer's own document acknowledged it
	Dead      State = "dead"      // given up; waits for a person
	Discarded State = "discarded" // a person let it go
)

// Direction of a Transmission, seen from us.
type Direction string

// The two directions.
const (
	In  Direction = "in"
	Out Direction = "out"
)

// Kind says what a Transmission is.
type Kind string

// Kinds of Transmissions.
const (
	KindFile           Kind = "file"           // what a peer sent
	KindAcknowledgment Kind = "acknowledgment" // a TA1, 997, 999 or CONTRL of ours
	KindEvent          Kind = "event"          // a CloudEvent to one endpoint
	KindDocument       Kind = "document"       // a canonical document that an application handed in
	KindInterchange    Kind = "interchange"    // an interchange of ours, made from such a document
	KindBatch          Kind = "batch"          // documents that leave together, in one interchange
	KindForward        Kind = "forward"        // a peer's file on its way to another endpoint, as it came
)

// OnDead says what a dead Transmission does to younger ones of its order key.
type OnDead string

// Hold is the default: the key waits for a person.
const (
	Hold OnDead = "hold"
	Pass OnDead = "pass"
)

// Transmission is everything that moves: small and durable; its bytes lie in
// the archive. All times are UTC.
type Transmission struct {
	ID          ID
	Direction   Direction
	Kind        Kind
	State       State
	Endpoint    string // by which it came or to which it goes
	Peer        string // whom the transport authenticated, or for whom it is
	Partner     string // trading partner; "" while unknown
	Agreement   string // "" where none applies
	Key         string // idempotency identity: the peer's (in), ours (out); "" none
	Name        string // file name as the peer gave it, or as it goes out
	ContentType string
	Header      map[string]string
	Body        archive.Object
	Causes      []ID // what it follows from, the main one first; none for what came in
	// Trace is where it stands in a W3C trace. The store gives what follows from others
	// that of its causes.
	Trace TraceContext
	// Sequence is the accept order, from 1 without gaps in time: given by the
	// store at accept. Follow-ups inherit their main cause's.
	Sequence int64
	// Ordinal orders the follow-ups of one cause.
	Ordinal int
	// OrderKey: of all unfinished Transmissions to one endpoint with the same
	// key only the oldest by (Sequence, Ordinal) is delivered. "" is unordered.
	OrderKey string
	// Series is that of control numbers in whose order it leaves, instead of an
	// OrderKey and whatever its endpoint: of all unfinished ones of the series only
	// the one of the lowest Place is delivered. "" is none.
	Series string
	Place  int64 // of its number in the series: [Number.Place]
	OnDead OnDead
	// Ordered: of what came in, those of one party, in whatever lanes, that are ordered are
	// translated one after the other, in accept order, by whatever process.
	Ordered bool
	Created time.Time // accepted, or made
	Changed time.Time // of the last change of state
	NextAt  time.Time // Pending: not before
	// Attempts counts deliveries; of what came in, how often a person had it
	// translated again.
	Attempts int
	Begun    time.Time // of the first of these attempts
	Lane     Lane      // "" is Normal
	Lift     Lift      // into a more urgent one, when it has waited long
	// Retention is the class by which it is kept, decided when it is translated or
	// made; "" is the default one. See [Configuration.Retention].
	Retention string
	// Pruned is when something that followed from it was pruned; zero: nothing was.
	Pruned time.Time
	// Standard, Set, Control and Mode say what a person looks for: "X12", "997",
	// "000000017", "production". Of a file with several sets, the first's.
	Standard edi.Standard
	Set      string
	Control  string
	Mode     edi.Mode
	Keys     []canonical.Key // business keys by which it is found
	Config   string          // digest of the configuration that handled it
	Reason   string          // why it is quarantined, dead, discarded or tried again
	Findings []edi.Finding   // on the envelopes; at most MaxFindings
	Total    int             // all findings on the envelopes, kept or not
	Leaf     string          // id of the archive leaf of its accept, or of its making
}

// DocumentState says what became of one transaction set or message.
type DocumentState string

// States of a Document.
const (
	DocumentAccepted    DocumentState = "accepted"    // valid, or accepted with errors; its events follow
	DocumentRejected    DocumentState = "rejected"    // refused in the acknowledgment
	DocumentQuarantined DocumentState = "quarantined" // kept for a person: no agreement, a doubtful duplicate, not mappable
	DocumentDuplicate   DocumentState = "duplicate"   // had been understood before; nothing follows
	DocumentNoted       DocumentState = "noted"       // an acknowledgment of the partner's: it settles, nothing else follows
)

// Document is one transaction set or message of a Transmission.
type Document struct {
	ID           string // DocumentID
	Transmission ID
	Ordinal      int // within the transmission, from 1
	// Interchange, Group and Set are ordinals from 1, each within the one before.
	Interchange, Group, Set int
	State                   DocumentState
	Verdict                 string // what the acknowledgment says: "accepted", "accepted-with-errors", "rejected"; "" not acknowledged
	Standard                edi.Standard
	Type                    string // "850"
	Version                 string // "004010"
	Control                 string // ST02
	GroupControl            string // GS06
	InterchangeControl      string // ISA13
	Partner, Agreement      string
	Mode                    edi.Mode
	Offset, Length          int64 // bytes within the transmission's body
	Findings                []edi.Finding
	Total                   int // findings, kept or not
	Keys                    []canonical.Key
	Guide, Mapping          string // name and digest: "X12 004010 850@3f2a.."
	Mapped, Elements        int    // coverage: elements mapped of those with data
	DuplicateOf             string // the Document it repeats, or ""
	Reason                  string
}

// DocumentID is the id of the document at these ordinals (from 1): the first 16
// bytes of SHA-256 over the transmission's id and the ordinals, in hex.
func DocumentID(t ID, interchange, group, set int) string {
	h := sha256.New()
	h.Write([]byte("edibridge/document/v1\n" + string(t)))
	var b [24]byte
	binary.BigEndian.PutUint64(b[0:], uint64(interchange))
	binary.BigEndian.PutUint64(b[8:], uint64(group))
	binary.BigEndian.PutUint64(b[16:], uint64(set))
	h.Write(b[:])
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// FollowID is the id of what follows from a cause: the same for the same cause,
// kind, place within the cause and endpoint, however often it is made.
func FollowID(cause ID, kind Kind, place, endpoint string) ID {
	h := sha256.Sum256([]byte("edibridge/follow/v1\n" + string(cause) + "\n" + string(kind) + "\n" + place + "\n" + endpoint))
	return ID(besideID(string(cause), h))
}

// besideID is an id computed from a digest that begins with the time of the ULID it
// is about: what belongs together lies together in every index of a store.
func besideID(about string, digest [sha256.Size]byte) string {
	id := transports.FormatID([16]byte(digest[:16]))
	if len(about) != len(id) {
		return id // not of a ULID
	}
	return about[:timeOfID] + id[timeOfID:]
}

// timeOfID is how many characters of a ULID are its time.
const timeOfID = 10

// EvidenceOperation is the Kind of what a person decided: Detail says operation,
// by and reason.
const EvidenceOperation = "operation"

// Evidence is what was seen of a Transmission's delivery, or decided about it.
type Evidence struct {
	Transmission ID
	Attempt      int    // from 1; 0 for what was decided
	Kind         string // "http-response", "mailbox-taken"; EvidenceOperation
	At           time.Time
	Detail       map[string]string
	Body         archive.Object // the peer's words; zero where there are none
	Leaf         string
}
