package mappings

import (
	"fmt"
	"strings"

	"github.com/edibridge/edibridge/edi"
)

// Profile is what was seen of a partner in one set: segments, qualifiers and
// codes, and how often. Its JSON is what is stored.
type Profile struct {
	Documents int            `json:"documents"`
	Seen      map[string]int `json:"seen"` // "PO1/REF", "PO1/REF:DP", "PO1/PO103=EA": documents that have it
}

// maxSeen bounds a profile: what comes beyond is not told from what is new.
const maxSeen = 20_000

// Drift gives a finding for everything in a message that the profile has never
// seen: mapping.drift.segment, .qualifier, .code. Of a profile without documents
// nothing is new.
func (m *Mapping) Drift(p *Profile, src Source) []edi.Finding {
	if p.Documents == 0 || len(p.Seen) >= maxSeen {
		return nil
	}
	var found []edi.Finding
	for _, f := range m.News(src, func(name []byte) bool { return p.Seen[string(name)] > 0 }) {
		if len(found) < maxFindings {
			f.Finding.Message = fmt.Sprintf("%s was in none of %d documents before", f.Name, p.Documents)
			found = append(found, f.Finding)
		}
	}
	return found
}

// Learn adds what is in a message to the profile.
func (m *Mapping) Learn(p *Profile, src Source) {
	if p.Seen == nil {
		p.Seen = map[string]int{}
	}
	p.Documents++
	for _, f := range m.News(src, func([]byte) bool { return false }) {
		if _, ok := p.Seen[f.Name]; ok || len(p.Seen) < maxSeen {
			p.Seen[f.Name]++
		}
	}
}

// Feature is one thing that a message has: a segment by the loops that hold it,
// its qualifier, or a code of a row that converts by a list.
type Feature struct {
	Name string // "PO1/REF", "PO1/REF:DP", "PO1/PO103=EA"
	// Finding says where it stands and that it is new: mapping.drift.segment,
	// .qualifier or .code, of severity info.
	Finding edi.Finding
}

// maxNews bounds the features that are told of one message.
const maxNews = 2000

// News gives the features of a message that known does not know, each once, in
// document order, at most 2000. known must not keep the name. Where it knows all
// of them, nothing is allocated for them.
func (m *Mapping) News(src Source, known func(name []byte) bool) []Feature {
	n := news{m: m, src: src, r: m.reader(), known: known}
	defer m.giveBack(n.r)
	n.r.open(src, InOptions{})
	t := m.traits()
	n.buf = make([]byte, 0, 256)
	for p := 1; p <= src.Len(); p++ {
		s := src.Segment(p)
		if s.Loop < 0 {
			n.buf = append(append(n.buf[:0], s.Tag...), " without a place"...)
			n.take("mapping.drift.segment", p, spot{}, "")
			continue
		}
		n.buf = appendLoopPath(n.buf[:0], n.r.loops, s.Loop, s.Tag)
		at := len(n.buf)
		n.take("mapping.drift.segment", p, spot{}, "")
		if t.qualified[s.Tag] {
			q := qualifierSpot(m.standard, s.Tag)
			if v := n.r.qualifier(p, q); v != "" {
				n.buf = append(append(n.buf[:at], ':'), cut(v)...)
				n.take("mapping.drift.qualifier", p, q, v)
			}
		}
		for _, sp := range t.codes[s.Tag] {
			if v := n.r.value(p, sp, false); v != "" {
				n.buf = append(append(n.buf[:at], '/'), s.Tag...)
				n.buf = append(n.buf, byte('0'+sp.element/10), byte('0'+sp.element%10), '=')
				n.buf = append(n.buf, cut(v)...)
				n.take("mapping.drift.code", p, sp, v)
			}
		}
	}
	return n.found
}

// news collects what is not known of one message.
type news struct {
	m     *Mapping
	src   Source
	r     *reader
	known func([]byte) bool
	buf   []byte // the name at hand
	found []Feature
	has   map[string]bool // the names of found
}

// take keeps the feature whose name is in buf, if it is new.
func (n *news) take(rule string, place int, at spot, value string) {
	if n.known(n.buf) || n.has[string(n.buf)] || len(n.found) >= maxNews {
		return
	}
	if n.has == nil {
		n.has = map[string]bool{}
	}
	name := string(n.buf)
	n.has[name] = true
	s := n.src.Segment(place)
	path := n.src.Path(place)
	if at.element > 0 {
		path = path.Element(s.Tag, at.element, at.component, 0)
	}
	f := edi.Finding{Rule: rule, Severity: edi.Info, Path: path, Interchange: n.src.Interchange(), Segment: s.Ordinal, Tag: s.Tag,
		Element: at.element, Component: at.component, Value: cut(value), Place: place,
		Message: fmt.Sprintf("%s was never there before", name)}
	f.Offset, f.Length = n.src.Position(place, at.element)
	n.found = append(n.found, Feature{name, f})
}

// traits are what features are told by.
type traits struct {
	codes     map[string][]spot // elements that rows convert by a code list, by tag
	qualified map[string]bool   // tags whose segments the table tells apart
}

func (m *Mapping) workOutTraits() *traits {
	t := &traits{codes: m.codePlaces(), qualified: map[string]bool{}}
	m.plan().root.each(func(k *block) {
		if !t.qualified[k.tag] {
			t.qualified[k.tag] = m.qualified(k.tag)
		}
	})
	return t
}

// appendLoopPath writes a segment by the loops that hold it: "PO1/N1/N3"; the
// trigger of a loop is the loop itself.
func appendLoopPath(buf []byte, loops []Loop, loop int, tag string) []byte {
	var around [maxAround]int
	depth := 0
	for l := loop; l > 0 && depth < maxAround; l = loops[l].Parent {
		around[depth] = l
		depth++
	}
	last := ""
	for i := depth - 1; i >= 0; i-- {
		last = loops[around[i]].Trigger
		buf = append(append(buf, last...), '/')
	}
	if last == tag {
		return buf[:len(buf)-1]
	}
	return append(buf, tag...)
}

// maxAround bounds the loops in a feature's name, the innermost first; guides
// nest no deeper than about ten.
const maxAround = 16

// codePlaces are the elements that rows convert by a code list, by tag.
func (m *Mapping) codePlaces() map[string][]spot {
	found := map[string][]spot{}
	m.plan().root.each(func(k *block) {
		for i := range k.rows {
			if r := &k.rows[i]; r.conv.list != nil {
				found[k.tag] = appendOnce(found[k.tag], r.spots[0])
			}
		}
	})
	return found
}

func appendOnce(all []spot, s spot) []spot {
	for _, has := range all {
		if has == s {
			return all
		}
	}
	return append(all, s)
}

// qualified reports whether the table tells segments of a tag apart, or keeps
// what does as a scheme.
func (m *Mapping) qualified(tag string) bool {
	found := false
	m.plan().root.each(func(k *block) {
		if k.tag != tag {
			return
		}
		found = found || k.qualifier != ""
		for i := range k.rows {
			r := &k.rows[i]
			found = found || same(r.spots[0], k.qual) && (strings.HasSuffix(r.member.pointer, "/scheme") || r.conv.list != nil)
		}
	})
	return found
}

// each gives a block and all below it.
func (k *block) each(do func(*block)) {
	do(k)
	for _, kid := range k.kids {
		kid.each(do)
	}
}
