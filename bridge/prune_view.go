package bridge

import (
	"context"
	"reflect"
	"time"

	"github.com/edibridge/edibridge/bridge/views"
)

// What is looked at at once: so much of what was said of one subject, and the facts
// of so many documents.
const (
	maxSpoken       = 10_000
	spokenDocuments = 50
)

// spoken says whether a view is made of what a family's documents say, or "". An
// order or a shipment goes as a whole: while something is said of it that is not
// old enough, all that was said of it stays. Stock is spoken of for ever: of what
// is still spoken of stays what makes its book.
func (p *Pruner) spoken(ctx context.Context, kin []Kin) (string, error) {
	gone := map[string]bool{}
	for i := range kin {
		if kin[i].speaks() {
			gone[string(kin[i].ID)] = true
		}
	}
	for i := range kin {
		if spoken, err := p.spokenBy(ctx, &kin[i], gone); spoken || err != nil {
			return keptView, err
		}
	}
	return "", nil
}

// speaks reports whether a member's documents may say something.
func (k *Kin) speaks() bool { return k.Direction == In && k.Documents > 0 }

// spokenBy reports whether a view is made of what one member's documents say, when
// all that have gone go.
func (p *Pruner) spokenBy(ctx context.Context, k *Kin, gone map[string]bool) (bool, error) {
	if !k.speaks() {
		return false, nil
	}
	before := p.Now.Add(-p.Config.Retention[k.Retention].History)
	judged := map[views.Subject]bool{}
	for from := 1; from <= k.Documents; from += spokenDocuments {
		facts, err := p.Store.FactsOf(ctx, k.ID, from, from+spokenDocuments-1)
		if err != nil {
			return false, err
		}
		for i := range facts {
			subject := views.Subject{View: facts[i].View, Key: facts[i].Subject}
			if judged[subject] {
				continue
			}
			judged[subject] = true
			said, err := p.Store.Facts(ctx, subject, maxSpoken)
			if err != nil {
				return false, err
			}
			if needed(subject, said, gone, before) {
				return true, nil
			}
		}
	}
	return false, nil
}

// needed reports whether the state of a subject is made of what is to go.
func needed(subject views.Subject, said []views.Said, gone map[string]bool, before time.Time) bool {
	var left []views.Said
	spoken := len(said) == maxSpoken // there is more, and that is younger
	for i := range said {
		if !gone[said[i].Transmission] {
			left = append(left, said[i])
			spoken = spoken || !said[i].At.Before(before)
		}
	}
	if !spoken || subject.View != views.ViewStock {
		return spoken
	}
	with, without := views.FoldStock(subject.Key, said), views.FoldStock(subject.Key, left)
	return !reflect.DeepEqual(with.Book, without.Book) || !sameCounts(with.Counts, without.Counts)
}

// sameCounts compares figures without what their pointers point to.
func sameCounts(a, b []views.StockCount) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].Document != b[i].Document || a[i].Scheme != b[i].Scheme || a[i].Value != b[i].Value {
			return false
		}
	}
	return true
}
