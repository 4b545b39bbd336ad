package guide_test

import (
	"slices"
	"strings"
	"testing"
)

// A draft of any guide that ships is a document with nothing wrong in it.
func TestDraft(t *testing.T) {
	lib := shipped(t)
	for _, name := range lib.Names() {
		g := lib.Named(name)
		e := g.Draft("a draft")
		for _, f := range g.Test(e) {
			t.Errorf("draft of %s: %s\n%s", name, f.Text, strings.Join(e.Segments, "\n"))
		}
	}
}

func TestDraftUsual(t *testing.T) {
	g := standard(t, "")
	e := g.Draft("an order", "N1/N4", "PO1/PID", "CTT")
	want := strings.Fields("ST BEG N1 N4 PO1 PID CTT SE")
	var got []string
	for _, s := range e.Segments {
		tag, _, _ := strings.Cut(s, "*")
		got = append(got, tag)
	}
	if !slices.Equal(got, want) {
		t.Errorf("segments\n got %s\nwant %s", got, want)
	}
	if f := g.Test(e); len(f) > 0 {
		t.Errorf("the draft fails: %+v\n%s", f, strings.Join(e.Segments, "\n"))
	}
	if got, want := e.Segments[0]+" "+e.Segments[7], "ST*850*0001 SE*8*0001"; got != want {
		t.Errorf("envelope\n got %s\nwant %s", got, want)
	}
}
