// Package mappings ties places in a message to members of a canonical document,
// by tables that run both ways.
//
//	mapping order <-> X12 850
//
//	BEG03              poNumber             key po
//	BEG05              orderDate            date
//	REF:*              refs[]
//	  REF01            scheme
//	  REF02            value
//	PO1                lines[]
//	  PO102            quantity.value       decimal
//	  PO106 PO107      ids[]                pairs to 10
//	HL                 levels[]             tree HL01 HL02
//	CTT01              totals.lineCount     = size(lines)
//
// docs/MAPPINGS.md is the specification of the language: every word, both ways.
//
// # In and out
//
// [Mapping.In] reads a [Source] into a document. What no row read is residue;
// what could not be converted is a finding and residue too. [Mapping.Out] writes
// a document from header to trailer; with the residue, byte for byte as it was
// read; without, with the same meaning. Arrays keep the order of the table,
// within a row that of the message. [Lineage] ties values and bytes. A [Reader]
// reads one source after the other into the same memory.
//
// Values are text of the message: bytes that are no UTF-8 are taken for ISO
// 8859-1 and written back as that.
//
// # Layers
//
// A [Library] has the standards' tables, and what [Library.Extend] adds: partners'
// layers over them, row by row. Expressions beyond the engine's own are compiled
// by a [Language]; package celexpr has CEL.
//
// All types are immutable after loading and safe for concurrent use.
package mappings
