package x12

import (
	"fmt"

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

// finish tells of what did not come, of sets that there are in all.
func (r *ackReader) finish(sets int) {
	last := r.m.Segment(r.m.Len())
	r.closeSet(&last)
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
	if sets > maxAnswers && r.each == nil || r.lost {
		r.keep(findingAt(r.m.Path, &last, 0), edi.Info, "x12.ack.limit",
			"the first %d of %d sets are kept, and of their segments and elements the first %d", maxAnswers, sets, maxNotes)
	}
}
