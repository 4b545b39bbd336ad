// Package config reads what a person wrote about the bridge and its partners
// and makes of it the values that the bridge works by.
//
//	edibridge.yaml       the bridge itself: data folder, who we are, listeners, endpoints, limits, log
//	partners/*.yaml      one file a trading partner: identifiers, access, agreements
//	guides/              implementation guides of partners, in the guide language (package guide)
//	partners/*/          or a folder: partner.yaml, with guides/ and mappings/ of its own
//	mappings/            mapping layers of partners, in the mapping language (package mappings)
//
// All of it is loaded and checked as one by [Load]: either everything holds
// together and a [bridge.Configuration] and a [System] come out, or nothing does
// and [Problems] lists every mistake with file, line and column.
//
// The YAML is strict. Unknown keys are problems, and so are duplicate keys,
// anchors, aliases, tags and several documents in one file: a configuration is
// read by people, and should say what it means where it means it. Scalars are
// taken as they are written: 004010 is the text "004010", not the number 2056.
//
// The files that were read, secrets apart, are a [Bundle]: its digest names the
// configuration, [LoadBundle] loads it again on another machine, and [Compare]
// tells two apart in words.
//
// Secrets never stand in a file: they are "${NAME}", a variable of the
// environment, or "file:PATH", the content of a file without the line break at
// its end. Paths are relative to the file that names them.
//
// The structs of files.go are the manual: docs/CONFIGURATION.md is generated
// from them.
package config
