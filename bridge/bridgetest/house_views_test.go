package bridgetest

import (
	"context"
	"encoding/json"

	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/bridge/views"
)

// tells gives the first document a fact, which its bytes say.
func (s *sample) tells() *bridge.Fact {
	d := s.documents[0]
	f := bridge.Fact{Fact: views.Fact{View: views.ViewOrder, Subject: "1", Data: json.RawMessage(`{}`)}, Transmission: s.in.ID, Document: d.ID, Ordinal: d.Ordinal}
	stored := f
	s.records = append(s.records, bridge.Record{Fact: &stored})
	s.retell = func(context.Context, bridge.Transmission) ([]bridge.Fact, []int, error) {
		return []bridge.Fact{f}, nil, nil
	}
	return &stored
}

// viewDamages are houses in which facts are not in order.
func viewDamages() []damage {
	return []damage{
		{"fact", "of nobody", func(s *sample) { s.tells().Document = "nobody" }},
		{"fact", "of a rejected document", func(s *sample) {
			s.tells()
			s.documents[0].State = bridge.DocumentQuarantined
			s.cfg = nil
		}},
		{"fact", "lost", func(s *sample) { s.tells(); s.records = nil }},
		{"fact", "made up", func(s *sample) {
			more := *s.tells()
			more.Subject = "2"
			s.records = append(s.records, bridge.Record{Fact: &more})
		}},
		{"fact", "changed", func(s *sample) { s.tells().Data = json.RawMessage(`{"kind":"order"}`) }},
	}
}
