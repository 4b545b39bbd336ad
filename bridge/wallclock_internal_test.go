package bridge

import (
	"testing"
	"time"
)

// TestWallClock: what a clock shows once is that, whoever asks. What it leaves out,
// or shows twice, is by choice.
func TestWallClock(t *testing.T) {
	for _, c := range []struct {
		name, zone, day string
		clock           TimeOfDay
		soonest, latest string // in UTC
	}{
		{"an ordinary day", "Europe/Berlin", "2026-11-23", 2*60 + 30, "2026-11-23 01:30", "2026-11-23 01:30"},
		{"without a change, ever", "UTC", "2026-11-23", 2*60 + 30, "2026-11-23 02:30", "2026-11-23 02:30"},
		{"forward, an hour", "Europe/Berlin", "2026-03-29", 2*60 + 30, "2026-03-29 01:00", "2026-03-29 01:30"},
		{"forward, as it begins", "Europe/Berlin", "2026-03-29", 2 * 60, "2026-03-29 01:00", "2026-03-29 01:00"},
		{"forward, as it ends", "Europe/Berlin", "2026-03-29", 3 * 60, "2026-03-29 01:00", "2026-03-29 01:00"},
		{"forward, before", "Europe/Berlin", "2026-03-29", 119, "2026-03-29 00:59", "2026-03-29 00:59"},
		{"back, an hour", "Europe/Berlin", "2026-10-25", 2*60 + 30, "2026-10-25 00:30", "2026-10-25 01:30"},
		{"back, behind it", "Europe/Berlin", "2026-10-25", 3 * 60, "2026-10-25 02:00", "2026-10-25 02:00"},
		{"forward, west of Greenwich", "America/New_York", "2027-03-14", 2*60 + 30, "2027-03-14 07:00", "2027-03-14 07:30"},
		{"back, west of Greenwich", "America/New_York", "2026-11-01", 60 + 30, "2026-11-01 05:30", "2026-11-01 06:30"},
		{"forward, at midnight", "America/Santiago", "2026-09-06", 30, "2026-09-06 04:00", "2026-09-06 04:30"},
		{"back, over midnight", "America/Santiago", "2026-04-04", 23*60 + 30, "2026-04-05 02:30", "2026-04-05 03:30"},
		{"24:00 of a day that has it twice", "America/Santiago", "2026-04-04", 24 * 60, "2026-04-05 04:00", "2026-04-05 04:00"},
		{"forward, half an hour", "Australia/Lord_Howe", "2026-10-04", 2*60 + 15, "2026-10-03 15:30", "2026-10-03 15:45"},
		{"back, half an hour", "Australia/Lord_Howe", "2026-04-05", 60 + 45, "2026-04-04 14:45", "2026-04-04 15:15"},
		{"forward, two hours", "Antarctica/Troll", "2026-03-29", 2 * 60, "2026-03-29 01:00", "2026-03-29 02:00"},
		{"back, two hours", "Antarctica/Troll", "2026-10-25", 2 * 60, "2026-10-25 00:00", "2026-10-25 02:00"},
		{"a day that was not", "Pacific/Apia", "2011-12-30", 12 * 60, "2011-12-30 10:00", "2011-12-30 22:00"},
		{"an hour that is shown twice in spring", "Africa/Casablanca", "2026-02-15", 2*60 + 30, "2026-02-15 01:30", "2026-02-15 02:30"},
	} {
		t.Run(c.name, func(t *testing.T) {
			zone := wall(t, c.zone, c.day+" 00:00").Location()
			noon := wall(t, "UTC", c.day+" 12:00")
			noon = time.Date(noon.Year(), noon.Month(), noon.Day()-1, 12, 0, 0, 0, zone)
			for choice, want := range map[clockChoice]string{soonest: c.soonest, latest: c.latest} {
				got := wallClock{zone, choice}.on(noon, 1, c.clock)
				if want := wall(t, "UTC", want); !got.Equal(want) {
					t.Errorf("choice %d\n got %v\nwant %v", choice, got.UTC(), want)
				}
			}
		})
	}
}

// TestWallClockShows holds every minute of the days around changes of clocks
// against a clock that is watched minute by minute.
func TestWallClockShows(t *testing.T) {
	for zone, change := range map[string]string{
		"Europe/Berlin": "2026-03-29", "Europe/Lisbon": "2026-10-25", "America/New_York": "2026-11-01", "America/St_Johns": "2027-03-14",
		"America/Santiago": "2026-09-06", "Australia/Lord_Howe": "2026-04-05", "Antarctica/Troll": "2026-10-25", "Asia/Pyongyang": "2018-05-04",
		"Asia/Kathmandu": "1986-01-01", "Africa/Casablanca": "2026-03-22", "Pacific/Chatham": "2026-09-27", "Pacific/Kiritimati": "2026-01-01",
		"America/Caracas": "2016-05-01", "America/Adak": "2026-03-08",
	} {
		noon := wall(t, zone, change+" 12:00").AddDate(0, 0, -2)
		watched := map[string][]time.Time{}
		for at := noon.Add(-24 * time.Hour); at.Before(noon.Add(120 * time.Hour)); at = at.Add(time.Minute) {
			shown := at.Format("2006-01-02 15:04")
			watched[shown] = append(watched[shown], at)
		}
		for days := range 4 {
			for c := range TimeOfDay(24 * 60) {
				year, month, day := noon.Date()
				shown := time.Date(year, month, day+days, 0, int(c), 0, 0, time.UTC).Format("2006-01-02 15:04")
				first, last := wallClock{noon.Location(), soonest}.on(noon, days, c), wallClock{noon.Location(), latest}.on(noon, days, c)
				if seen := watched[shown]; len(seen) > 0 {
					if !first.Equal(seen[0]) || !last.Equal(seen[len(seen)-1]) {
						t.Errorf("%s %s\n got %v and %v\nwant %v", zone, shown, first, last, seen)
					}
					continue
				}
				start, _ := first.ZoneBounds()
				if _, before := start.Add(-time.Second).Zone(); !first.Equal(start) || last.Add(time.Duration(before)*time.Second).UTC().Format("2006-01-02 15:04") != shown {
					t.Errorf("%s %s, which is left out\n got %v and %v\nwant when clocks are set, and the time as it would be without", zone, shown, first, last)
				}
			}
		}
	}
}

// TestWallClockAfter: one time a day, on those of a week that are meant, and never
// the same again.
func TestWallClockAfter(t *testing.T) {
	at := wall(t, "America/New_York", "2026-10-30 01:30")
	for _, c := range []struct {
		name string
		days *[7]bool
		want []string
	}{
		{"every day", nil, []string{"2026-10-31 05:30", "2026-11-01 05:30", "2026-11-02 06:30"}},
		{"Sundays", &[7]bool{time.Sunday: true}, []string{"2026-11-01 05:30", "2026-11-08 06:30"}},
		{"Mondays and Fridays", &[7]bool{time.Monday: true, time.Friday: true}, []string{"2026-11-02 06:30", "2026-11-06 06:30"}},
	} {
		next := at
		for _, want := range c.want {
			next = wallClock{at.Location(), soonest}.after(next, 60+30, c.days)
			if want := wall(t, "UTC", want); !next.Equal(want) {
				t.Errorf("%s\n got %v\nwant %v", c.name, next.UTC(), want)
			}
		}
	}
}
