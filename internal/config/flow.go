package config

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/edibridge/edibridge/bridge"
)

// checkFlow checks how much goes out to an endpoint at once and when it is left
// alone.
func checkFlow(m *mainSource, at []string, e endpoint) {
	below := func(steps ...string) []string { return append(slices.Clone(at), steps...) }
	if e.Connections < 1 {
		m.problem(below("connections"), "at least one connection")
	}
	if b := e.Breaker; b.Probe <= 0 || b.Probe > b.Max {
		m.problem(below("breaker"), "a breaker waits %v first and at most %v", b.Probe, b.Max)
	}
}

// alarms takes over who is told how endpoints do.
func (l *loader) alarms(m *mainSource) {
	for i, e := range m.Alarms {
		ep, ok := l.cfg.Endpoints[e]
		at := []string{"alarms", fmt.Sprint(i)}
		switch {
		case !ok:
			m.problem(at, "there is no endpoint %q%s", e, didYouMean(e, sortedKeys(l.cfg.Endpoints)))
		case ep.Kind != bridge.EndpointWebhook:
			m.problem(at, "%q takes no events: it is a %s", e, ep.Kind)
		case slices.Index(m.Alarms, e) < i:
			m.problem(at, "%q stands here twice", e)
		}
	}
	l.cfg.Alarms = m.Alarms
}

// pressure takes over when no more is taken in.
func (l *loader) pressure(m *mainSource) {
	if m.Pressure.Backlog < 1 {
		m.problem([]string{"pressure", "backlog"}, "at least one")
	}
	l.cfg.Pressure = bridge.Pressure{MinFree: int64(m.Pressure.MinFree), Backlog: m.Pressure.Backlog}
}

// lanes takes over in which lane an agreement's follow-ups are delivered: rules
// with longer patterns come first.
func lanes(p *partnerSource, at []string, a *agreement) bridge.LanePolicy {
	made := bridge.LanePolicy{Lane: bridge.Lane(a.Lane), Aging: aging(a.Lift)}
	keys := sortedKeys(a.Lanes)
	slices.SortStableFunc(keys, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	for _, key := range keys {
		scheme, pattern, found := strings.Cut(key, ":")
		if !found {
			scheme, pattern = "", key
		}
		if _, err := path.Match(pattern, ""); err != nil || pattern == "" {
			p.problem(append(slices.Clone(at), key), "%q is no pattern of business keys, as in RUSH* or po:RUSH*", key)
		}
		made.Rules = append(made.Rules, bridge.LaneRule{Scheme: scheme, Pattern: pattern, Lane: bridge.Lane(a.Lanes[key])})
	}
	return made
}

// aging takes over when what waits is lifted into a more urgent lane.
func aging(l *lift) bridge.Aging {
	if l == nil {
		return bridge.Aging{}
	}
	return bridge.Aging{After: l.After, Lane: bridge.Lane(l.Lane)}
}
