package config

import (
	"fmt"
	"math"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // where the machine has none

	"github.com/edibridge/edibridge/bridge"
	"github.com/edibridge/edibridge/edi"
)

// size is a number of bytes, written "4096", "64KiB", "32MiB", "1GiB", or with
// the decimal units kB, MB, GB.
type size int64

var sizeUnits = map[string]float64{"": 1, "B": 1, "kB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12,
	"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40}

var sizeForm = regexp.MustCompile(`^([0-9]+(?:\.[0-9]+)?) ?([A-Za-z]*)$`)

// UnmarshalText reads a size.
func (s *size) UnmarshalText(text []byte) error {
	m := sizeForm.FindStringSubmatch(string(text))
	if m == nil || sizeUnits[m[2]] == 0 {
		return fmt.Errorf("%q is no size; write 4096, 64KiB, 32MiB or 1GiB", text)
	}
	n, err := strconv.ParseFloat(m[1], 64)
	if n *= sizeUnits[m[2]]; err != nil || n < 1 || n > math.MaxInt64/2 {
		return fmt.Errorf("%q is no size between 1 byte and 4 EiB", text)
	}
	*s = size(n)
	return nil
}

// span is how long something is kept, written "90d" or "10y" (of 366 days), or as
// other durations are; "forever" is 0.
type span time.Duration

const dayLong = 24 * time.Hour

var spanForm = regexp.MustCompile(`^([0-9]{1,5})([dy])$`)

// UnmarshalText reads a span.
func (s *span) UnmarshalText(text []byte) error {
	if string(text) == "forever" {
		*s = 0
		return nil
	}
	d, err := time.ParseDuration(string(text))
	if m := spanForm.FindStringSubmatch(string(text)); m != nil {
		var n int
		n, err = strconv.Atoi(m[1])
		days := map[string]int{"d": 1, "y": 366}[m[2]]
		if n > 200*366/days {
			return fmt.Errorf("%q: more than 200 years are forever", text)
		}
		d = time.Duration(n*days) * dayLong
	}
	if err != nil || d <= 0 {
		return fmt.Errorf("%q is no time to keep something; write 90d, 10y or forever", text)
	}
	if d < dayLong {
		return fmt.Errorf("%q is less than a day", text)
	}
	*s = span(d)
	return nil
}

// timeOfDay is a time in a zone, written "18:00 Europe/Berlin".
type timeOfDay struct {
	at   clock
	zone *time.Location
}

// UnmarshalText reads a time of day.
func (t *timeOfDay) UnmarshalText(text []byte) error {
	at, name, both := strings.Cut(string(text), " ")
	if !both {
		return fmt.Errorf("%q is no time of day with its zone, as in \"18:00 Europe/Berlin\"", text)
	}
	var in zone
	if err := t.at.UnmarshalText([]byte(at)); err != nil {
		return err
	}
	if t.at == 24*60 {
		return fmt.Errorf("24:00 is 00:00 of the next day: write that")
	}
	if err := in.UnmarshalText([]byte(name)); err != nil {
		return err
	}
	t.zone = in.Location
	return nil
}

// weekdays are days, written "Mon-Fri" or "Mon,Wed,Sat".
type weekdays [7]bool

// UnmarshalText reads days.
func (w *weekdays) UnmarshalText(text []byte) error {
	names := []string{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"}
	var got weekdays
	for part := range strings.SplitSeq(string(text), ",") {
		first, last, through := strings.Cut(strings.TrimSpace(part), "-")
		if !through {
			last = first
		}
		from, to := slices.Index(names, first), slices.Index(names, last)
		if from < 0 || to < 0 {
			return fmt.Errorf("%q are no days; write Mon-Fri, or Mon,Wed,Sat", text)
		}
		for d := from; ; d = (d + 1) % 7 {
			if got[d] = true; d == to {
				break
			}
		}
	}
	*w = got
	return nil
}

// rate is how many a second, written "20/s", "300/m", "1000/h".
type rate float64

var rateUnits = map[string]float64{"s": 1, "m": 60, "h": 3600}

// UnmarshalText reads a rate.
func (r *rate) UnmarshalText(text []byte) error {
	many, unit, _ := strings.Cut(string(text), "/")
	n, err := strconv.ParseFloat(many, 64)
	if err != nil || !(n > 0 && n < 1e9) || rateUnits[unit] == 0 {
		return fmt.Errorf("%q is no rate; write 20/s, 300/m or 1000/h", text)
	}
	*r = rate(n / rateUnits[unit])
	return nil
}

// identifier is one name of a party in envelopes: "X12 ZZ/ACMERETAIL" (ISA05 to
// ISA08), "X12 GS ACME" (GS02, GS03), "EDIFACT 14/4012345000009" (S002, S003),
// "EDIFACT /ACME" where the envelope has no qualifier, "EDIFACT
// 14/4012345000009:DIV1" with an internal address (0008, 0014).
type identifier bridge.Identifier

var idForm = regexp.MustCompile(`^[ -~]{1,35}$`)

// UnmarshalText reads an identifier.
func (i *identifier) UnmarshalText(text []byte) error {
	form := func() error {
		return fmt.Errorf(`%q is no identifier; write "X12 ZZ/ID" (ISA), "X12 GS ID" (group) or "EDIFACT 14/ID", "EDIFACT /ID" without a qualifier`, text)
	}
	standard, rest, _ := strings.Cut(strings.TrimSpace(string(text)), " ")
	rest = strings.TrimSpace(rest)
	longest, level := 15, "ISA"
	switch edi.Standard(standard) {
	case edi.X12:
	case edi.EDIFACT:
		longest, level = 35, "UNB"
	default:
		return form()
	}
	got := identifier{Standard: edi.Standard(standard), Level: level}
	if group, ok := strings.CutPrefix(rest, "GS "); ok && level == "ISA" {
		got.Level, got.ID = "GS", strings.TrimSpace(group)
	} else {
		got.Qualifier, got.ID, ok = strings.Cut(rest, "/")
		if !ok || level == "ISA" && len(got.Qualifier) != 2 || len(got.Qualifier) > 4 {
			return form()
		}
	}
	if level == "UNB" {
		var divided bool
		if got.ID, got.Sub, divided = strings.Cut(got.ID, ":"); divided && (!idForm.MatchString(got.Sub) || strings.TrimSpace(got.Sub) != got.Sub) {
			return fmt.Errorf("%q: an internal address has 1 to 35 printable characters", text)
		}
	}
	if !idForm.MatchString(got.ID) || strings.TrimSpace(got.ID) != got.ID || len(got.ID) > longest {
		return fmt.Errorf("%q: an identifier has 1 to %d printable characters", text, longest)
	}
	*i = got
	return nil
}

// IdentifierText is an identifier as a configuration writes it.
func IdentifierText(id bridge.Identifier) string { return identifier(id).String() }

// String is the identifier as it is written.
func (i identifier) String() string {
	if i.Level == "GS" {
		return string(i.Standard) + " GS " + i.ID
	}
	if i.Sub != "" {
		return string(i.Standard) + " " + i.Qualifier + "/" + i.ID + ":" + i.Sub
	}
	return string(i.Standard) + " " + i.Qualifier + "/" + i.ID
}

// route says which documents an agreement is about: standard, set or message,
// release, mode. "X12 850 004010 production", "EDIFACT ORDERS D96A test". Or
// which files, by their names: "file *.pdf", "file stock *.csv test".
type route struct {
	Standard edi.Standard
	Set      string
	Release  string
	Mode     edi.Mode
	Pattern  string // of file names; the rest but for Mode is empty then
}

// UnmarshalText reads a route.
func (r *route) UnmarshalText(text []byte) error {
	f := strings.Fields(string(text))
	if len(f) > 0 && f[0] == "file" {
		return r.file(f[1:])
	}
	if len(f) != 4 {
		return fmt.Errorf(`%q is not "STANDARD SET RELEASE MODE", as in "X12 850 004010 production"`, text)
	}
	got := route{Standard: edi.Standard(f[0]), Set: f[1], Release: f[2], Mode: edi.Mode(f[3])}
	if got.Standard != edi.X12 && got.Standard != edi.EDIFACT {
		return fmt.Errorf("%q is neither X12 nor EDIFACT", f[0])
	}
	if got.Mode != edi.Production && got.Mode != edi.Test && got.Mode != edi.Information {
		return fmt.Errorf("%q is none of production, test, information", f[3])
	}
	if m := directory.FindStringSubmatch(got.Release); m != nil && got.Standard == edi.EDIFACT {
		got.Release = m[1] + ":" + m[2]
	}
	*r = got
	return nil
}

// file reads what stands behind "file": a pattern of names, and perhaps a mode.
func (r *route) file(words []string) error {
	got := route{Mode: edi.Production}
	if n := len(words) - 1; n > 0 && (words[n] == string(edi.Production) || words[n] == string(edi.Test)) {
		got.Mode, words = edi.Mode(words[n]), words[:n]
	}
	got.Pattern = strings.Join(words, " ")
	if _, err := path.Match(got.Pattern, ""); err != nil || got.Pattern == "" || strings.ContainsAny(got.Pattern, `/\\`) {
		return fmt.Errorf("%q is no pattern of file names, as in \"file *.pdf\"", got.Pattern)
	}
	*r = got
	return nil
}

// String is the route as it is written.
func (r route) String() string {
	if r.Pattern != "" {
		return "file " + r.Pattern + " " + string(r.Mode)
	}
	return strings.Join([]string{string(r.Standard), r.Set, r.Release, string(r.Mode)}, " ")
}

// directory is an EDIFACT directory as people write it: "D96A", "D.96A".
var directory = regexp.MustCompile(`^([A-Z])\.?([0-9]{2}[A-Z])$`)

var nameForm = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)

// checkName holds a name that people chose against what every place can carry:
// file names, URLs, event extensions.
func checkName(what, name string) error {
	if nameForm.MatchString(name) {
		return nil
	}
	return fmt.Errorf("%q is no name for %s: lower case letters, digits and hyphens, at most 63", name, what)
}
