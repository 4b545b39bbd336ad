package bridge

import "time"

// Retention says how long what has ended is kept. 0 is for ever.
type Retention struct {
	// History is how long a family is kept: a file with all that follows from it and
	// all that it follows from, counted from when the last of them ended.
	History time.Duration
	// Outbox is how long an event is kept, counted from when it was delivered or let
	// go; not longer than History.
	Outbox time.Duration
}

// DefaultRetention is the name under which people know the class of what no
// agreement gives another one. In a Transmission it is "".
const DefaultRetention = "default"

// RetentionName is the name of a class for people.
func RetentionName(class string) string {
	if class == "" {
		return DefaultRetention
	}
	return class
}

// longer gives of two classes the one that keeps longer; one that the
// configuration does not know is kept for ever.
func (c *Configuration) longer(a, b string) string {
	x, y := c.Retention[a].History, c.Retention[b].History
	if y == 0 || x != 0 && y > x {
		return b
	}
	return a
}

// keep says of what class some part of the Transmission is: it has that of the
// part that is kept longest.
func (t *translation) keep(class string) {
	switch {
	case !t.classed && t.done.Slices == 0:
		t.class = class
	case !t.classed: // slices before this run had parts
		t.class = t.cfg.longer(t.tr.Retention, class)
	default:
		t.class = t.cfg.longer(t.class, class)
	}
	t.classed = true
}

// keepDocument says so of a document. Of what class an acknowledgment is says what
// it answers: see settle.
func (t *translation) keepDocument(d *Document) {
	if d.State == DocumentNoted {
		return
	}
	class := ""
	if p := t.ic.partner; p != nil {
		if a := p.named(d.Agreement); a != nil {
			class = a.Retention
		}
	}
	t.keep(class)
}

// retention is the class of the Transmission as far as it is read.
func (t *translation) retention() string {
	if !t.classed && t.done.Slices > 0 {
		return t.tr.Retention
	}
	return t.class
}
