package edi

// Party is who an envelope names: an id and the qualifier of its scheme (X12
// I05; EDIFACT 0007).
type Party struct {
	Qualifier string `json:"qualifier"`
	ID        string `json:"id"`            // trailing blanks removed
	Sub       string `json:"sub,omitempty"` // EDIFACT 0008/0014, internal sub-address
}

// Mode says whether an interchange is for real (ISA15, UNB 0035).
type Mode string

// Modes of an interchange.
const (
	Production  Mode = "production"
	Test        Mode = "test"
	Information Mode = "information"
)

// Interchange is the header of an interchange and, once its trailer was read,
// what was counted. A copy of it may be kept: what its fields hold never
// changes.
type Interchange struct {
	Standard     Standard
	Ordinal      int    // within the file, from 1
	Offset       int64  // of ISA or UNA/UNB
	Version      string // ISA12 "00401"; "UNOA:1"
	Mode         Mode
	Delimiters   Delimiters
	Sender       Party
	Receiver     Party
	Control      string // ISA13, UNB 0020, as received
	Date, Time   string // as received: ISA09/ISA10, S004
	AckRequested bool   // ISA14 = 1; UNB 0031 = 1
	Encoding     string // ISX02, the character encoding of an X12 interchange; "" without
	Header       []byte // the header segment as received; a copy
	HeaderOffset int64  // of ISA or UNB
	// Known when the interchange has ended:
	Length   int64 // bytes from Offset to the end of the trailer with its terminator
	Segments int   // service segments included
	Groups   int
	Complete bool // its trailer was found
}

// Group is a functional group (GS to GE, UNG to UNE). A file of bare EDIFACT
// messages has one group whose Control is "". A copy of it may be kept.
type Group struct {
	Path       Path
	Ordinal    int    // within the interchange, from 1
	Functional string // GS01
	Version    string // GS08 "004010"
	Sender     string // GS02, UNG 0040
	Receiver   string // GS03, UNG 0044
	// What Sender and Receiver are ids of (UNG 0007); "" in X12.
	SenderQualifier, ReceiverQualifier string

	Control    string // GS06, UNG 0048
	Agency     string // GS07
	Date, Time string // GS04, GS05
	Offset     int64
	// Known when the group has ended:
	Messages int // counted
	Declared int // GE01, -1 when the trailer is missing or says no number
	Complete bool
}

// EventKind says what a [Walker] found.
type EventKind uint8

// What a Walker finds, in the order in which it can come.
const (
	Junk             EventKind = iota + 1 // bytes outside any interchange
	BeginInterchange                      // ISA or UNB was read
	Service                               // a TA1, or another service segment between the envelopes
	BeginGroup                            // GS or UNG was read
	EndMessage                            // one message was read whole
	EndGroup                              // GE or UNE was read, or found missing
	EndInterchange                        // IEA or UNZ was read, or found missing
)

// Event is one step of a [Walker]. What it points to lives until the next step;
// the Interchange longer, until the step behind its EndInterchange, and the
// Group until the one behind its EndGroup. Findings may be kept.
type Event struct {
	Kind        EventKind
	Interchange *Interchange // nil for Junk
	Group       *Group       // from BeginGroup to EndGroup
	Message     *Message     // EndMessage
	Segment     *Segment     // Service: the segment itself
	// Findings are what is wrong with the syntax of just this: the header of the
	// interchange, the trailer of the group, the envelope of the message.
	Findings []Finding
	Offset   int64 // Junk: where it begins
	Length   int64 // Junk: how long it is
}

// Syntax reads the envelopes of one standard. x12.Syntax and edifact.Syntax
// implement it.
type Syntax interface {
	Standard() Standard
	// Open makes what reads the interchanges of this standard out of r, one after
	// the other.
	Open(r *Reader) Envelope
}

// Envelope reads the interchanges of one standard in one file.
type Envelope interface {
	// Begin begins an interchange: the Reader stands before its first segment.
	// ordinal counts all interchanges within the file, from 1.
	Begin(ordinal int)
	// Next gives the interchange's next event: BeginInterchange first,
	// EndInterchange last, then io.EOF. Any other error is a failure of the reader
	// beneath. The event lives until the next call.
	Next() (*Event, error)
}
