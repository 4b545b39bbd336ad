package bridge

import (
	"fmt"
	"testing"
)

// TestReferences: each document has the one that was added for it, as far as
// memory is spent on changes.
func TestReferences(t *testing.T) {
	var r references
	for i, text := range []string{"", "A", "A", "B", "", "A"} {
		r.add(i+11, text)
	}
	for ordinal, want := range map[int]string{1: "", 11: "", 12: "A", 13: "A", 14: "B", 15: "", 16: "A", 99: "A"} {
		if got := r.of(ordinal); got != want {
			t.Errorf("document %d\n got %q\nwant %q", ordinal, got, want)
		}
	}
	r = nil
	for i := range 2 * maxReferences {
		r.add(i, fmt.Sprint(i))
	}
	if got := r.of(maxReferences - 1); got != fmt.Sprint(maxReferences-1) {
		t.Errorf("the last that is kept\n got %q", got)
	}
	if got := r.of(maxReferences + 5); got != "" || len(r) != maxReferences+1 {
		t.Errorf("one that is not kept\n got %q of %d\nwant nothing", got, len(r))
	}
}
