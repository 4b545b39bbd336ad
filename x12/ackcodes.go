package x12

import (
	"strings"

	"github.com/edibridge/edibridge/edi"
)

// Code lists of what is written, a blank around each code. A code that the
// acknowledgment's own release does not have is never written.
const (
	list720     = " 1 2 3 4 5 6 7 8 "                                          // AK304
	list620     = list720 + "I4 I6 I7 I8 I9 "                                  // IK304, 005010
	list723     = " 1 2 3 4 5 6 7 8 9 10 "                                     // AK403 before 005010
	list723of5  = list723 + "12 13 "                                           // AK403 from 005010 on
	list621     = list723of5 + "I6 I9 I10 I11 I12 I13 "                        // IK403, 005010
	list718     = " 1 2 3 4 5 6 7 8 9 10 11 12 13 15 16 17 19 23 24 25 26 27 " // AK502 before 005010
	list718of5  = list718 + "18 "                                              // AK502 from 005010 on
	list618     = list718of5 + "I6 "                                           // IK502, 005010
	list716     = " 1 2 3 4 5 6 10 11 12 13 14 15 16 17 18 19 23 24 25 26 "    // AK905
	listI18     = " 001 002 003 004 005 006 007 008 009 010 011 012 013 014 015 016 017 018 019 020 021 022 023 024 025 026 027 028 029 030 031 "
	elementErrs = "8" // lists 720 and 620: the segment has data element errors
	segmentErrs = "5" // lists 718 and 618: segments are in error
)

// Keys of [edi.Finding.Codes]. What a finding says for the 999 counts first, as
// far as the list of the acknowledgment has it: the lists of the 997 are part of
// those.
var (
	segmentKeys = []string{"ik304", "ak304"}
	elementKeys = []string{"ik403", "ak403"}
	setKeys     = []string{"ik502", "ak502"}
	groupKeys   = []string{"ak905"}
	noteKeys    = []string{"ta105"}
)

// listed reports whether a list has a code.
func listed(list, code string) bool {
	return code != "" && !strings.Contains(code, " ") && strings.Contains(list, " "+code+" ")
}

// code is what stands under the first of the keys that has a code of the list.
func code(codes map[string]string, list string, keys []string) string {
	for _, k := range keys {
		if c := codes[k]; listed(list, c) {
			return c
		}
	}
	return ""
}

// noted gives up to limit different codes of a list that findings set in an
// acknowledgment element, those of errors first.
func noted(findings []edi.Finding, limit int, list string, keys []string) []string {
	var out []string
	for _, severity := range []edi.Severity{edi.Error, edi.Warning} {
		for i := range findings {
			f := &findings[i]
			if f.Severity != severity {
				continue
			}
			if c := code(f.Codes, list, keys); c != "" {
				out = with(out, c, limit)
			}
		}
	}
	return out
}

// with adds c to a set of at most limit codes.
func with(set []string, c string, limit int) []string {
	for _, have := range set {
		if have == c {
			return set
		}
	}
	if len(set) == limit {
		return set
	}
	return append(set, c)
}
