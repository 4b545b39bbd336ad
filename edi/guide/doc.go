// Package guide is the language of implementation guides, the matcher that
// finds each segment's place in the loops of one, and the validator.
//
// A guide says which segments a transaction set has, in which order, how often
// and in which loops; a dictionary says what a segment, an element, a
// composite and a code list are in one release (X12.3, X12.22; a directory of
// UN/EDIFACT, ISO 9735). A partner's
// guide is an overlay: a few lines that narrow or widen a guide. All are text,
// one fact a line, so that they read and compare like the sheets that partners
// exchange. [Load] reads them and reports every problem with file, line and
// column; what it gives is immutable and safe for concurrent use. [Open] reads
// those that come with a program when they are asked for. docs/GUIDES.md has the
// language with examples, docs/RULES.md what is found.
//
// # Lines
//
// A line is words divided by blanks. A quoted text is one word; \" and \\ stand
// for a quote and a backslash in it. What follows a # that begins a word is a
// comment. A line at the margin begins something; indented lines belong to it.
// Files are UTF-8. Names that end in .dict are dictionaries, in .guide guides,
// in .example examples; other files are not read.
//
// # Dictionaries
//
//	dictionary X12 004010                    which release the file is about; first line
//
//	segment PO1 "Baseline Item Data"         tag, name; "qualifier 1" behind it says which
//	  01 350 O                               element tells one PO1 from another
//	  02 330 X                               number, element or composite, requirement,
//	  05 C040 O 3 "Our Reference"            most repetitions (1), own name
//	  C0302                                  condition, see below
//
//	composite C040 "Reference Identifier"    the same for components
//	  01 128 M
//
//	element 330 R 1/15 "Quantity Ordered"    number, type, shortest/longest, name
//
//	codes 355                                the only values that an element takes;
//	  EA "Each"                              "codes 355 open": others of its form too,
//	                                         "external "ISO 4217"": as open, kept elsewhere,
//	                                         "severity warning": others are only noted
//
//	known ACK BIG                            tags that the release has and this file does not define
//
// Those of EDIFACT differ in what follows:
//
//	dictionary EDIFACT D:96A                 version and release as UNH says them
//
//	segment DTM "Date" qualifier 1.1         the qualifier is component 1 of element 1
//	  01 C507 M
//	segment PIA
//	  01 4347 M
//	  02 C212 M 5                            in syntax 1 to 3 positions 02 to 06, one repetition each;
//	  07 1082 C                              in syntax 4 one element
//
//	element 1004 an..35 "Document number"    a, n or an; up to 35, or exactly
//
// A composite with a component 1131 or 3055 that has a value takes its codes
// from that agency. In a message with an association code (UNH 0057) codes that
// the list lacks are noted only. The value of C507 (2380) is checked against its
// format (2379).
//
// Requirements: M mandatory, O optional, C and X conditional. Types: AN text, ID
// code, N or N0 to N9 number with implied decimals, R number, DT date, TM time,
// B binary. Conditions (X12.6; two digits an element):
//
//	P0304    all of them or none
//	R0203    at least one
//	E0204    at most one
//	C0302    if the first, then all the others
//	L130204  if the first, then at least one of the others
//	O0102    one and only one
//	N0304    if the first, then none of the others
//
// P R E O C L N are the dependency notes D2 D3 D4 D1 D5 D6 D7 of EDIFACT.
//
// # Guides
//
//	guide X12 004010 850 "Purchase Order"
//
//	heading                                  areas: heading, detail, summary
//	  010 ST    M 1                          position (may be left out), tag, requirement,
//	  050 REF   O *                          most uses; * is no limit; own name in quotes
//	  310 loop N1 O 200 id 4000              trigger, requirement, most loops; loop identifier
//	      310 N1 O 1                         the first line of a loop is its trigger
//	      320 N2 O 2
//
// A loop's lines are indented deeper than the loop; what counts is where the tag
// or the word loop stands, with or without a position before it. A segment group
// of EDIFACT is a loop, called by its trigger. Where a loop's lines hold LS
// and LE, both stand or none, and LE01 repeats LS01. Behind the areas may stand
// "rules", with lines as those of an overlay: what must agree over the whole set.
//
//	rules
//	  CTT01  count PO1
//	  CTT02  sum PO1/PO102
//
// # Overlays
//
//	guide acme-850 extends X12 004010 850 "ACME Retail orders"
//
//	BEG02            codes SA DS             only these
//	N1:ST/N103       codes 92 UL
//	PO1/PO106        codes + ZZ              these too (no qualifier in the place)
//	REF:DP           required                "department"
//	REF:IA           required value 0012345  the value behind the qualifier
//	N1:ST            required max 1
//	N1:ST/N104       length 13               or 9/13: shortest/longest
//	DTM:002          required unless DTM:010
//	PO1/SLN          unused
//	PO1/PO107        required when PO106 = UP EN
//	PO1/PID          required when BEG02 = DS and N1:ST
//	PO1/PO103        codes EA CA severity warning
//	REF:DP/REF02     name "Department Number"
//
// A line is a place and what must hold there. A place is an [edi.Pattern] from
// the top of the set: loops by their triggers, with the value of the qualifier
// element where only some are meant; no ordinals. The words:
//
//	codes V...       the value is one of these; "codes + V..." adds to the base's list
//	value V          the value is exactly this
//	length N, N/M    characters
//	required         stands in every loop that could hold it
//	unused           does not stand
//	max N            uses of a segment or loop, repetitions of an element
//	when C and C     the line holds only when all of these do
//	unless C and C   the line holds only when not all of these do
//	list K           closed, open, or external "who keeps it": the element's code list
//	count P...       the value is how often these places stand in the set
//	sum P...         the value is the sum of theirs; "or" before alternatives
//	unique           no other segment of the place has the value
//	parent E         element E names the value of an earlier segment
//	children E       element E says (1, 0) whether a later one names this as its parent
//	under Q...       its parent has one of these qualifiers; top: it has none
//	severity S       error (default), warning, info, off
//	name "text"      what this place is called in findings
//	"text"           a note, shown in findings
//
// A condition is a place, alone (something stands there) or with = or != and
// values (!= also holds where nothing stands). Its place is looked for from
// inside to outside: in the same segment, the loop that holds it, the loops
// around that, the set.
//
// Layers win line by line: an overlay may extend another one, and a line of it
// replaces the line with the same place below it; what a standard's guide counts or
// makes a hierarchy of stands until a line does the same, or is off.
//
// # Examples
//
//	example "a store's order"                segments below, one a line, without terminators
//	  ST*850*0001
//	  BEG*00*SA*4711**20261123
//	example "no such unit" finds x12.element.code PO1/PO103 and x12.segment.missing
//
// Examples stand in a guide, behind its lines, or beside it in a file that ends
// in .example and begins with "examples NAME". They are written with the usual
// delimiters: * > and, from 00402 on, ^ in X12; + : ? in EDIFACT, and * from syntax
// 4 on. They are tests ([Guide.Test]), not demands.
//
// # Matching
//
// [Guide.Match] walks forward with a stack of open loops: it looks on from the
// current line, at that line while its uses last, then at later ones, then the
// same in the loop around. The first fit wins; a loop is entered by its trigger
// only. A line between LS and LE is taken first when the LS stands, else only where
// no other line fits. Where a segment does not fit, or only past something that is
// missing, every way to go on is tried over the segments behind it, and that is gone
// which leaves the fewest findings: it stands over its maximum, comes late and goes
// back, the one before it came too early, something is missing, the trigger of its
// loop was lost, it has no place. So one mistake is one [edi.Finding], not a cascade.
// The segments of a loop whose trigger was lost are checked, but have no place.
//
// # Out of scope
//
// Envelopes: ST and SE, UNH and UNT are placed and counted, their elements are
// checked by who reads the envelope.
package guide
