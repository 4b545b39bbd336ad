package bridge

import (
	"fmt"
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

// opens is the first time from t on at which w is open: t itself where it is. A
// window without a span is never open: zero.
func (w *Window) opens(t time.Time) time.Time {
	if w == nil {
		return t
	}
	local := t.In(w.Zone)
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
	return next.UTC()
}

// shut reports whether w is not open at t, and until when.
func (w *Window) shut(t time.Time) (until time.Time, shut bool) {
	until = w.opens(t)
	return until, !until.Equal(t)
}

// TimeOfDay is a time by the clock on the wall, in minutes from midnight.
type TimeOfDay int

// String is the time as it is written: "17:30".
func (c TimeOfDay) String() string { return fmt.Sprintf("%02d:%02d", int(c)/60, int(c)%60) }

// on is when the clock shows c, or first shows more, days after the day of t: where
// clocks are set forward over it, that is when they are.
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
