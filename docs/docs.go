// Package docs has the pages that the program shows itself.
package docs

import _ "embed" // the pages

// Rules is RULES.md: every rule of the readers and validators in a table row.
//
//go:embed RULES.md
var Rules string
