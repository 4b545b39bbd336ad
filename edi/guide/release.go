package guide

import (
	"strconv"
	"strings"

	"github.com/edibridge/edibridge/edi"
)

// releaseOf is the release that a version names: the first six digits of GS08,
// version and release of S009.
func releaseOf(standard edi.Standard, version string) string {
	if standard == edi.X12 {
		return version[:min(len(version), 6)]
	}
	v, rest, _ := strings.Cut(version, ":")
	r, _, _ := strings.Cut(rest, ":")
	return v + ":" + r
}

// ofRelease reports whether a version names a release.
func ofRelease(standard edi.Standard, version, release string) bool {
	rest, ok := strings.CutPrefix(version, release)
	return ok && (standard == edi.X12 || rest == "" || rest[0] == ':')
}

// before004010 reports whether an X12 version names a release before 004010, the
// first whose dates have four digits for the year.
func before004010(version string) bool {
	n := releaseMonth(string(edi.X12), releaseOf(edi.X12, version))
	return n > 0 && n < 4010
}

// Nearest gives which of the releases a version, as in [Library.Find], is read
// by: its own, else the nearest, the older one of two; of a version that names
// no release the newest. exact says that it is its own. It is -1 when there are
// none.
func Nearest(standard edi.Standard, version string, releases []string) (index int, exact bool) {
	release := releaseOf(standard, version)
	want, index := releaseMonth(string(standard), release), -1
	var best, month int
	for i, r := range releases {
		if r == release {
			return i, true
		}
		n := releaseMonth(string(standard), r)
		away := max(n-want, want-n)
		if want == 0 {
			away = -n
		}
		if index < 0 || away < best || away == best && n < month {
			index, best, month = i, away, n
		}
	}
	return index, false
}

// releaseMonth orders the releases of a standard: X12 "004010" is 4010, EDIFACT
// "D:96A" the month in which the directory came out, counted from year 0. It is
// 0 for what is no release.
func releaseMonth(standard, release string) int {
	if standard == string(edi.X12) {
		if len(release) != 6 || !allDigits(release) {
			return 0
		}
		n, _ := strconv.Atoi(release)
		return n
	}
	v, r, _ := strings.Cut(release, ":")
	switch release {
	case "D:3", "2:1", "2:2": // service messages of syntax 3, 1992
		return 1992 * 12
	case "4:1", "4:2": // of syntax 4, 1998
		return 1998 * 12
	}
	switch {
	case len(r) == 3 && allDigits(r): // 912 and 902 are of 1991 and 1990
		return year(r[:2]) * 12
	case len(r) == 3 && allDigits(r[:2]): // 96A came out in spring, 96B in autumn
		return year(r[:2])*12 + int(r[2]-'A')*6
	case len(v) == 2 && allDigits(v): // 91:2
		return year(v) * 12
	}
	return 0
}

// year is the year that two digits of a directory's name say.
func year(digits string) int {
	n, _ := strconv.Atoi(digits)
	if n < 80 {
		return 2000 + n
	}
	return 1900 + n
}
