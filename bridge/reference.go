package bridge

import "sort"

// references are the implementation conventions (ST03) that the sets of a group
// follow, for AK203: one entry where it changes. Almost always there is one.
type references []reference

type reference struct {
	from int // ordinal of the first document that follows it
	text string
}

// maxReferences bounds the changes that are kept of one group, about 50 bytes
// each: of the sets behind, AK203, which is optional, is not told.
const maxReferences = 10_000

// add takes the next document's.
func (r *references) add(ordinal int, text string) {
	list := *r
	switch n := len(list); {
	case n > 0 && list[n-1].text == text, n == 0 && text == "", n > maxReferences:
		return
	case n == maxReferences:
		text = ""
	}
	*r = append(list, reference{ordinal, text})
}

// of is that of a document.
func (r references) of(ordinal int) string {
	if i := sort.Search(len(r), func(i int) bool { return r[i].from > ordinal }); i > 0 {
		return r[i-1].text
	}
	return ""
}
