package bridgetest

import (
	"bytes"
	"context"
	"slices"

	"github.com/edibridge/edibridge/bridge"
)

// facts checks that what is said of orders, shipments and stock is said by accepted
// documents, and is what their bytes say.
func (c *check) facts(ctx context.Context) {
	accepted := map[string]bool{}
	for _, docs := range c.documents {
		for _, d := range docs {
			accepted[d.ID] = d.State == bridge.DocumentAccepted
		}
	}
	for id, facts := range c.said {
		for _, f := range facts {
			if !accepted[f.Document] {
				c.problem("fact", f.Document, "it says something of %s %s, and is not an accepted document of %s", f.View, f.Subject, id)
			}
		}
	}
	if c.Retell == nil {
		return
	}
	for _, t := range c.order {
		if t.Direction == bridge.In && t.Kind != bridge.KindBatch && t.State == bridge.Translated {
			c.retold(ctx, t)
		}
	}
}

// retold compares what the documents of a file are said to say with what they say.
func (c *check) retold(ctx context.Context, t *bridge.Transmission) {
	want, kept, err := c.Retell(ctx, *t)
	if err != nil {
		c.problem("fact", string(t.ID), "what it says cannot be found out: %v", err)
		return
	}
	var got []bridge.Fact
	for _, f := range c.said[t.ID] {
		if !slices.Contains(kept, f.Ordinal) {
			got = append(got, *f)
		}
	}
	slices.SortFunc(want, bridge.CompareFacts)
	slices.SortFunc(got, bridge.CompareFacts)
	for i := range max(len(got), len(want)) {
		switch {
		case i == len(got), i < len(want) && bridge.CompareFacts(want[i], got[i]) < 0:
			c.problem("fact", string(t.ID), "what document %d says of %s %s is not there", want[i].Ordinal, want[i].View, want[i].Subject)
			return
		case i == len(want) || bridge.CompareFacts(want[i], got[i]) > 0:
			c.problem("fact", string(t.ID), "document %d does not say anything of %s %s", got[i].Ordinal, got[i].View, got[i].Subject)
			return
		case !bytes.Equal(got[i].Data, want[i].Data):
			c.problem("fact", string(t.ID), "document %d says of %s %s\n got %s\nwant %s", got[i].Ordinal, got[i].View, got[i].Subject, got[i].Data, want[i].Data)
			return
		}
	}
}
