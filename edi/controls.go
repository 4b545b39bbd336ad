package edi

import (
	"bytes"
	"cmp"
	"slices"
)

// maxRuns bounds what is remembered of the control numbers of a group or an
// interchange: 8,192 runs of 24 bytes, 192 KiB. Numbers that follow each other
// are one run, so that any count of them fits that counts up, and 8,192 whatever
// they are.
const maxRuns = 8192

// longestControl is the longest control number that is remembered: an EDIFACT
// reference (0020, 0048, 0062); those of X12 have up to nine characters.
const longestControl = 14

// Controls remembers control numbers (ST02, GS06, UNH 0062, UNG 0048), as text:
// 0001 is not 1. The zero value remembers none. Its memory is bounded.
type Controls struct {
	first  [longestControl]byte // the only number, of length bytes, as long as there is but one:
	length int                  // most interchanges have one group, and many of these one set
	runs   []run                // ordered, none adjoins or overlaps another
	lost   int
}

// Reset forgets all.
func (c *Controls) Reset() { c.length, c.runs, c.lost = 0, c.runs[:0], 0 }

// Lost is how many numbers found no room: they are not known again.
func (c *Controls) Lost() int { return c.lost }

// run is a run of control numbers: texts of the same length that differ in the
// number at their end.
type run struct {
	head   [longestControl + 1]byte // what stands before the number; its length is the last byte
	width  uint8                    // digits of the number, 0 to 9
	lo, hi uint32
}

// Add remembers a control number and reports whether it was there. One that is
// empty or longer than 14 characters is no control number and not remembered.
func (c *Controls) Add(text string) (again bool) {
	if text == "" || len(text) > longestControl {
		return false
	}
	if c.length == 0 && len(c.runs) == 0 {
		c.length = copy(c.first[:], text)
		return false
	}
	if c.length > 0 {
		c.runs, c.length = append(c.runs, runOf(string(c.first[:c.length]))), 0
	}
	n := runOf(text)
	if last := &c.runs[len(c.runs)-1]; n.lo == last.hi+1 && last.series(&n) == 0 {
		last.hi = n.lo
		return false
	}
	return c.insert(n)
}

// insert takes a number into the runs, unless it is in one of them.
func (c *Controls) insert(n run) (again bool) {
	at, _ := slices.BinarySearchFunc(c.runs, n, func(have, want run) int {
		if d := have.series(&want); d != 0 {
			return d
		}
		return cmp.Compare(have.lo, want.lo+1) // the first that begins behind n
	})
	before := at > 0 && c.runs[at-1].series(&n) == 0
	behind := at < len(c.runs) && c.runs[at].series(&n) == 0 && c.runs[at].lo == n.lo+1
	switch {
	case before && n.lo <= c.runs[at-1].hi:
		return true
	case before && n.lo == c.runs[at-1].hi+1 && behind:
		c.runs[at-1].hi = c.runs[at].hi
		c.runs = slices.Delete(c.runs, at, at+1)
	case before && n.lo == c.runs[at-1].hi+1:
		c.runs[at-1].hi = n.lo
	case behind:
		c.runs[at].lo = n.lo
	case len(c.runs) < maxRuns:
		c.runs = slices.Insert(c.runs, at, n)
	default:
		c.lost++
	}
	return false
}

// runOf is the run of one number.
func runOf(text string) run {
	var r run
	i := len(text)
	for i > max(0, len(text)-9) && text[i-1] >= '0' && text[i-1] <= '9' {
		i--
	}
	copy(r.head[:], text[:i])
	r.head[len(r.head)-1] = byte(i)
	r.width = uint8(len(text) - i)
	for _, d := range text[i:] {
		r.lo = r.lo*10 + uint32(d-'0')
	}
	r.hi = r.lo
	return r
}

// series orders runs by what their numbers have in common.
func (r *run) series(o *run) int {
	if r.head != o.head {
		return bytes.Compare(r.head[:], o.head[:])
	}
	return cmp.Compare(r.width, o.width)
}
