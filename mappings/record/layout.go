package record

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Layout is what the records of a file are. It is immutable and safe for
// concurrent use.
type Layout struct {
	Name      string
	fixed     bool
	delimiter byte
	skip      int
	flat      bool // every line has every record
	records   []kind
}

// kind is one kind of record.
type kind struct {
	tag      string
	test     span // where it is told from others; zero: nowhere
	is       string
	begins   bool
	loop     bool
	in       int // index of the kind whose loop holds it; -1: the document
	elements []span
}

// span is a field (CSV; to is 0) or columns, from 1.
type span struct {
	from, to     int
	right, zeros bool
}

// Error is a mistake in a layout.
type Error struct {
	File string
	Line int // from 1
	Text string
}

// Error is "record: file:line: text".
func (e *Error) Error() string { return fmt.Sprintf("record: %s:%d: %s", e.File, e.Line, e.Text) }

// Bounds of a layout and of what it reads.
const (
	maxKinds    = 200
	maxElements = 1000
	maxColumn   = 100_000
)

// Parse reads a layout. The error is an [*Error], the first mistake.
func Parse(file, text string) (*Layout, error) {
	p := &parser{l: &Layout{delimiter: ','}}
	n := 0
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimRight(line, "\r\n")
		if i := strings.Index(line, "#"); i == 0 || i > 0 && line[i-1] == ' ' {
			line = line[:i]
		}
		if words := strings.Fields(line); len(words) > 0 {
			if err := p.line(words, line[0] == ' '); err != nil {
				return nil, &Error{file, n, err.Error()}
			}
		}
	}
	if err := p.finish(); err != nil {
		return nil, &Error{file, max(n, 1), err.Error()}
	}
	return p.l, nil
}

type parser struct{ l *Layout }

func (p *parser) line(words []string, indented bool) error {
	switch {
	case p.l.Name == "" && words[0] != "layout":
		return fmt.Errorf("a layout begins: layout NAME csv, or: layout NAME fixed")
	case words[0] == "layout":
		if p.l.Name != "" || len(words) != 3 || words[2] != "csv" && words[2] != "fixed" {
			return fmt.Errorf("a layout begins, once: layout NAME csv, or: layout NAME fixed")
		}
		p.l.Name, p.l.fixed = words[1], words[2] == "fixed"
		return nil
	case indented:
		return p.element(words)
	case words[0] == "delimiter" && len(words) == 2:
		d := strings.Trim(words[1], `"`)
		if d == `\t` {
			d = "\t"
		}
		if len(d) != 1 || d == "\n" || p.l.fixed {
			return fmt.Errorf(`delimiter: one character of a CSV file, like ";" or "\t"`)
		}
		p.l.delimiter = d[0]
		return nil
	case words[0] == "skip" && len(words) == 2:
		n, err := strconv.Atoi(words[1])
		if err != nil || n < 0 || n > 1000 {
			return fmt.Errorf("skip: a number of lines, to 1000")
		}
		p.l.skip = n
		return nil
	case words[0] == "record" && len(words) > 1:
		return p.record(words[1:])
	}
	return fmt.Errorf("%q: there is delimiter, skip, record, and below a record its elements", words[0])
}

// record reads "record TAG [when PLACE = TEXT] [begins] [loop] [in TAG]".
func (p *parser) record(words []string) error {
	k := kind{tag: words[0], in: -1}
	if !isTag(k.tag) || slices.ContainsFunc(p.l.records, func(o kind) bool { return o.tag == k.tag }) || len(p.l.records) == maxKinds {
		return fmt.Errorf("record %s: a name of two or three capital letters and digits, that no other record has", k.tag)
	}
	for words = words[1:]; len(words) > 0; {
		switch {
		case words[0] == "when" && len(words) > 3 && words[2] == "=":
			s, err := p.span(words[1])
			if err != nil {
				return err
			}
			k.test, k.is, words = s, strings.Trim(words[3], `"`), words[4:]
		case words[0] == "begins":
			k.begins, words = true, words[1:]
		case words[0] == "loop":
			k.loop, words = true, words[1:]
		case words[0] == "in" && len(words) > 1:
			k.in = slices.IndexFunc(p.l.records, func(o kind) bool { return o.tag == words[1] && o.loop })
			if k.in < 0 {
				return fmt.Errorf("in %s: no record before is a loop of that name", words[1])
			}
			words = words[2:]
		default:
			return fmt.Errorf("%q: there is: when PLACE = TEXT, begins, loop, in RECORD", words[0])
		}
	}
	p.l.records = append(p.l.records, k)
	return nil
}

// element reads "01 4-13 [right] [zeros]".
func (p *parser) element(words []string) error {
	if len(p.l.records) == 0 || len(words) < 2 {
		return fmt.Errorf("an element stands below a record: its number, and where it is")
	}
	k := &p.l.records[len(p.l.records)-1]
	n, err := strconv.Atoi(words[0])
	if err != nil || n < 1 || n > maxElements {
		return fmt.Errorf("%q is no number of an element, from 01", words[0])
	}
	s, err := p.span(words[1])
	if err != nil {
		return err
	}
	for _, w := range words[2:] {
		switch w {
		case "right":
			s.right = true
		case "zeros":
			s.zeros = true
		default:
			return fmt.Errorf("%q: there is right and zeros", w)
		}
	}
	for len(k.elements) < n {
		k.elements = append(k.elements, span{})
	}
	if k.elements[n-1].from > 0 {
		return fmt.Errorf("element %02d stands there already", n)
	}
	k.elements[n-1] = s
	return nil
}

func (p *parser) span(text string) (span, error) {
	first, last, ranged := strings.Cut(text, "-")
	from, err := strconv.Atoi(first)
	to := 0
	if ranged && err == nil {
		to, err = strconv.Atoi(last)
	}
	if err != nil || from < 1 || max(from, to) > maxColumn || p.l.fixed != ranged || ranged && to < from {
		if p.l.fixed {
			return span{}, fmt.Errorf("%q: columns, from 1, like 4-13", text)
		}
		return span{}, fmt.Errorf("%q: the number of a field, from 1", text)
	}
	return span{from: from, to: to}, nil
}

// finish holds the layout against itself.
func (p *parser) finish() error {
	l := p.l
	if l.Name == "" || len(l.records) == 0 {
		return fmt.Errorf("a layout has a first line and a record")
	}
	begins, told := 0, 0
	for _, k := range l.records {
		if k.begins {
			begins++
		}
		if k.test.from > 0 {
			told++
		}
		if (l.fixed || told == 0) && len(k.elements) == 0 && (l.fixed || len(l.records) > 1) {
			return fmt.Errorf("record %s has no elements", k.tag)
		}
	}
	switch {
	case begins != 1 || !l.records[0].begins:
		return fmt.Errorf("the first record, and no other, begins a document")
	case told == 0:
		l.flat = true
	case told < len(l.records):
		return fmt.Errorf("each record says by \"when\" how it is told from others, or none does")
	}
	return nil
}

func isTag(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < 'A' || c > 'Z') && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return len(s) == 2 || len(s) == 3
}
