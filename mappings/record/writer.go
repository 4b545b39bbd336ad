package record

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/edibridge/edibridge/canonical"
	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/mappings"
)

// Standard is what mappings of records have where others have X12 or EDIFACT.
const Standard = "RECORD"

// Write writes a document as records, each on a line. The findings are those of
// [mappings.Mapping.Out], and values that are longer than their columns
// (record.value.length, an error). The residue of the options is not used: what
// spells a record is its layout.
func (l *Layout) Write(m *mappings.Mapping, doc canonical.Document) ([]byte, []edi.Finding, error) {
	text, findings, err := m.Out(doc, mappings.OutOptions{Delimiters: delimiters})
	if err != nil {
		return nil, nil, err
	}
	w := &writer{layout: l, findings: findings}
	for _, segment := range strings.Split(strings.TrimSuffix(string(text), "\x1e"), "\x1e") {
		elements := strings.Split(segment, "\x1f")
		w.record(elements[0], elements[1:])
	}
	w.flush()
	return w.out, w.findings, nil
}

type writer struct {
	layout   *Layout
	head     []string // of the record that every line repeats
	pending  bool     // head is written by no line yet
	out      []byte
	findings []edi.Finding
}

// record writes one record, or keeps it for the lines that repeat it.
func (w *writer) record(tag string, elements []string) {
	for i := range w.layout.records {
		k := &w.layout.records[i]
		if k.tag != tag {
			continue
		}
		if !w.layout.flat {
			w.line(part{k, elements})
			return
		}
		if i == 0 {
			w.flush()
			w.head, w.pending = elements, true
			return
		}
		w.line(part{&w.layout.records[0], w.head}, part{k, elements})
		w.pending = false
		return
	}
}

// flush writes a head without lines of its own.
func (w *writer) flush() {
	if w.pending {
		w.line(part{&w.layout.records[0], w.head})
		w.pending = false
	}
}

// part is a record and its elements.
type part struct {
	kind     *kind
	elements []string
}

func (w *writer) line(parts ...part) {
	if w.layout.fixed {
		w.fixed(parts)
		return
	}
	var fields []string
	set := func(n int, text string) {
		for len(fields) < n {
			fields = append(fields, "")
		}
		fields[n-1] = text
	}
	for _, p := range parts {
		for i, text := range p.elements {
			if n := p.kind.field(i); n > 0 {
				set(n, text)
			}
		}
		for i := range p.kind.elements {
			if n := p.kind.elements[i].from; n > len(fields) {
				set(n, "")
			}
		}
		if p.kind.test.from > 0 {
			set(p.kind.test.from, p.kind.is)
		}
	}
	for i, f := range fields {
		if i > 0 {
			w.out = append(w.out, w.layout.delimiter)
		}
		if strings.ContainsAny(f, "\"\r\n") || strings.IndexByte(f, w.layout.delimiter) >= 0 {
			f = `"` + strings.ReplaceAll(f, `"`, `""`) + `"`
		}
		w.out = append(w.out, f...)
	}
	w.out = append(w.out, '\n')
}

// field is the number of the field that holds an element, from 0.
func (k *kind) field(element int) int {
	if len(k.elements) == 0 {
		return element + 1
	}
	if element < len(k.elements) {
		return k.elements[element].from
	}
	return 0
}

// fixed writes a line of columns.
func (w *writer) fixed(parts []part) {
	var line []rune
	put := func(s span, text, tag string, element int) {
		width := s.to - s.from + 1
		n := utf8.RuneCountInString(text)
		if n > width {
			w.findings = append(w.findings, edi.Finding{Rule: "record.value.length", Severity: edi.Error, Tag: tag, Element: element, Value: text,
				Message: fmt.Sprintf("%q is longer than the %d columns of %s%02d", text, width, tag, element)})
			return
		}
		fill := " "
		if s.zeros {
			fill = "0"
		}
		if s.right {
			text = strings.Repeat(fill, width-n) + text
		} else {
			text += strings.Repeat(" ", width-n)
		}
		for len(line) < s.to {
			line = append(line, ' ')
		}
		copy(line[s.from-1:], []rune(text))
	}
	for _, p := range parts {
		if p.kind.test.from > 0 {
			put(p.kind.test, p.kind.is, p.kind.tag, 0)
		}
		for i, s := range p.kind.elements {
			if s.from > 0 && i < len(p.elements) && p.elements[i] != "" {
				put(s, p.elements[i], p.kind.tag, i+1)
			}
		}
	}
	w.out = append(append(w.out, strings.TrimRight(string(line), " ")...), '\n')
}
