package mappings

import (
	"reflect"

	"github.com/edibridge/edibridge/edi"
)

// maxLevels bounds how deep a tree is.
const maxLevels = 100

// forest is the nodes of a tree while it is being read.
type forest struct {
	k      *block
	nodes  reflect.Value // a slice, in the order of the message
	places []int
	parent []int   // index of the node above, -1: none
	below  [][]int // indexes of the nodes below
	final  []reflect.Value
	traced []int32 // what the lineage knows each by
	first  int     // number of nodes[0] among those of all trees
}

// tree reads the segments that a block took as nodes, and hangs each below the
// one that its parent's number names.
func (r *reader) tree(k *block, around reflect.Value, s slot) {
	array := k.member.reach(around)
	taken := int(s.taken)
	f := &forest{k: k, nodes: reflect.MakeSlice(array.Type(), taken, taken), below: make([][]int, taken),
		final: make([]reflect.Value, taken), first: r.nodes + 1}
	was, checks := r.trace.here(), len(r.checks)
	r.nodes += taken
	for p := s.head; p != 0; {
		place := int(p)
		p, r.seats[p].next = r.seats[p].next, 0
		n := len(f.places)
		f.places = append(f.places, place)
		r.node = f.first + n
		r.trace.enter(&k.member, n)
		f.traced = append(f.traced, r.trace.here())
		r.loop(k, f.nodes.Index(n), place)
		r.trace.leave(was)
		r.mark(place, k.tree.id)
		r.mark(place, k.tree.parent)
		k.settle(f.nodes.Index(n))
		r.reads++
	}
	r.node = 0
	r.hang(f)
	var tops []int
	for n, up := range f.parent {
		if up < 0 {
			tops = append(tops, n)
		}
	}
	r.build(f, tops, array, &k.member, was)
	for i := checks; i < len(r.checks); i++ {
		if c := &r.checks[i]; c.node > 0 {
			n := c.node - f.first
			c.below = len(f.below[n]) > 0
			if c.obj == f.nodes.Index(n) {
				c.obj = f.final[n]
			}
		}
	}
}

// hang finds the node above each. What names none, itself, or would stand too
// deep stands at the top.
func (r *reader) hang(f *forest) {
	byID := make(map[string]int, len(f.places))
	for n, place := range f.places {
		if id := r.value(place, f.k.tree.id, false); id != "" {
			if _, ok := byID[id]; !ok {
				byID[id] = n
			}
		}
	}
	f.parent = make([]int, len(f.places))
	for n, place := range f.places {
		f.parent[n] = -1
		id := r.value(place, f.k.tree.parent, false)
		if id == "" {
			continue
		}
		up, ok := byID[id]
		if !ok {
			r.find("mapping.tree.parent", edi.Warning, "there is no "+f.k.tag+" with the number "+quoted(id)+": this one stands at the top", place, f.k.tree.parent, id)
			continue
		}
		f.parent[n] = up
		f.below[up] = append(f.below[up], n)
	}
	f.reach(func(n int) {
		place := f.places[n]
		id := r.value(place, f.k.tree.parent, false)
		r.find("mapping.tree.parent", edi.Warning, "below "+quoted(id)+" it would stand below itself, or too deep: it stands at the top", place, f.k.tree.parent, id)
	})
}

// reach goes down from the top and cuts off what stands too deep, and one node of
// each ring, which nothing at the top leads to.
func (f *forest) reach(cutOff func(n int)) {
	depth := make([]int, len(f.parent)) // 0: not reached
	down := func(n int) {
		depth[n] = 1
		for queue := []int{n}; len(queue) > 0; queue = queue[1:] {
			at := queue[0]
			kept := f.below[at][:0]
			for _, kid := range f.below[at] {
				if depth[kid] > 0 || depth[at] == maxLevels {
					continue // reached: it was cut off, and stands at the top
				}
				kept = append(kept, kid)
				depth[kid] = depth[at] + 1
				queue = append(queue, kid)
			}
			f.below[at] = kept
		}
	}
	for n, up := range f.parent {
		if up < 0 {
			down(n)
		}
	}
	for n := range f.parent {
		if depth[n] == 0 {
			cutOff(n)
			f.parent[n] = -1
			down(n)
		}
	}
}

// build puts nodes into an array, and those below each into it.
func (r *reader) build(f *forest, nodes []int, array reflect.Value, member *access, up int32) {
	from := array.Len()
	array.Grow(len(nodes))
	array.SetLen(from + len(nodes))
	for i, n := range nodes {
		to := array.Index(from + i)
		to.Set(f.nodes.Index(n))
		f.final[n] = to
		r.trace.move(f.traced[n], up, member, from+i)
		if len(f.below[n]) > 0 {
			r.build(f, f.below[n], f.k.tree.below.reach(to), &f.k.tree.below, f.traced[n])
		}
	}
}
