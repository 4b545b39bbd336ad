// Package transports is the seam between the bridge and the ways that files and
// events travel: SFTP, AS2, object storage, folders, webhooks, brokers. Each
// way is one package below; each speaks only the words of this one.
//
// # What is promised
//
// Receiving: a peer is told "received" only after [Handler.Accept] returned nil,
// and Accept returns nil only when every byte and the record of it are durable.
// Whatever happens before leaves nothing behind but a log line.
//
// Sending: a [Delivery] has its identity on the wire (ID, Name, Key) before the
// first byte leaves, and the same one at every repetition. A [Receipt] says what
// the peer itself answered. A failure says whether trying again makes sense
// ([Failure]).
//
// Names, headers and sizes that a peer gives are facts to be kept, never paths
// to be used and never believed.
package transports

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

// Delivery is one file or event in motion, either way. It lives in memory only;
// what is durable is the bridge's Transmission.
type Delivery struct {
	// ID is the transmission's id (a ULID, [NewID]). Inbound the receiver draws
	// it before Accept, so that its answer can name it.
	ID string
	// Key is the peer's (inbound) or our (outbound) idempotency identity:
	// Message-ID, object version, Idempotency-Key, event id. "" means none:
	// each delivery is a new one.
	Key      string
	Endpoint string // configured endpoint that it came by or goes to
	Peer     string // whom the transport authenticated (SFTP user, AS2-From); outbound, whom it is for
	Name     string // as the peer gave it, or the file name on the wire; never a path
	Size     int64  // bytes of Body, -1 unknown
	// ContentType is the media type of Body where the transport knows one:
	// "application/edi-x12", "application/cloudevents+json".
	ContentType string
	Header      map[string]string // protocol facts worth keeping
	Body        io.Reader         // the payload
	// Answer builds the peer's answer before the commit, so that it is kept with
	// it and can be repeated byte for byte (a signed MDN); nil otherwise.
	Answer func() ([]byte, error)
}

// Status is what a transport knows about a delivery when it returns.
type Status string

// Statuses of a [Receipt].
const (
	Accepted  Status = "accepted"  // inbound: in custody
	Duplicate Status = "duplicate" // inbound: this Key was accepted before; the Receipt is the first one's
	Available Status = "available" // outbound: lies where the peer fetches it
	Sent      Status = "sent"      // outbound: handed over, the peer's receipt is still to come
	Delivered Status = "delivered" // outbound: the peer itself confirmed it
)

// Receipt is what came of a delivery.
type Receipt struct {
	ID     string // of the transmission; the first one's for a Duplicate
	Status Status
	Size   int64    // bytes taken or sent
	SHA256 [32]byte // of those bytes
	Answer []byte   // inbound: what [Delivery.Answer] built, the first one's for a Duplicate
	// Evidence is the peer's own word, kept for ever: HTTP status line, headers
	// and body, MDN, remote size and hash. nil where the transport has none.
	Evidence *Evidence
}

// Evidence is what a peer said or did about a delivery.
type Evidence struct {
	Kind   string            // "http-response", "mailbox-taken", "mdn"
	At     time.Time         // when it was seen
	Detail map[string]string // short facts for people and search: status, session, client
	Bytes  []byte            // the words as they came, bounded by the transport (64 KiB)
}

// Handler takes custody of what receivers bring.
type Handler interface {
	// Accept reads d.Body to its end and returns nil only when every byte and the
	// record of it are durable. It may be called concurrently. An error means that
	// nothing was taken: the receiver must tell its peer so. An error that is
	// [ErrBusy] asks the peer to try later; [ErrRefused] will not change by itself.
	Accept(ctx context.Context, d *Delivery) (Receipt, error)
}

// Gate is a [Handler] that can tell beforehand that it takes nothing for now, so
// that a receiver refuses a peer before its bytes are sent.
type Gate interface {
	// Ready gives nil, or an error that is [ErrBusy]. A nil promises nothing:
	// Accept may fail all the same.
	Ready(ctx context.Context) error
}

// Receiver brings what peers send.
type Receiver interface {
	// Run serves until ctx ends or it can no longer serve. It returns nil after
	// a stop by ctx and leaves no goroutine behind.
	Run(ctx context.Context, h Handler) error
}

// Sender takes one delivery to its peer.
type Sender interface {
	// Send blocks until the peer answered or ctx ended. It may be called
	// concurrently, and again for the same d.ID after a failure or a crash: the
	// identity on the wire is the same each time. An error is a [*Failure] where
	// the transport knows more than "try again".
	Send(ctx context.Context, d *Delivery) (Receipt, error)
}

// Item is one document that waits in a peer's mailbox.
type Item struct {
	ID       string // of the transmission
	Name     string // file name to show; unique among the peer's items
	Size     int64  // bytes
	Modified time.Time
	// Taken says when the peer took it; zero while it waits. Taken items stay
	// for a while, so that a peer can fetch again, but are not listed to it.
	Taken time.Time
}

// Mailbox is what waits for peers to fetch it. The bridge implements it.
type Mailbox interface {
	// List gives the items of endpoint's peer, oldest first, taken ones of the
	// last days included.
	List(ctx context.Context, endpoint, peer string) ([]Item, error)
	// Open streams one item's bytes. Another peer's id is [ErrNotFound].
	Open(ctx context.Context, endpoint, peer, id string) (io.ReadCloser, error)
	// Taken records durably that the peer has the item: all bytes were served
	// and the transfer was closed well, or the peer removed it. Doing it again
	// changes nothing.
	Taken(ctx context.Context, endpoint, peer, id string, ev Evidence) error
}

// Errors that say what to tell a peer. They are matched with errors.Is.
var (
	ErrBusy     = errors.New("transports: busy, try again later")
	ErrRefused  = errors.New("transports: refused")
	ErrTooLarge = fmt.Errorf("%w: larger than allowed", ErrRefused)
	ErrNotFound = errors.New("transports: not found")
)

// Failure is a failed Send that knows what to do next.
type Failure struct {
	Err error
	// Permanent: the same delivery will fail again; it waits for a person.
	Permanent bool
	// Busy: the peer answered that it cannot take it now. Neither Permanent nor
	// Busy: there was no answer, the network's failure.
	Busy bool
	// RetryAfter is the least time that the peer asked to be left alone; 0 none.
	RetryAfter time.Duration
	Evidence   *Evidence // what the peer said, if it said anything
}

// Error is "transports: " and the cause.
func (f *Failure) Error() string { return "transports: " + f.Err.Error() }

// Unwrap gives the cause.
func (f *Failure) Unwrap() error { return f.Err }
