package edi

// Standard names the syntax family of an interchange.
type Standard string

// The two families.
const (
	X12     Standard = "X12"     // ANSI ASC X12
	EDIFACT Standard = "EDIFACT" // UN/EDIFACT, ISO 9735
)

// Delimiters are the characters that divide an interchange. A zero byte means
// that the interchange has none of that kind.
//
// X12 takes them from the ISA (X12.5: bytes 3, 104, 105 and, from version 00402
// on, ISA11); EDIFACT from UNA or the defaults of ISO 9735-1 clause 7.
type Delimiters struct {
	Segment    byte // segment terminator
	Element    byte // data element separator
	Component  byte // component element separator
	Repetition byte // repetition separator; X12 from 00402, EDIFACT from syntax 4
	Release    byte // release character; EDIFACT, and X12 from 007040
	Decimal    byte // decimal mark: '.' in X12, as UNA says in EDIFACT
}
