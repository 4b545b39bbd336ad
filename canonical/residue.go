package canonical

// Residue is what a mapping did not say in the document: with it, the document
// becomes the bytes that it was read from. Its members stand beside those of the
// document (edibridge map --residue).
//
// It survives a change of the document. Anchors find the segments again that
// the mapping makes; what belonged to a segment that is gone is dropped, with a
// finding; a spelling is used only where the segment still says what it said.
type Residue struct {
	Entries  []ResidueEntry `json:"residue"`           // values that no row read
	Coverage Coverage       `json:"coverage"`          // how much of the document the mapping read
	Syntax   Syntax         `json:"syntax"`            // how the document was spelled
	Format   []Format       `json:"format"`            // spellings that values do not tell
	Anchors  []Anchor       `json:"anchors,omitempty"` // where the mapping's own segments stood
}

// ResidueEntry is one value that no row of the mapping read, or that could not
// be converted. A whole segment without a place is all its values; one
// without any value is a single entry of element 0.
type ResidueEntry struct {
	Segment    int    `json:"segment"`    // ordinal within the interchange, from 1
	Tag        string `json:"tag"`        // of the segment
	Element    int    `json:"element"`    // from 1
	Component  int    `json:"component"`  // from 1; 0: the element has none
	Repetition int    `json:"repetition"` // from 1; 0: the element is not repeated
	Offset     int64  `json:"offset"`     // of the value in the file, from 0
	Value      string `json:"value"`      // release characters resolved
}

// Coverage counts values: components and repetitions one by one, empty ones
// not at all.
type Coverage struct {
	Elements int `json:"elements"` // with data
	Mapped   int `json:"mapped"`   // of those, read by a row
}

// Syntax is how the document was spelled.
type Syntax struct {
	Delimiters Delimiters `json:"delimiters"`    // of the interchange
	UNA        string     `json:"una,omitempty"` // the service string advice as received, EDIFACT
	LineBreak  string     `json:"lineBreak"`     // behind each terminator: "", "\n", "\r\n"
	// Encoding is "UTF-8", or "ISO-8859-1" where the bytes are not UTF-8.
	Encoding string `json:"encoding"`
}

// Delimiters are the characters that divide the interchange; "" where it has
// none of the kind.
type Delimiters struct {
	Segment    string `json:"segment"`    // segment terminator
	Element    string `json:"element"`    // element separator
	Component  string `json:"component"`  // component separator
	Repetition string `json:"repetition"` // repetition separator
	Release    string `json:"release"`    // release character
	Decimal    string `json:"decimal"`    // decimal mark
}

// Format is a spelling that could not be told from values: trailing separators,
// padding, an odd line break, values divided among segments in another way.
type Format struct {
	Segment int    `json:"segment"` // ordinal of the segment, or of the first of several
	Raw     string `json:"raw"`     // as received: terminators and line breaks included
	// Made is what the values alone give, without terminators' line breaks, when
	// more than the end of the segment differs. Raw takes its place.
	Made string `json:"made,omitempty"`
	// Gap: Raw stands for what the mapping makes between the segments before and
	// behind, not for one segment.
	Gap bool `json:"gap,omitempty"`
	// Count is how many segments Raw holds, of a Gap.
	Count int `json:"count,omitempty"`
}

// Anchor is a run of segments that the mapping itself makes from the document.
type Anchor struct {
	// Segment is the ordinal of the first; the others follow. 0: the segments
	// made have no counterpart one by one (see [Format].Gap).
	Segment int `json:"segment"`
	// Marks has four characters for each: one drawn from the tag, three from the
	// values.
	Marks string `json:"marks"`
}
