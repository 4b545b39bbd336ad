package bridge

import (
	"cmp"
	"fmt"
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

// at gives the span that begins so many days after the day of t; ok is false on
// days on which there is none.
func (s *Span) at(t time.Time, days int) (from, to time.Time, ok bool) {
	from = s.From.on(t, days)
	if day := time.Date(t.Year(), t.Month(), t.Day()+days, 12, 0, 0, 0, time.UTC).Weekday(); !s.Days[day] {
		return from, from, false
	}
	if s.To <= s.From {
		days++
	}
	to = s.To.on(t, days)
	return from, to, from.Before(to)
}

// opens is the first time from t on at which w is open: t itself where it is. Of a
// window that is shut for weeks it is a day later, to look again.
func (w *Window) opens(t time.Time) time.Time {
	if w == nil {
		return t
	}
	local := t.In(cmp.Or(w.Zone, time.UTC))
	var next time.Time
	for i := range w.Spans {
		for days := -1; days <= 14; days++ {
			from, to, ok := w.Spans[i].at(local, days)
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

// TimeOfDay is a time by the clock on the wall, in minutes from midnight.
type TimeOfDay int

// String is the time as it is written: "17:30".
func (c TimeOfDay) String() string { return fmt.Sprintf("%02d:%02d", int(c)/60, int(c)%60) }

// on is when the clock first shows c, days after the day of t: where clocks are set
// forward over it, when they are.
func (c TimeOfDay) on(t time.Time, days int) time.Time {
	on := func(zone *time.Location) time.Time {
		return time.Date(t.Year(), t.Month(), t.Day()+days, int(c)/60, int(c)%60, 0, 0, zone)
	}
	at := on(t.Location())
	shown := time.Date(at.Year(), at.Month(), at.Day(), at.Hour(), at.Minute(), 0, 0, time.UTC)
	start, end := at.ZoneBounds()
	switch wanted := on(time.UTC); {
	case shown.After(wanted):
		return start
	case shown.Before(wanted):
		return end
	}
	_, now := at.Zone()
	_, before := start.Add(-1).Zone()
	if first := at.Add(-time.Duration(before-now) * time.Second); before > now && first.Before(start) {
		return first
	}
	return at
}

// after is the first time behind t at which the clock of a zone shows c.
func (c TimeOfDay) after(t time.Time, zone *time.Location) time.Time {
	t = t.In(zone)
	for days := 0; ; days++ {
		if at := c.on(t, days); at.After(t) {
			return at
		}
	}
}
