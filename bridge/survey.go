package bridge

import (
	"context"
	"fmt"
	"io"

	"github.com/edibridge/edibridge/edi"
)

// maxInterchanges bounds what the first pass remembers, and what an answer is
// about: 100,000 interchanges or groups with a finding of about 300 bytes each are
// 30 MB.
const maxInterchanges = 100_000

// envelopes is what is known of a file before its first set is handled. What
// is wrong with a trailer refuses an interchange or a group as a whole, and the
// trailer comes last: so the envelopes are read once before. It costs a small
// part of validating.
type envelopes struct {
	count        int  // interchanges
	grouped      int  // groups
	many         bool // more than maxInterchanges of one of them
	interchanges map[int][]edi.Finding
	groups       map[[2]int][]edi.Finding // by ordinals of interchange and group
	junk         []edi.Finding            // what stands there instead, of a file without any
}

// maxServiceFindings bounds what is kept of one interchange's segments between
// the envelopes.
const maxServiceFindings = 200

// survey is the first pass: the findings on trailers, and on what stands between
// the envelopes, by ordinal.
func (t *translation) survey(ctx context.Context) error {
	w, body, err := t.open(ctx)
	if err != nil {
		return err
	}
	defer body.Close()
	defer t.b.observeOf(StageRead, t.tr)()
	e := &t.bad
	e.interchanges, e.groups = map[int][]edi.Finding{}, map[[2]int][]edi.Finding{}
	for {
		ev, err := w.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return fmt.Errorf("translate %s: %w", t.tr.ID, err)
		}
		switch ev.Kind {
		case edi.BeginInterchange:
			if e.count++; e.count > maxInterchanges {
				e.many = true
				return nil
			}
		case edi.BeginGroup:
			if e.grouped++; e.grouped > maxInterchanges {
				e.many = true
				return nil
			}
		case edi.Junk:
			if e.count == 0 && len(e.junk) < t.cfg.Limits.findings() {
				e.junk = append(e.junk, ev.Findings...)
			}
		case edi.EndGroup:
			if len(ev.Findings) > 0 && len(e.groups) < maxInterchanges {
				e.groups[[2]int{ev.Interchange.Ordinal, ev.Group.Ordinal}] = append([]edi.Finding(nil), ev.Findings...)
			}
		case edi.Service, edi.EndInterchange:
			if n := ev.Interchange.Ordinal; len(ev.Findings) > 0 && len(e.interchanges[n]) < maxServiceFindings {
				e.interchanges[n] = append(e.interchanges[n], ev.Findings...)
			}
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
}
