package guide

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/edibridge/edibridge/edi"
)

// Whatever a message is, its tree has each segment once, in order, with the path
// that the match gives it.
func TestTree(t *testing.T) {
	lib := embedded(t)
	rnd := rand.New(rand.NewPCG(3, 4))
	for _, name := range []string{"X12 004010 850", "X12 004010 856", "X12 005010 945", "EDIFACT D:96A INVOIC", "EDIFACT D:01B DESADV"} {
		a := &author{g: lib.Named(name), d: plainX12, rnd: rnd, text: map[*SegmentUse]string{}}
		for range 50 {
			a.segs = nil
			a.loop(0, 0)
			at := 1 + rnd.IntN(len(a.segs)-2)
			segs := [][]string{a.segs, slices.Delete(slices.Clone(a.segs), at, at+1), slices.Insert(slices.Clone(a.segs), at, "QQQ")}[rnd.IntN(3)]
			m := documentOf(t, strings.Join(segs, "~")+"~", a.d)
			checkTree(t, a.g.Match(m), m)
		}
	}
}

func checkTree(t *testing.T, mt *Match, m *edi.Message) {
	t.Helper()
	place := 0
	for b, c := range mt.Tree(m).All() {
		place++
		if c.Segment.Place != place {
			t.Fatalf("segment %d: got that at %d", place, c.Segment.Place)
		}
		pl := mt.Placed[place-1]
		if c.Use != pl.Use || b.Index() != pl.Loop || c.Loop != nil {
			t.Fatalf("segment %d: got use %v in loop %d, want %v in %d", place, c.Use, b.Index(), pl.Use, pl.Loop)
		}
		if c.Use != nil && c.Use.Trigger && b.Path() != mt.Path(m, place) {
			t.Fatalf("segment %d: got path %s, want %s", place, b.Path(), mt.Path(m, place))
		}
		if parent, ok := b.Parent(); ok != (b.Depth() > 0) || ok && parent.Depth() != b.Depth()-1 {
			t.Fatalf("segment %d: depth %d, parent's %d %v", place, b.Depth(), parent.Depth(), ok)
		}
	}
	if place != m.Len() {
		t.Fatalf("got %d segments of %d", place, m.Len())
	}
	for b := range mt.Tree(m).All() {
		n := 0
		for range b.Children() {
			n++
			break
		}
		if n != 1 || b.Depth() > 0 && b.Name() == "" {
			t.Fatalf("loop %s: %d children before the break, name %q", b.Path(), n, b.Name())
		}
		break
	}
}
