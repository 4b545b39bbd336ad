// Package edi is the syntax that ANSI ASC X12 (X12.5, X12.6) and UN/EDIFACT
// (ISO 9735) share: interchanges of segments, segments of elements, elements of
// components and repetitions, and the places and findings that every other
// package speaks of.
//
// # What is what
//
//	interchange        ISA to IEA, UNB to UNZ (with its UNA)
//	functional group   GS to GE, UNG to UNE
//	message            one transaction set, ST to SE, or one EDIFACT message, UNH to UNT
//	segment            a tag and its elements, closed by the segment terminator
//	element            numbered from 1 within the segment; the tag is not an element
//	component          numbered from 1 within an element
//	repetition         numbered from 1 within an element
//
// Byte offsets count from 0 over the file as received. Segments count from 1
// within the interchange (ISA or UNB is 1, UNA is no segment); a segment's
// place counts from 1 within the message (ST or UNH is 1).
//
// # How it is read
//
// [Reader] splits bytes of either standard into segments; [Walker] puts the
// envelopes around them, by the [Syntax] of each standard (package x12,
// package edifact), and yields one [Message] after the other. Memory is bounded
// by the largest message and by [Limits], never by the file. What was read
// keeps its bytes: written again by [Writer], it is the same.
//
// Loops: [Messages] for all messages of a file; [Walker.Interchanges],
// [Walker.Groups] and [Walker.Messages] within one another; [Walker.Events] for
// everything in order, findings with it; [Message.Segments], [Segment.Elements],
// [Segment.Repetitions] and [Segment.Components] for what a message holds.
// Segments and elements are views on the bytes as received, until the next
// step; [Message.Clone] and [Segment.Clone] keep them, [Segment.Value] gives
// text. Copies of an [Interchange] or [Group] never change.
//
// # What is tolerated
//
// Rules that a Walker tells itself; those of the envelopes are told by the
// packages that read them:
//
//	edi.bom               info     a UTF-8 byte order mark before an interchange
//	edi.blank             info     white space before one
//	edi.wrapped           info     lines broken at one width, within segments: read without
//	edi.wrapped.uneven    warning  lines broken within segments, not all at one width: read as they stand
//	edi.junk              warning  bytes that belong to no interchange
//	edi.header.malformed  error    such with a header that is cut off or cannot be read
//	edi.header.missing    error    a message (UNH, ST) or group (GS) without one
//	edi.interactive       error    an interactive interchange (UIB)
//	edi.encoding          error    an interchange in EBCDIC or UTF-16
//	edi.syntax.unknown    error    an interchange of a standard that nobody reads
//
// A partner's bad file is no Go error: what is wrong is a [Finding] with a
// position and the codes of the acknowledgments. Errors are failures of
// reading itself.
package edi
