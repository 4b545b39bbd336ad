package edi

import (
	"bytes"
	"io"
	"iter"
)

// Messages reads all messages of a file, of whatever interchange and group, with
// the default [Limits]. Each lives until the next one; [Message.Clone] keeps it.
// An error is a failure of r, and last. What is wrong with a message is not told:
// a [Walker] does.
func Messages(r io.Reader, syntaxes ...Syntax) iter.Seq2[*Message, error] {
	return func(yield func(*Message, error) bool) {
		w := NewWalker(r, Limits{}, syntaxes...)
		w.each(withinFile, EndMessage, func(ev *Event, err error) bool { return yield(ev.Message, err) })
	}
}

// Events gives what [Walker.Next] gives, up to the end of the file. An error is
// last.
func (w *Walker) Events() iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		for {
			ev, err := w.Next()
			if err == io.EOF || !yield(ev, err) || err != nil {
				return
			}
		}
	}
}

// each yields the events of one kind, as long as the Walker stands in what in
// names or in something within that. An error is last, with an empty event.
func (w *Walker) each(in within, kind EventKind, yield func(*Event, error) bool) {
	for w.within >= in {
		ev, err := w.step()
		if err == io.EOF {
			return
		}
		if err != nil {
			yield(&Event{}, err)
			return
		}
		if ev.Kind == kind && !yield(ev, nil) {
			return
		}
	}
}

// Interchanges gives the interchanges of the file one after the other, each when
// its header was read. What the body of the loop does not read of one, with
// [Walker.Groups], is passed over. An error is last.
func (w *Walker) Interchanges() iter.Seq2[*Interchange, error] {
	return func(yield func(*Interchange, error) bool) {
		w.each(withinFile, BeginInterchange, func(ev *Event, err error) bool { return yield(ev.Interchange, err) })
	}
}

// Groups gives the functional groups of the interchange in hand that were not
// read yet, each when its header was read. What the body of the loop does not
// read of one, with [Walker.Messages], is passed over. An error is last.
func (w *Walker) Groups() iter.Seq2[*Group, error] {
	return func(yield func(*Group, error) bool) {
		w.each(withinInterchange, BeginGroup, func(ev *Event, err error) bool { return yield(ev.Group, err) })
	}
}

// Messages gives the messages of the group in hand that were not read yet. Each
// lives until the next one. An error is last.
func (w *Walker) Messages() iter.Seq2[*Message, error] {
	return func(yield func(*Message, error) bool) {
		w.each(withinGroup, EndMessage, func(ev *Event, err error) bool { return yield(ev.Message, err) })
	}
}

// within is what a Walker stands in.
type within uint8

const (
	withinFile within = iota
	withinInterchange
	withinGroup
)

// after is what it stands in behind an event of that kind.
func (in within) after(k EventKind) within {
	switch k {
	case Junk, EndInterchange:
		return withinFile
	case BeginInterchange, EndGroup:
		return withinInterchange
	case BeginGroup, EndMessage:
		return withinGroup
	}
	return in
}

// Segments gives the segments of the message with their places, from 1: ST or
// UNH.
func (m *Message) Segments() iter.Seq2[int, Segment] {
	return func(yield func(int, Segment) bool) {
		for place := 1; place <= m.Len(); place++ {
			if !yield(place, m.Segment(place)) {
				return
			}
		}
	}
}

// Elements gives the elements that are present, from 1, as by [Segment.Element].
func (s *Segment) Elements() iter.Seq2[int, []byte] {
	return func(yield func(int, []byte) bool) {
		for n := 1; n <= s.Len(); n++ {
			if !yield(n, s.Element(n)) {
				return
			}
		}
	}
}

// Repetitions gives the repetitions of element n, from 1, as received. An
// element that is present has one at least.
func (s *Segment) Repetitions(n int) iter.Seq2[int, []byte] {
	return divided(s.Element(n), s.Delimiters.Repetition, s.Delimiters.Release)
}

// Components gives the components of repetition r of element n, from 1, as
// received.
func (s *Segment) Components(n, r int) iter.Seq2[int, []byte] {
	return divided(s.Repetition(n, r), s.Delimiters.Component, s.Delimiters.Release)
}

// divided gives the parts of v between separators that are not released.
func divided(v []byte, sep, release byte) iter.Seq2[int, []byte] {
	return func(yield func(int, []byte) bool) {
		for n := 1; v != nil; n++ {
			end := len(v)
			if sep != 0 {
				end = indexUnreleased(v, sep, release)
			}
			if !yield(n, v[:end]) || end == len(v) {
				return
			}
			v = v[end+1:]
		}
	}
}

// Value is component c of the first repetition of element n, or with c 0 the
// whole element, as text without its release characters: what was meant. It is a
// copy.
func (s *Segment) Value(n, c int) string {
	v := s.Element(n)
	if c > 0 {
		v = s.Component(n, c)
	}
	return s.Delimiters.Plain(v)
}

// Plain is v, part of an element as received, without its release characters.
func (d *Delimiters) Plain(v []byte) string {
	if d.Release == 0 || bytes.IndexByte(v, d.Release) < 0 {
		return string(v)
	}
	out := make([]byte, 0, len(v))
	for i := 0; i < len(v); i++ {
		if v[i] == d.Release && i+1 < len(v) {
			i++
		}
		out = append(out, v[i])
	}
	return string(out)
}
