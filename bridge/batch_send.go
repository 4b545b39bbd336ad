package bridge

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/edi"
)

// sending is the translation of one batch: its documents leave in one interchange.
// The interchange is written first, its body is a follow-up of the first slice;
// then the slices say of each document what became of it. What is written is
// told from the documents and the configuration alone, and a run that goes on
// begins with the documents that no slice has told of.
type sending struct {
	*translation
	how     *Dispatch // nil: nothing is agreed any more
	out     Transmission
	numbers []Number
	values  []int64
	drafts  map[ID]*drafted // of the first documents, so that these are drafted once
	left    int64           // bytes that drafts may still hold
}

// drafted is a member's draft, or why there is none.
type drafted struct {
	d       *draft
	refused *Refusal
}

// together carries out step 2 for a batch.
func (t *translation) together(ctx context.Context) error {
	if err := t.b.o.Store.CloseBatch(ctx, t.claim); err != nil {
		return fmt.Errorf("translate %s: close the batch: %w", t.tr.ID, err)
	}
	if t.done.Slices > 0 && t.cfg.Digest != t.tr.Config {
		return fmt.Errorf("translate %s: its interchange was written under configuration %.12s, which cannot be had", t.tr.ID, t.tr.Config)
	}
	s := &sending{translation: t, how: t.cfg.agreed(t.tr), drafts: map[ID]*drafted{}, left: t.b.o.SliceBytes}
	t.at.Documents = t.done.Documents
	if s.how != nil {
		t.keep(s.how.Retention)
		var err error
		if s.numbers, s.values, err = s.reserve(ctx, s.how); err != nil {
			return err
		}
		s.out = s.interchange()
	}
	if t.done.Slices == 0 && s.how != nil {
		if err := s.compose(ctx); err != nil {
			return err
		}
	}
	var after int64
	for {
		members, err := t.b.o.Store.Members(ctx, MemberQuery{Batch: t.tr.ID, State: Batched, After: after, Limit: t.b.o.SliceSets})
		if err != nil {
			return fmt.Errorf("translate %s: %w", t.tr.ID, err)
		}
		if len(members) == 0 {
			return s.end(ctx)
		}
		for i := range members {
			if err := s.member(ctx, &members[i]); err != nil {
				return err
			}
			after = members[i].Sequence
			if len(t.s.members) < t.b.o.SliceSets && t.s.bytes < t.b.o.SliceBytes {
				continue
			}
			if err := t.advance(ctx); err != nil {
				return err
			}
			if t.stop.Err() != nil {
				return errStopping
			}
		}
	}
}

// agreed is what is agreed about the documents of a batch; nil: nothing any more.
func (c *Configuration) agreed(t *Transmission) *Dispatch {
	p := c.partner(t.Partner)
	if p == nil {
		return nil
	}
	for _, d := range p.Dispatches {
		if d.Name == t.Agreement && d.Mode == t.Mode {
			return d
		}
	}
	return nil
}

// end commits the last slice. A batch of which nothing is left has no interchange.
func (s *sending) end(ctx context.Context) error {
	r := Result{State: Translated, Config: s.cfg.Digest}
	if s.at.Documents == 0 {
		r.Reason = "none of its documents could be sent"
		return s.commit(ctx, r)
	}
	r.Control = s.out.Control
	return s.commit(ctx, r)
}

// compose writes the interchange of all documents that can be sent, which is the
// first slice's follow-up.
func (s *sending) compose(ctx context.Context) error {
	first, err := s.b.o.Store.Members(ctx, MemberQuery{Batch: s.tr.ID, State: Batched, Limit: s.b.o.SliceSets + 1})
	if err != nil {
		return fmt.Errorf("translate %s: %w", s.tr.ID, err)
	}
	size, sent := int64(0), 0
	for i := range first {
		size += first[i].Body.Size
	}
	make := func(w io.Writer) error {
		return s.how.write(w, s.values, s.b.now(), s.messages(ctx, &sent))
	}
	body, out := -1, s.out
	if len(first) <= s.b.o.SliceSets && size <= s.b.o.SliceBytes {
		var text []byte
		if text, err = inMemory(make); err == nil && sent > 0 {
			body = s.body(text)
		}
	} else {
		out.Body, err = s.stream(ctx, make)
	}
	if err != nil {
		return fmt.Errorf("translate %s: interchange: %w", s.tr.ID, err)
	}
	if sent == 0 {
		return nil
	}
	s.follow(out, issuePlace, body)
	s.s.numbers = append(s.s.numbers, s.numbers...)
	return nil
}

// messages drafts all documents, one after the other, and gives the messages of
// those that can be sent; sent counts them.
func (s *sending) messages(ctx context.Context, sent *int) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		var after int64
		for {
			page, err := s.b.o.Store.Members(ctx, MemberQuery{Batch: s.tr.ID, State: Batched, After: after, Limit: s.b.o.SliceSets})
			if err != nil {
				yield(nil, err)
				return
			}
			for i := range page {
				d, err := s.draft(ctx, &page[i], *sent+1)
				if err == nil && d.refused != nil {
					continue
				}
				if err != nil {
					yield(nil, err)
					return
				}
				*sent++
				if !yield(d.d.raw, nil) {
					return
				}
			}
			if len(page) < s.b.o.SliceSets {
				return
			}
			after = page[len(page)-1].Sequence
		}
	}
}

// draft drafts a document as the nth of the batch's that are sent, from 1.
func (s *sending) draft(ctx context.Context, m *Transmission, nth int) (*drafted, error) {
	if d := s.drafts[m.ID]; d != nil {
		return d, nil
	}
	if s.how == nil {
		return &drafted{refused: &Refusal{[]Problem{{Rule: "bridge.send.agreement",
			Message: fmt.Sprintf("nothing is agreed with %s any more by the name of %q, for %s", s.tr.Partner, s.tr.Agreement, s.tr.Mode)}}}}, nil
	}
	data, err := s.readOf(ctx, m)
	if err != nil {
		return nil, err
	}
	end := s.b.observeOf(StageMap, s.tr)
	out := &drafted{}
	out.d, err = s.cfg.draft(m.Partner, m.Agreement, data, nth)
	end()
	if err != nil && !errors.As(err, &out.refused) {
		return nil, fmt.Errorf("translate %s: %s: %w", s.tr.ID, m.ID, err)
	}
	if err == nil && int64(len(out.d.raw)) <= s.left && len(s.drafts) < s.b.o.SliceSets {
		s.left -= int64(len(out.d.raw))
		s.drafts[m.ID] = out
	}
	return out, nil
}

// member tells what became of one document.
func (s *sending) member(ctx context.Context, m *Transmission) error {
	d, err := s.draft(ctx, m, s.at.Documents+1)
	if err != nil {
		return err
	}
	delete(s.drafts, m.ID)
	if d.refused != nil {
		s.refuse(m, d.refused)
		return nil
	}
	s.at.Documents++
	doc := d.d.document(m, s.values)
	s.s.docs = append(s.s.docs, doc)
	s.s.bytes += int64(len(d.d.raw))
	s.say(&doc, d.d.doc)
	s.expect(d.d, &doc, s.followID())
	s.s.members = append(s.s.members, Member{ID: m.ID, State: Translated, Control: doc.InterchangeControl})
	s.s.leaves = append(s.s.leaves, memberLeaf(s.tr, m, doc.Control))
	return nil
}

// refuse keeps a document for a person that cannot be sent now.
func (s *sending) refuse(m *Transmission, r *Refusal) {
	found := r.findings(int(m.Body.Size))
	s.s.members = append(s.s.members, Member{ID: m.ID, State: Quarantined, Reason: r.Problems[0].Message,
		Findings: found[:min(len(found), s.cfg.Limits.findings())], Total: len(found)})
}

// memberLeaf says that a document left in a batch, under the control number of its
// set.
func memberLeaf(batch, m *Transmission, control string) archive.Leaf {
	return archive.Leaf{Kind: archive.LeafDecision, ID: leafID(archive.LeafDecision, m.ID, "batch "+string(batch.ID)), Time: batch.Created,
		Parents: []string{m.Leaf, batch.Leaf}, Meta: archive.Commit(metaSalt(m.Body.Salt), archive.Sum([]byte(string(batch.ID)+" "+control)))}
}

// followID is the ID of the batch's interchange.
func (s *sending) followID() ID {
	return FollowID(s.tr.ID, KindInterchange, issuePlace, s.how.To)
}

// interchange is the follow-up that carries all documents to the partner. Batches
// leave in the order in which they were opened.
func (s *sending) interchange() Transmission {
	doc := Document{Type: s.how.Set, Agreement: s.how.Name, Partner: s.how.Partner, Standard: s.how.Standard}
	s.how.numbered(&doc, s.values)
	f := s.carrier(s.how, &doc)
	if s.how.FileName == "" {
		f.Name = fmt.Sprintf("%s-batch-%s.edi", strings.ToLower(s.how.Set), fileSafe(doc.InterchangeControl))
	}
	f.OrderKey, f.Lane, f.Keys = s.tr.BatchQueue(), s.how.Lanes.Lane.OrNormal(), controlKeys(&doc)
	f.Lift = s.how.Lanes.Aging.of(f.Lane, s.tr.Created)
	inSeries(&f, s.scope(s.how, ""), &s.numbers[0])
	return f
}

// findings are the reasons of a refusal as findings on a document of so many bytes.
func (r *Refusal) findings(length int) []edi.Finding {
	out := make([]edi.Finding, len(r.Problems))
	for i, p := range r.Problems {
		out[i] = edi.Finding{Rule: p.Rule, Severity: edi.Error, Message: p.Message, Path: edi.Path(p.Pointer), Length: length}
	}
	return out
}
