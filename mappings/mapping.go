package mappings

import (
	"fmt"
	"reflect"
	"slices"
	"sync"

	"github.com/edibridge/edibridge/canonical"
	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/edi/guide"
)

// Mapping is one effective table: a standard's, or a partner's over it. It is
// immutable and safe for concurrent use.
type Mapping struct {
	name     string
	kind     string
	standard string
	set      string
	release  string       // "": any
	doc      reflect.Type // the document's struct
	document func(kind string) canonical.Document
	plan     func() plan     // worked out once
	unnamed  func() *unnamed // what its rows do not write; worked out once
	traits   func() *traits  // by which features are told; worked out once
	table    *table
	readers  sync.Pool // of *reader: the memory of In
	makers   sync.Pool // of *maker: the memory of Out
}

// plan is a compiled table.
type plan struct {
	root   *block
	digest string
	arrays int // how many blocks and tuples make one; their numbers are below it

	rows    []*row    // all, by number
	members []*access // those that lead to objects, by number
}

// number numbers the rows and the objects of a block and those below.
func (p *plan) number(k *block) {
	p.member(&k.member)
	if k.tree != nil {
		p.member(&k.tree.below)
	}
	p.numberRows(k.rows)
	for i := range k.tuples {
		t := &k.tuples[i]
		p.member(&t.member)
		p.numberRows(t.rows)
		p.numberRows(t.shared)
	}
	for _, kid := range k.kids {
		p.number(kid)
	}
}

func (p *plan) member(a *access) {
	a.number = int32(len(p.members))
	p.members = append(p.members, a)
}

func (p *plan) numberRows(rows []row) {
	for i := range rows {
		rows[i].number = int32(len(p.rows))
		p.rows = append(p.rows, &rows[i])
	}
}

// Name is what the layer calls itself, "acme"; of a standard's table
// "order <-> X12 850".
func (m *Mapping) Name() string { return m.name }

// Kind is the kind of its documents, "order".
func (m *Mapping) Kind() string { return m.kind }

// Standard is that of its messages, "X12" or "EDIFACT", or "RECORD".
func (m *Mapping) Standard() string { return m.standard }

// Set is the transaction set or message type, "850".
func (m *Mapping) Set() string { return m.set }

// Digest is the SHA-256, in hexadecimal, over the effective rows and their code
// lists. Files, lines and the way rows are laid out are not in it.
func (m *Mapping) Digest() string { return m.plan().digest }

// InOptions say what is wanted beside the document.
type InOptions struct {
	Lineage bool // Result.Lineage
	Residue bool // Result.Residue
}

// Result is what [Mapping.In] read.
type Result struct {
	Document canonical.Document
	Keys     []canonical.Key // by the table's key markers, in document order
	// Findings tell what did not convert (mapping.value.date, .number: it stays
	// residue; .code: it stays as it is) and computed values that do not agree
	// (mapping.computed). At most 100 are kept.
	Findings []edi.Finding
	Lineage  *Lineage           // nil when not wanted
	Residue  *canonical.Residue // nil when not wanted
}

// In reads src into a document. A bad value is a finding, never an error.
func (m *Mapping) In(src Source, opt InOptions) (*Result, error) {
	r := m.reader()
	defer m.giveBack(r)
	r.document = m.document(m.kind)
	r.in(src, opt)
	return r.res, nil
}

// reader gives one with the memory of one that was released.
func (m *Mapping) reader() *reader {
	r, ok := m.readers.Get().(*reader)
	if !ok {
		return newReader(m)
	}
	r.res = &Result{}
	return r
}

// giveBack takes a reader whose work is done.
func (m *Mapping) giveBack(r *reader) {
	if len(r.seats) <= maxKept {
		r.forget()
		r.document, r.res = nil, nil
		m.readers.Put(r)
	}
}

// OutOptions say how a document is written.
type OutOptions struct {
	// Residue as In gave it: the message becomes what it was, as far as the
	// document still says so.
	Residue *canonical.Residue
	// Delimiters to write with; zero: those of the residue, else the usual ones of
	// the standard, * > ~ of X12 and + : ? ' of EDIFACT.
	// With other delimiters than the residue's its spellings are not used.
	Delimiters edi.Delimiters
	// LineBreak stands behind each terminator: "", "\n", "\r\n". The residue's own
	// wins where its delimiters are used.
	LineBreak string
	// Guide, when given, is what the message written is held against: its findings
	// stand behind those of the mapping.
	Guide *guide.Guide
	// Control is the transaction set control number (ST02, UNH 0062); "": the
	// document's.
	Control string
	// Unwritten is the severity of mapping.member.unwritten: the document says
	// something that no row of the table writes. "": warning.
	Unwritten edi.Severity
}

// defaultDelimiters are what most X12 partners use; records have them, too.
var defaultDelimiters = edi.Delimiters{Segment: '~', Element: '*', Component: '>', Decimal: '.'}

// usualDelimiters are what most partners of a standard use (of EDIFACT
// those of ISO 9735-1 clause 7, with a point as decimal mark).
func usualDelimiters(standard string) edi.Delimiters {
	if edi.Standard(standard) == edi.EDIFACT {
		return edi.Delimiters{Segment: '\'', Element: '+', Component: ':', Decimal: '.', Release: '?'}
	}
	return defaultDelimiters
}

// Out writes the document from header to trailer (ST to SE). Findings tell, by
// JSON Pointer as path, what could not be said: of severity error what is
// missing from the message, of warning what else the reader should know
// (mapping.residue.dropped: values without a place in a changed document;
// mapping.member.unwritten: members that no row writes, but for those of the
// header and derived ones).
// The error is [ErrKind].
func (m *Mapping) Out(doc canonical.Document, opt OutOptions) ([]byte, []edi.Finding, error) {
	v := reflect.ValueOf(doc)
	if v.Kind() != reflect.Pointer || v.IsNil() || v.Elem().Type() != m.doc {
		return nil, nil, fmt.Errorf("%w: %s writes %s", ErrKind, m.name, m.kind)
	}
	w := m.maker(v.Elem())
	sp, respell := opt.spelling(m.standard, w.sp)
	w.sp = sp
	defer w.release()
	w.control, w.severity = opt.Control, opt.severityOf()
	segments := sizeHint(w.doc, opt.Residue)
	w.all(segments, segments*6)
	w.unwritten(m.unnamed(), w.doc)
	o := &written{sp: sp, lates: w.lates, doc: w.doc}
	a := assembly{sp: sp, w: w, alone: func(int) bool { return true }}
	if opt.Residue == nil {
		a.ordinals = make([]int, len(w.made))
	} else {
		a.attach(opt.Residue)
		if !respell {
			o.lay(opt.Residue.Format)
		}
	}
	a.run()
	o.pieces = a.pieces
	o.total = o.expected()
	for range 2 {
		if o.write(); o.size == o.total {
			break
		}
		o.total = o.size
	}
	findings := append(w.findings, o.findings...)
	for _, e := range a.dropped {
		findings = append(findings, edi.Finding{Rule: "mapping.residue.dropped", Severity: edi.Warning, Segment: e.Segment, Tag: e.Tag,
			Message: fmt.Sprintf("values of segment %d, %s, have no place: the document makes the segment no more", e.Segment, e.Tag)})
	}
	out := o.out
	if sp.latin1 {
		var lost int
		if out, lost = toLatin1(out); lost > 0 {
			findings = append(findings, edi.Finding{Rule: "mapping.value.encoding", Severity: edi.Error,
				Message: fmt.Sprintf("%d character(s) are not in ISO 8859-1, in which the message is written", lost)})
		}
	}
	if opt.Guide != nil {
		findings = append(findings, validate(out, sp.d, opt.Guide)...)
	}
	return out, findings, nil
}

// validate holds what was written against a guide.
func validate(out []byte, d edi.Delimiters, g *guide.Guide) []edi.Finding {
	msg, err := edi.ReadMessage(out, d)
	if err != nil {
		return []edi.Finding{{Rule: "mapping.message", Severity: edi.Error, Message: err.Error()}}
	}
	return g.Validate(msg, guide.Options{}).Findings
}

// sizeHint guesses how many segments a document makes: those it was read from,
// else a few for each element of its arrays.
func sizeHint(doc reflect.Value, res *canonical.Residue) int {
	n := 0
	if res != nil {
		for _, a := range res.Anchors {
			n += len(a.Marks) / markBytes
		}
		return n + 16
	}
	for i := range doc.NumField() {
		if f := doc.Field(i); f.Kind() == reflect.Slice {
			n += f.Len()
		}
	}
	return n*4 + 16
}

// spelling is how to write: last, of the document before, if that is the same; respell says
// that it is another way than the residue's.
func (opt *OutOptions) spelling(standard string, last *spelling) (sp *spelling, respell bool) {
	if opt.Residue == nil {
		d := opt.Delimiters
		if d == (edi.Delimiters{}) {
			d = usualDelimiters(standard)
		}
		if last != nil && last.d == d && last.lineBreak == opt.LineBreak && !last.latin1 {
			return last, false
		}
		return newSpelling(d, opt.LineBreak, false), false
	}
	was := fromSyntax(opt.Residue.Syntax)
	if opt.Delimiters == (edi.Delimiters{}) || opt.Delimiters == was.d {
		return was, false
	}
	return newSpelling(opt.Delimiters, opt.LineBreak, was.latin1), true
}

// attach finds the places of a residue in what the document makes now.
func (a *assembly) attach(res *canonical.Residue) {
	a.entries = res.Entries
	if !slices.IsSortedFunc(a.entries, bySegment) {
		a.entries = slices.Clone(a.entries)
		slices.SortStableFunc(a.entries, bySegment)
	}
	marks := a.w.marks()
	was, ordinals := decodeAnchors(res.Anchors)
	if slices.Equal(marks, was) {
		a.ordinals = ordinals
	} else {
		a.ordinals = make([]int, len(marks))
		a.gone = map[int]bool{}
		for _, o := range ordinals {
			a.gone[o] = o > 0
		}
		for i, j := range pair(marks, was) {
			if j >= 0 {
				a.ordinals[i] = ordinals[j]
				a.gone[ordinals[j]] = false
			}
		}
	}
	var gaps []canonical.Format
	for _, f := range res.Format {
		if f.Gap && f.Count > 0 {
			gaps = append(gaps, f)
		}
	}
	slices.SortFunc(gaps, func(a, b canonical.Format) int { return a.Segment - b.Segment })
	a.alone = func(ordinal int) bool {
		i, at := slices.BinarySearchFunc(gaps, ordinal, func(f canonical.Format, o int) int { return f.Segment - o })
		return !at && (i == 0 || ordinal-gaps[i-1].Segment >= gaps[i-1].Count)
	}
}

func bySegment(a, b canonical.ResidueEntry) int { return a.Segment - b.Segment }
