package x12

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/edibridge/edibridge/edi"
)

// compare holds the counts of AK9 against each other, against its status and
// against the sets that were told of.
func (r *ackReader) compare(s *edi.Segment) {
	a, verdict := &r.out, r.out.Status.Verdict()
	tell := func(n int, format string, args ...any) {
		r.tell(s, n, edi.Warning, "x12.ack.count", format, args...)
	}
	switch refused := a.Received - a.Accepted; {
	case refused < 0:
		tell(4, "AK904 says %d sets accepted, of %d received", a.Accepted, a.Received)
	case r.nth.set > a.Received:
		tell(3, "AK903 says %d sets received, %d are answered", a.Received, r.nth.set)
	case (verdict == Accepted || verdict == AcceptedWithErrors) && refused > 0,
		verdict == PartiallyAccepted && (refused == 0 || a.Accepted == 0),
		verdict == Rejected && a.Accepted > 0:
		tell(4, "AK904 says %d of %d sets accepted, which is not %s", a.Accepted, a.Received, a.Status)
	case r.out.rejected > refused:
		tell(4, "AK904 says %d of %d sets accepted, %d are answered with a rejection", a.Accepted, a.Received, r.out.rejected)
	case verdict != Rejected && r.accepted > a.Accepted:
		tell(4, "AK904 says %d sets accepted, %d are answered with acceptance", a.Accepted, r.accepted)
	}
}

// repeated tells of sets that are answered more than once, at the second answer
// of the first of them.
func (r *ackReader) repeated() {
	sets := r.out.Sets
	byControl := make([]int32, len(sets))
	for i := range byControl {
		byControl[i] = int32(i)
	}
	slices.SortFunc(byControl, func(a, b int32) int {
		return cmp.Or(strings.Compare(sets[a].Control, sets[b].Control), cmp.Compare(a, b))
	})
	second := int32(-1)
	for i := 1; i < len(byControl); i++ {
		if n := byControl[i]; sets[n].Control != "" && sets[n].Control == sets[byControl[i-1]].Control && (second < 0 || n < second) {
			second = n
		}
	}
	if second < 0 || !r.room() {
		return
	}
	nth := int32(-1)
	for place := 2; place <= r.m.Len(); place++ {
		s := r.m.Segment(place)
		if s.Is("AK2") {
			nth++
		}
		if nth == second {
			r.keep(findingAt(r.m.Path.Segment("AK2", int(nth)+1), &s, 2), edi.Warning, "x12.ack.set.repeated",
				"set %s is answered more than once: where the answers differ, the worst counts", quote(s.Element(2)))
			return
		}
	}
}

// finish tells of what did not come, of sets that there are in all.
func (r *ackReader) finish(sets int) {
	last := r.m.Segment(r.m.Len())
	r.closeSet(&last)
	r.repeated()
	if r.more > 0 {
		f := &r.findings[len(r.findings)-1]
		f.Message = fmt.Sprintf("%s; %d more findings are not told", f.Message, r.more)
	}
	if !r.began {
		r.keep(r.before(&last, r.m.Path, "AK1"), edi.Error, "x12.ack.group.missing",
			"there is no AK1: it is not told which group is answered")
	}
	if !r.ended {
		r.keep(r.before(&last, r.m.Path, "AK9"), edi.Error, "x12.ack.result.missing",
			"there is no AK9: it is not told what became of the group")
	}
	if sets > maxAnswers || r.notes > maxNotes {
		r.keep(findingAt(r.m.Path, &last, 0), edi.Info, "x12.ack.limit",
			"the first %d of %d sets are kept, and of their segments and elements the first %d", maxAnswers, sets, maxNotes)
	}
}
