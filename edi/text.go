package edi

import "strings"

// textBlock is how much of what a file says shares one memory.
const textBlock = 4 << 10

// memory is where what is kept of a file goes: strings and bytes that live as
// long as anybody holds them. Those read about the same time share blocks of
// textBlock bytes, so that many small interchanges cost few allocations; a
// string that is kept keeps its block.
type memory struct {
	text  strings.Builder
	bytes []byte
}

// Text gives b as a string of its own that may be kept: last, where that reads
// the same, for what one interchange says the next one mostly says again.
func (r *Reader) Text(last string, b []byte) string {
	if string(b) == last {
		return last
	}
	t := &r.memory.text
	if t.Cap()-t.Len() < len(b) {
		if len(b) > textBlock/4 {
			return string(b)
		}
		t.Reset()
		t.Grow(textBlock)
	}
	from := t.Len()
	t.Write(b)
	return t.String()[from:]
}

// Keep gives a copy of b that may be kept.
func (r *Reader) Keep(b []byte) []byte {
	m := &r.memory
	if cap(m.bytes)-len(m.bytes) < len(b) {
		m.bytes = make([]byte, 0, max(textBlock, len(b)))
	}
	from := len(m.bytes)
	m.bytes = append(m.bytes, b...)
	return m.bytes[from:len(m.bytes):len(m.bytes)]
}
