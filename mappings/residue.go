package mappings

import (
	"strings"

	"github.com/edibridge/edibridge/canonical"
)

// residue takes stock: what no row read, how much was read, and how the message
// was spelled where its values do not tell.
func (r *reader) residue() *canonical.Residue {
	n := r.src.Len()
	res := &canonical.Residue{Entries: []canonical.ResidueEntry{}, Format: []canonical.Format{}}
	r.res.Residue = res
	if n > 0 {
		raw := r.src.Raw(1)
		if i := strings.Index(raw, r.sp.segment); i >= 0 {
			sp := *r.sp // the lineage has the other
			sp.lineBreak = raw[i+len(r.sp.segment):]
			r.sp = &sp
		}
	}
	res.Syntax = r.sp.syntax()
	whole := make([]bool, n+1) // by place: nothing of it was read
	for p := 1; p <= n; p++ {
		whole[p] = r.leftovers(p)
	}
	w := r.m.maker(r.doc)
	w.sp = r.sp
	defer w.release()
	w.all(n+4, len(r.marks)+16)
	ordinals, marks := r.anchor(w, whole)
	res.Anchors = encodeAnchors(marks, ordinals)
	a := assembly{sp: r.sp, w: w, ordinals: ordinals, entries: res.Entries, alone: func(ordinal int) bool {
		p := ordinal - r.first() + 1
		return p >= 1 && p <= n && whole[p]
	}}
	a.run()
	o := &written{sp: r.sp, pieces: a.pieces, lates: w.lates, doc: r.doc, total: n}
	o.settle()
	r.format(o.pieces)
	return res
}

// first is the ordinal of the first segment; the others follow it.
func (r *reader) first() int {
	if r.src.Len() == 0 {
		return 0
	}
	return r.src.Segment(1).Ordinal
}

// leftovers adds the values of a segment that no row read, and counts. It
// reports whether nothing of the segment was read.
func (r *reader) leftovers(place int) (nothing bool) {
	res := r.res.Residue
	s := r.src.Segment(place)
	at := len(res.Entries)
	nothing = true
	for e := 1; e <= s.Elements; e++ {
		switch i := r.at(place, e); r.marks[i] {
		case read, computed:
			nothing = false
			res.Coverage.Elements++
			res.Coverage.Mapped++
		case partly:
			nothing = false
			r.leftover(place, e, i)
		default:
			r.leftover(place, e, -1)
		}
	}
	if nothing && len(res.Entries) == at {
		offset, _ := r.src.Position(place, 0)
		res.Entries = append(res.Entries, canonical.ResidueEntry{Segment: s.Ordinal, Tag: s.Tag, Offset: offset})
	}
	return nothing
}

// leftover adds the values of an element, but for the parts that were read:
// those of the element at index.
func (r *reader) leftover(place, element int, index int32) {
	text := r.src.Element(place, element)
	if text == "" {
		return
	}
	res := r.res.Residue
	s := r.src.Segment(place)
	from := 0
	e := canonical.ResidueEntry{Segment: s.Ordinal, Tag: s.Tag, Element: element}
	repetitions := r.sp.divide(text, r.sp.repetition)
	for i, rep := range repetitions {
		done := r.parts[part{index, int32(i)}]
		components := r.sp.divide(rep, r.sp.component)
		for j, c := range components {
			at := from
			from += r.size(c) + 1
			if strings.Trim(c, " ") == "" {
				continue
			}
			res.Coverage.Elements++
			if done&(1<<(j+1)) != 0 {
				res.Coverage.Mapped++
				continue
			}
			e.Offset, _ = r.src.Part(place, element, at, 0)
			e.Repetition, e.Component = 0, 0
			if len(repetitions) > 1 {
				e.Repetition = i + 1
			}
			if len(components) > 1 {
				e.Component = j + 1
			}
			e.Value = r.sp.unrelease(c)
			res.Entries = append(res.Entries, e)
		}
	}
}

// size is the length of a text in bytes of the file.
func (r *reader) size(t string) int { return byteLength(t, r.sp.latin1) }

// anchor finds for each segment that the document makes the one it was read
// from, by its ordinal, 0 for none.
func (r *reader) anchor(w *maker, whole []bool) (ordinals []int, marks []uint32) {
	var places []int
	var was []uint32
	for p := 1; p <= r.src.Len(); p++ {
		if !whole[p] {
			places = append(places, p)
			was = append(was, r.markOf(p))
		}
	}
	marks = w.marks()
	ordinals = pair(marks, was)
	for i, j := range ordinals {
		if j < 0 {
			ordinals[i] = 0
		} else {
			ordinals[i] = r.src.Segment(places[j]).Ordinal
		}
	}
	return ordinals, marks
}

// markOf is the mark of a segment as the mapping would make it: what was not
// read left out.
func (r *reader) markOf(place int) uint32 {
	s := r.src.Segment(place)
	h := markHash{h: newHash()}
	for e := 1; e <= s.Elements; e++ {
		text := ""
		switch i := r.at(place, e); r.marks[i] {
		case read:
			text = r.src.Element(place, e)
		case partly:
			text = r.only(r.src.Element(place, e), i)
		}
		h.add(text)
	}
	return mark(s.Tag, h.h)
}

// only keeps the parts of v, the element at index, that were read.
func (r *reader) only(v string, index int32) string {
	repetitions := r.sp.divide(v, r.sp.repetition)
	kept := 0
	for j, rep := range repetitions {
		done := r.parts[part{index, int32(j)}]
		parts := r.sp.divide(rep, r.sp.component)
		last := 0
		for i := range parts {
			if done&(1<<(i+1)) == 0 {
				parts[i] = ""
			} else {
				last = i + 1
			}
		}
		if repetitions[j] = strings.Join(parts[:last], r.sp.component); last > 0 {
			kept = j + 1
		}
	}
	return strings.Join(repetitions[:kept], r.sp.repetition)
}

// format notes where the pieces, spelled our way, differ from what was received.
func (r *reader) format(pieces []piece) {
	res := r.res.Residue
	first, n := r.first(), r.src.Len()
	var buf []byte
	for i, place := 0, 1; i < len(pieces) || place <= n; {
		if i < len(pieces) && pieces[i].ordinal == first+place-1 && place <= n {
			raw := r.src.Raw(place)
			buf = r.sp.spell(buf[:0], &pieces[i])
			text := len(buf)
			buf = append(append(buf, r.sp.segment...), r.sp.lineBreak...)
			if raw != string(buf) {
				f := canonical.Format{Segment: first + place - 1, Raw: raw}
				if r.sp.core(raw) != string(buf[:text]) {
					f.Made = string(buf[:text])
				}
				res.Format = append(res.Format, f)
			}
			i, place = i+1, place+1
			continue
		}
		f := canonical.Format{Segment: first + place - 1, Gap: true}
		from := i
		for i < len(pieces) && pieces[i].ordinal == 0 {
			i++
		}
		f.Made = r.sp.join(pieces[from:i])
		for place <= n && (i == len(pieces) || pieces[i].ordinal > first+place-1) {
			f.Raw += r.src.Raw(place)
			f.Count++
			place++
		}
		res.Format = append(res.Format, f)
	}
}
