// Package guides has the implementation guides of X12 that come with the
// program, written in the language of package guide.
//
// One folder a release: one .guide file a transaction set, and the dictionaries
// that the sets of the release share. What stands there is made by the program
// edi/guide/generate from tables of facts; where those come from is said at the
// head of each file, and in docs/STANDARDS.md what is thin. Releases 004010 and
// 005010 have 180 204 210 214 810 820 824 832 846 850 852 855 856 860 864 865
// 940 943 944 945 947 990 997; 005010 has 999 too, 004030 and 005010 have 753
// and 754.
//
// Beside each guide stand examples of it, as 850.example, written by hand.
package guides

import (
	"embed"
	"sync"

	"github.com/edibridge/edibridge/edi/guide"
)

//go:embed 004010 004030 005010
var files embed.FS

// Library gives all guides of this package. A release is read when its first
// guide is asked for, a guide when it is; the library may be shared.
func Library() (*guide.Library, error) { return library() }

var library = sync.OnceValues(func() (*guide.Library, error) { return guide.Open(files) })
