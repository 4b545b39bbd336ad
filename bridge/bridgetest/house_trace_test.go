package bridgetest

import (
	"slices"

	"github.com/edibridge/edibridge/bridge"
)

// traces gives the file and its event their traces.
func (s *sample) traces() *bridge.Transmission {
	s.in.Trace = bridge.BeginTrace(s.in.ID)
	for _, t := range slices.Concat(s.events, s.acks) {
		t.Trace = bridge.ContinueTrace(s.in.SpanContext())
	}
	return s.events[0]
}

// traceDamages are houses in which what follows does not stand below its cause.
func traceDamages() []damage {
	return []damage{
		{"trace", "of another", func(s *sample) { s.traces().Trace.ID = bridge.BeginTrace("another").ID }},
		{"trace", "below another", func(s *sample) { s.traces().Trace.Parent = bridge.ID("another").Span() }},
		{"trace", "lost", func(s *sample) { s.traces().Trace = bridge.TraceContext{} }},
	}
}
