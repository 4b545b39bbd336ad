package edi

import (
	"fmt"
	"io"
	"strings"
)

// Writer writes segments. It keeps the first error that the writer beneath
// gave and gives it again at each call. A Writer does not buffer.
type Writer struct {
	// LineBreak is written behind each terminator of a new segment: "", "\n" or
	// "\r\n".
	LineBreak string

	w   io.Writer
	d   Delimiters
	buf []byte
	err error
}

// NewWriter makes a Writer to w that divides new segments with d.
func NewWriter(w io.Writer, d Delimiters) *Writer { return &Writer{w: w, d: d} }

// WriteSegment writes s as it was received, byte for byte, whatever the
// Writer's delimiters are.
func (w *Writer) WriteSegment(s *Segment) error { return w.flush(s.Raw()) }

// WriteMessage writes m as it was received.
func (w *Writer) WriteMessage(m *Message) error { return w.flush(m.Raw()) }

// Write makes a segment of elements that have no components. Empty elements at
// the end are left away. A delimiter within a value is released; where there is
// no release character (X12 before 007040) that is a [*DelimiterError], and
// nothing is written.
func (w *Writer) Write(tag string, elements ...string) error {
	w.buf = append(w.buf[:0], tag...)
	n := len(elements)
	for n > 0 && elements[n-1] == "" {
		n--
	}
	for i, v := range elements[:n] {
		w.buf = append(w.buf, w.d.Element)
		if err := w.value(tag, i+1, v); err != nil {
			return err
		}
	}
	return w.close()
}

// WriteComposites makes a segment of elements that may have components: each
// element is the list of them, the empty list is an empty element. Empty
// components and elements at the end are left away; delimiters in values are
// treated as by [Writer.Write].
func (w *Writer) WriteComposites(tag string, elements ...[]string) error {
	w.buf = append(w.buf[:0], tag...)
	full := len(w.buf)
	for i, components := range elements {
		w.buf = append(w.buf, w.d.Element)
		trimmed := len(w.buf)
		for k, v := range components {
			if k > 0 {
				if w.d.Component == 0 && v != "" {
					return &DelimiterError{Tag: tag, Element: i + 1, Value: strings.Join(components, "")}
				}
				w.buf = append(w.buf, w.d.Component)
			}
			if err := w.value(tag, i+1, v); err != nil {
				return err
			}
			if v != "" {
				trimmed, full = len(w.buf), len(w.buf)
			}
		}
		w.buf = w.buf[:trimmed]
	}
	w.buf = w.buf[:full]
	return w.close()
}

// value appends v.
func (w *Writer) value(tag string, element int, v string) error {
	for i := range len(v) {
		c := v[i]
		if w.d.has(c) {
			if w.d.Release == 0 {
				return &DelimiterError{Tag: tag, Element: element, Value: v, Delimiter: c}
			}
			w.buf = append(w.buf, w.d.Release)
		}
		w.buf = append(w.buf, c)
	}
	return nil
}

func (w *Writer) close() error {
	w.buf = append(w.buf, w.d.Segment)
	w.buf = append(w.buf, w.LineBreak...)
	return w.flush(w.buf)
}

func (w *Writer) flush(b []byte) error {
	if w.err == nil {
		_, w.err = w.w.Write(b)
	}
	return w.err
}

// has reports whether c is one of the delimiters or the release character.
func (d *Delimiters) has(c byte) bool {
	return c == d.Segment || c == d.Element || c != 0 && (c == d.Component || c == d.Repetition || c == d.Release)
}

// DelimiterError says that a value cannot be written because it holds a
// delimiter of the interchange and nothing can release it, or because a
// composite was to be written where there is no component separator.
type DelimiterError struct {
	Tag       string
	Element   int // from 1
	Value     string
	Delimiter byte // 0: a component separator is lacking
}

// Error names the element, its value and the delimiter.
func (e *DelimiterError) Error() string {
	if e.Delimiter == 0 {
		return fmt.Sprintf("edi: %s%02d is a composite and there is no component separator", e.Tag, e.Element)
	}
	return fmt.Sprintf("edi: %s%02d %q holds the delimiter %q", e.Tag, e.Element, e.Value, e.Delimiter)
}
