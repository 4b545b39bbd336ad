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
	src    Source
	sp     *spelling
	latin1 bool

	entries []traced
	text    []byte   // of the pointers of all entries
	pointer []byte   // of the object being read
	nodes   []string // pointers of the nodes of trees, by number; [0] is the document

	once    sync.Once
	origins map[string]Origin
	byStart []string // pointers by where their values begin
}

// traced is one value: where it was read, and the end of its pointer in text.
type traced struct {
	row       *row
	end       int32
	node      int32
	place     int32
	element   int16
	component uint8
	repeated  uint8
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
	from := int32(0)
	for i := range l.entries {
		e := &l.entries[i]
		p := string(l.text[from:e.end])
		if from = e.end; e.node > 0 && int(e.node) < len(l.nodes) {
			p = l.nodes[e.node] + p
		}
		if _, ok := l.origins[p]; !ok {
			l.byStart = append(l.byStart, p)
		}
		l.origins[p] = l.origin(e)
	}
	slices.SortStableFunc(l.byStart, func(a, b string) int { return int(l.origins[a].Offset - l.origins[b].Offset) })
}

func (l *Lineage) origin(e *traced) Origin {
	place, element, component := int(e.place), int(e.element), int(e.component)
	s := l.src.Segment(place)
	o := Origin{Segment: s.Ordinal, Tag: s.Tag, Element: element, Component: component, Row: e.row.label, Layer: e.row.layer}
	o.Offset, o.Length = l.src.Position(place, element)
	if component == 0 && e.repeated == 0 {
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
	o.Offset, o.Length = o.Offset+int64(before), l.size(l.sp.part(whole, 1, component))
	return o
}

// size is the length of a text in bytes of the file.
func (l *Lineage) size(t string) int { return byteLength(t, l.latin1) }

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

// add notes a value that was read. A nil Lineage notes nothing.
func (l *Lineage) add(w *row, place int, at spot, a *access, node int) {
	l.text = append(append(l.text, l.pointer...), a.pointer...)
	l.entries = append(l.entries, traced{row: w, end: int32(len(l.text)), node: int32(node), place: int32(place),
		element: int16(at.element), component: uint8(min(at.component, 255)), repeated: uint8(min(at.repetition, 255))})
}

// here is how long the pointer is.
func (l *Lineage) here() int {
	if l == nil {
		return 0
	}
	return len(l.pointer)
}

// enter goes to a member, or to an element of an array.
func (l *Lineage) enter(a *access, index int) {
	if l == nil {
		return
	}
	l.pointer = append(l.pointer, a.pointer...)
	if index >= 0 {
		l.pointer = append(l.pointer, '/')
		l.pointer = strconv.AppendInt(l.pointer, int64(index), 10)
	}
}

// leave goes back to where the pointer was so long.
func (l *Lineage) leave(n int) {
	if l != nil {
		l.pointer = l.pointer[:n]
	}
}

// place says where a node of a tree came to stand: in an array of another node,
// or of the object that the pointer names.
func (l *Lineage) place(node, up int, a *access, index int) {
	if l == nil {
		return
	}
	for len(l.nodes) <= node {
		l.nodes = append(l.nodes, "")
	}
	prefix := string(l.pointer)
	if up > 0 {
		prefix = l.nodes[up]
	}
	l.nodes[node] = prefix + a.pointer + "/" + strconv.Itoa(index)
}

// save and restore keep the pointer while nodes of a tree, which do not know
// their own yet, are read.
func (l *Lineage) save() []byte {
	if l == nil {
		return nil
	}
	return slices.Clone(l.pointer)
}

func (l *Lineage) restore(pointer []byte) {
	if l != nil {
		l.pointer = append(l.pointer[:0], pointer...)
	}
}
