package record

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/mappings"
)

// Bounds of what is read.
const (
	maxLine     = 1 << 20 // of a record, in bytes
	maxDocument = 16 << 20
)

// ErrTooLarge is a record or document over the bounds: 1 MiB, 16 MiB.
var ErrTooLarge = errors.New("record: too large")

// LineError is a line that is no record of the layout.
type LineError struct {
	Line   int   // from 1
	Offset int64 // of its first byte
	Text   string
}

// Error is "record: line N, byte M: text".
func (e *LineError) Error() string {
	return fmt.Sprintf("record: line %d, byte %d: %s", e.Line, e.Offset, e.Text)
}

// Reader reads documents one after the other. It is not safe for concurrent use.
type Reader struct {
	layout *Layout
	in     *bufio.Reader
	offset int64
	line   int
	ahead  *row // read, and of the next document
	count  int
}

// row is one line, divided.
type row struct {
	line   int
	offset int64
	raw    string
	fields []piece // of CSV
}

// piece is a text and where it stands in the file.
type piece struct {
	text   string
	offset int64
	length int
}

// NewReader reads the documents of a file.
func NewReader(l *Layout, r io.Reader) *Reader {
	return &Reader{layout: l, in: bufio.NewReaderSize(r, 64<<10)}
}

// Next gives the next document, and io.EOF behind the last. A [*LineError] is a
// line that is no record; the reader cannot go on behind it.
func (r *Reader) Next() (mappings.Source, error) {
	first, err := r.row()
	if err != nil {
		return nil, err
	}
	r.count++
	s := &source{layout: r.layout, number: r.count, loops: []mappings.Loop{{Parent: -1, First: 1}}, open: []int{0}}
	key := r.layout.key(first)
	size := 0
	for at := first; ; {
		if err := s.add(at, at == first); err != nil {
			return nil, err
		}
		if size += len(at.raw); size > maxDocument {
			return nil, fmt.Errorf("%w: the document of line %d", ErrTooLarge, first.line)
		}
		at, err = r.row()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if r.layout.flat && r.layout.key(at) != key || !r.layout.flat && r.layout.kindOf(at) == 0 {
			r.ahead = at
			break
		}
	}
	return s.done(), nil
}

// row reads the next line that is not empty.
func (r *Reader) row() (*row, error) {
	if at := r.ahead; at != nil {
		r.ahead = nil
		return at, nil
	}
	for {
		at := &row{line: r.line + 1, offset: r.offset}
		text, err := r.record()
		if err != nil {
			return nil, err
		}
		if r.line <= r.layout.skip || strings.TrimRight(text, "\r\n ") == "" {
			continue
		}
		at.raw = strings.TrimRight(text, "\r\n")
		if !r.layout.fixed {
			at.fields, err = divide(at, r.layout.delimiter)
		}
		return at, err
	}
}

// record reads a line, or the lines of a record whose quotes hold line breaks.
func (r *Reader) record() (string, error) {
	var b []byte
	for {
		part, err := r.in.ReadSlice('\n')
		b = append(b, part...)
		r.offset += int64(len(part))
		switch {
		case len(b) > maxLine:
			return "", fmt.Errorf("%w: line %d", ErrTooLarge, r.line+1)
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err != nil && !errors.Is(err, io.EOF):
			return "", err
		case len(b) == 0:
			return "", io.EOF
		}
		r.line++
		if errors.Is(err, io.EOF) || r.layout.fixed || bytes.Count(b, []byte{'"'})%2 == 0 {
			return string(b), nil
		}
	}
}

// divide cuts a record of CSV into fields (RFC 4180).
func divide(at *row, delimiter byte) ([]piece, error) {
	var fields []piece
	s := at.raw
	for i := 0; ; {
		start := i
		if i < len(s) && s[i] == '"' {
			end := i + 1
			for {
				n := strings.IndexByte(s[end:], '"')
				if n < 0 {
					return nil, &LineError{at.line, at.offset + int64(start), "a quote is not closed"}
				}
				if end += n + 1; end >= len(s) || s[end] != '"' {
					break
				}
				end++
			}
			if end < len(s) && s[end] != delimiter {
				return nil, &LineError{at.line, at.offset + int64(end), "behind the closing quote stands neither delimiter nor end"}
			}
			text := strings.ReplaceAll(s[start+1:end-1], `""`, `"`)
			fields, i = append(fields, piece{utf(text), at.offset + int64(start) + 1, end - start - 2}), end
		} else {
			if n := strings.IndexByte(s[i:], delimiter); n < 0 {
				i = len(s)
			} else {
				i += n
			}
			fields = append(fields, piece{utf(s[start:i]), at.offset + int64(start), i - start})
		}
		if i >= len(s) {
			return fields, nil
		}
		i++
	}
}

// utf is a text as UTF-8: bytes that are none are taken for ISO 8859-1.
func utf(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	b := make([]byte, 0, len(s)+8)
	for i := range len(s) {
		b = utf8.AppendRune(b, rune(s[i]))
	}
	return string(b)
}

// at is what stands at a place of a line; blanks around columns are no data.
func (l *Layout) at(r *row, s span) piece {
	if !l.fixed {
		if s.from > 0 && s.from <= len(r.fields) {
			return r.fields[s.from-1]
		}
		return piece{offset: r.offset}
	}
	if s.from == 0 {
		return piece{offset: r.offset}
	}
	from, to := column(r.raw, s.from-1), column(r.raw, s.to)
	text := strings.TrimRight(r.raw[from:to], " ")
	trimmed := strings.TrimLeft(text, " ")
	if s.zeros && trimmed != "" {
		if trimmed = strings.TrimLeft(trimmed, "0"); trimmed == "" {
			trimmed = "0"
		}
	}
	return piece{utf(trimmed), r.offset + int64(from+len(text)-len(trimmed)), len(trimmed)}
}

// column is where column n, from 0, begins in a line: characters count, where
// the line is UTF-8.
func column(line string, n int) int {
	if n >= len(line) || !utf8.ValidString(line) {
		return min(n, len(line))
	}
	for i := range line {
		if n == 0 {
			return i
		}
		n--
	}
	return len(line)
}

// kindOf is the index of the record that a line is, -1 for none.
func (l *Layout) kindOf(r *row) int {
	for i := range l.records {
		if k := &l.records[i]; l.at(r, k.test).text == k.is {
			return i
		}
	}
	return -1
}

// key is what lines of one document have in common, where each has every record.
func (l *Layout) key(r *row) string {
	if !l.flat {
		return ""
	}
	var b strings.Builder
	for _, s := range l.records[0].elements {
		b.WriteString(l.at(r, s).text)
		b.WriteByte(0)
	}
	return b.String()
}

// source is a document as a mapping reads it.
type source struct {
	layout   *Layout
	number   int
	loops    []mappings.Loop
	open     []int // loops that are open, the document first
	segments []mappings.Segment
	elements [][]piece
	lines    []piece
}

// add takes the records of a line.
func (s *source) add(r *row, first bool) error {
	if s.layout.flat {
		for i := range s.layout.records {
			if i > 0 || first {
				s.record(r, i)
			}
		}
		return nil
	}
	i := s.layout.kindOf(r)
	if i < 0 {
		return &LineError{r.line, r.offset, "no record of " + s.layout.Name + " begins like this"}
	}
	if first && i > 0 {
		return &LineError{r.line, r.offset, s.layout.records[i].tag + " stands before any " + s.layout.records[0].tag}
	}
	s.record(r, i)
	return nil
}

// record takes one record in the innermost loop that may hold it.
func (s *source) record(r *row, i int) {
	k := &s.layout.records[i]
	holder := ""
	if k.in >= 0 {
		holder = s.layout.records[k.in].tag
	}
	for len(s.open) > 1 && s.loops[s.open[len(s.open)-1]].Trigger != holder {
		s.open = s.open[:len(s.open)-1]
	}
	loop, place := s.open[len(s.open)-1], len(s.segments)+1
	if k.in >= 0 && s.loops[loop].Trigger != holder {
		loop = -1
	}
	if k.loop && loop >= 0 {
		s.loops = append(s.loops, mappings.Loop{Trigger: k.tag, Parent: loop, First: place, Last: place})
		loop = len(s.loops) - 1
		s.open = append(s.open, loop)
	}
	for _, o := range s.open {
		s.loops[o].Last = place
	}
	var elements []piece
	if len(k.elements) == 0 {
		elements = r.fields
	}
	for _, e := range k.elements {
		elements = append(elements, s.layout.at(r, e))
	}
	s.segments = append(s.segments, mappings.Segment{Tag: k.tag, Loop: loop, Ordinal: place, Elements: len(elements)})
	s.elements = append(s.elements, elements)
	s.lines = append(s.lines, piece{offset: r.offset, length: len(r.raw)})
}

func (s *source) done() *source {
	s.loops[0].Last = len(s.segments)
	return s
}

// delimiters stand between what a mapping writes of records, and in no text.
var delimiters = edi.Delimiters{Segment: 0x1E, Element: 0x1F, Decimal: '.'}

// Standard implements mappings.Source.
func (s *source) Standard() string { return Standard }

// Release implements mappings.Source.
func (s *source) Release() string { return "" }

// Delimiters implements mappings.Source.
func (s *source) Delimiters() edi.Delimiters { return delimiters }

// Encoding implements mappings.Source.
func (s *source) Encoding() string { return "UTF-8" }

// Interchange implements mappings.Source.
func (s *source) Interchange() int { return s.number }

// AppendLoops implements mappings.Source.
func (s *source) AppendLoops(dst []mappings.Loop) []mappings.Loop { return append(dst, s.loops...) }

// Len implements mappings.Source.
func (s *source) Len() int { return len(s.segments) }

// Segment implements mappings.Source.
func (s *source) Segment(place int) mappings.Segment { return s.segments[place-1] }

// Element implements mappings.Source.
func (s *source) Element(place, n int) string {
	if n < 1 || n > len(s.elements[place-1]) {
		return ""
	}
	return s.elements[place-1][n-1].text
}

// AppendElements implements mappings.Source.
func (s *source) AppendElements(dst []string, place int) []string {
	for _, e := range s.elements[place-1] {
		dst = append(dst, e.text)
	}
	return dst
}

// Part implements mappings.Source.
func (s *source) Part(place, n, from, size int) (int64, int) {
	offset, _ := s.Position(place, n)
	return offset + int64(from), size
}

// Position implements mappings.Source.
func (s *source) Position(place, n int) (int64, int) {
	if n < 1 || n > len(s.elements[place-1]) {
		return s.lines[place-1].offset, s.lines[place-1].length
	}
	e := s.elements[place-1][n-1]
	return e.offset, e.length
}

// Raw implements mappings.Source: the record as a mapping writes it.
func (s *source) Raw(place int) string {
	var b strings.Builder
	b.WriteString(s.segments[place-1].Tag)
	last := len(s.elements[place-1])
	for last > 0 && s.elements[place-1][last-1].text == "" {
		last--
	}
	for _, e := range s.elements[place-1][:last] {
		b.WriteByte(delimiters.Element)
		b.WriteString(e.text)
	}
	b.WriteByte(delimiters.Segment)
	return b.String()
}

// Path implements mappings.Source: "RECORD[2]/LIN[3]".
func (s *source) Path(place int) edi.Path {
	n := 0
	for p := range place {
		if s.segments[p].Tag == s.segments[place-1].Tag {
			n++
		}
	}
	return edi.Path("").Segment(Standard, s.number).Segment(s.segments[place-1].Tag, n)
}
