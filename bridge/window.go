package bridge

import (
	"cmp"
	"slices"
	"time"
)

// Window says when something is handed over, by the clock on the wall of a zone.
// nil is always.
type Window struct {
	Spans []Span
	Zone  *time.Location
}

// Span is a part of certain days, by the day on which it begins.
type Span struct {
	Days [7]bool // by time.Weekday
	// From is when it begins, To when it ends: 24:00 at the latest, and on the day
	// after where it does not lie behind From.
	From, To TimeOfDay
}

// at gives the span that begins so many days after the day of t, by a clock; ok is
// false on days on which there is none.
func (s *Span) at(clock wallClock, t time.Time, days int) (from, to time.Time, ok bool) {
	if !s.Days[clock.weekday(t, days)] {
		return from, to, false
	}
	from = clock.on(t, days, s.From)
	if s.To <= s.From {
		days++
	}
	to = clock.on(t, days, s.To)
	return from, to, from.Before(to)
}

// opens is the first time from t on at which w is open: t itself where it is. Of a
// window that is shut for weeks it is a day later, to look again.
func (w *Window) opens(t time.Time) time.Time {
	if w == nil {
		return t
	}
	clock := wallClock{cmp.Or(w.Zone, time.UTC), soonest}
	var next time.Time
	for i := range w.Spans {
		for days := -1; days <= 14; days++ {
			from, to, ok := w.Spans[i].at(clock, t, days)
			switch {
			case !ok || !t.Before(to):
			case !t.Before(from):
				return t
			case next.IsZero() || from.Before(next):
				next = from
			}
		}
	}
	if next.IsZero() {
		next = t.AddDate(0, 0, 1)
	}
	return next.UTC()
}

// shut reports whether w is not open at t, and until when.
func (w *Window) shut(t time.Time) (until time.Time, shut bool) {
	until = w.opens(t)
	return until, !until.Equal(t)
}

// windowShut reports whether t is not to be handed over at a time, and until when:
// for its endpoint or for its agreement, whichever is asked first. What goes to a
// mailbox waits for nobody.
func (c *Configuration) windowShut(t *Transmission, at time.Time) (until time.Time, shut bool) {
	ep := c.Endpoints[t.Endpoint]
	if !ep.sends() {
		return at, false
	}
	if until, shut = ep.Window.shut(at); shut || t.Kind != KindInterchange {
		return until, shut
	}
	if d := c.agreed(t); d != nil {
		return d.Window.shut(at)
	}
	return at, false
}

// Waiting adds to a timeline what waits for its window to open, under c at a time.
func (c *Configuration) Waiting(tl *Timeline, at time.Time) {
	told := map[ID]bool{}
	for _, e := range slices.Clone(tl.Timeline) {
		if e.State != Pending || told[e.Transmission] {
			continue
		}
		told[e.Transmission] = true
		t := Transmission{Kind: e.Kind, Endpoint: e.Endpoint, Partner: e.Partner, Agreement: e.agreement, Mode: e.mode}
		if until, shut := c.windowShut(&t, at); shut {
			e.At, e.What, e.Detail = at, "waits", "for its window until "+until.Format(time.RFC3339)
			tl.Timeline = append(tl.Timeline, e)
		}
	}
}
