package bridge

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/edibridge/edibridge/bridge/views"
	"github.com/edibridge/edibridge/canonical"
)

// Views keeps what accepted documents say of orders, shipments and stock: see
// package views. Facts are written with their documents ([Slice]); a Transmission
// that is repaired says nothing until it is translated again.
type Views interface {
	// Facts gives what was said of a subject, as it was accepted, at most limit.
	Facts(ctx context.Context, subject views.Subject, limit int) ([]views.Said, error)
	// Subjects gives the subjects of a view, in the order of their bytes.
	Subjects(ctx context.Context, q SubjectQuery) ([]string, error)
	// FactsOf gives what documents of a Transmission say, those of the ordinals from
	// up to through, by ordinal, view and subject.
	FactsOf(ctx context.Context, id ID, from, through int) ([]Fact, error)
	// Retell puts other facts in the place of those of some documents. A document
	// that is not Accepted, or not there, refuses it with ErrConflict, and so does a
	// Transmission that is not Translated. The same again changes nothing.
	Retell(ctx context.Context, r Retelling) error
}

// SubjectQuery selects subjects of a view.
type SubjectQuery struct {
	View   views.View
	Prefix string // "" all
	After  string // behind this one; "" from the first
	Limit  int
}

// Fact is what a document says of one subject. A document says one of each view and
// subject.
type Fact struct {
	views.Fact
	Transmission ID     `json:"transmission"`
	Document     string `json:"document"` // id; filled by queries
	Ordinal      int    `json:"ordinal"`  // of the document within the Transmission
}

// Retelling is what some documents of a Transmission say instead.
type Retelling struct {
	Transmission ID     `json:"transmission"`
	Ordinals     []int  `json:"ordinals"` // of the documents
	Facts        []Fact `json:"facts"`
}

// say keeps what an accepted document says.
func (t *translation) say(d *Document, doc canonical.Document) {
	for _, f := range views.Facts(doc) {
		t.s.facts = append(t.s.facts, Fact{Fact: f, Transmission: d.Transmission, Document: d.ID, Ordinal: d.Ordinal})
	}
}

// factsPerSet spaces the facts of a slice by the documents that it may hold: a stock
// report says one a line.
const factsPerSet = 40

// AllSaid gives what was said of a subject and of those that belong to its state, at
// most limit of each; more is true where there are more.
func AllSaid(ctx context.Context, v Views, subject views.Subject, limit int) (said []views.Said, more bool, err error) {
	said, err = v.Facts(ctx, subject, limit)
	if err != nil {
		return nil, false, fmt.Errorf("%s %s: %w", subject.View, subject.Key, err)
	}
	more = len(said) == limit
	for _, related := range views.Related(said) {
		also, err := v.Facts(ctx, related, limit)
		if err != nil {
			return nil, false, fmt.Errorf("%s %s: %w", related.View, related.Key, err)
		}
		more = more || len(also) == limit
		said = append(said, also...)
	}
	return said, more, nil
}

// ViewCheck holds the facts that are stored against what the stored bytes say under
// a configuration, and mends them where that is wanted.
type ViewCheck struct {
	Store  Store
	Bodies Bodies
	Config *Configuration
	// Retell writes what differs; nil: nothing is written.
	Retell func(context.Context, Retelling) error
}

// FileViews is what became of one file.
type FileViews struct {
	Transmission ID    `json:"transmission"`
	Sequence     int64 `json:"sequence"`
	Documents    int   `json:"documents"` // accepted
	Facts        int   `json:"facts"`     // that they say
	Differing    int   `json:"differing"` // documents of which other facts were stored
	// Kept are documents that were accepted and would not be now: their facts stay.
	Kept   int    `json:"kept"`
	Reason string `json:"reason,omitempty"` // why it could not be tried, "" it was
}

// Run goes over all files behind the sequence after, and what applications handed in,
// in accept order, and tells each to seen. It can be ended and called again.
func (c *ViewCheck) Run(ctx context.Context, after int64, seen func(*FileViews) error) error {
	q := FileQuery{After: after, Through: math.MaxInt64, Limit: replayPage, Handed: true}
	for {
		files, err := c.Store.Files(ctx, q)
		if err != nil {
			return fmt.Errorf("views: %w", err)
		}
		for i := range files {
			f, err := c.file(ctx, &files[i])
			if err == nil {
				err = seen(&f)
			}
			if err != nil {
				return fmt.Errorf("views of %s: %w", files[i].ID, err)
			}
			q.After = files[i].Sequence
		}
		if len(files) < q.Limit {
			return nil
		}
	}
}

// file looks at one file.
func (c *ViewCheck) file(ctx context.Context, t *Transmission) (FileViews, error) {
	f := FileViews{Transmission: t.ID, Sequence: t.Sequence}
	err := c.each(ctx, t, func(s retold) error {
		f.Kept += len(s.keeps)
		f.Documents += len(s.accepted)
		f.Facts += len(s.facts)
		stored, err := c.Store.FactsOf(ctx, t.ID, s.from, s.through)
		if err != nil {
			return err
		}
		r := s.differing(stored)
		f.Differing += len(r.Ordinals)
		if len(r.Ordinals) == 0 || c.Retell == nil {
			return nil
		}
		return c.Retell(ctx, r)
	})
	if errors.Is(err, errManyDocuments) || errors.Is(err, errMustWait) {
		f.Reason, err = err.Error(), nil
	}
	return f, err
}

// Facts are what the documents of one Transmission say. Documents that would not be
// accepted now are left out, and told by ordinal in kept.
func (c *ViewCheck) Facts(ctx context.Context, t Transmission) (facts []Fact, kept []int, err error) {
	err = c.each(ctx, &t, func(s retold) error {
		facts, kept = append(facts, s.facts...), append(kept, s.keeps...)
		return nil
	})
	return facts, kept, err
}

// errMustWait is a file that cannot be translated before an older one.
var errMustWait = errors.New("an older file with the same identity is not translated yet")

// retold is what the documents of one slice say.
type retold struct {
	transmission  ID
	from, through int          // ordinals
	accepted      map[int]bool // then and now
	keeps         []int        // accepted then alone
	facts         []Fact       // of those in accepted
}

// each translates a file again and tells what its accepted documents say.
func (c *ViewCheck) each(ctx context.Context, t *Transmission, tell func(retold) error) error {
	was := map[int]bool{} // accepted, and not looked at again yet
	for d, err := range c.Store.Documents(ctx, DocumentQuery{Transmission: t.ID}) {
		if err != nil {
			return err
		}
		if d.Ordinal > maxReplayDocuments {
			return errManyDocuments
		}
		if d.State == DocumentAccepted {
			was[d.Ordinal] = true
		}
	}
	h := rehearsal{store: c.Store, bodies: c.Bodies, cfg: c.Config}
	r, err := h.run(ctx, t, func(s rehearsed) error {
		if len(s.Documents) == 0 {
			return nil
		}
		out := retold{transmission: t.ID, from: s.Documents[0].Ordinal, through: s.Documents[len(s.Documents)-1].Ordinal, accepted: map[int]bool{}}
		for i := range s.Documents {
			switch d := &s.Documents[i]; {
			case was[d.Ordinal] && d.State == DocumentAccepted:
				out.accepted[d.Ordinal] = true
			case was[d.Ordinal]:
				out.keeps = append(out.keeps, d.Ordinal)
			}
			delete(was, s.Documents[i].Ordinal)
		}
		for _, f := range s.Facts {
			if out.accepted[f.Ordinal] {
				out.facts = append(out.facts, f)
			}
		}
		return tell(out)
	})
	if err != nil || r == nil {
		return cmp.Or(err, errMustWait)
	}
	return tell(retold{transmission: t.ID, keeps: slices.Collect(maps.Keys(was))}) // the file as a whole is refused now
}

// differing is what is to be written so that what is stored is what is said.
func (s *retold) differing(stored []Fact) Retelling {
	have := byOrdinal(stored)
	want := byOrdinal(s.facts)
	r := Retelling{Transmission: s.transmission}
	for ordinal := range s.accepted {
		if !slices.EqualFunc(have[ordinal], want[ordinal], sameFact) {
			r.Ordinals = append(r.Ordinals, ordinal)
		}
	}
	slices.Sort(r.Ordinals)
	for _, ordinal := range r.Ordinals {
		r.Facts = append(r.Facts, want[ordinal]...)
	}
	return r
}

// byOrdinal are the facts of each document, by view and subject.
func byOrdinal(facts []Fact) map[int][]Fact {
	out := map[int][]Fact{}
	for _, f := range facts {
		out[f.Ordinal] = append(out[f.Ordinal], f)
	}
	for _, of := range out {
		slices.SortFunc(of, CompareFacts)
	}
	return out
}

func sameFact(a, b Fact) bool { return CompareFacts(a, b) == 0 && bytes.Equal(a.Data, b.Data) }

// CompareFacts orders the facts of one Transmission by ordinal, view and subject.
func CompareFacts(a, b Fact) int {
	return cmp.Or(cmp.Compare(a.Ordinal, b.Ordinal), cmp.Compare(a.View, b.View), cmp.Compare(a.Subject, b.Subject))
}
