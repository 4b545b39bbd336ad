package mappings

import (
	"fmt"
	"reflect"
	"strconv"

	"github.com/edibridge/edibridge/edi"
)

// treeNode is the node of a tree that is being written.
type treeNode struct {
	id, parent string
	below      bool // there are nodes below it
}

// number writes the number of a node and that of the one above it.
func (w *maker) number(k *block) {
	w.set(k.tree.id, w.node.id, "")
	for len(w.cur) <= k.tree.parent.element {
		w.cur = append(w.cur, "")
	}
	w.cur[k.tree.parent.element] = w.sp.put(w.cur[k.tree.parent.element], 0, k.tree.parent.component, w.node.parent)
}

// grove is a tree while it is being written.
type grove struct {
	own   bool // the nodes' own numbers are written
	ids   map[string]bool
	count int
}

// tree writes the nodes of a tree, each before those below it. Nodes that all
// have numbers of their own keep them; else all are numbered from 1.
func (w *maker) tree(k *block, array reflect.Value) bool {
	g := &grove{own: true, ids: map[string]bool{}}
	g.gather(k, array, &w.sp.d, 0)
	any := false
	for i := range array.Len() {
		if e := array.Index(i); !w.isTaken(k.group, i) && k.chooses(e, &w.sp.d) {
			any = w.branch(k, g, e, i, "", 1) || any
			w.take(k.group, i, array.Len())
		}
	}
	return any
}

// gather collects the numbers that nodes have.
func (g *grove) gather(k *block, array reflect.Value, d *edi.Delimiters, depth int) {
	if depth > maxLevels {
		return
	}
	for i := range array.Len() {
		e := array.Index(i)
		if !k.isNode(e, d) {
			continue
		}
		id := k.numberOf(e, k.tree.id)
		g.own = g.own && id != "" && !g.ids[id]
		g.ids[id] = true
		if below, ok := k.tree.below.get(e); ok {
			g.gather(k, below, d, depth+1)
		}
	}
}

// isNode tells a node of the tree from the objects of the same array that a row
// below the tree's writes.
func (k *block) isNode(obj reflect.Value, d *edi.Delimiters) bool {
	for _, kid := range k.kids {
		if kid.shape == eachObject && kid.member.pointer == k.tree.below.pointer && kid.chooses(obj, d) {
			return false
		}
	}
	return k.chooses(obj, d)
}

// numberOf is what the document says at the place of a number.
func (k *block) numberOf(obj reflect.Value, s spot) string {
	for i := range k.rows {
		if r := &k.rows[i]; r.spots[0] == s && !r.noPath {
			return r.member.text(obj)
		}
	}
	return ""
}

// branch writes a node and those below it.
func (w *maker) branch(k *block, g *grove, obj reflect.Value, index int, parent string, depth int) bool {
	if depth > maxLevels {
		w.find("mapping.tree.depth", edi.Error, fmt.Sprintf("the tree is deeper than %d levels", maxLevels), k.member.pointer+"/"+strconv.Itoa(index), "")
		return false
	}
	g.count++
	n := &treeNode{id: strconv.Itoa(g.count), parent: parent}
	if g.own {
		n.id = k.numberOf(obj, k.tree.id)
		if said := k.numberOf(obj, k.tree.parent); parent == "" && !g.ids[said] {
			n.parent = said
		}
	}
	below, ok := k.tree.below.get(obj)
	for i := 0; ok && i < below.Len(); i++ {
		n.below = n.below || k.isNode(below.Index(i), &w.sp.d)
	}
	was, at := w.node, &k.member
	if depth > 1 {
		at = &k.tree.below
	}
	w.node = n
	any := w.object(k, at, obj, index)
	w.node = was
	length := w.enter(at, index)
	w.stack = append(w.stack, obj)
	for i := 0; ok && i < below.Len(); i++ {
		if e := below.Index(i); k.isNode(e, &w.sp.d) {
			any = w.branch(k, g, e, i, n.id, depth+1) || any
		}
	}
	w.stack = w.stack[:len(w.stack)-1]
	w.ptr = w.ptr[:length]
	return any
}

// buried tells of objects below one that ends a tree: the message has no place
// for them.
func (w *maker) buried(k *block, obj reflect.Value) {
	if k.leaf == nil {
		return
	}
	v, ok := k.leaf.get(obj)
	for i := 0; ok && i < v.Len(); i++ {
		w.find("mapping.object.unwritten", edi.Error, "nothing stands below "+k.tag+" in the "+w.m.set, k.leaf.pointer+"/"+strconv.Itoa(i), "")
	}
}
