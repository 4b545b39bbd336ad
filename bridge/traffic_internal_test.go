package bridge

import (
	"testing"
	"time"
)

// TestTrafficTimes: times of day follow the summer time of their zone, and days are
// those of the zone.
func TestTrafficTimes(t *testing.T) {
	zone := func(name string) *time.Location {
		z, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		return z
	}
	all, week := [7]bool{true, true, true, true, true, true, true}, [7]bool{false, true, true, true, true, true, false}
	for _, c := range []struct {
		name string
		rule Traffic
		from string
		want []string
	}{
		{"winter begins", Traffic{By: 18 * 60, Zone: zone("Europe/Berlin"), Days: all}, "2026-10-23T16:00:00Z",
			[]string{"2026-10-24T16:00:00Z", "2026-10-25T17:00:00Z", "2026-10-26T17:00:00Z"}},
		{"an hour that is not there", Traffic{By: 2*60 + 30, Zone: zone("Europe/Berlin"), Days: all}, "2027-03-27T12:00:00Z",
			[]string{"2027-03-28T01:30:00Z", "2027-03-29T00:30:00Z"}},
		{"an hour that is there twice", Traffic{By: 2*60 + 30, Zone: zone("Europe/Berlin"), Days: all}, "2026-10-24T12:00:00Z",
			[]string{"2026-10-25T01:30:00Z", "2026-10-26T01:30:00Z"}},
		{"in America, an hour that is not there", Traffic{By: 2*60 + 30, Zone: zone("America/New_York"), Days: all}, "2027-03-13T12:00:00Z",
			[]string{"2027-03-14T07:30:00Z", "2027-03-15T06:30:00Z"}},
		{"in America, an hour that is there twice", Traffic{By: 60 + 30, Zone: zone("America/New_York"), Days: all}, "2026-10-31T12:00:00Z",
			[]string{"2026-11-01T06:30:00Z", "2026-11-02T06:30:00Z"}},
		{"a weekend", Traffic{By: 6 * 60, Zone: zone("America/Chicago"), Days: week}, "2026-11-27T12:00:00Z",
			[]string{"2026-11-30T12:00:00Z", "2026-12-01T12:00:00Z"}},
		{"a day of the zone", Traffic{By: 23 * 60, Zone: zone("America/Los_Angeles"), Days: [7]bool{time.Friday: true}}, "2026-11-23T00:00:00Z",
			[]string{"2026-11-28T07:00:00Z", "2026-12-05T07:00:00Z"}},
	} {
		at, err := time.Parse(time.RFC3339, c.from)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for range c.want {
			at = c.rule.next(at)
			got = append(got, at.Format(time.RFC3339))
		}
		for i := range c.want {
			if got[i] != c.want[i] {
				t.Errorf("%s\n got %v\nwant %v", c.name, got, c.want)
				break
			}
		}
		before, last := c.rule.passed(at)
		if n := len(c.want); last.Format(time.RFC3339) != c.want[n-1] || before.Format(time.RFC3339) != c.want[n-2] {
			t.Errorf("%s: passed\n got %v, %v\nwant the last two of %v", c.name, before, last, c.want)
		}
	}
}
