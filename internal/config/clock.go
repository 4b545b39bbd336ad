package config

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/edibridge/edibridge/bridge"
)

// clock is a time of day, written "17:30".
type clock bridge.TimeOfDay

var clockForm = regexp.MustCompile(`^([01][0-9]|2[0-4]):([0-5][0-9])$`)

// UnmarshalText reads a time of day, up to 24:00.
func (c *clock) UnmarshalText(text []byte) error {
	m := clockForm.FindSubmatch(text)
	if m == nil || string(m[1]) == "24" && string(m[2]) != "00" {
		return fmt.Errorf("%q is no time of day; write 06:00 or 17:30", text)
	}
	hours, _ := strconv.Atoi(string(m[1])) // two digits
	minutes, _ := strconv.Atoi(string(m[2]))
	*c = clock(hours*60 + minutes)
	return nil
}

// zone is a time zone, written "Europe/Berlin" or "UTC".
type zone struct{ *time.Location }

// UnmarshalText reads the name of a zone in the IANA database.
func (z *zone) UnmarshalText(text []byte) (err error) {
	if name := string(text); name == "" || name == "Local" {
		return fmt.Errorf("%q is no time zone; write Europe/Berlin or UTC", text)
	}
	if z.Location, err = time.LoadLocation(string(text)); err != nil {
		return fmt.Errorf("%q is no time zone; write Europe/Berlin or UTC", text)
	}
	return nil
}

// window is when something is handed over: days, times and zone, written "Mon-Fri
// 06:00-20:00 Europe/Berlin", or with several parts "Mon-Fri 22:00-04:00, Sat
// 08:00-12:00 Europe/Berlin".
type window struct{ made *bridge.Window }

// UnmarshalText reads a window.
func (w *window) UnmarshalText(text []byte) error {
	f := strings.Fields(string(text))
	form := fmt.Errorf(`%q is no window; write "Mon-Fri 06:00-20:00 Europe/Berlin", parts of it with commas between`, text)
	if len(f) < 2 {
		return form
	}
	var in zone
	if err := in.UnmarshalText([]byte(f[len(f)-1])); err != nil {
		return err
	}
	made := &bridge.Window{Zone: in.Location}
	for part := range strings.SplitSeq(strings.Join(f[:len(f)-1], " "), ",") {
		words := strings.Fields(part)
		if len(words) == 1 {
			words = append([]string{"Mon-Sun"}, words...)
		}
		if len(words) != 2 {
			return form
		}
		s, err := spanOf(words[0], words[1])
		if err != nil {
			return fmt.Errorf("%q: %w", text, err)
		}
		made.Spans = append(made.Spans, s)
	}
	w.made = made
	return nil
}

// spanOf reads days and times: "Mon-Fri", "06:00-20:00".
func spanOf(days, times string) (s bridge.Span, err error) {
	if err := (*weekdays)(&s.Days).UnmarshalText([]byte(days)); err != nil {
		return s, err
	}
	begin, end, _ := strings.Cut(times, "-")
	for _, one := range []struct {
		text string
		into *bridge.TimeOfDay
	}{{begin, &s.From}, {end, &s.To}} {
		if err := (*clock)(one.into).UnmarshalText([]byte(one.text)); err != nil {
			return s, err
		}
	}
	if s.From == s.To || s.From == 24*60 {
		return s, fmt.Errorf("%q is no span of time; a whole day is 00:00-24:00", times)
	}
	return s, nil
}

// maxBatch is how many documents leave together at most: each is named in the
// batch's record, with 27 bytes.
const maxBatch = 10_000

// batchEvery closes batches of which nothing says when they leave.
const batchEvery = time.Hour

// batching takes over how documents are gathered.
func batching(p *partnerSource, at func(...string) []string, b *batch) *bridge.Batching {
	if b == nil {
		return nil
	}
	made := &bridge.Batching{Count: b.Count, Size: int64(b.Size), Every: b.Every, Zone: b.Zone.Location}
	for _, c := range b.At {
		if c == 24*60 {
			p.problem(at("batch", "at"), "24:00 is 00:00 of the next day: write that")
		}
		made.At = append(made.At, bridge.TimeOfDay(c))
	}
	switch {
	case b.Count < 0 || b.Count > maxBatch:
		p.problem(at("batch", "count"), "1 to %d documents", maxBatch)
	case b.Count == 0:
		made.Count = maxBatch
	}
	if b.Every < 0 || b.Every > 0 && b.Every < time.Second {
		p.problem(at("batch", "every"), "%v is no time to gather for: at least 1s", b.Every)
	}
	if b.Every == 0 && len(b.At) == 0 {
		made.Every = batchEvery
	}
	return made
}

// strictly has what shares a series of control numbers with an agreement that
// wants their order kept be translated one after the other.
func strictly(p *bridge.Partner) {
	for _, d := range p.Dispatches {
		p.Ordered = p.Ordered || d.Strict
	}
	p.Ordered = p.Ordered || p.Strict
}
