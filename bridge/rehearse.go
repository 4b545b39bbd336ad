package bridge

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"time"

	"github.com/edibridge/edibridge/archive"
)

// rehearsal translates a file by the very code that translates what comes in,
// under a configuration that is tried, over a store and an archive that keep
// nothing.
type rehearsal struct {
	store  Store  // read only
	bodies Bodies // read only
	cfg    *Configuration
	learn  bool // slices hold all features that are not known
}

// rehearsed is a slice that was not committed; body gives what a follow-up would
// carry, nil where that was too large to keep.
type rehearsed struct {
	*Slice
	body func(archive.Object) []byte
}

// maxReplayDocuments bounds the documents of one file that can be tried: what an
// acknowledgment says of them is held in memory, about 500 bytes each.
const maxReplayDocuments = 100_000

// errManyDocuments refuses a file with more.
var errManyDocuments = fmt.Errorf("more than %d documents in one file", maxReplayDocuments)

// run translates a file and shows each slice; the result is nil when it has to
// wait for another file.
func (h *rehearsal) run(ctx context.Context, t *Transmission, show func(rehearsed) error) (*Result, error) {
	s := &rehearsalStore{Store: h.store, of: t.ID, show: show, seen: map[SeenKey]Seen{}, made: map[archive.Hash][]byte{}}
	b := New(Options{
		Store: s, Bodies: &rehearsalBodies{h.bodies, s},
		Config: func() *Configuration { return h.cfg },
		Now:    func() time.Time { return t.Created }, // the same at each run
	})
	b.news, b.rehearses = nil, true
	if h.learn {
		b.news = &newsroom{learn: true}
	}
	anew := *t
	anew.State, anew.Findings, anew.Total, anew.Reason = Accepted, nil, 0, ""
	err := b.translate(ctx, ctx, Claim{Transmission: anew, Step: StepTranslate, Token: 1})
	if err != nil {
		return nil, err
	}
	return s.result, nil
}

// rehearsalStore is a Store that takes the slices of one file and keeps them for
// as long as the translation asks for them.
type rehearsalStore struct {
	Store
	of      ID
	show    func(rehearsed) error
	seen    map[SeenKey]Seen
	docs    []Document // as far as acknowledgments speak of them
	made    map[archive.Hash][]byte
	numbers int64
	result  *Result
}

func (s *rehearsalStore) Advance(_ context.Context, _ Claim, sl Slice, _ time.Time) error {
	return s.take(&sl)
}

func (s *rehearsalStore) Commit(_ context.Context, _ Claim, r Result) error {
	s.result = &r
	return s.take(&r.Slice)
}

func (s *rehearsalStore) CommitOn(ctx context.Context, c Claim, r Result, _ Onward) ([]Claim, error) {
	return nil, s.Commit(ctx, c, r)
}

// take shows a slice, then forgets its bodies.
func (s *rehearsalStore) take(sl *Slice) error {
	for _, e := range sl.Sees {
		e.Transmission, e.Finished = s.of, true
		s.seen[e.SeenKey] = e
	}
	for _, k := range sl.Unsees {
		delete(s.seen, k)
	}
	for i := range sl.Documents {
		d := &sl.Documents[i]
		s.docs = append(s.docs, Document{Transmission: s.of, Ordinal: d.Ordinal, Interchange: d.Interchange, Group: d.Group, Set: d.Set,
			Standard: d.Standard, Type: d.Type, Version: d.Version, Control: d.Control, Findings: d.Findings, Verdict: d.Verdict, State: d.State})
	}
	if len(s.docs) > maxReplayDocuments {
		return errManyDocuments
	}
	err := s.show(rehearsed{sl, func(o archive.Object) []byte { return s.made[o.SHA256] }})
	clear(s.made)
	return err
}

// Reserve gives numbers that nobody will see.
func (s *rehearsalStore) Reserve(_ context.Context, _ Claim, scopes []Scope) ([]Number, error) {
	out := make([]Number, len(scopes))
	for i, scope := range scopes {
		s.numbers++
		out[i] = Number{Series: scope.Series, Value: (s.numbers-1)%scope.Max + 1, For: scope.For, State: NumberReserved}
	}
	return out, nil
}

// Release ends a translation that has to wait: there is no result.
func (s *rehearsalStore) Release(context.Context, Claim, time.Time) error { return nil }

// Seen gives what this file used up in slices before, and what is stored.
func (s *rehearsalStore) Seen(ctx context.Context, keys []SeenKey) ([]Seen, error) {
	stored, err := s.Store.Seen(ctx, keys)
	if err != nil {
		return nil, err
	}
	var out []Seen
	for _, k := range keys {
		if e, ok := s.seen[k]; ok {
			out = append(out, e)
			continue
		}
		for _, e := range stored {
			if e.SeenKey == k {
				out = append(out, e)
				break
			}
		}
	}
	return out, nil
}

// Documents gives those of this file as they were made now.
func (s *rehearsalStore) Documents(ctx context.Context, q DocumentQuery) iter.Seq2[Document, error] {
	if q.Transmission != s.of {
		return s.Store.Documents(ctx, q)
	}
	return func(yield func(Document, error) bool) {
		for _, d := range s.docs {
			if q.Interchange != 0 && d.Interchange != q.Interchange || q.Group != 0 && d.Group != q.Group || q.Before != 0 && d.Ordinal >= q.Before {
				continue
			}
			if !yield(d, nil) {
				return
			}
		}
	}
}

// rehearsalBodies reads the archive and writes nothing to it.
type rehearsalBodies struct {
	Bodies
	s *rehearsalStore
}

// Put takes a body that is too large to be kept.
func (b *rehearsalBodies) Put(_ context.Context, peer string, body io.Reader) (archive.Object, error) {
	n, err := io.Copy(io.Discard, body)
	return archive.Object{Peer: peer, Size: n}, err
}

// PutAll keeps bodies until the slice is shown.
func (b *rehearsalBodies) PutAll(_ context.Context, peer string, bodies ...[]byte) ([]archive.Object, error) {
	out := make([]archive.Object, len(bodies))
	for i, body := range bodies {
		sum := archive.Sum(body)
		b.s.made[sum] = body
		out[i] = archive.Object{Peer: peer, SHA256: sum, Size: int64(len(body)), Stored: sum}
	}
	return out, nil
}

// readBody gives a body whole; what is larger than limit is an error.
func readBody(ctx context.Context, bodies Bodies, o archive.Object, limit int64) ([]byte, error) {
	if o.Size > limit {
		return nil, fmt.Errorf("a body of %d bytes; at most %d are read at once", o.Size, limit)
	}
	r, err := bodies.Get(ctx, o)
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(r)
	return data, errors.Join(err, r.Close())
}
