package config

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

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

// retention takes over how long what has ended is kept.
func (l *loader) retention(m *mainSource) {
	for _, name := range sortedKeys(m.Retention) {
		r, at := m.Retention[name], []string{"retention", name}
		if err := checkName("a class of retention", name); err != nil {
			m.problem(at, "%v", err)
		}
		made := bridge.Retention{History: time.Duration(r.History), Outbox: time.Duration(r.Outbox)}
		if !m.has(append(at, "outbox")) {
			made.Outbox = made.History
		}
		if made.History > 0 && (made.Outbox == 0 || made.Outbox > made.History) {
			m.problem(append(at, "outbox"), "events cannot be kept longer than the history that they belong to")
		}
		if l.cfg.Retention == nil {
			l.cfg.Retention = map[string]bridge.Retention{}
		}
		l.cfg.Retention[class(name)] = made
	}
}

// class is the name of a class as the bridge has it.
func class(name string) string {
	if name == bridge.DefaultRetention {
		return ""
	}
	return name
}

// keptBy takes over by which class something is kept.
func (l *loader) keptBy(p *partnerSource, at []string, name string) string {
	if _, known := l.cfg.Retention[class(name)]; !known && class(name) != "" {
		known := append(sortedKeys(l.cfg.Retention), bridge.DefaultRetention)
		p.problem(at, "there is no class of retention %q%s", name, didYouMean(name, known))
	}
	return class(name)
}

// traffic takes over by when something is expected; to are those who are told.
func traffic(p *partnerSource, at []string, e *expectTraffic, to []string) *bridge.Traffic {
	if e == nil {
		return nil
	}
	timed := e.By.zone != nil
	switch {
	case e.Every > 0 && timed:
		p.problem(append(at, "by"), `"every" or "by", not both`)
	case e.Every == 0 && !timed && !p.has(append(at, "every")) && !p.has(append(at, "by")):
		p.problem(at, `neither "every" nor "by" stands here`)
	case e.Every > 0 && p.has(append(at, "days")):
		p.problem(append(at, "days"), `"days" are those of "by"`)
	}
	if len(to) == 0 {
		p.problem(at, "nobody would be told: there are no events, and no alarms in edibridge.yaml")
	}
	if timed {
		return &bridge.Traffic{By: bridge.TimeOfDay(e.By.at), Zone: e.By.zone, Days: e.Days}
	}
	return &bridge.Traffic{Every: e.Every}
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
