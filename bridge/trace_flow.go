package bridge

import (
	"context"
	"fmt"
	"slices"

	"github.com/edibridge/edibridge/canonical"
)

// A flow is what the documents about one order say to each other: 850, 855, 940,
// 945, 856, 810, 820. They carry each other's numbers: the invoice names the
// order, the remittance the invoice. Its walk goes up from what was asked for to
// the order, and from there down, from the number of one step to those of later
// steps only, so that it ends: a remittance of forty invoices does not draw
// thirty-nine other orders in.

// Bounds of a walk: keys followed at all, and of one document. What names more
// (a price list, a summary) says nothing about one flow.
const (
	maxFlowKeys  = 200
	maxLaterKeys = 20
	maxFlowRoots = 3
)

// stepOf is the step of a flow that a key's scheme stands for, the order first;
// -1 for keys that lead nowhere.
func stepOf(scheme string) int {
	switch scheme {
	case "po":
		return 0
	case "so", "warehouseorder":
		return 1
	case "shipment", "bol", "pro", "receipt", "return":
		return 2
	case "invoice":
		return 3
	case "payment":
		return 4
	}
	return -1
}

// question is what a trace is asked about.
type question struct {
	id     ID              // the key, where it is a Transmission's
	scheme string          // "" any
	values map[string]bool // normalised: the key's, and those of its flow
	flow   []canonical.Key // that were followed, the key's own apart
}

func ask(key string) *question {
	id, k := keyOf(key)
	k = k.Normal()
	return &question{id: id, scheme: k.Scheme, values: map[string]bool{k.Value: true}}
}

// normalValue is a business key's value as it is compared.
func normalValue(v string) string { return canonical.Key{Value: v}.Normal().Value }

// about reports whether one of keys is asked for.
func (q *question) about(keys []canonical.Key) bool {
	return slices.ContainsFunc(keys, func(k canonical.Key) bool { return q.values[normalValue(k.Value)] })
}

// widen finds the other documents of the flow that those of ids belong to, and
// gives the Transmissions of all.
func (q *question) widen(ctx context.Context, s Query, ids []ID) ([]ID, error) {
	w := &flowWalk{question: q, s: s, ids: ids, followed: map[canonical.Key]bool{}}
	roots, err := w.roots(ctx)
	if err != nil {
		return nil, fmt.Errorf("trace: %w", err)
	}
	for next := roots; len(next) > 0; {
		if next, err = w.down(ctx, next); err != nil {
			return nil, fmt.Errorf("trace: %w", err)
		}
	}
	return w.ids, nil
}

// flowWalk is one walk.
type flowWalk struct {
	*question
	s        Query
	ids      []ID
	followed map[canonical.Key]bool
}

// roots are the keys that the walk begins with: of the documents that carry what
// was asked for, those of the earliest step. What was asked for is the root where
// it is of that step itself, and where it is of many orders, as a shipment may be.
func (w *flowWalk) roots(ctx context.Context) ([]canonical.Key, error) {
	var own, first []canonical.Key
	for _, id := range w.ids {
		err := w.documents(ctx, id, w.carries, func(keys []canonical.Key) {
			for _, k := range keys {
				if stepOf(k.Scheme) >= 0 && w.values[normalValue(k.Value)] && !slices.Contains(own, k) {
					own = append(own, k)
				}
			}
			first = earliest(first, keys)
		})
		if err != nil {
			return nil, err
		}
	}
	if len(first) > maxFlowRoots || slices.ContainsFunc(own, func(k canonical.Key) bool { return slices.Contains(first, k) }) {
		return own, nil
	}
	return first, nil
}

// earliest adds to keys of one step those of more that are of the same step, or
// begins anew with those of an earlier one.
func earliest(keys, more []canonical.Key) []canonical.Key {
	for _, k := range more {
		step := stepOf(k.Scheme)
		if step < 0 || len(keys) > 0 && step > stepOf(keys[0].Scheme) || slices.Contains(keys, k) {
			continue
		}
		if len(keys) > 0 && step < stepOf(keys[0].Scheme) {
			keys = nil
		}
		keys = append(keys, k)
	}
	return keys
}

// carries reports whether keys have the one that was asked for, in its scheme. A
// control number is of an envelope, and leads to what stands in it.
func (w *flowWalk) carries(keys []canonical.Key) bool {
	return slices.ContainsFunc(keys, func(k canonical.Key) bool {
		return w.values[normalValue(k.Value)] && stepOf(k.Scheme) >= 0 && (w.scheme == "" || w.scheme == k.Scheme)
	})
}

// down follows keys to the documents that carry them, and gives the keys of later
// steps that those have.
func (w *flowWalk) down(ctx context.Context, keys []canonical.Key) ([]canonical.Key, error) {
	var next []canonical.Key
	for _, k := range keys {
		if w.followed[k] || len(w.followed) >= maxFlowKeys || len(w.ids) >= maxTrace {
			continue
		}
		w.followed[k] = true
		if value := normalValue(k.Value); !w.values[value] {
			w.values[value] = true
			w.flow = append(w.flow, k)
		}
		found, err := w.s.Find(ctx, k, maxTrace)
		if err != nil {
			return nil, err
		}
		for _, id := range found {
			if !slices.Contains(w.ids, id) && len(w.ids) < maxTrace {
				w.ids = append(w.ids, id)
			}
			carries := func(of []canonical.Key) bool {
				return slices.ContainsFunc(of, func(o canonical.Key) bool {
					return o.Scheme == k.Scheme && normalValue(o.Value) == normalValue(k.Value)
				})
			}
			err := w.documents(ctx, id, carries, func(of []canonical.Key) { next = append(next, laterKeys(of, stepOf(k.Scheme))...) })
			if err != nil {
				return nil, err
			}
		}
	}
	return next, nil
}

// laterKeys are the keys of steps behind one; none of a document that has too many.
func laterKeys(keys []canonical.Key, step int) []canonical.Key {
	var later []canonical.Key
	for _, k := range keys {
		if stepOf(k.Scheme) > step {
			later = append(later, k)
		}
	}
	if len(later) > maxLaterKeys {
		return nil
	}
	return later
}

// documents visits the keys of those documents of a file that carry what is
// looked for. What has no documents of its own (an event) is left out.
func (w *flowWalk) documents(ctx context.Context, id ID, carries func([]canonical.Key) bool, visit func([]canonical.Key)) error {
	for d, err := range w.s.Documents(ctx, DocumentQuery{Transmission: id}) {
		if err != nil {
			return err
		}
		if d.State != DocumentDuplicate && carries(d.Keys) {
			visit(d.Keys)
		}
	}
	return nil
}
