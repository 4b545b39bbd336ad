package bridge

import (
	"context"
	"fmt"
	"time"

	"github.com/edibridge/edibridge/archive"
)

// Traffic is what is expected of a partner: something every so often, or something
// by a time of day. Exactly one of Every and Zone is set.
type Traffic struct {
	Every time.Duration // since the last thing that came
	// By is a time of day in Zone, on Days: something has to come between two of
	// these times. Where the clocks go forward over it, it is as late as they went; of
	// an hour that is there twice it is in the second.
	By   TimeOfDay
	Zone *time.Location
	Days [7]bool // by time.Weekday; at least one
}

// String tells one rule from another.
func (r *Traffic) String() string {
	if r.Zone == nil {
		return "every " + r.Every.String()
	}
	days := ""
	for d, on := range r.Days {
		if on {
			days += " " + time.Weekday(d).String()[:3]
		}
	}
	return fmt.Sprintf("by %s %s on%s", r.By, r.Zone, days)
}

// due is until when something has to come that came last at heard, and was looked
// at last at since.
func (r *Traffic) due(heard, since time.Time) time.Time {
	if r.Zone == nil {
		return heard.Add(r.Every)
	}
	return r.next(since)
}

// next is the first of its times behind t.
func (r *Traffic) next(t time.Time) time.Time {
	return wallClock{r.Zone, latest}.after(t, r.By, &r.Days).UTC()
}

// passed gives the last of its times up to now, and the one before it.
func (r *Traffic) passed(now time.Time) (before, at time.Time) {
	for next := r.next(now.AddDate(0, 0, -16)); !next.After(now); next = r.next(next) { // two at least
		before, at = at, next
	}
	return before, at
}

// Listening keeps when partners were heard of.
type Listening interface {
	// Watches gives all that are kept, by name.
	Watches(ctx context.Context) ([]Watch, error)
	// Heard gives when the newest file came of a partner in production, behind a
	// time and with a document of an agreement ("" any); zero: none did.
	Heard(ctx context.Context, partner, agreement string, behind time.Time) (time.Time, error)
	// KeepWatch keeps a watch as it becomes, with its events. The stored one has to
	// be of the Version before, else it is refused with ErrMoved. The same again
	// changes nothing.
	KeepWatch(ctx context.Context, w Watched) error
}

// Watch is what is known of one of whom something is expected.
type Watch struct {
	Name   string    // "acme", or "acme/orders"
	Rule   string    // [Traffic.String]; another one begins anew
	Began  time.Time // of the watch
	Heard  time.Time // when something came last; Began where nothing did
	Due    time.Time // until when something has to come; while it is silent, when the last time was up
	Silent time.Time // since when that is up; zero: it is not
	// Version counts changes, from 1.
	Version int64
}

// Watched is a change of a Watch with what is told of it.
type Watched struct {
	Watch
	Follows []Transmission // events, due at once; they have no cause
	Leaves  []archive.Leaf
}
