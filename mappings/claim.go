package mappings

// Which block of a table a segment goes to depends on what the document will say
// of it, and on nothing else: a segment that says nothing to a block of one object
// leaves room for the next. So a message that is written from the document alone is
// read as the document was.

// contend notes which of the blocks that stand in for each other ("else") have
// something to read in a loop, and closes those that come later: their segments
// go to the rows that take the others of their tag.
func (r *reader) contend(b *block, at, loop, from int) {
	last := r.loops[loop].Last
	for p := from; p <= last; p++ {
		if o := int(r.seats[p].opens); int(r.seats[p].loop) != loop && (o == 0 || r.loops[o].Parent != loop) {
			continue
		}
		for i, k := range b.kids {
			if s := &r.heads[at+i]; k.contends && !s.offered && r.fits(k, p) && r.offers(k, p) {
				s.offered = true
			}
		}
	}
	for i, k := range b.kids {
		for _, j := range k.rivals {
			r.heads[at+i].closed = r.heads[at+i].closed || r.heads[at+j].offered
		}
	}
}

// fits reports whether a segment has the tag, the qualifier and the values that a
// block asks for.
func (r *reader) fits(k *block, place int) bool {
	return k.tagKey == r.seats[place].key && (k.qualifier == "" || r.qualifier(place, k.qual) == k.qualifier) && r.says(place, k.beside)
}

// offers reports whether a block can read something of a segment and of what
// stands in its loop.
func (r *reader) offers(k *block, place int) bool {
	for i := range k.rows {
		if r.offersRow(&k.rows[i], place, nil, 0) {
			return true
		}
	}
	repeated := r.sp.repetition != ""
	for i := range k.tuples {
		t := &k.tuples[i]
		for n := range t.count(r.width(place), repeated) {
			for j := range t.rows {
				if r.offersRow(&t.rows[j], place, t, n) {
					return true
				}
			}
		}
	}
	return k.tree != nil || r.offersBelow(k, place)
}

func (r *reader) offersBelow(k *block, place int) bool {
	o := int(r.seats[place].opens)
	if o == 0 || len(k.kids) == 0 {
		return false
	}
	for p := place + 1; p <= r.loops[o].Last; p++ {
		if in := int(r.seats[p].opens); int(r.seats[p].loop) != o && (in == 0 || r.loops[in].Parent != o) {
			continue
		}
		for _, kid := range k.kids {
			if r.fits(kid, p) && r.offers(kid, p) {
				return true
			}
		}
	}
	return false
}

func (r *reader) offersRow(w *row, place int, t *tuple, n int) bool {
	v, any := values{}, false
	for i, s := range w.spots {
		if t != nil {
			s = t.at(s, n, r.sp.repetition != "")
		}
		v[i] = r.value(place, s, w.conv.whole)
		any = any || v[i] != ""
	}
	if !any || w.noPath && w.expr == nil || !r.says(place, w.wheres) {
		return false
	}
	text, _ := w.conv.in(&v, &r.sp.d)
	return text != ""
}

// claim says of the blocks of a scope which of them take a segment only when it
// offers something, and which stand in for each other.
func (c *compiler) claim(k *block) {
	for i, kid := range k.kids {
		if kid.shape != sameObject || len(kid.rows) == 0 || len(kid.kids)+len(kid.tuples) > 0 {
			continue
		}
		for j, before := range k.kids[:i] {
			if before.shape == sameObject && kid.standsIn(before) {
				kid.rivals = append(kid.rivals, j)
				kid.contends, before.contends, k.rivalry = true, true, true
			}
		}
	}
}

// standsIn reports whether all that a block reads is in place of what another one
// reads.
func (k *block) standsIn(other *block) bool {
	any := false
	for i := range k.rows {
		w := &k.rows[i]
		if w.noPath {
			continue
		}
		if !w.alt || w.first == nil || !other.reads(w.member.pointer) {
			return false
		}
		any = true
	}
	return any
}

func (k *block) reads(pointer string) bool {
	for i := range k.rows {
		if w := &k.rows[i]; !w.noPath && w.member.pointer == pointer {
			return true
		}
	}
	return false
}
