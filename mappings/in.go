package mappings

import (
	"reflect"
	"slices"
	"strings"
)

// scope reads what stands in a loop from a place on into obj.
func (r *reader) scope(b *block, obj reflect.Value, loop, from int) {
	at, used := len(r.heads), len(r.used)
	r.heads = slices.Grow(r.heads, len(b.kids))[:at+len(b.kids)]
	clear(r.heads[at:])
	if b.rivalry {
		r.contend(b, at, loop, from)
	}
	last := r.loops[loop].Last
	for p := from; p <= last; {
		item := p
		if o := int(r.seats[p].opens); o > 0 && r.loops[o].Parent == loop {
			p = r.loops[o].Last + 1
		} else {
			p++
			if int(r.seats[item].loop) != loop {
				continue
			}
		}
		if b.divided {
			r.divide(b, at, item)
		}
		if i := r.match(b, at, item); i >= 0 {
			r.take(at, used, i, item)
		}
	}
	for n := used; n < len(r.used); n++ {
		i := int(r.used[n])
		k, s := b.kids[i], r.heads[at+i]
		switch {
		case k.when != nil && !r.holds(k.when, obj, int(s.head)):
		case k.tree != nil:
			r.tree(k, obj, s)
		default:
			r.items(k, obj, s)
		}
	}
	r.heads, r.used = r.heads[:at], r.used[:used]
}

// take gives a segment to the block at i of the scope whose slots begin at at,
// and notes in the order of writing which blocks have any.
func (r *reader) take(at, used, i, place int) {
	s := &r.heads[at+i]
	if s.head == 0 {
		s.head = int32(place)
		n := len(r.used)
		for n > used && r.used[n-1] > int32(i) {
			n--
		}
		r.used = slices.Insert(r.used, n, int32(i))
	} else {
		r.seats[s.tail].next = int32(place)
	}
	s.tail = int32(place)
	s.taken++
}

// divide opens the blocks that stand behind a segment of this tag.
func (r *reader) divide(b *block, at, place int) {
	for i, k := range b.kids {
		if k.past == r.seats[place].key {
			r.heads[at+i].open = true
		}
	}
}

// match finds the block that takes the segment, the most specific first.
func (r *reader) match(b *block, at, place int) int {
	key := r.seats[place].key
	for n, has := range b.keys {
		if has != key {
			continue
		}
		i := b.order[n]
		k, s := b.kids[i], &r.heads[at+i]
		if int(s.taken) >= k.most || s.closed || k.past > 0 && !s.open || k.qualifier != "" && r.qualifier(place, k.qual) != k.qualifier || !r.says(place, k.beside) {
			continue
		}
		if k.single && !r.offers(k, place) {
			continue
		}
		if s.seen++; k.ordinal > 0 && k.ordinal != int(s.seen) {
			continue
		}
		return i
	}
	return -1
}

func (r *reader) qualifier(place int, q spot) string {
	return r.sp.part(strings.TrimRight(r.src.Element(place, q.element), " "), 0, max(q.component, 1))
}

// says reports whether elements of a segment hold what they must.
func (r *reader) says(place int, all []beside) bool {
	for _, h := range all {
		if r.value(place, h.at, false) != h.value {
			return false
		}
	}
	return true
}

// items reads the segments and loops that a block took.
func (r *reader) items(k *block, around reflect.Value, s slot) {
	if k.shape == eachObject {
		r.each(k, around, s)
		return
	}
	for p := s.head; p != 0; {
		place := int(p)
		p, r.seats[p].next = r.seats[p].next, 0
		before := r.reads
		obj, pointed, was := around, reflect.Value{}, r.trace.here()
		if k.shape == oneObject {
			obj = k.member.reach(around)
			if obj.Kind() == reflect.Pointer {
				pointed = obj
				obj = through(obj)
			}
			r.trace.enter(&k.member, -1)
		}
		r.loop(k, obj, place)
		r.trace.leave(was)
		if r.reads > before {
			k.settle(obj)
		} else if pointed.IsValid() {
			pointed.SetZero()
		}
	}
}

// each reads the segments and loops that a block took, each into an object of
// its own.
func (r *reader) each(k *block, around reflect.Value, s slot) {
	array := k.member.reach(around)
	fresh := r.array(k.number, array, int(s.taken))
	was := r.trace.here()
	for p := s.head; p != 0; {
		place := int(p)
		p, r.seats[p].next = r.seats[p].next, 0
		before := r.reads
		n := array.Len()
		array.SetLen(n + 1)
		obj := array.Index(n)
		r.trace.enter(&k.member, n)
		r.loop(k, obj, place)
		r.trace.leave(was)
		if r.reads > before {
			k.settle(obj)
		} else {
			obj.SetZero()
			array.SetLen(n)
		}
	}
	r.settleArray(k.number, array, fresh)
}

// settle sets the constants of an object that was read.
func (k *block) settle(obj reflect.Value) {
	for i := range k.fixed {
		k.fixed[i].member.setText(obj, k.fixed[i].value)
	}
}

// loop reads a segment and, when it opens a loop, what stands in it.
func (r *reader) loop(k *block, obj reflect.Value, place int) {
	r.segment(k, obj, place)
	if o := int(r.seats[place].opens); o > 0 && len(k.kids) > 0 {
		r.scope(k, obj, o, place+1)
	}
}

// segment reads the elements of one segment.
func (r *reader) segment(k *block, obj reflect.Value, place int) {
	r.load(place)
	for i := range k.steps {
		st := &k.steps[i]
		if int(st.from) > len(r.elements) {
			break
		}
		if st.only && r.elements[st.from-1] == "" {
			continue
		}
		if st.single {
			r.single(st.row, obj, place, st.row.spots[0])
		} else {
			r.row(st.row, obj, place, nil, 0)
		}
	}
	for i := range k.tuples {
		r.tuple(&k.tuples[i], obj, place)
	}
	if k.qualifier != "" {
		r.mark(place, k.qual)
	}
	for _, h := range k.beside {
		r.mark(place, h.at)
	}
}

// tuple reads the tuples of one segment.
func (r *reader) tuple(t *tuple, obj reflect.Value, place int) {
	repeated := r.sp.repetition != ""
	count := t.count(r.width(place), repeated)
	if t.repeats && repeated {
		count = min(count, len(r.sp.divide(r.element(place, t.spots[0].element), r.sp.repetition)))
	}
	if count == 0 {
		return
	}
	array := t.member.reach(obj)
	was := r.trace.here()
	fresh := r.array(t.number, array, min(count, 4))
	for i := range count {
		n := array.Len()
		if n == array.Cap() {
			array.Grow(1)
		}
		array.SetLen(n + 1)
		elem := array.Index(n)
		r.trace.enter(&t.member, n)
		if !r.nth(t, i, elem, place, repeated) {
			elem.SetZero()
			array.SetLen(n)
		}
		r.trace.leave(was)
	}
	r.settleArray(t.number, array, fresh)
}

// nth reads a tuple of a segment, from 0, and reports whether it says anything.
func (r *reader) nth(t *tuple, n int, elem reflect.Value, place int, repeated bool) bool {
	any := false
	for j := range t.rows {
		if w := &t.rows[j]; w.single {
			any = r.single(w, elem, place, t.at(w.spots[0], n, repeated)) || any
		} else {
			any = r.row(w, elem, place, t, n) || any
		}
	}
	if !any {
		return false
	}
	for j := range t.shared {
		r.row(&t.shared[j], elem, place, nil, 0)
	}
	for j := range t.fixed {
		t.fixed[j].member.setText(elem, t.fixed[j].value)
	}
	return true
}
