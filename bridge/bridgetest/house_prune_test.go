package bridgetest

import (
	"slices"

	"github.com/edibridge/edibridge/archive"
	"github.com/edibridge/edibridge/bridge"
)

// pruned writes the leaf by which Transmissions are pruned.
func (s *sample) pruned(ts ...*bridge.Transmission) {
	var leaves []string
	for _, t := range ts {
		leaves = append(leaves, t.Leaf)
	}
	s.leaf(archive.LeafPrune, archive.Object{}, leaves...)
}

// without drops the evidence of a Transmission.
func (s *sample) without(id bridge.ID) {
	var left []*bridge.Evidence
	for _, e := range s.evidence {
		if e.Transmission != id {
			left = append(left, e)
		}
	}
	s.evidence = left
}

// unmade drops the leaves of Transmissions, as if they were not made yet.
func (s *sample) unmade(ts ...*bridge.Transmission) {
	for _, t := range ts {
		s.leaves = slices.DeleteFunc(s.leaves, func(l archive.Leaf) bool { return l.ID == t.Leaf || slices.Contains(l.Parents, t.Leaf) })
	}
}

// pruneEvent prunes the first event and leaves the file.
func (s *sample) pruneEvent() {
	e := s.events[0]
	s.pruned(e)
	s.without(e.ID)
	s.in.Pruned, s.events = sampleTime, s.events[1:]
}

// pruneFile prunes the file with all that followed; another one repeats a document of it.
func (s *sample) pruneFile() {
	all := append(append([]*bridge.Transmission{s.in}, s.events...), s.acks...)
	s.pruned(all...)
	again := *s.documents[0]
	s.events, s.acks, s.evidence, s.documents, s.seen = nil, nil, nil, nil, nil
	s.in = nil
	s.in = s.transmission("other", bridge.In, bridge.KindFile, bridge.Translated, "ISA and three sets")
	again.DuplicateOf, again.Transmission, again.State, again.Ordinal = again.ID, s.in.ID, bridge.DocumentDuplicate, 1
	again.Verdict, again.ID = "", bridge.DocumentID(s.in.ID, 1, 1, 1)
	s.documents = []*bridge.Document{&again}
}

// pruneDamages are houses in which something is gone that should not be.
func pruneDamages() []damage {
	return []damage{
		{"pruned", "an event is lost", func(s *sample) {
			s.pruneEvent()
			s.leaves = s.leaves[:len(s.leaves)-1]
			s.in.Pruned = sampleTime
			s.cfg = nil
		}},
		{"pruned", "it is there all the same", func(s *sample) { s.pruned(s.events[0]) }},
		{"pruned", "twice", func(s *sample) {
			s.pruneEvent()
			s.leaf(archive.LeafPrune, archive.Object{}, s.leaves[len(s.leaves)-1].Parents...)
		}},
		{"pruned", "a mark that the log does not know", func(s *sample) { s.in.Pruned = sampleTime }},
		{"event.missing", "another one was pruned", func(s *sample) { s.pruneEvent(); s.without(s.events[0].ID); s.events = s.events[1:] }},
		{"number.state", "another one was pruned", func(s *sample) { s.pruneFile(); s.numbers[0].For = "nobody" }},
	}
}
