// Package mappings ties places in a message to members of a canonical document,
// by tables that run both ways.
//
// # A table
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
//	CTT01              totals.lineCount     = size(lines)
//
// A row is a place (an [edi.Pattern]), a member of the document by its JSON
// name, and how the value is converted. Rows below a row, by indentation, speak
// of the loop or segment it names, and of the object its path names. Rows stand
// in the order in which segments are written. "#" begins a comment.
//
// A row whose place is a segment:
//
//	REF:*    refs[]       one object of the array for each REF
//	CUR      currency     one object
//	N9:ZZ                 no object: the rows below speak of the same one
//	- level "header"      below such a row: a constant of the object; on the way
//	                      out it selects the objects that are written here, with
//	                      "default" also those that say nothing
//
// A row whose place are elements:
//
//	BEG03        poNumber                text: trailing blanks are no data
//	BEG03        poNumber   key po       and a business key of the document
//	BEG05        orderDate  date         CCYYMMDD or YYMMDD <-> 2026-11-23
//	DTM02 DTM03  at         datetime     with HHMM[SS[D[D]]] <-> 2026-11-23T09:30
//	PO102        quantity.value decimal  "1.50" stays "1.50"
//	SAC05        amount     n2           implied decimals: 387530 <-> 3875.30 (n0 to n9)
//	N101         role       code party   by a code list; the code itself goes to roleCode, if there is one
//	PO103        uom        codes units.csv   by a file of two columns, code and name, beside the table
//	PO103        uom        unit         text; uomUnece takes the unit of UN/ECE Recommendation 20
//	MEA04.1      uom                     component 1 of element 4
//	PO106 PO107  ids[]      pairs to 10  PO106/07, PO108/09 ... <-> objects of scheme and value
//	TAX02 TAX03  places[]   to 5         the same, with rows below that name the first of each;
//	                                     a row that names another element holds for all
//	N301         street[]   to 2         values alone, two a segment, as many segments as it takes
//	CTT01        totals.lineCount = size(lines)   computed on the way out, checked on the way in
//	SE01                    = segments() computed, and nowhere in the document
//	ST01         transactionSet default "850"     written when the document says nothing
//
// Expressions are size(array), segments() and a path.
//
// "rows NAME" at the end of a row takes the rows of a section that begins with
// "rows NAME". A section "codes NAME" or "codes NAME open" is a code list: code
// and name, one pair a line, each once, so that it can be read both ways.
//
// # Layers
//
//	mapping acme extends order <-> X12 850
//
//	REF:DP/REF02       department
//	PO1/PO103          quantity.uom         codes units.csv
//	N1:SO              -
//
// A layer's row takes the place of the row with the same place, or the same path
// from the same object; a path "-" takes the row away. A more specific place
// (REF:DP) gets the segments before a less specific one (REF:*). A segment that
// the base has no row for is written behind the segment that "after TAG" names,
// else before the trailer. A layer may extend a layer.
//
// # In and out
//
// [Mapping.In] reads a [Source] into a document. What no row read is residue;
// what could not be converted is a finding and residue too. [Mapping.Out] writes
// a document from header to trailer; with the residue, byte for byte as it was
// read; without, with the same meaning. Arrays keep the order of the table,
// within a row that of the message.
//
// Values are text of the message: bytes that are no UTF-8 are taken for ISO
// 8859-1 and written back as that.
//
// All types are immutable after loading and safe for concurrent use.
package mappings
