// Package guides has the implementation guides of EDIFACT that come with the
// program, written in the language of package guide.
//
// One folder a directory of the UN: one .guide file a message type, and the
// dictionaries that they share. What stands there is made by the program
// edi/guide/generate from tables of facts; where those come from is said at the
// head of each file, and in docs/STANDARDS.md what is thin. D.96A and D.01B have
// APERAK DESADV IFTMIN IFTSTA INVOIC INVRPT ORDCHG ORDERS ORDRSP PARTIN PRICAT
// RECADV SLSRPT; INSDES is that of D.98A and D.01B, RETANN that of D.97B and
// D.01B. CONTRL belongs to the syntax: 1:912, 2:912, D:3 and 4:1 are those of
// syntax versions 1 to 4.
//
// Beside each guide stand examples of it, as 850.example, written by hand.
package guides

import (
	"embed"
	"sync"

	"github.com/edibridge/edibridge/edi/guide"
)

//go:embed d96a d97b d98a d01b syntax1 syntax2 syntax3 syntax4
var files embed.FS

// Library gives all guides of this package. A directory is read when its first
// guide is asked for, a guide when it is; the library may be shared.
func Library() (*guide.Library, error) { return library() }

var library = sync.OnceValues(func() (*guide.Library, error) { return guide.Open(files) })
