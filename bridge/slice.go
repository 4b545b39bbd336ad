package bridge

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/edi"
)

// slice gathers what one commit of a translation holds: at most SliceSets
// documents or SliceBytes of their bytes, and what follows from them.
type slice struct {
	docs     []Document
	bytes    int64
	follows  []follow
	bodies   [][]byte         // of follows: an event to several endpoints has one body
	answers  []acknowledgment // acknowledgments still to be written
	sees     []Seen
	unsees   []SeenKey
	numbers  []Number
	findings []edi.Finding
	total    int
	features []Feature
	facts    []Fact             // what its documents say
	told     map[told]struct{}  // of features
	learned  map[ProfileKey]int // documents, by what they are
	leaves   []archive.Leaf     // beside those of follow-ups
	trace    *TraceContext      // that the file goes on with, decided in this slice
	// What is expected from now on, and what acknowledgments settle; settled has
	// those expectations by their id.
	expects     []Expectation
	settlements []Settle
	settled     map[string]Expectation
	members     []Member // of a batch
}

// follow is a follow-up whose body, an index into slice.bodies, is not archived yet.
type follow struct {
	t    Transmission
	body int
}

// full reports whether the slice should be committed. Answers and findings
// count as well: a file may hold a million empty groups.
func (s *slice) full(sets int, size int64) bool {
	return len(s.docs) >= sets || s.bytes >= size || len(s.answers) >= sets || len(s.findings) >= sets || len(s.sees) >= 2*sets || len(s.features) >= 4*sets ||
		len(s.facts) >= factsPerSet*sets || len(s.settled) >= sets
}

// firstOrdinal is the ordinal of the slice's first document; what stands before
// it is in the store.
func (t *translation) firstOrdinal() int { return t.at.Documents - len(t.s.docs) + 1 }

// advance commits the slice and begins the next.
func (t *translation) advance(ctx context.Context) error {
	out, err := t.cut(ctx)
	if err != nil {
		return err
	}
	defer t.b.observeOf(StageTranslate, t.tr)()
	until := t.b.now().Add(t.b.o.Lease)
	if err := t.b.o.Store.Advance(ctx, t.claim, out, until); err != nil {
		return fmt.Errorf("translate %s, slice %d: %w", t.tr.ID, out.Cursor.Slices, err)
	}
	t.b.news.learned(&t.s)
	t.claim.Until = until
	t.done = out.Cursor
	t.at.Slices = out.Cursor.Slices
	t.s = slice{}
	return nil
}

// commit ends the translation with its last slice.
func (t *translation) commit(ctx context.Context, r Result) error {
	out, err := t.cut(ctx)
	if err != nil {
		return err
	}
	out.Leaves = append(out.Leaves, decisionLeaf(t.tr, r.State, &out, t.b.now()))
	r.Slice = out
	end := t.b.observeOf(StageTranslate, t.tr)
	on := t.b.offer(out.Follows)
	claims, err := on.commit(ctx, t.claim, r)
	end()
	on.pass(ctx, claims)
	if err != nil {
		return fmt.Errorf("translate %s: %w", t.tr.ID, err)
	}
	t.b.news.learned(&t.s)
	if len(out.Follows) > 0 || t.at.Slices > 0 {
		wake(t.b.deliverers.woken)
	}
	if t.tr.Ordered || r.Join != nil {
		wake(t.b.translators.woken) // the next one's turn, or a batch that is full
	}
	t.b.o.Log.Info("translated", "transmission", t.tr.ID, "state", r.State, "partner", r.Partner,
		"documents", out.Cursor.Documents, "follows", len(out.Follows), "reason", r.Reason)
	return nil
}

// cut turns what was gathered into a Slice: acknowledgments are written with
// reserved numbers and all bodies of follow-ups made durable.
func (t *translation) cut(ctx context.Context) (Slice, error) {
	s := &t.s
	if err := t.answer(ctx); err != nil {
		return Slice{}, err
	}
	out := Slice{Documents: s.docs, Sees: s.sees, Unsees: s.unsees, Numbers: s.numbers, Findings: s.findings, Total: s.total,
		Features: s.features, Facts: s.facts, Version: t.cfg.Digest, Retention: t.retention(), Leaves: s.leaves, Expects: s.expects, Settles: s.settlements, Continues: s.trace, Members: s.members}
	out.Cursor = t.at
	out.Cursor.Slices++
	end := t.b.observeOf(StageArchive, t.tr)
	var objects []archive.Object
	var err error
	if len(s.bodies) > 0 {
		objects, err = t.b.o.Bodies.PutAll(ctx, "", s.bodies...)
	}
	end()
	if err != nil {
		return Slice{}, fmt.Errorf("translate %s: %w", t.tr.ID, err)
	}
	for i := range s.follows {
		f := &s.follows[i]
		if f.body >= 0 {
			f.t.Body = objects[f.body]
		}
		leaf := bodyLeaf(leafOf(f.t.Kind), &f.t, t.tr.Leaf)
		f.t.Leaf = leaf.ID
		out.Follows = append(out.Follows, f.t)
		out.Leaves = append(out.Leaves, leaf)
	}
	return out, nil
}

// follow adds a follow-up with a body of its own bytes; kind, place and
// endpoint name it.
func (t *translation) follow(f Transmission, place string, body int) {
	now := t.b.now()
	f.ID = FollowID(t.tr.ID, f.Kind, place, f.Endpoint)
	f.Direction, f.State = Out, Held
	f.Sequence, f.Ordinal = t.tr.Sequence, len(t.s.follows)+1+t.at.Slices*followsPerSlice
	f.Created, f.Changed, f.NextAt = now, now, now
	f.Config = t.cfg.Digest
	if len(f.Causes) == 0 {
		f.Causes = []ID{t.tr.ID}
	}
	t.s.follows = append(t.s.follows, follow{t: f, body: body})
}

// followsPerSlice spaces the ordinals of follow-ups, so that those of a later
// slice are greater than those of an earlier one without counting them.
const followsPerSlice = 1 << 20

// body adds bytes to be archived and gives their index.
func (t *translation) body(p []byte) int {
	t.s.bodies = append(t.s.bodies, p)
	return len(t.s.bodies) - 1
}

// stream archives what write makes without holding it in memory.
func (t *translation) stream(ctx context.Context, write func(io.Writer) error) (archive.Object, error) {
	pr, pw := io.Pipe()
	failed := make(chan error, 1)
	go func() {
		err := write(pw)
		pw.CloseWithError(err)
		failed <- err
	}()
	obj, err := t.b.o.Bodies.Put(ctx, "", pr)
	pr.CloseWithError(err)
	if werr := <-failed; err == nil {
		err = werr
	}
	return obj, err
}

// inMemory is write's output as bytes.
func inMemory(write func(io.Writer) error) ([]byte, error) {
	var b bytes.Buffer
	err := write(&b)
	return b.Bytes(), err
}
