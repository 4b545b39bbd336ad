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
	if p.Documents == 0 {
		return nil
	}
	var found []edi.Finding
	m.features(src, func(name, rule string, place int, at spot, value string) {
		if p.Seen[name] > 0 || len(found) >= maxFindings || len(p.Seen) >= maxSeen {
			return
		}
		s := src.Segment(place)
		path := src.Path(place)
		if at.element > 0 {
			path = path.Element(s.Tag, at.element, at.component, 0)
		}
		f := edi.Finding{Rule: rule, Severity: edi.Info, Path: path, Interchange: src.Interchange(), Segment: s.Ordinal, Tag: s.Tag,
			Element: at.element, Component: at.component, Value: cut(value), Place: place,
			Message: fmt.Sprintf("%s was in none of %d documents before", name, p.Documents)}
		f.Offset, f.Length = src.Position(place, at.element)
		found = append(found, f)
	})
	return found
}

// Learn adds what is in a message to the profile.
func (m *Mapping) Learn(p *Profile, src Source) {
	if p.Seen == nil {
		p.Seen = map[string]int{}
	}
	p.Documents++
	m.features(src, func(name, _ string, _ int, _ spot, _ string) {
		if _, ok := p.Seen[name]; ok || len(p.Seen) < maxSeen {
			p.Seen[name]++
		}
	})
}

// features gives each thing that a message has, once: the segments by their
// loops, their qualifiers, and the codes of rows that convert by a list.
func (m *Mapping) features(src Source, each func(name, rule string, place int, at spot, value string)) {
	r := m.reader(src, InOptions{})
	defer r.release()
	codes := m.codePlaces()
	seen := map[string]bool{}
	once := func(name, rule string, place int, at spot, value string) {
		if !seen[name] {
			seen[name] = true
			each(name, rule, place, at, value)
		}
	}
	for p := 1; p <= src.Len(); p++ {
		s := src.Segment(p)
		if s.Loop < 0 {
			once(s.Tag+" without a place", "mapping.drift.segment", p, spot{}, "")
			continue
		}
		name := loopPath(r.loops, s.Loop, s.Tag)
		once(name, "mapping.drift.segment", p, spot{}, "")
		q := qualifierSpot(m.standard, s.Tag)
		if v := r.qualifier(p, q); v != "" && m.qualified(s.Tag) {
			once(name+":"+cut(v), "mapping.drift.qualifier", p, q, v)
		}
		for _, at := range codes[s.Tag] {
			if v := r.value(p, at, false); v != "" {
				once(fmt.Sprintf("%s/%s%02d=%s", name, s.Tag, at.element, cut(v)), "mapping.drift.code", p, at, v)
			}
		}
	}
}

// loopPath is a segment by the loops that hold it: "PO1/N1/N3"; the trigger of a
// loop is the loop itself.
func loopPath(loops []Loop, loop int, tag string) string {
	var steps []string
	for l := loop; l > 0; l = loops[l].Parent {
		steps = append([]string{loops[l].Trigger}, steps...)
	}
	if len(steps) == 0 || steps[len(steps)-1] != tag {
		steps = append(steps, tag)
	}
	return strings.Join(steps, "/")
}

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
