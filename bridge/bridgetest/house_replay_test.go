package bridgetest

import (
	"github.com/edibridge/edibridge/bridge"
)

// promote adds an event that a job delivered again.
func (s *sample) promote(job bridge.ID, place string) *bridge.Transmission {
	t := s.delivered(bridge.PromotionID(job, s.in.ID, place, "erp"), bridge.KindEvent, "erp")
	t.Causes = append(t.Causes, s.events[0].ID)
	s.others = append(s.others, t)
	s.records = append(s.records, bridge.Record{Promotion: &bridge.Promoting{Transmission: t.ID, Item: s.in.ID, Job: job, Place: place}})
	return t
}

// resubmit adds a quarantined file and the one that was sent in its place.
func (s *sample) resubmit(old bridge.State) {
	a := s.transmission("bad", bridge.In, bridge.KindFile, old, "ISB")
	b := s.transmission("mended", bridge.In, bridge.KindFile, bridge.Translated, "ISA")
	a.Sequence, b.Sequence, b.Causes = 2, 3, []bridge.ID{a.ID}
	s.others = append(s.others, a, b)
}

// cover gives the first document values, and its sums so many documents.
func (s *sample) cover(documents int64) {
	d := s.documents[0]
	d.Elements, d.Mapped = 10, 9
	s.records = append(s.records, bridge.Record{Coverage: &bridge.Coverage{Partner: d.Partner, Set: d.Type, Release: d.Version, Documents: documents}})
}

// replayDamages are houses in which replays, resubmissions and sums are not in order.
func replayDamages() []damage {
	return []damage{
		{"promotion", "not there", func(s *sample) {
			s.promote("J", "d")
			s.records[0].Promotion.Transmission = "nobody"
			s.others[0].ID = bridge.FollowID(s.in.ID, bridge.KindAcknowledgment, "x", "erp")
			s.others[0].Kind, s.evidence[len(s.evidence)-1].Transmission = bridge.KindAcknowledgment, s.others[0].ID
		}},
		{"promotion", "of another file", func(s *sample) { s.promote("J", "d").Causes[0] = s.events[0].ID }},
		{"promotion", "of another place", func(s *sample) {
			s.promote("J", "d")
			s.records[0].Promotion.Transmission = s.events[0].ID
			s.others[0].Kind = bridge.KindAcknowledgment
		}},
		{"event.extra", "promoted by nobody", func(s *sample) { s.promote("J", "d"); s.records = nil }},
		{"cause", "of a file that was not let go", func(s *sample) { s.resubmit(bridge.Quarantined) }},
		{"coverage", "lost", func(s *sample) { s.cover(0) }},
		{"feature", "too many", func(s *sample) {
			for range bridge.MaxFeatures + 1 {
				s.records = append(s.records, bridge.Record{Feature: &bridge.Feature{Partner: "acme"}})
			}
		}},
	}
}
