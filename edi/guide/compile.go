package guide

import (
	"fmt"
	"strings"

	"github.com/edibridge/edibridge/edi"
)

// item is one line of a guide in the form that the matcher runs on.
type item struct {
	max     uint32
	loop    int32 // the loop it opens, or -1
	head    int32 // first line with this tag in the same loop
	next    int32 // next one after this, or -1
	pair    int32 // of LE: the line of its LS, else -1
	within  int32 // of a line between LS and LE: the line of LE, else -1
	missing bool  // mandatory: skipped, it is missed
	use     *SegmentUse
	loopUse *LoopUse // of a loop
}

// loopSpec is one loop in the form that the matcher runs on; loop 0 is the set.
type loopSpec struct {
	first, end int32    // its lines in Guide.items; the first is its trigger
	parent     int32    // -1 for the set
	deep       []uint64 // bit set over tags that stand in it at any depth
	use        *LoopUse
	rules      []*rule // that ask for, forbid or count what is directly in it
}

// tagTable numbers the tags of a guide from 0: open addressing over tags packed
// into a word.
type tagTable struct {
	slots [512]struct {
		key uint32
		id  int32
	}
	names []string
}

// maxTags keeps the table at most half full.
const maxTags = 256

// packTag makes a word of a tag of two or three bytes; it is 0 for any other.
func packTag(t []byte) uint32 {
	switch len(t) {
	case 2:
		return uint32(t[0])<<16 | uint32(t[1])<<8
	case 3:
		return uint32(t[0])<<16 | uint32(t[1])<<8 | uint32(t[2])
	}
	return 0
}

// id is the number of a tag, or -1.
func (t *tagTable) id(tag []byte) int32 {
	k := packTag(tag)
	if k == 0 {
		return -1
	}
	for h := k * 0x9E3779B1 >> 23; ; h = (h + 1) % uint32(len(t.slots)) {
		switch t.slots[h].key {
		case k:
			return t.slots[h].id
		case 0:
			return -1
		}
	}
}

// add numbers a tag.
func (t *tagTable) add(tag string) int32 {
	if id := t.id([]byte(tag)); id >= 0 {
		return id
	}
	k := packTag([]byte(tag))
	h := k * 0x9E3779B1 >> 23
	for t.slots[h].key != 0 {
		h = (h + 1) % uint32(len(t.slots))
	}
	id := int32(len(t.names))
	t.slots[h].key, t.slots[h].id = k, id
	t.names = append(t.names, tag)
	return id
}

// source is what a guide is made of.
type source struct {
	decl     *guideDecl   // the guide itself
	base     *guideDecl   // the standard's guide beneath; decl when that is one
	layers   []*guideDecl // overlays, innermost first
	dict     *dictionary
	siblings siblings
}

// compiler makes one guide.
type compiler struct {
	g     *Guide
	probs *problems
}

// compileGuide makes the effective guide. What is wrong goes to p; then the
// guide must not be used.
func compileGuide(s source, p *problems) *Guide {
	g := &Guide{
		standard: edi.Standard(s.base.standard), release: s.base.release, set: s.base.set,
		name: s.decl.name, base: s.base.name, title: s.decl.title, dict: s.dict, siblings: s.siblings,
	}
	if g.title == "" {
		g.title = s.base.title
	}
	c := &compiler{g: g, probs: p}
	if !c.complete(s.base) {
		return g
	}
	c.loop(nil, -1, s.base.items)
	c.tables()
	c.listLines(s.base.items, "", 0)
	c.overlay(append([]*guideDecl{s.base}, s.layers...))
	g.digest = newDigest(g)
	return g
}

// complete reports whether the declaration can be compiled; what is wrong with
// it as a whole is noted once, at its own place.
func (c *compiler) complete(d *guideDecl) bool {
	if len(d.items) == 0 {
		c.probs.add(d.at, 0, "guide %s has no lines: expected heading and what is in it", d.name)
		return false
	}
	if first, want := d.items[0], header(c.g.standard); first.tag != want || first.loop {
		c.probs.add(first.at, 0, "the first line is %s: expected %s", first.tag, want)
	}
	if last, want := d.items[len(d.items)-1], trailer(c.g.standard); last.tag != want || last.loop {
		c.probs.add(last.at, 0, "the last line is %s: expected %s", last.tag, want)
	}
	return c.check(d.items)
}

// header is the segment that begins a set or message.
func header(s edi.Standard) string {
	if s == edi.EDIFACT {
		return "UNH"
	}
	return "ST"
}

// trailer is the segment that ends a set or message.
func trailer(s edi.Standard) string {
	if s == edi.EDIFACT {
		return "UNT"
	}
	return "SE"
}

// check looks at lines and what is in them.
func (c *compiler) check(items []*itemDecl) bool {
	ok := true
	for _, it := range items {
		if c.g.dict.segments[it.tag] == nil {
			c.probs.add(it.at, 0, "segment %s: the dictionary of %s %s does not define it", it.tag, c.g.standard, c.g.release)
			ok = false
		}
		if !it.loop {
			continue
		}
		if len(it.children) == 0 || it.children[0].loop || it.children[0].tag != it.tag || it.children[0].max != 1 {
			c.probs.add(it.at, 0, "loop %s: expected its trigger as its first line, %s with at most 1 use, indented", it.tag, it.tag)
			ok = false
			continue
		}
		ok = c.check(it.children) && ok
	}
	return ok
}

// loop adds a loop and its lines and gives its number. Lines of one loop follow
// each other in Guide.items; those of inner loops stand behind.
func (c *compiler) loop(use *LoopUse, parent int32, decls []*itemDecl) int32 {
	g := c.g
	index := int32(len(g.loops))
	first := int32(len(g.items))
	g.loops = append(g.loops, loopSpec{first: first, end: first + int32(len(decls)), parent: parent, use: use})
	g.items = append(g.items, make([]item, len(decls))...)
	for i, d := range decls {
		at := first + int32(i)
		g.tags.add(d.tag)
		if len(g.tags.names) > maxTags {
			c.probs.add(d.at, 0, "more than %d different segments", maxTags)
			return index
		}
		trigger := use != nil && i == 0
		if !d.loop {
			su := c.segmentUse(d, use, at)
			su.Trigger = trigger
			g.items[at] = item{max: uint32(d.max), loop: -1, pair: -1, within: -1, use: su,
				missing: d.req == Mandatory && !trigger && !su.service}
			continue
		}
		lu := &LoopUse{Trigger: d.tag, ID: d.id, Name: d.name, Area: d.area, Position: d.position,
			Requirement: d.req, Max: d.max, Parent: use, Origin: d.at, index: int32(len(g.loops)), item: at}
		inner := c.loop(lu, index, d.children)
		g.items[at] = item{max: uint32(d.max), loop: inner, pair: -1, within: -1, missing: d.req == Mandatory,
			use: g.items[g.loops[inner].first].use, loopUse: lu}
	}
	return index
}

func (c *compiler) segmentUse(d *itemDecl, loop *LoopUse, at int32) *SegmentUse {
	spec := c.g.dict.specs[d.tag]
	name := d.name
	if name == "" {
		name = spec.name
	}
	return &SegmentUse{Tag: d.tag, Name: name, Area: d.area, Position: d.position, Requirement: d.req,
		Max: d.max, Loop: loop, Origin: d.at, spec: spec, item: at,
		service: loop == nil && (d.tag == header(c.g.standard) || d.tag == trailer(c.g.standard))}
}

// tables fills what the matcher looks up: the lines of each tag in each loop,
// the pairs of LS and LE, the tags within each loop, the lines that can be missed.
func (c *compiler) tables() {
	g := c.g
	tags := len(g.tags.names)
	g.first = make([]int32, len(g.loops)*tags)
	for i := range g.first {
		g.first[i] = -1
	}
	for n := len(g.loops) - 1; n >= 0; n-- { // inner loops have higher numbers
		l := &g.loops[n]
		l.deep = make([]uint64, (tags+63)/64)
		first := g.first[n*tags : (n+1)*tags]
		for i := l.end - 1; i >= l.first; i-- { // backwards: first and next come out in order
			it := &g.items[i]
			tag := g.tags.id([]byte(it.use.Tag))
			it.next = first[tag]
			first[tag] = i
			l.deep[tag/64] |= 1 << (tag % 64)
			if it.loop >= 0 {
				for w, bits := range g.loops[it.loop].deep {
					l.deep[w] |= bits
				}
			}
			if it.use.Tag == "LE" {
				if it.pair = c.opener(l, i); it.pair >= 0 {
					for j := it.pair + 1; j < i; j++ {
						g.items[j].within = i
					}
				}
			}
		}
		for i := l.first; i < l.end; i++ {
			g.items[i].head = first[g.tags.id([]byte(g.items[i].use.Tag))]
		}
	}
	g.mand = make([]int32, len(g.items)+1)
	g.mand[len(g.items)] = int32(len(g.items))
	for i := len(g.items) - 1; i >= 0; i-- {
		g.mand[i] = g.mand[i+1]
		if g.items[i].missing || g.items[i].pair >= 0 {
			g.mand[i] = int32(i)
		}
	}
}

// opener is the line of the LS that the LE at line i closes, or -1.
func (c *compiler) opener(l *loopSpec, i int32) int32 {
	for j := i - 1; j >= l.first; j-- {
		if use := c.g.items[j].use; use.Tag == "LS" && c.g.items[j].loop < 0 {
			return j
		}
	}
	return -1
}

// listLines fills Guide.lines from the declaration.
func (c *compiler) listLines(decls []*itemDecl, prefix string, depth int) {
	for _, d := range decls {
		place := prefix + d.tag
		if depth > 0 && !d.loop && prefix == d.tag+"/" {
			place = d.tag
		}
		c.g.lines = append(c.g.lines, Line{Place: place, Text: d.text(depth), Origin: d.at})
		if d.loop {
			c.listLines(d.children, prefix+d.tag+"/", depth+1)
		}
	}
}

// text is the line as it could be written.
func (d *itemDecl) text(depth int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s%-4s", strings.Repeat("    ", depth), d.position)
	if d.loop {
		b.WriteString("loop ")
	}
	most := "*"
	if d.max != Unlimited {
		most = fmt.Sprint(d.max)
	}
	fmt.Fprintf(&b, "%-3s %s %s", d.tag, d.req, most)
	if d.id != "" {
		b.WriteString(" id " + d.id)
	}
	if d.name != "" {
		b.WriteString(` "` + escape.Replace(d.name) + `"`)
	}
	return b.String()
}
