package bridge

import (
	"testing"
	"time"
)

// wall is a time by the clock on the wall of a zone.
func wall(t *testing.T, zone, text string) time.Time {
	t.Helper()
	loc, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	at, err := time.ParseInLocation("2006-01-02 15:04 -0700", text, loc)
	if err != nil {
		if at, err = time.ParseInLocation("2006-01-02 15:04", text, loc); err != nil {
			t.Fatal(err)
		}
	}
	return at
}

// TestWindow: windows open and shut by the clock on the wall, over midnight and
// when clocks are changed. In Berlin they go from 02:00 to 03:00 on 29 March 2026
// and from 03:00 to 02:00 on 25 October.
func TestWindow(t *testing.T) {
	days := func(names ...time.Weekday) (d [7]bool) {
		for _, n := range names {
			d[n] = true
		}
		return d
	}
	workdays := days(time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday)
	day := []Span{{workdays, 6 * 60, 20 * 60}}
	night := []Span{{days(time.Friday), 22 * 60, 4 * 60}}
	whole := []Span{{days(time.Sunday), 0, 24 * 60}}
	small := []Span{{days(time.Sunday), 2*60 + 30, 5 * 60}}
	cases := []struct {
		name        string
		spans       []Span
		at, opening string // the same: open
	}{
		{"before it opens", day, "2026-11-23 05:59", "2026-11-23 06:00"},
		{"as it opens", day, "2026-11-23 06:00", "2026-11-23 06:00"},
		{"as it shuts", day, "2026-11-23 20:00", "2026-11-24 06:00"},
		{"over the weekend", day, "2026-11-27 20:00", "2026-11-30 06:00"},
		{"clocks are set forward at the weekend", day, "2026-03-27 21:00", "2026-03-30 06:00"},
		{"clocks are set back at the weekend", day, "2026-10-23 21:00", "2026-10-26 06:00"},
		{"before midnight", night, "2026-11-27 23:59", "2026-11-27 23:59"},
		{"behind midnight", night, "2026-11-28 03:59", "2026-11-28 03:59"},
		{"the night after is another day's", night, "2026-11-28 22:00", "2026-12-04 22:00"},
		{"the night before is another day's", night, "2026-11-27 03:00", "2026-11-27 22:00"},
		{"until midnight", whole, "2026-11-29 23:59", "2026-11-29 23:59"},
		{"at midnight", whole, "2026-11-30 00:00", "2026-12-06 00:00"},
		{"an opening that the clocks leave out", small, "2026-03-29 01:59", "2026-03-29 03:00"},
		{"an opening that comes twice opens once, at the first", small, "2026-10-25 02:00 +0200", "2026-10-25 02:30 +0200"},
		{"and stays open", small, "2026-10-25 02:10 +0100", "2026-10-25 02:10 +0100"},
		{"the earliest of several", append(append([]Span{}, night...), day...), "2026-11-23 21:00", "2026-11-24 06:00"},
		{"never, looked at again", nil, "2026-11-23 21:00", "2026-11-24 21:00"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			at, want := wall(t, "Europe/Berlin", c.at), wall(t, "Europe/Berlin", c.opening)
			w := &Window{Spans: c.spans, Zone: at.Location()}
			got, shut := w.shut(at.UTC())
			if !got.Equal(want) || shut == at.Equal(want) {
				t.Errorf("opening\n got %v, shut %v\nwant %v", got.In(at.Location()), shut, want)
			}
		})
	}
}

// TestCutOff: what was handed in at a cut-off leaves with the next, and a cut-off
// that clocks leave out is when they are set.
func TestCutOff(t *testing.T) {
	cases := []struct{ name, handed, want string }{
		{"before", "2026-11-23 11:59", "2026-11-23 12:00"},
		{"at it", "2026-11-23 12:00", "2026-11-23 17:30"},
		{"behind the last", "2026-11-23 17:30", "2026-11-24 02:30"},
		{"clocks are set forward over it", "2026-03-28 18:00", "2026-03-29 03:00"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			handed := wall(t, "Europe/Berlin", c.handed)
			b := Batching{At: []TimeOfDay{2*60 + 30, 12 * 60, 17*60 + 30}, Zone: handed.Location()}
			if got, _ := b.closes(handed, handed); !got.Equal(wall(t, "Europe/Berlin", c.want)) {
				t.Errorf("closes\n got %v\nwant %v", got.In(handed.Location()), c.want)
			}
		})
	}
}
