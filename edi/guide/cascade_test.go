package guide

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/edibridge/edibridge/edi"
)

// author writes sound documents from a guide, by chance.
type author struct {
	g    *Guide
	d    edi.Delimiters
	rnd  *rand.Rand
	segs []string
	text map[*SegmentUse]string
}

// loop writes the lines of a loop.
func (a *author) loop(loop int32, depth int) {
	l := &a.g.loops[loop]
	bounded := false // an LS stands
	for i := l.first; i < l.end; i++ {
		it := &a.g.items[i]
		n := 1
		switch {
		case loop > 0 && i == l.first, it.use.service:
		case it.pair >= 0:
			if !bounded {
				continue
			}
			bounded = false
		case it.within >= 0 && !bounded:
			continue
		case it.use.Requirement == Mandatory && it.loopUse == nil || it.loopUse != nil && it.loopUse.Requirement == Mandatory:
			n = 1 + a.rnd.IntN(2)
		case a.rnd.IntN(3+depth) > 0:
			continue
		default:
			n = 1 + a.rnd.IntN(3)
		}
		n = min(n, int(it.max))
		if it.use.Tag == "LS" {
			n, bounded = 1, true
		}
		for range n {
			if optional := it.loop < 0 && it.pair < 0 && !it.missing && !it.use.service && (loop == 0 || i > l.first); optional && len(a.segs) > 120 {
				break
			}
			if it.loop >= 0 {
				a.loop(it.loop, depth+1)
				continue
			}
			a.segs = append(a.segs, a.segment(it.use))
		}
	}
}

func (a *author) segment(use *SegmentUse) string {
	if s, ok := a.text[use]; ok {
		return s
	}
	f := &filler{g: a.g, d: a.d}
	f.segment(use)
	a.text[use] = strings.TrimSuffix(f.text.String(), string(a.d.Segment))
	return a.text[use]
}

func (a *author) validate(v *Validator, segs []string) *Result {
	m, err := edi.ReadMessage([]byte(strings.Join(segs, string(a.d.Segment))+string(a.d.Segment)), a.d)
	if err != nil {
		panic(err)
	}
	return v.Validate(a.g, m, Options{Severity: agreeing})
}

// agreeing waives what values that are made up cannot hold to.
var agreeing = map[string]edi.Severity{"x12.total.count": "", "x12.total.sum": "", "x12.hierarchy.parent": "", "x12.hierarchy.children": "", "x12.hierarchy.id": "",
	"edifact.total.count": "", "edifact.total.sum": "", "edifact.hierarchy.parent": "", "edifact.hierarchy.id": "", "x12.loop.identifier": "",
	"x12.element.unique": "", "edifact.element.unique": "", "edifact.element.value": ""}

// mutations break a document in one place: at is the index of the segment, foreign
// one that the guide has somewhere. Those with the same result as before are nil.
var mutations = map[string]func(doc []string, at int, foreign string) []string{
	"drop":   func(doc []string, at int, _ string) []string { return slices.Delete(doc, at, at+1) },
	"double": func(doc []string, at int, _ string) []string { return slices.Insert(doc, at, doc[at]) },
	"swap": func(doc []string, at int, _ string) []string {
		if at+2 < len(doc) {
			doc[at], doc[at+1] = doc[at+1], doc[at]
		}
		return doc
	},
	"stranger": func(doc []string, at int, _ string) []string { return slices.Insert(doc, at, "QQQ") },
	"foreign":  func(doc []string, at int, foreign string) []string { return slices.Insert(doc, at, foreign) },
}

// outcome counts the findings of mutated documents.
type outcome struct{ documents, wrong, two, more, near int }

// TestOneMistakeIsOneFinding breaks documents that are written from every guide by
// chance, each in one place. A tag that does not exist is one finding, always and
// there. What else is put in, left out, doubled or swapped is one, too, but for a
// few: never more than two, never one before the place.
func TestOneMistakeIsOneFinding(t *testing.T) {
	lib := embedded(t)
	rnd := rand.New(rand.NewPCG(1, 2))
	total := map[string]*outcome{}
	for op := range mutations {
		total[op] = &outcome{}
	}
	for _, name := range lib.Names() {
		a := &author{g: lib.Named(name), d: plainX12, rnd: rnd, text: map[*SegmentUse]string{}}
		if a.g.Standard() == edi.EDIFACT {
			a.d = syntax3
		}
		for range 6 {
			a.segs = nil
			a.loop(0, 0)
			a.mutate(t, total)
		}
	}
	for op, o := range total {
		t.Logf("%s: %d documents, %d with findings, %d with two, %d with more; the first is at the place in %d", op, o.documents, o.wrong, o.two, o.more, o.near)
		if o.documents < 2000 || o.more > 0 || o.two*50 > o.wrong || o.near*10 < o.wrong*9 {
			t.Errorf("%s: got %+v, want more than two findings in none, two in at most 1 of 50 that are wrong, and the place in 9 of 10", op, *o)
		}
	}
}

// mutate breaks the author's document in each way.
func (a *author) mutate(t *testing.T, total map[string]*outcome) {
	var v Validator
	if r := a.validate(&v, a.segs); r.Total > 0 {
		t.Errorf("%s: a document of its lines is not sound: %v", a.g.Name(), r.Findings[0].String())
		return
	}
	for _, op := range sortedKeys(mutations) {
		o, change := total[op], mutations[op]
		for range 10 {
			at := 1 + a.rnd.IntN(len(a.segs)-2)
			foreign := a.g.items[a.rnd.IntN(len(a.g.items))].use
			if foreign.service {
				continue
			}
			r := a.validate(&v, change(slices.Clone(a.segs), at, a.segment(foreign)))
			o.documents++
			if r.Total == 0 {
				continue
			}
			o.wrong++
			if r.Total == 2 {
				o.two++
			} else if r.Total > 2 {
				o.more++
			}
			first := r.Findings[0].Place
			if first == at+1 || first == at+2 {
				o.near++
			}
			if op == "stranger" && (r.Total != 1 || first != at+1) || first < at {
				t.Errorf("%s: %s at segment %d: got %d findings, the first at %d", a.g.Name(), op, at+1, r.Total, first)
			}
		}
	}
}
