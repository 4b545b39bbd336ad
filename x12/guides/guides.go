// Package guides has the implementation guides of X12 that come with the
// program, written in the language of package guide.
//
// One folder a release: one .guide file a transaction set, and the dictionaries
// that the sets of the release share. What stands there is made by the program
// in generate from tables of facts; where those come from is said at the head of
// each file. Release 004010 has 850 and 997.
package guides

import (
	"embed"
	"sync"

	"github.com/edibridge/edibridge/edi/guide"
)

//go:embed 004010
var files embed.FS

// Library gives all guides of this package. They are parsed once, when first
// asked for; the library may be shared.
func Library() (*guide.Library, error) { return library() }

var library = sync.OnceValues(func() (*guide.Library, error) { return guide.Load(files) })
