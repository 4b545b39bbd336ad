package edifact

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/edibridge/edibridge/edi"
)

// CharacterError says that a text cannot be said in a character set.
type CharacterError struct {
	Offset    int  // of the character in the text, in bytes
	Character rune // what the set does not have
	Charset   string
}

// Error names the character, its place and the set.
func (e *CharacterError) Error() string {
	return fmt.Sprintf("edifact: %q at byte %d is no character of %s", e.Character, e.Offset, e.Charset)
}

// Encode gives UTF-8 text in the character set. Line breaks pass. The error is a
// [*CharacterError].
func (c *Charset) Encode(text []byte) ([]byte, error) { return c.encode(text, "") }

// encode takes the ASCII characters of also for such of the set.
func (c *Charset) encode(text []byte, also string) ([]byte, error) {
	if c.level == 'Y' {
		return bytes.Clone(text), nil
	}
	out := make([]byte, 0, len(text))
	for i, r := range string(text) {
		b, ok := c.byteOf(r)
		if !ok && r < utf8.RuneSelf && strings.IndexByte(also, byte(r)) >= 0 {
			b, ok = byte(r), true
		}
		if !ok {
			return nil, &CharacterError{i, r, c.name}
		}
		out = append(out, b)
	}
	return out, nil
}

// byteOf is the byte that stands for r.
func (c *Charset) byteOf(r rune) (byte, bool) {
	switch {
	case r == '\r' || r == '\n':
		return byte(r), true
	case r < 0x80:
		return byte(r), c.has(byte(r))
	case r == '\uFFFD' || c.level < 'C':
		return 0, false
	case c.high == nil:
		return byte(r), r >= 0xA0 && r <= 0xFF
	}
	for i, h := range c.high {
		if h == r {
			return byte(0xA0 + i), true
		}
	}
	return 0, false
}

// Wire gives the delimiters that an interchange in this envelope is written
// with: the envelope's own, or others where those cannot be used.
func (e Envelope) Wire() edi.Delimiters {
	if e.Reference == "" {
		e.Reference = "1" // nothing that delimiters depend on
	}
	made, _ := e.complete()
	return made.Delimiters
}

// InterchangeWriter writes one interchange around messages that are there
// already. Make one with [NewInterchange].
type InterchangeWriter struct {
	env      Envelope
	set      Charset
	buf      *bufio.Writer
	messages int
	err      error
}

// NewInterchange begins an interchange with UNB, and UNA where the delimiters
// are not the usual ones. A reference or time that cannot be written is told by
// Close.
func NewInterchange(w io.Writer, env Envelope) *InterchangeWriter {
	i := &InterchangeWriter{buf: bufio.NewWriter(w)}
	i.env, i.err = env.complete()
	i.set = CharsetOf(&edi.Interchange{Version: i.env.Version})
	if i.err == nil {
		i.write([]byte(i.env.advice()))
		i.write(i.env.unb())
	}
	return i
}

// Message writes one message, UNH to UNT, in UTF-8; it leaves in the
// interchange's character set. It must be divided by the delimiters of
// [Envelope.Wire]. One that is not, or has a character that the set does not
// have ([*CharacterError]), is an error, and nothing of it is written.
func (i *InterchangeWriter) Message(raw []byte) error {
	if i.err != nil {
		return i.err
	}
	d := &i.env.Delimiters
	if !bytes.HasPrefix(raw, []byte{'U', 'N', 'H', d.Element}) {
		return fmt.Errorf("edifact: no message divided by %q", d.Element)
	}
	if _, err := edi.ReadMessage(raw, *d); err != nil {
		return fmt.Errorf("edifact: %w", err)
	}
	delimiters := string([]byte{d.Segment, d.Element, d.Component, d.Repetition, d.Release})
	out, err := i.set.encode(raw, delimiters)
	if err != nil {
		return err
	}
	i.messages++
	i.write(out)
	return i.err
}

func (i *InterchangeWriter) write(b []byte) {
	if i.err == nil {
		_, i.err = i.buf.Write(b)
	}
}

// Close writes UNZ and gives the first error of all.
func (i *InterchangeWriter) Close() error {
	i.write(i.env.unz(i.messages))
	if i.err == nil {
		i.err = i.buf.Flush()
	}
	if i.err != nil {
		return fmt.Errorf("edifact: interchange: %w", i.err)
	}
	return nil
}

// unz is the trailer of an interchange of n messages.
func (e *Envelope) unz(n int) []byte {
	var b bytes.Buffer
	w := edi.NewWriter(&b, e.Delimiters)
	w.LineBreak = e.LineBreak
	_ = w.Write("UNZ", strconv.Itoa(n), e.Reference) // complete left nothing that cannot be written
	return b.Bytes()
}
