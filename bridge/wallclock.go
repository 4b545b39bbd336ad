package bridge

import (
	"fmt"
	"time"
)

// TimeOfDay is a time by the clock on the wall, in minutes from midnight.
type TimeOfDay int

// String is the time as it is written: "17:30".
func (c TimeOfDay) String() string { return fmt.Sprintf("%02d:%02d", int(c)/60, int(c)%60) }

// wallClock is the clock on the wall of a zone. When it is set forward there are
// times that it does not show that day, and when it is set back some that it shows
// twice: which is meant then is a choice.
type wallClock struct {
	zone   *time.Location
	choice clockChoice
}

// clockChoice is which time is meant on a day on which clocks are changed.
type clockChoice int

const (
	// soonest is the first of two; of a time that is left out the moment at which
	// clocks are set. So what waits for a time of day waits no longer than it has to.
	soonest clockChoice = iota
	// latest is the second of two; a time that is left out is as late as clocks were
	// set forward. So whoever has time until then has no less of it than on other days.
	latest
)

// Of any time that a wall shows, the time in UTC was so long ago at most, or is so
// far ahead: offsets of zones are from -12:00 to +14:00.
const (
	mostAhead  = 14 * time.Hour
	mostBehind = 12 * time.Hour
)

// on is when the clock shows c so many days after the day of t.
func (w wallClock) on(t time.Time, days int, c TimeOfDay) time.Time {
	year, month, day := t.In(w.zone).Date()
	shown := time.Date(year, month, day+days, 0, int(c), 0, 0, time.UTC)
	before, behind := shown.Add(-mostAhead).In(w.zone), shown.Add(mostBehind).In(w.zone)
	// was and is read the clock as it is set before and behind a change; they are the
	// same where none is near.
	was, is := readAs(shown, before), readAs(shown, behind)
	if was.Equal(is) {
		return is
	}
	_, change := before.ZoneBounds()
	switch first, second := was.Before(change), !is.Before(change); {
	case first && (w.choice == soonest || !second), !second && w.choice == latest:
		return was
	case second:
		return is
	}
	return change
}

// readAs is when a clock that is set as that of t shows what a clock in UTC shows at
// shown.
func readAs(shown, t time.Time) time.Time {
	_, offset := t.Zone()
	return shown.Add(-time.Duration(offset) * time.Second).In(t.Location())
}

// after is the first time behind t at which the clock shows c on one of days, of
// which there is at least one; nil is every day.
func (w wallClock) after(t time.Time, c TimeOfDay, days *[7]bool) time.Time {
	for n := 0; ; n++ {
		at := w.on(t, n, c)
		if at.After(t) && (days == nil || days[w.weekday(t, n)]) {
			return at
		}
	}
}

// weekday is that of the day so many days after the day of t.
func (w wallClock) weekday(t time.Time, days int) time.Weekday {
	year, month, day := t.In(w.zone).Date()
	return time.Date(year, month, day+days, 0, 0, 0, 0, time.UTC).Weekday()
}
