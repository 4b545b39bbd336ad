package edifact

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/edibridge/edibridge/edi"
)

// IsAcknowledgment reports whether messages of this type (UNH 0065) are CONTRL,
// which is never acknowledged.
func IsAcknowledgment(set string) bool { return set == "CONTRL" }

// Envelope is what an outbound interchange is wrapped in.
type Envelope struct {
	Sender, Receiver edi.Party // S002, S003; an empty id becomes UNKNOWN
	// Version is S001, "UNOC:3"; one that is not known becomes UNOC:3. UNOA
	// becomes UNOB or UNOC where what must be written needs it.
	Version string
	Mode    edi.Mode // 0035: 1 for a test
	// Delimiters of the interchange; those that cannot be used are replaced. The
	// zero value is the standard's own. UNA is written when they are others.
	Delimiters edi.Delimiters
	LineBreak  string    // "", "\n", "\r\n" behind each terminator
	Time       time.Time // S004, as it is: no zone is applied
	Reference  string    // 0020: 1 to 14 characters
	// AckRequested asks for a CONTRL (0031); never set on one.
	AckRequested bool
}

// AnswerTo is the envelope for an answer to interchange ic: sender and receiver
// swapped with their sub-addresses, syntax, test indicator, delimiters and line
// break as received. Reference and Time are left to the caller.
func AnswerTo(ic *edi.Interchange) Envelope {
	return Envelope{
		Sender:     ic.Receiver,
		Receiver:   ic.Sender,
		Version:    ic.Version,
		Mode:       ic.Mode,
		Delimiters: ic.Delimiters,
		LineBreak:  lineBreak(ic),
	}
}

// lineBreak is what stands behind the terminator of the interchange's UNB.
func lineBreak(ic *edi.Interchange) string {
	for _, b := range []string{"\r\n", "\n"} {
		if strings.HasSuffix(string(ic.Header), string([]byte{ic.Delimiters.Segment})+b) {
			return b
		}
	}
	return ""
}

// ReceiptOnly reports whether the sender of ic asks for no more than an
// indication of receipt: UNB 0031 is 2, which syntax version 4 has.
func ReceiptOnly(ic *edi.Interchange) bool {
	s, err := header(ic)
	return err == nil && component(s, unbAck, 1) == "2"
}

var (
	errReference = errors.New("the interchange control reference has not 1 to 14 characters")
	errTime      = errors.New("no time is given")
)

// version is the syntax version, '1' to '4'.
func (e *Envelope) version() byte { return e.Version[len(e.Version)-1] }

// longestSub is how long a party's internal address (0008, 0014) may be.
func (e *Envelope) longestSub() int {
	if e.version() == '4' {
		return longestParty
	}
	return 14
}

// complete fills in what is empty and makes every part fit to be written: what
// is mirrored comes from a partner's file.
func (e Envelope) complete() (Envelope, error) {
	id, version, _ := strings.Cut(e.Version, ":")
	set := CharsetOf(&edi.Interchange{Version: id})
	if !set.Supported() || len(version) != 1 || version < "1" || version > "4" {
		e.Version = "UNOC:3"
	}
	e.Delimiters = e.delimiters()
	if e.LineBreak != "\n" && e.LineBreak != "\r\n" || strings.IndexByte(e.LineBreak, e.Delimiters.Segment) >= 0 {
		e.LineBreak = ""
	}
	for _, p := range []*edi.Party{&e.Sender, &e.Receiver} {
		p.Qualifier, p.Sub = e.clean(p.Qualifier, 4), e.clean(p.Sub, e.longestSub())
		if p.ID = e.clean(p.ID, longestParty); p.ID == "" {
			p.ID = "UNKNOWN"
		}
	}
	switch ref := e.clean(e.Reference, longestReference); {
	case ref == "" || ref != e.Reference:
		return e, errReference
	case e.Time.IsZero():
		return e, errTime
	}
	return e, nil
}

// usual are the delimiters that need no UNA.
func (e *Envelope) usual() edi.Delimiters {
	d := edi.Delimiters{Segment: '\'', Element: '+', Component: ':', Release: '?', Decimal: '.'}
	if e.version() == '4' {
		d.Repetition = '*'
	}
	return d
}

// delimiters are the envelope's own, as far as they can be used.
func (e *Envelope) delimiters() edi.Delimiters {
	given, usual := e.Delimiters, e.usual()
	if given == (edi.Delimiters{}) {
		return usual
	}
	var d edi.Delimiters
	choose := func(candidates ...byte) byte {
		for _, c := range candidates {
			if usable(c) && c != d.Segment && c != d.Element && c != d.Component && c != d.Release {
				return c
			}
		}
		return 0
	}
	within := func(c byte) byte { // a line break can only terminate
		if c == '\r' || c == '\n' {
			return 0
		}
		return c
	}
	d.Segment = choose(given.Segment, '\'', '~')
	d.Element = choose(within(given.Element), '+', '|', '~')
	d.Component = choose(within(given.Component), ':', '^', '>', '|')
	if given.Release != 0 {
		d.Release = choose(within(given.Release), '?', '\\', '!', '|')
	}
	if e.version() == '4' && given.Repetition != 0 {
		d.Repetition = choose(within(given.Repetition), '*', '!', '#', '|', '^')
	}
	if d.Decimal = '.'; given.Decimal == ',' {
		d.Decimal = ','
	}
	return d
}

// usable reports whether c can be a delimiter of what we write: no letter, no
// digit, no blank, no decimal mark, no part of a character of more than one
// byte.
func usable(c byte) bool {
	switch {
	case c == 0, c == ' ', c == '-', c == '.', c == ',', c >= 0x7F:
		return false
	case c >= '0' && c <= '9', c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z':
		return false
	}
	return true
}

// clean makes a partner's bytes fit for an element of at most n bytes: control
// characters become blanks, and delimiters where nothing releases them; no
// UTF-8 character is cut apart.
func (e *Envelope) clean(v string, n int) string {
	d := &e.Delimiters
	b := []byte(v)
	for i, c := range b {
		if c < ' ' || c == 0x7F || d.Release == 0 && (c == d.Segment || c == d.Element || c == d.Component || c == d.Repetition) {
			b[i] = ' '
		}
	}
	if len(b) > n {
		for k := n; k > 0 && k > n-utf8.UTFMax; k-- {
			if utf8.RuneStart(b[k]) {
				n = k
				break
			}
		}
		b = b[:n]
	}
	return strings.TrimRight(string(b), " ")
}

// advice is the service string advice of the interchange, "" where the usual
// delimiters hold.
func (e *Envelope) advice() string {
	if e.Delimiters == e.usual() {
		return ""
	}
	return una(e.Delimiters) + e.LineBreak
}

// una is the service string advice that says d.
func una(d edi.Delimiters) string {
	for _, c := range []*byte{&d.Release, &d.Repetition} {
		if *c == 0 {
			*c = ' '
		}
	}
	return "UNA" + string([]byte{d.Component, d.Element, d.Decimal, d.Release, d.Repetition, d.Segment})
}

// unb is the header of the interchange.
func (e *Envelope) unb() []byte {
	var b bytes.Buffer
	w := edi.NewWriter(&b, e.Delimiters)
	w.LineBreak = e.LineBreak
	id, version, _ := strings.Cut(e.Version, ":")
	date, test, ack := "060102", "", ""
	if version == "4" {
		date = "20060102"
	}
	if e.AckRequested {
		ack = "1"
	}
	if e.Mode == edi.Test {
		test = "1"
	}
	// Writing to memory cannot fail, and clean left nothing that cannot be released.
	_ = w.WriteComposites("UNB", []string{id, version},
		[]string{e.Sender.ID, e.Sender.Qualifier, e.Sender.Sub}, []string{e.Receiver.ID, e.Receiver.Qualifier, e.Receiver.Sub},
		[]string{e.Time.Format(date), e.Time.Format("1504")}, []string{e.Reference}, nil, nil, nil, []string{ack}, nil, []string{test})
	return b.Bytes()
}

// interchange is the whole interchange of one message: content is what stands
// between UNB and UNZ.
func (e *Envelope) interchange(content []byte) []byte {
	return slices.Concat([]byte(e.advice()), e.unb(), content, e.unz(1))
}

// inCharset is the interchange of content in the envelope's character set, or
// in a greater one where that has not all that is to be written; what no set
// has becomes a point.
func (e *Envelope) inCharset(content []byte) []byte {
	for {
		out := e.interchange(content)
		set := CharsetOf(&edi.Interchange{Version: e.Version})
		l := set.legality(&e.Delimiters, e.LineBreak)
		x := l.of(out)
		switch {
		case x&wrong == 0 && (set.level != 'Y' || utf8.Valid(out)), set.level == 'C' && utf8.Valid(out):
			return out
		case set.level == 'A':
			e.Version = "UNOB" + e.Version[4:]
			continue
		case set.level == 'B':
			e.Version = "UNOC" + e.Version[4:]
			continue
		}
		for i, c := range out {
			if l.table()[c]&wrong != 0 || set.level == 'Y' && c >= utf8.RuneSelf {
				out[i] = '.'
			}
		}
		return out
	}
}
