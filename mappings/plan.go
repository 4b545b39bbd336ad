package mappings

import (
	"reflect"
)

// block is one branch of a table, compiled: a segment or loop and the object
// that it fills.
type block struct {
	at        origin
	tag       string
	tagKey    uint32
	qualifier string // "": any
	qualEl    int    // element of the qualifier
	ordinal   int    // 0: any
	shape     shape
	member    access // of the object or array within the enclosing object
	elem      reflect.Type
	most      int  // segments that it takes in one loop
	chunked   bool // its only row is a tuple that goes on in the next segment
	fixed     []constant
	rows      []row
	tuples    []tuple
	kids      []*block // in the order of writing
	order     []int    // indexes of kids, the most specific of a tag first: the order of reading
	hasPlace  bool     // a row of its own reads something
	volatile  bool     // a row of it is computed or holds the control number: its values tell nothing about the place
}

// shape says what object the rows of a block speak of.
type shape uint8

const (
	sameObject shape = iota // that of the block around
	oneObject               // a member of it
	eachObject              // one of an array in it, for each segment
)

// unlimited is the most of a block that takes every segment.
const unlimited = 1<<31 - 1

// constant is a constant row.
type constant struct {
	member access
	value  string
	orElse bool
}

// spot is an element, or a component of it, of a segment.
type spot struct{ element, component int }

// row is a row of elements, compiled.
type row struct {
	spots  []spot
	member access
	direct bool // the object itself is the value, in a tuple of values alone
	conv   *converter
	beside access // of the other form of a code; index nil: none
	key    string
	expr   expression
	noPath bool // computed, and nowhere in the document
	deflt  string
	// control: this is the message's control number, which OutOptions can set.
	control bool
	label   string // "file:line"
	layer   string
}

// tuple is a row whose elements come again and again within the segment.
type tuple struct {
	spots   []spot // of the first
	stride  spot   // to the next: elements or components
	most    int    // in one segment
	member  access // the array
	elem    reflect.Type
	rows    []row // of spots of the first
	shared  []row // of other elements: one value for all
	label   string
	layer   string
	pointer string
}

// at shifts a spot to the nth tuple, from 0.
func (t *tuple) at(s spot, n int) spot {
	return spot{s.element + n*t.stride.element, s.component + n*t.stride.component}
}

// count is how many tuples a segment of so many elements can have.
func (t *tuple) count(elements int) int {
	first := t.spots[0].element
	switch {
	case first > elements:
		return 0
	case t.stride.element == 0:
		return t.most
	}
	return min(t.most, (elements-first)/t.stride.element+1)
}

// tagKey packs a tag into a number that compares fast.
func tagKey(tag string) uint32 {
	var k uint32
	for i := 0; i < len(tag) && i < 4; i++ {
		k = k<<8 | uint32(tag[i])
	}
	if len(tag) > 4 {
		return 0
	}
	return k
}

// expression is a computed value. What CEL will say stands behind it.
type expression interface {
	// eval computes the value for the document; segments is how many segments
	// the message has.
	eval(doc reflect.Value, segments int) string
	// text is the expression as written.
	text() string
	// late: it needs the number of segments.
	late() bool
}
