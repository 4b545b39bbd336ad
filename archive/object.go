package archive

import (
	"errors"
	"fmt"
)

// Object is one body kept: whose it is, what it is, where it lies. It is a value
// that its owner stores; the zero Object names nothing.
type Object struct {
	Peer   string `json:"peer"`   // the authenticated peer that it belongs to; "" for our own
	SHA256 Hash   `json:"sha256"` // over the bytes as received
	Size   int64  `json:"size"`   // bytes as received
	Stored Hash   `json:"stored"` // over the bytes as stored: what a leaf names
	Pack   string `json:"pack"`   // the pack that holds it
	Offset int64  `json:"offset"` // of its frame in the pack, from 0
	Length int64  `json:"length"` // bytes as stored
	Codec  Codec  `json:"codec"`  // how stored bytes become received ones
	// Salt makes what leaves say about the body unguessable ([Commit]). It is
	// drawn when the body is kept, stored with it, and destroyed with it.
	Salt Salt `json:"salt"`
}

// Place is where the stored bytes of o lie.
func (o Object) Place() Place {
	return Place{Pack: o.Pack, Offset: o.Offset, Length: o.Length, Sum: o.Stored}
}

// Codec names how a body is stored.
type Codec string

// Codecs.
const (
	Zstd Codec = "zstd" // one zstd frame (RFC 8878)
	Raw  Codec = "raw"  // as received: compression would not have shortened it
)

// Sentinels that errors of this package wrap.
var (
	// ErrLocked: another process writes this folder, and not both share it.
	ErrLocked = errors.New("archive: folder is in use by another process")
	// ErrReadOnly: the folder was opened for reading only.
	ErrReadOnly = errors.New("archive: folder is open for reading only")
	// ErrClosed: the folder was closed.
	ErrClosed = errors.New("archive: folder is closed")
	// ErrTooLarge: more bytes at once than [MaxAppend].
	ErrTooLarge = errors.New("archive: too many bytes for one append")
)

// Part names what of a body differs from its [Object].
type Part string

// Parts of a body that can differ.
const (
	PartPack   Part = "pack"   // the pack is not there or is no pack
	PartFrame  Part = "frame"  // the frame at this offset is another one
	PartLength Part = "length" // fewer stored bytes than promised
	PartStored Part = "stored" // SHA-256 over the bytes as stored
	PartCodec  Part = "codec"  // the stored bytes do not decode
	PartSize   Part = "size"   // bytes as received
	PartSHA256 Part = "sha256" // SHA-256 over the bytes as received
)

// DamageError says that a body is not any more what its [Object] promises.
type DamageError struct {
	Pack      string
	Offset    int64  // of the frame, from 0
	Part      Part   // what differed first
	Want, Got string // hash, length or codec; "" where there is none
	Err       error  // what the file system or the decoder said; may be nil
}

// Error names the place and what differed.
func (e *DamageError) Error() string {
	text := fmt.Sprintf("archive: pack %q, offset %d: %s is damaged", e.Pack, e.Offset, e.Part)
	if e.Want != "" || e.Got != "" {
		text += fmt.Sprintf(": got %s, want %s", e.Got, e.Want)
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

// Unwrap gives the cause, if there is one.
func (e *DamageError) Unwrap() error { return e.Err }

// damaged is the DamageError of the frame at p.
func damaged(p Place, part Part, want, got any, err error) *DamageError {
	e := &DamageError{Pack: p.Pack, Offset: p.Offset, Part: part, Err: err}
	if want != nil {
		e.Want, e.Got = fmt.Sprint(want), fmt.Sprint(got)
	}
	return e
}

// FatalError says that a sync failed, after which nothing more is taken: what the
// disk holds is unknown, and asking again could be answered with a false yes.
// Every later write gets the same FatalError until the store is opened anew.
type FatalError struct {
	Step Step   // [StepSync] or [StepSyncDir]
	Name string // the file or folder, relative to the store
	Err  error  // what the system said
}

// Error names the step and the file.
func (e *FatalError) Error() string {
	return fmt.Sprintf("archive: %s of %s failed, nothing more is taken: %v", e.Step, e.Name, e.Err)
}

// Unwrap gives the system's error.
func (e *FatalError) Unwrap() error { return e.Err }
