package sftp

import (
	"errors"
	"slices"
)

// maxRuns bounds how scattered an upload may be: 1,024 runs take 16 KiB of memory.
// Gaps come from WRITEs that overtake each other, of which a connection has eight at
// work at a time.
const maxRuns = 1024

var errScattered = errors.New("too many gaps")

// extents is a set of byte ranges: which bytes of a file have been there.
// The zero value is empty.
type extents struct {
	runs []run // sorted, disjoint, never touching
}

// run is the bytes from <= offset < to.
type run struct{ from, to int64 }

// add puts from <= offset < to into the set. overlap says that some of it was
// there before. The set is unchanged when it would get too many runs.
func (e *extents) add(from, to int64) (overlap bool, err error) {
	if from >= to {
		return false, nil
	}
	// first run that ends at or behind from, first run that begins behind to
	i, _ := slices.BinarySearchFunc(e.runs, from, func(r run, at int64) int {
		if r.to < at {
			return -1
		}
		return 1
	})
	j := i
	merged := run{from, to}
	for ; j < len(e.runs) && e.runs[j].from <= to; j++ {
		overlap = overlap || e.runs[j].from < to && e.runs[j].to > from
		merged.from = min(merged.from, e.runs[j].from)
		merged.to = max(merged.to, e.runs[j].to)
	}
	if i == j && len(e.runs) >= maxRuns {
		return overlap, errScattered
	}
	e.runs = slices.Replace(e.runs, i, j, merged)
	return overlap, nil
}

// span is the first and the end offset of the set if it is one run without a hole;
// an empty set is 0, 0.
func (e *extents) span() (from, to int64, whole bool) {
	switch len(e.runs) {
	case 0:
		return 0, 0, true
	case 1:
		return e.runs[0].from, e.runs[0].to, true
	}
	return e.runs[0].from, e.end(), false
}

// end is the offset behind the last byte.
func (e *extents) end() int64 {
	if len(e.runs) == 0 {
		return 0
	}
	return e.runs[len(e.runs)-1].to
}
