package x12

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/edibridge/edibridge/edi"
)

// Envelope is what an outbound interchange of one functional group is wrapped
// in.
type Envelope struct {
	Sender, Receiver           edi.Party // ISA05 to ISA08; a qualifier that is not two characters becomes ZZ, an empty id UNKNOWN
	GroupSender, GroupReceiver string    // GS02, GS03; empty: the interchange ids
	Version                    string    // ISA12 "00401"; empty or not five digits: 00401
	GroupVersion               string    // GS08 "004010"; empty: the release that belongs to Version
	Mode                       edi.Mode  // ISA15; empty: production
	// Delimiters of the interchange. Those that are zero, equal to another or
	// occur in an id are replaced by the usual ones ("*", ">", "^", "~") or by
	// others that do not.
	Delimiters         edi.Delimiters
	LineBreak          string    // "", "\n", "\r\n" behind each terminator
	Time               time.Time // ISA09, ISA10, GS04, GS05, as it is: no zone is applied
	Interchange, Group int64     // control numbers ISA13, GS06: 1 to 999999999
	AckRequested       bool      // ISA14

	received edi.Delimiters // of the interchange that is answered: values that are repeated lose its release character
}

// AnswerTo is the envelope for an answer to group g of interchange ic: sender
// and receiver swapped, version, mode, delimiters and line break as received.
// The control numbers and Time are left to the caller. g is nil for a TA1,
// which has no group.
func AnswerTo(ic *edi.Interchange, g *edi.Group) Envelope {
	e := Envelope{
		Sender:     ic.Receiver,
		Receiver:   ic.Sender,
		Version:    ic.Version,
		Mode:       ic.Mode,
		Delimiters: ic.Delimiters,
		LineBreak:  lineBreak(ic),
		received:   ic.Delimiters,
	}
	if g != nil {
		e.GroupSender, e.GroupReceiver, e.GroupVersion = g.Receiver, g.Sender, g.Version
	}
	return e
}

// lineBreak is what stands behind the terminator of the interchange's ISA.
func lineBreak(ic *edi.Interchange) string {
	for _, b := range []string{"\r\n", "\n"} {
		if strings.HasSuffix(string(ic.Header), string([]byte{ic.Delimiters.Segment})+b) {
			return b
		}
	}
	return ""
}

// sinceRelease is the first version of the interchange control with a release
// character (ISX01).
const sinceRelease = "00704"

// maxControl is the greatest control number of an interchange (I12, nine
// digits) and a group (28).
const maxControl = 999999999

var (
	errControl = errors.New("a control number is not from 1 to 999999999")
	errTime    = errors.New("no time is given")
)

// outbound writes one interchange.
type outbound struct {
	env    Envelope
	buf    *bufio.Writer
	w      *edi.Writer
	groups int
	err    error // the first failure
}

// open writes ISA.
func open(w io.Writer, env Envelope) *outbound {
	env = env.complete()
	o := &outbound{env: env, buf: bufio.NewWriter(w)}
	o.w = edi.NewWriter(o.buf, env.Delimiters)
	o.w.LineBreak = env.LineBreak
	switch {
	case env.Interchange < 1 || env.Interchange > maxControl:
		o.err = errControl
	case env.Time.IsZero():
		o.err = errTime
	default:
		_, o.err = o.buf.WriteString(env.isa())
	}
	return o
}

// segment writes one segment; an empty element is an empty list.
func (o *outbound) segment(tag string, elements ...[]string) {
	if o.err == nil {
		o.err = o.w.WriteComposites(tag, elements...)
	}
}

// plain writes one segment of elements without components.
func (o *outbound) plain(tag string, elements ...string) {
	if o.err == nil {
		o.err = o.w.Write(tag, elements...)
	}
}

// group writes GS.
func (o *outbound) group(functional string) {
	env := &o.env
	if env.Group < 1 || env.Group > maxControl {
		o.err = errors.Join(o.err, errControl)
	}
	o.groups++
	date := "20060102"
	if env.GroupVersion < "004010" {
		date = "060102"
	}
	o.plain("GS", functional, env.GroupSender, env.GroupReceiver, env.Time.Format(date), env.Time.Format("1504"),
		strconv.FormatInt(env.Group, 10), "X", env.GroupVersion)
}

// endGroup writes GE of a group of one set.
func (o *outbound) endGroup() { o.plain("GE", "1", strconv.FormatInt(o.env.Group, 10)) }

// close writes IEA and all that is buffered.
func (o *outbound) close() error {
	o.plain("IEA", strconv.Itoa(o.groups), control(o.env.Interchange))
	if o.err == nil {
		o.err = o.buf.Flush()
	}
	return o.err
}

func control(n int64) string { return fmt.Sprintf("%09d", n) }

// isa is the ISA segment, of the standard's width, and the ISX that names the
// release character where there is one.
func (e *Envelope) isa() string {
	d := &e.Delimiters
	ack, mode := "0", "P"
	if e.AckRequested {
		ack = "1"
	}
	switch e.Mode {
	case edi.Test:
		mode = "T"
	case edi.Information:
		mode = "I"
	}
	standard := "U"
	if d.Repetition != 0 {
		standard = string([]byte{d.Repetition})
	}
	v := strings.Join([]string{
		"ISA", "00", pad("", 10), "00", pad("", 10),
		pad(e.Sender.Qualifier, 2), pad(e.Sender.ID, 15), pad(e.Receiver.Qualifier, 2), pad(e.Receiver.ID, 15),
		e.Time.Format("060102"), e.Time.Format("1504"), standard, e.Version, control(e.Interchange), ack, mode,
		string([]byte{d.Component}),
	}, string([]byte{d.Element}))
	v += string([]byte{d.Segment}) + e.LineBreak
	if d.Release != 0 {
		v += "ISX" + string([]byte{d.Element, d.Release, d.Segment}) + e.LineBreak
	}
	return v
}

// pad gives v the width n.
func pad(v string, n int) string {
	if len(v) > n {
		return v[:n]
	}
	return v + strings.Repeat(" ", n-len(v))
}

// complete fills in what is empty and makes every part fit to be written: what
// is mirrored comes from a partner's file.
func (e Envelope) complete() Envelope {
	if len(e.Version) != 5 || !digits(e.Version) {
		e.Version = "00401"
	}
	for _, p := range []*edi.Party{&e.Sender, &e.Receiver} {
		if p.Qualifier = printable(p.Qualifier, 2); len(strings.TrimSpace(p.Qualifier)) != 2 {
			p.Qualifier = "ZZ"
		}
		p.ID = orUnknown(printable(p.ID, 15))
	}
	e.GroupSender = printable(e.GroupSender, 15)
	e.GroupReceiver = printable(e.GroupReceiver, 15)
	if strings.TrimSpace(e.GroupSender) == "" {
		e.GroupSender = e.Sender.ID
	}
	if strings.TrimSpace(e.GroupReceiver) == "" {
		e.GroupReceiver = e.Receiver.ID
	}
	if e.GroupVersion = printable(e.GroupVersion, 12); len(e.GroupVersion) < 6 || !digits(e.GroupVersion[:6]) {
		e.GroupVersion = e.Version + "0"
	}
	e.Delimiters = e.delimiters()
	if e.LineBreak != "\n" && e.LineBreak != "\r\n" || strings.IndexByte(e.LineBreak, e.Delimiters.Segment) >= 0 {
		e.LineBreak = ""
	}
	return e
}

// orUnknown stands in for an id that is lacking: ISA06 and ISA08 are mandatory.
func orUnknown(id string) string {
	if strings.TrimSpace(id) == "" {
		return "UNKNOWN"
	}
	return id
}

// printable makes control characters blanks and cuts v to n bytes.
func printable(v string, n int) string {
	b := []byte(v[:min(len(v), n)])
	for i, c := range b {
		if c < ' ' || c == 0x7F {
			b[i] = ' '
		}
	}
	return strings.TrimRight(string(b), " ")
}

// delimiters are the envelope's own, as far as they can be used.
func (e *Envelope) delimiters() edi.Delimiters {
	text := strings.Join([]string{e.Sender.Qualifier, e.Sender.ID, e.Receiver.Qualifier, e.Receiver.ID,
		e.GroupSender, e.GroupReceiver, e.GroupVersion}, "")
	given := e.Delimiters
	d := edi.Delimiters{Decimal: '.'}
	choose := func(candidates ...byte) byte {
		for _, c := range candidates {
			if usable(c) && strings.IndexByte(text, c) < 0 && c != d.Element && c != d.Segment && c != d.Component && c != d.Repetition {
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
	// The last four of each list stand in no text: one of them is always left.
	d.Segment = choose(given.Segment, '~', '\'', '!', 0x1C, 0x1D, 0x1E, 0x1F)
	d.Element = choose(within(given.Element), '*', '|', '+', 0x1D, 0x1C, 0x1E, 0x1F)
	d.Component = choose(within(given.Component), '>', ':', '<', 0x1F, 0x1C, 0x1D, 0x1E)
	if e.Version >= "00402" {
		d.Repetition = choose(within(given.Repetition), '^', '\\', '`', 0x1E, 0x1C, 0x1D, 0x1F)
	}
	if given.Release != 0 && e.Version >= sinceRelease {
		d.Release = '?' // which is never a delimiter of ours
		if given.Release != '?' {
			d.Release = choose(within(given.Release), '\\', '!', '|')
		}
	}
	return d
}

// usable reports whether c can be a delimiter of what we write: no letter, no
// digit, no blank, nothing that we write ourselves, no part of a character of
// more than one byte.
func usable(c byte) bool {
	switch {
	case c == 0, c == ' ', c == '-', c == '.', c == '?', c >= 0x80:
		return false
	case c >= '0' && c <= '9', c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z':
		return false
	}
	return true
}

// clean makes a partner's bytes fit for an element of at most n bytes: each
// control character becomes a blank, and each delimiter where nothing releases
// it; no UTF-8 character is cut apart.
func (o *outbound) clean(v string, n int) string {
	d := &o.env.Delimiters
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
