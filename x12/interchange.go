package x12

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/edibridge/edibridge/edi"
)

// Functional gives the functional identifier (GS01, element 479) of the groups
// that a set stands in, "PO" for "850"; "" for a set that is not known. Of a set
// that may stand in several it is the first of the standard's list.
func Functional(set string) string {
	if len(set) != 3 || !digits(set) {
		return ""
	}
	i := strings.Index(functionalIDs, " "+set)
	if i < 0 {
		return ""
	}
	return functionalIDs[i+4 : i+6]
}

// Wire gives the delimiters that an interchange in this envelope is written
// with: the envelope's own, or others where those cannot be used.
func (e Envelope) Wire() edi.Delimiters { return e.complete().Delimiters }

// InterchangeWriter writes one interchange of one functional group around
// transaction sets that are there already. Make one with [NewInterchange].
type InterchangeWriter struct {
	o    *outbound
	sets int
}

// NewInterchange begins an interchange with ISA and GS. functional is GS01. A
// control number or time that cannot be written is told by Close.
func NewInterchange(w io.Writer, env Envelope, functional string) *InterchangeWriter {
	i := &InterchangeWriter{o: open(w, env)}
	i.o.group(functional)
	return i
}

// Set writes one transaction set, ST to SE, as it is. It must be divided by the
// delimiters of [Envelope.Wire]; one that is not is an error, and nothing of it
// is written.
func (i *InterchangeWriter) Set(raw []byte) error {
	if i.o.err != nil {
		return i.o.err
	}
	d := &i.o.env.Delimiters
	if !bytes.HasPrefix(raw, []byte{'S', 'T', d.Element}) {
		return fmt.Errorf("x12: no transaction set divided by %q", d.Element)
	}
	if _, err := edi.ReadMessage(raw, *d); err != nil {
		return fmt.Errorf("x12: %w", err)
	}
	i.sets++
	_, i.o.err = i.o.buf.Write(raw)
	return i.o.err
}

// Close writes GE and IEA and gives the first error of all.
func (i *InterchangeWriter) Close() error {
	i.o.plain("GE", strconv.Itoa(i.sets), strconv.FormatInt(i.o.env.Group, 10))
	if err := i.o.close(); err != nil {
		return fmt.Errorf("x12: interchange: %w", err)
	}
	return nil
}
