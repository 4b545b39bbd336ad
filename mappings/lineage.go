package mappings

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"sync"
)

// Origin is where a value of a document was read. Its JSON is an entry of
// "lineage" in what "edibridge map --lineage" prints.
type Origin struct {
	Offset    int64  `json:"offset"`  // in the file, from 0
	Length    int    `json:"length"`  // in bytes
	Segment   int    `json:"segment"` // within the interchange, from 1
	Tag       string `json:"tag"`
	Element   int    `json:"element"` // from 1
	Component int    `json:"component,omitempty"`
	Row       string `json:"row"`   // "file:line" of the table
	Layer     string `json:"layer"` // name of the mapping whose row it is
}

// Lineage ties the values of one document to the bytes that they were read from,
// both ways. It notes little while a document is read, and finds the rest when it
// is asked; a document that was read without can be read again from the stored
// bytes. It is safe for concurrent use.
type Lineage struct {
	src  Source
	sp   *spelling
	plan *plan

	entries []traced
	objects []traversed // [0] is the document
	in      int32       // the index of the one being read

	once    sync.Once
	origins map[string]Origin
	byStart []string // pointers by where their values begin
}

// traced is one value: where it was read, and into which object. Like
// [traversed] it holds no pointers, at which the collector would have to look.
type traced struct {
	row       int32 // its number
	object    int32 // index in Lineage.objects
	place     int32
	element   int16
	component uint8
	repeated  uint8
	beside    bool // it is the other form of the row's value
}

// traversed is one object that was read: a member of the one around it.
type traversed struct {
	member int32 // its number
	around int32 // index in Lineage.objects
	index  int32 // in an array; -1: it stands in none
}

// reset makes ready for a message of so many elements.
func (l *Lineage) reset(src Source, sp *spelling, p *plan, elements int) *Lineage {
	return &Lineage{src: src, sp: sp, plan: p, entries: slices.Grow(l.entries[:0], elements), objects: append(slices.Grow(l.objects[:0], elements/2), traversed{})}
}

// Origin is where the value at a JSON Pointer was read. Derived and computed
// members have none.
func (l *Lineage) Origin(pointer string) (Origin, bool) {
	l.once.Do(l.resolve)
	o, ok := l.origins[pointer]
	return o, ok
}

// Values are the pointers of the values that the byte at an offset of the file
// was read into.
func (l *Lineage) Values(offset int64) []string {
	l.once.Do(l.resolve)
	i, _ := slices.BinarySearchFunc(l.byStart, offset+1, func(p string, at int64) int { return int(l.origins[p].Offset - at) })
	var found []string
	for i--; i >= 0; i-- {
		o := l.origins[l.byStart[i]]
		if offset < o.Offset+int64(o.Length) {
			found = append(found, l.byStart[i])
		} else if len(found) > 0 || offset-o.Offset > maxValue {
			break
		}
	}
	slices.Sort(found)
	return found
}

// maxValue is further than a value reaches.
const maxValue = 1 << 20

// All gives the origins of all values by their pointers.
func (l *Lineage) All() map[string]Origin {
	l.once.Do(l.resolve)
	return maps.Clone(l.origins)
}

// MarshalJSON is an object of pointers and origins.
func (l *Lineage) MarshalJSON() ([]byte, error) {
	l.once.Do(l.resolve)
	return json.Marshal(l.origins)
}

// resolve finds what each entry says.
func (l *Lineage) resolve() {
	l.origins = make(map[string]Origin, len(l.entries))
	objects := make([]string, len(l.objects))
	for i := range l.entries {
		e := &l.entries[i]
		w := l.plan.rows[e.row]
		p := l.pointer(objects, e.object) + w.member.pointer
		if e.beside {
			p = l.pointer(objects, e.object) + w.beside.pointer
		}
		if _, ok := l.origins[p]; !ok {
			l.byStart = append(l.byStart, p)
		}
		l.origins[p] = l.origin(e, w)
	}
	slices.SortStableFunc(l.byStart, func(a, b string) int { return int(l.origins[a].Offset - l.origins[b].Offset) })
}

// pointer is the JSON Pointer of an object; known has those that were asked for.
func (l *Lineage) pointer(known []string, object int32) string {
	if object == 0 || known[object] != "" {
		return known[object]
	}
	o := &l.objects[object]
	p := l.pointer(known, o.around) + l.plan.members[o.member].pointer
	if o.index >= 0 {
		p += "/" + strconv.Itoa(int(o.index))
	}
	known[object] = p
	return p
}

func (l *Lineage) origin(e *traced, w *row) Origin {
	place, element, component := int(e.place), int(e.element), int(e.component)
	s := l.src.Segment(place)
	o := Origin{Segment: s.Ordinal, Tag: s.Tag, Element: element, Component: component, Row: w.label, Layer: w.layer}
	if component == 0 && e.repeated == 0 {
		o.Offset, o.Length = l.src.Position(place, element)
		return o
	}
	whole := l.src.Element(place, element)
	before := 0
	if e.repeated > 0 {
		for n := 1; n < int(e.repeated); n++ {
			before += l.size(l.sp.part(whole, n, 0)) + 1
		}
		whole = l.sp.part(whole, int(e.repeated), 0)
	}
	for c := 1; c < component; c++ {
		before += l.size(l.sp.part(whole, 1, c)) + 1
	}
	o.Offset, o.Length = l.src.Part(place, element, before, l.size(l.sp.part(whole, 1, component)))
	return o
}

// size is the length of a text in bytes of the file.
func (l *Lineage) size(t string) int { return byteLength(t, l.sp.latin1) }

func byteLength(t string, latin1 bool) int {
	if !latin1 {
		return len(t)
	}
	n := 0
	for range t {
		n++
	}
	return n
}

// add notes a value that was read.
func (l *Lineage) add(w *row, place int, at spot, beside bool) {
	l.entries = append(l.entries, traced{row: w.number, object: l.in, place: int32(place), element: int16(at.element),
		component: uint8(min(at.component, 255)), repeated: uint8(min(at.repetition, 255)), beside: beside})
}

// here is the object being read. A nil Lineage notes nothing.
func (l *Lineage) here() int32 {
	if l == nil {
		return 0
	}
	return l.in
}

// enter goes into a member of the object being read; index is that in an array,
// or -1.
func (l *Lineage) enter(a *access, index int) {
	if l != nil {
		l.objects = append(l.objects, traversed{a.number, l.in, int32(index)})
		l.in = int32(len(l.objects) - 1)
	}
}

// leave goes back to an object.
func (l *Lineage) leave(object int32) {
	if l != nil {
		l.in = object
	}
}

// move says where a node of a tree, which was read before that was known, came to
// stand.
func (l *Lineage) move(object, around int32, a *access, index int) {
	if l != nil {
		l.objects[object] = traversed{a.number, around, int32(index)}
	}
}
