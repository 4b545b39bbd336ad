package bridge

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"

	"github.com/edibridge/edibridge/canonical"
)

// flowStore answers what a walk asks of a store: its Transmissions have a document
// each, named after it, with keys "po:4711 shipment:S1".
type flowStore struct {
	Query
	keys map[ID]string
}

func (s flowStore) Find(_ context.Context, k canonical.Key, _ int) ([]ID, error) {
	var found []ID
	for id, text := range s.keys {
		if slices.ContainsFunc(keysOf(text), func(o canonical.Key) bool {
			return (k.Scheme == "" || o.Scheme == k.Scheme) && normalValue(o.Value) == normalValue(k.Value)
		}) {
			found = append(found, id)
		}
	}
	slices.Sort(found)
	return found, nil
}

func (s flowStore) Documents(_ context.Context, q DocumentQuery) iter.Seq2[Document, error] {
	return func(yield func(Document, error) bool) {
		for _, one := range strings.Split(s.keys[q.Transmission], " | ") {
			if !yield(Document{Keys: keysOf(one)}, nil) {
				return
			}
		}
	}
}

func keysOf(text string) []canonical.Key {
	var keys []canonical.Key
	for _, k := range strings.Fields(text) {
		if scheme, value, ok := strings.Cut(k, ":"); ok {
			keys = append(keys, canonical.Key{Scheme: scheme, Value: value})
		}
	}
	return keys
}

func TestFlow(t *testing.T) {
	many := ""
	for i := range maxLaterKeys + 1 {
		many += fmt.Sprintf(" invoice:M%d", i)
	}
	s := flowStore{keys: map[ID]string{
		"850":     "po:4711 control:905",
		"850-2":   "po:4712 control:905",
		"850-9":   "po:9999",
		"855":     "po:04711 so:V1",
		"940":     "po:4711 warehouseorder:W1",
		"945":     "warehouseorder:W1 shipment:S1",
		"856":     "po:4711 po:4712 shipment:S1 bol:B1",
		"810":     "po:4711 invoice:I1",
		"810-9":   "po:9999 invoice:I2",
		"820":     "payment:P1 invoice:I1 invoice:I2",
		"mixed":   "po:5000 shipment:S5 | po:5001 shipment:S6",
		"945-5":   "shipment:S5",
		"945-6":   "shipment:S6",
		"price":   "po:6000" + many,
		"810-M1":  "invoice:M1",
		"856-big": "po:1 po:2 po:3 po:4 shipment:S7",
		"850-one": "po:1",
		"810-S7":  "shipment:S7 invoice:I7",
	}}
	for _, c := range []struct{ key, want, flow string }{
		{"4711", "810 820 850 855 856 940 945", "so:V1 warehouseorder:W1 shipment:S1 bol:B1 invoice:I1 payment:P1"},
		{"po: 0004711", "810 820 850 855 856 940 945", "so:V1 warehouseorder:W1 shipment:S1 bol:B1 invoice:I1 payment:P1"},
		{"I2", "810-9 820 850-9", "po:9999 payment:P1"},
		{"P1", "810 810-9 820", "invoice:I1 invoice:I2"},
		{"B1", "810 820 850 850-2 855 856 940 945", "po:4711 po:4712 so:V1 warehouseorder:W1 shipment:S1 invoice:I1 payment:P1"},
		{"5000", "945-5 mixed", "shipment:S5"},
		{"6000", "price", ""},
		{"S7", "810-S7 856-big", "invoice:I7"},
		{"control:905", "850 850-2", ""},
	} {
		t.Run(c.key, func(t *testing.T) {
			q := ask(c.key)
			k := canonical.Key{Value: c.key}
			if q.scheme != "" {
				k.Scheme, k.Value, _ = strings.Cut(c.key, ":")
			}
			found, _ := s.Find(t.Context(), k, 0)
			ids, err := q.widen(t.Context(), s, found)
			if err != nil {
				t.Fatal(err)
			}
			slices.Sort(ids)
			var got, flow []string
			for _, id := range ids {
				got = append(got, string(id))
			}
			for _, k := range q.flow {
				flow = append(flow, k.Scheme+":"+k.Value)
			}
			slices.Sort(flow)
			want := strings.Fields(c.flow)
			slices.Sort(want)
			if strings.Join(got, " ") != c.want || !slices.Equal(flow, want) {
				t.Errorf("flow\n got %q by %q\nwant %q by %q", got, flow, c.want, want)
			}
		})
	}
}
