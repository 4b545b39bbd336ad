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
	qual      spot   // of the qualifier
	ordinal   int    // 0: any
	past      uint32 // tagKey of the segment behind which it stands; 0: anywhere
	shape     shape
	member    access // of the object or array within the enclosing object
	elem      reflect.Type
	most      int  // segments that it takes in one loop
	limit     int  // objects that it writes of an array; 0: all
	chunked   bool // its only row is a tuple that goes on in the next segment
	when      expression
	beside    []beside
	tree      *treePlan // its objects form a tree
	leaf      *access   // of objects that end a tree: the array that would hold those below
	fixed     []constant
	rows      []row
	steps     []step // through rows, for the way in
	tuples    []tuple
	derived   []row    // computed on the way in, of no place
	kids      []*block // in the order of writing
	order     []int    // indexes of kids, the most specific of a tag first: the order of reading
	keys      []uint32 // tagKey of each of order
	divided   bool     // some of kids stand behind a segment only
	hasPlace  bool     // a row of its own reads something into the document
	volatile  bool     // rows of it are computed, or hold the control number
	fills     bool     // rows of it or below say what a member is that nothing was read into
	group     int      // of the blocks and tuples that share an array, from 1; 0: none
	groups    int      // how many there are in its object
	width     int      // most blocks below it whose segments are sorted at one time
	selector  *row     // the row of the qualifier
	single    bool     // takes a segment only when it can read something of it
	contends  bool     // of blocks of which one stands in for another
	rivals    []int    // indexes among its siblings of those that it stands in for
	rivalry   bool     // some of kids contend
	number    int      // of the array that it makes
	field     uint64   // the bit of the member in canonical.Present; 0: its rows are looked at anyway
	looks     bool     // it has so many kids that it is worth asking what is present
}

// presentFrom is from how many kids on that is.
const presentFrom = 4

// step is the way to a row that reads a segment: what can be told without looking
// at the row itself.
type step struct {
	from   int32 // the first of its elements
	only   bool  // it reads nothing where that one is empty
	single bool
	row    *row
}

// treePlan is how segments tell of a tree.
type treePlan struct {
	id, parent spot   // the number of a node, and of the one above it
	below      access // within a node: the array of those below it
}

// beside is an element of the same segment with what it must say.
type beside struct {
	at    spot
	value string
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

// spot is an element, or a component or repetition of it, of a segment. 0: the
// whole.
type spot struct{ element, component, repetition int }

// row is a row of elements, compiled.
type row struct {
	spots    []spot
	member   access
	direct   bool // the object itself is the value, in a tuple of values alone
	conv     *converter
	beside   access // of the other form of a code; index nil: none
	key      string
	expr     expression
	when     expression
	wheres   []beside
	noPath   bool   // computed or fixed, and nowhere in the document
	fixed    string // of a row without a path: the text
	deflt    string
	numbered bool // when the document says nothing: the object's number in its array
	assume   string
	// inherit is where the value comes from when nothing says it: a member of the
	// object that many around.
	inherit  access
	inherits int // 0: none
	alt      bool
	first    *row // of an alt row: the row before it that fills the same member; nil: none
	yields   bool // a row behind it reads what it cannot
	required bool
	control  bool   // this is the message's control number, which OutOptions can set
	text     string // the row's places, for people: "PO102"
	label    string // "file:line"
	layer    string
	excluded bool  // from marks: its value tells nothing about the place
	late     bool  // its expression needs the whole message
	from     int   // the first of its elements
	single   bool  // one element, its value, and nothing else
	number   int32 // in plan.rows
	plain    bool  // the value is the element's text
	follows  bool  // more than its value is noted: reader.follow
}

// tuple is a row whose elements come again and again within the segment.
type tuple struct {
	spots   []spot // of the first
	stride  spot   // to the next: elements or components
	repeats bool   // as repetitions, where the message has a separator for them
	most    int    // in one segment
	member  access // the array
	elem    reflect.Type
	fixed   []constant
	rows    []row // of spots of the first
	shared  []row // of other elements: one value for all
	label   string
	layer   string
	pointer string
	group   int // see block
	number  int // see block
}

// at shifts a spot to the nth tuple, from 0.
func (t *tuple) at(s spot, n int, repetitions bool) spot {
	if t.repeats && repetitions {
		return spot{s.element, s.component, n + 1}
	}
	return spot{s.element + n*t.stride.element, s.component + n*t.stride.component, 0}
}

// count is how many tuples a segment of so many elements can have.
func (t *tuple) count(elements int, repetitions bool) int {
	first := t.spots[0].element
	switch {
	case first > elements:
		return 0
	case t.stride.element == 0 || t.repeats && repetitions:
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
