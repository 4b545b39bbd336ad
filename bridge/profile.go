package bridge

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/mappings"
)

// Profiles keeps what is known of what partners send, and how much of it was
// mapped. Both are written with the slices that they come from.
type Profiles interface {
	// Profile gives what is known of a partner's documents of one set and release.
	Profile(ctx context.Context, k ProfileKey) (Profile, error)
	// Features lists what was first seen when, newest first.
	Features(ctx context.Context, q FeatureQuery) ([]Feature, error)
	// FeatureCount says how many features of a partner are kept, and how often one
	// that was new was not, since there are MaxFeatures.
	FeatureCount(ctx context.Context, partner string) (kept, more int64, err error)
	// Coverage gives sums by partner, set, release and day, in their order.
	Coverage(ctx context.Context, q CoverageQuery) ([]Coverage, error)
}

// MaxFeatures bounds the features that are kept of one partner, about 300 bytes
// each: what comes beyond is counted alone.
const MaxFeatures = 20_000

// ProfileKey names documents that are alike.
type ProfileKey struct{ Partner, Set, Release string }

// Profile is what is known of documents that are alike.
type Profile struct {
	Documents int64    // how many there were
	Names     []string // of their features, in order
}

// Feature is a segment, qualifier or code and where it was first seen. Its JSON
// is what "edibridge mapping drift --json" prints.
type Feature struct {
	Partner      string    `json:"partner"`
	Set          string    `json:"set"`
	Release      string    `json:"release"`
	Name         string    `json:"name"` // "PO1/REF:DP": see [mappings.Feature]
	Rule         string    `json:"rule"`
	Path         edi.Path  `json:"path"`
	Value        string    `json:"value"`
	Transmission ID        `json:"transmission"` // in which it was first
	Document     string    `json:"document"`
	At           time.Time `json:"at"`    // when that was received
	Drift        bool      `json:"drift"` // the partner was known already
}

func (f *Feature) key() ProfileKey { return ProfileKey{f.Partner, f.Set, f.Release} }

// FeatureQuery selects features. Zero fields select all.
type FeatureQuery struct {
	Partner, Set string
	All          bool      // not only drift
	Since        time.Time // received at or after
	Limit        int       // 0: 1000
}

// Coverage says how much of a day's documents was mapped: values, as
// [canonical.Coverage] counts them. Its JSON is what "edibridge mapping coverage
// --stored --json" prints.
type Coverage struct {
	Partner   string `json:"partner"`
	Set       string `json:"set"`
	Release   string `json:"release"`
	Day       string `json:"day"` // of receipt, "2006-01-02", UTC
	Documents int64  `json:"documents"`
	Elements  int64  `json:"elements"` // with data
	Mapped    int64  `json:"mapped"`   // of those, read by a row
}

// CoverageQuery selects sums. Zero fields select all.
type CoverageQuery struct {
	Partner, Set string
	Since, Until string // days, Until included
}

// newsroom remembers what is known of what partners send, so that the store is
// asked once. Its methods may be called concurrently; of a nil one nothing is
// news.
type newsroom struct {
	learn bool // nothing is drift
	first int  // documents of which nothing is drift
	mu    sync.Mutex
	known map[ProfileKey]*familiar
}

// familiar is what is known of documents that are alike.
type familiar struct {
	mu        sync.RWMutex
	documents int64
	names     map[string]struct{}
}

// maxFamiliar bounds how many profiles are remembered; with a thousand features
// of 80 bytes each, which is much, they are 160 MB.
const maxFamiliar = 2000

// of gives what is known, from the store the first time.
func (n *newsroom) of(ctx context.Context, s Profiles, k ProfileKey) (*familiar, error) {
	n.mu.Lock()
	f := n.known[k]
	n.mu.Unlock()
	if f != nil {
		return f, nil
	}
	p, err := s.Profile(ctx, k)
	if err != nil {
		return nil, err
	}
	f = &familiar{documents: p.Documents, names: make(map[string]struct{}, len(p.Names))}
	for _, name := range p.Names {
		f.names[name] = struct{}{}
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	if other := n.known[k]; other != nil {
		return other, nil
	}
	if n.known == nil || len(n.known) >= maxFamiliar {
		n.known = map[ProfileKey]*familiar{}
	}
	n.known[k] = f
	return f, nil
}

// learned remembers what a slice that is committed has told.
func (n *newsroom) learned(s *slice) {
	if n == nil {
		return
	}
	for k, documents := range s.learned {
		n.mu.Lock()
		f := n.known[k]
		n.mu.Unlock()
		if f == nil {
			continue
		}
		f.mu.Lock()
		f.documents += int64(documents)
		for i := range s.features {
			if s.features[i].key() == k && len(f.names) < MaxFeatures {
				f.names[s.features[i].Name] = struct{}{}
			}
		}
		f.mu.Unlock()
	}
}

// drift notes what a document has that its partner never sent before. Of the
// first documents nothing is told: they say what is usual.
func (t *translation) drift(ctx context.Context, d *Document, mp *mappings.Mapping, src mappings.Source) error {
	if t.b.news == nil || d.Partner == "" {
		return nil
	}
	k := ProfileKey{d.Partner, d.Type, d.Version}
	f, err := t.b.news.of(ctx, t.b.o.Store, k)
	if err != nil {
		return fmt.Errorf("profile of %s: %w", d.ID, err)
	}
	f.mu.RLock()
	fresh := mp.News(src, func(name []byte) bool { _, ok := f.names[string(name)]; return ok })
	documents, full := f.documents, len(f.names) >= MaxFeatures
	f.mu.RUnlock()
	if t.s.learned == nil {
		t.s.learned = map[ProfileKey]int{}
	}
	alarm := !t.b.news.learn && documents+int64(t.s.learned[k]) >= int64(t.b.news.first)
	t.s.learned[k]++
	for i := range fresh {
		if t.s.tells(k, fresh[i].Name) {
			continue
		}
		at := &fresh[i].Finding
		t.s.features = append(t.s.features, Feature{Partner: k.Partner, Set: k.Set, Release: k.Release, Name: fresh[i].Name, Rule: at.Rule,
			Path: at.Path, Value: at.Value, Transmission: t.tr.ID, Document: d.ID, At: t.tr.Created, Drift: alarm})
		if alarm && !full && len(d.Findings) < t.cfg.Limits.findings() {
			t.add(d, *at)
		}
	}
	return nil
}

// told is a feature that a slice tells of.
type told struct {
	ProfileKey
	name string
}

// tells reports whether a document before has told of a feature; it has from now
// on.
func (s *slice) tells(k ProfileKey, name string) bool {
	_, before := s.told[told{k, name}]
	if s.told == nil {
		s.told = map[told]struct{}{}
	}
	s.told[told{k, name}] = struct{}{}
	return before
}
