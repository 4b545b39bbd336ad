package edi

import (
	"fmt"
	"io"
)

// Walker goes through a file: interchange by interchange, group by group,
// message by message, in both standards mixed. A bad interchange never takes
// the next one with it; bytes outside any are a [Junk] event. A Walker is for
// one goroutine.
type Walker struct {
	// Found, unless nil, is called with each finding before the event that it
	// belongs to is given: for loops that see no events.
	Found func(*Finding)

	r        *Reader
	syntaxes []Syntax
	opened   []Envelope // one for each syntax, nil until there is an interchange of it
	env      Envelope   // of the interchange in hand; nil between two
	ordinal  int
	within   within
	lead     []Finding // about what stands before the interchange, for its first event
	junk     Event
	other    unknown
	done     error
}

// NewWalker makes a Walker over r, which reads the standards that syntaxes are
// given for. Interchanges of another standard are passed over with a finding
// edi.syntax.unknown.
func NewWalker(r io.Reader, lim Limits, syntaxes ...Syntax) *Walker {
	return &Walker{r: NewReader(r, lim), syntaxes: syntaxes, opened: make([]Envelope, len(syntaxes))}
}

// Next gives the next event. At the end of the file the error is io.EOF; other
// errors are failures of the reader beneath, and last.
func (w *Walker) Next() (Event, error) {
	ev, err := w.step()
	if err != nil {
		return Event{}, err
	}
	return *ev, nil
}

// step gives the next event in the memory of the Walker or of an Envelope.
func (w *Walker) step() (*Event, error) {
	for w.done == nil {
		if w.env == nil {
			if w.find() {
				w.passed(&w.junk)
				return &w.junk, nil
			}
			continue
		}
		ev, err := w.env.Next()
		switch {
		case err == io.EOF:
			w.env = nil
		case err != nil:
			w.done = fmt.Errorf("edi: read at byte %d: %w", w.r.Offset(), err)
		default:
			if ev.Kind == EndInterchange && ev.Interchange != nil {
				ev.Findings = append(ev.Findings, w.uneven(ev.Interchange)...)
			}
			if len(w.lead) > 0 {
				ev.Findings = append(w.lead, ev.Findings...)
				w.lead = nil
			}
			w.passed(ev)
			return ev, nil
		}
	}
	return nil, w.done
}

// passed notes where an event leads to, and tells its findings.
func (w *Walker) passed(ev *Event) {
	w.within = w.within.after(ev.Kind)
	for i := range ev.Findings {
		if w.Found != nil {
			w.Found(&ev.Findings[i])
		}
	}
}

// find opens the next interchange. True: junk stands before it.
func (w *Walker) find() bool {
	if w.r.follow() {
		w.begin()
		return false
	}
	gap, err := w.r.Find(nil)
	switch {
	case err == io.EOF:
		w.done = io.EOF
	case err != nil:
		w.done = fmt.Errorf("edi: read at byte %d: %w", w.r.Offset(), err)
		return false
	default:
		w.begin()
		w.lead = w.wrapped()
	}
	if gap.Length == 0 {
		return false
	}
	if gap.Blank && err == nil {
		w.lead = append(w.lead, w.blank(&gap))
		return false
	}
	if gap.Blank && w.ordinal > 0 {
		return false
	}
	w.junk = Event{Kind: Junk, Offset: gap.Offset, Length: gap.Length, Findings: junkFindings(&gap)}
	return true
}

// begin begins the interchange that the Reader came to.
func (w *Walker) begin() {
	w.ordinal++
	w.env = w.open()
	w.env.Begin(w.ordinal)
}

func (w *Walker) open() Envelope {
	for i, s := range w.syntaxes {
		if s.Standard() != w.r.Standard() {
			continue
		}
		if w.opened[i] == nil {
			w.opened[i] = s.Open(w.r)
		}
		return w.opened[i]
	}
	w.other.r = w.r
	return &w.other
}

// wrapped tells that the interchange is broken into lines of one width, or that
// lines break within its header and are not of one.
func (w *Walker) wrapped() []Finding {
	f := Finding{Rule: "edi.wrapped", Severity: Info, Offset: w.r.Offset(), Interchange: w.ordinal}
	switch n := w.r.Width(); {
	case n > 0:
		f.Message = fmt.Sprintf("lines are broken every %d characters, within segments: read as if they were not", n)
	case w.r.brokenHeader():
		f.Rule, f.Severity, f.Length = unevenLines, Warning, w.r.head.size
		f.Message = "lines are broken within the header of the interchange, but not all at one width: the breaks are read as part of it"
		f.Hint = unevenHint
	default:
		return nil
	}
	return []Finding{f}
}

const (
	unevenLines = "edi.wrapped.uneven"
	unevenHint  = "blanks at the ends of lines were trimmed, or lines edited: ask for the file as it was made"
)

// uneven tells of a line that is not as wide as those before it.
func (w *Walker) uneven(ic *Interchange) []Finding {
	at, ok := w.r.uneven(ic.Offset, ic.Offset+ic.Length)
	if !ok {
		return nil
	}
	return []Finding{{Rule: unevenLines, Severity: Warning, Offset: at, Interchange: w.ordinal, Hint: unevenHint,
		Message: fmt.Sprintf("this line is not of %d characters, as those before it: from here on line breaks are read as they stand", w.r.Width())}}
}

// blank is the finding about white space or a byte order mark before an
// interchange.
func (w *Walker) blank(gap *Gap) Finding {
	f := Finding{Rule: "edi.blank", Severity: Info, Message: "white space before the interchange",
		Offset: gap.Offset, Length: int(gap.Length), Interchange: w.ordinal}
	if gap.BOM {
		f.Rule, f.Message = "edi.bom", "a UTF-8 byte order mark before the interchange"
	}
	return f
}

// junkFindings says what is wrong with a gap that is not blank.
func junkFindings(gap *Gap) []Finding {
	f := Finding{Rule: "edi.junk", Severity: Warning, Offset: gap.Offset, Length: int(gap.Length),
		Message: fmt.Sprintf("%d bytes that belong to no interchange", gap.Length)}
	switch {
	case gap.Bare != "":
		return []Finding{missingHeader(gap)}
	case gap.Encoding != "":
		f.Rule, f.Severity = "edi.encoding", Error
		f.Message = "an interchange in " + gap.Encoding + ", which cannot be read"
		f.Hint = "convert it to ASCII, ISO 8859-1 or UTF-8 before it is sent"
	case gap.Interactive >= 0:
		f.Rule, f.Severity = "edi.interactive", Error
		f.Message = fmt.Sprintf("at byte %d an interactive interchange (UIB, ISO 9735-3) begins: only batch interchanges (UNB) are read", gap.Interactive)
	case gap.Broken >= 0:
		f.Rule, f.Severity = "edi.header.malformed", Error
		f.Message = fmt.Sprintf("%d bytes that belong to no interchange; at byte %d a header begins that is cut off or cannot be read",
			gap.Length, gap.Broken)
	}
	return []Finding{f}
}

// missingHeader tells of a message or group that stands in no interchange.
func missingHeader(gap *Gap) Finding {
	what, lacks := "an EDIFACT message", "UNB"
	switch gap.Bare {
	case "ST":
		what, lacks = "an X12 transaction set", "ISA and GS"
	case "GS":
		what, lacks = "an X12 functional group", "ISA"
	}
	return Finding{Rule: "edi.header.missing", Severity: Error, Path: Path("").Segment(gap.Bare, 1),
		Offset: gap.BareAt, Length: int(gap.Offset + gap.Length - gap.BareAt), Segment: 1, Place: 1, Tag: gap.Bare,
		Message: fmt.Sprintf("%s without an interchange header: no %s stands before it", what, lacks),
		Hint:    "nothing says who sent it and to whom; ask for it in its interchange, " + lacks + " before it"}
}

// unknown passes over interchanges of a standard that nobody reads.
type unknown struct {
	r       *Reader
	ordinal int
	ic      Interchange
	ev      Event
	state   int
}

func (u *unknown) Begin(ordinal int) { u.ordinal, u.state = ordinal, 0 }

func (u *unknown) Next() (*Event, error) {
	u.state++
	switch u.state {
	case 1:
		return u.begin()
	case 2:
		return u.end()
	}
	return nil, io.EOF
}

func (u *unknown) begin() (*Event, error) {
	s, err := u.r.Next()
	if err != nil {
		return nil, err
	}
	u.ic = Interchange{
		Standard: u.r.Standard(), Ordinal: u.ordinal, Offset: s.Offset - int64(len(u.r.UNA())),
		Delimiters: u.r.Delimiters(), Segments: 1, Header: u.r.Keep(s.Header()), HeaderOffset: s.Offset,
	}
	f := Finding{
		Rule: "edi.syntax.unknown", Severity: Error,
		Message:     fmt.Sprintf("an interchange of %s, which is not read here", u.ic.Standard),
		Path:        Path("").Segment(string(s.Tag()), u.ordinal),
		Interchange: u.ordinal, Segment: 1, Tag: string(s.Tag()),
	}
	f.Offset, f.Length = s.Within(s.Offset, 0, len(s.Data()))
	u.ev = Event{Kind: BeginInterchange, Interchange: &u.ic, Findings: []Finding{f}}
	return &u.ev, nil
}

func (u *unknown) end() (*Event, error) {
	for {
		s, err := u.r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		u.ic.Segments = s.Ordinal
		u.ic.Complete = s.Is("UNZ") || s.Is("IEA")
		u.ic.Length = s.End() - u.ic.Offset
	}
	u.ev = Event{Kind: EndInterchange, Interchange: &u.ic}
	return &u.ev, nil
}
