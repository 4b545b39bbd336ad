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
// A partner's bad file is no Go error: what is wrong is a [Finding] with a
// position and the codes of the acknowledgments. Errors are failures of
// reading itself.
package edi
