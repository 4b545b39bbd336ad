// Package schema gives the JSON Schemas (2020-12) of the canonical documents and
// an AsyncAPI 3 document of all events. Both are made from the Go types of package
// canonical when they are asked for, so they cannot say anything else than these;
// the descriptions are the types' comments (descriptions.txt, written by go
// generate, held fresh by a test).
//
// # Two schemas of a kind
//
//   - [For] is what a consumer reads by. It is open: a member that it does not
//     know is passed over, since within a version members are added. What
//     validates by it today does so by any later one of the version, and the
//     other way round.
//   - [Intake] is what is taken from programs that hand documents in. It is closed:
//     a misspelled member is told, not lost. It asks for the number that names the
//     document and for the kind, and for nothing else: what EDI needs beyond is the
//     partner's guide.
//
// # Compatibility
//
// Within version 1 members are only added: none goes, none changes its type or
// its meaning, none becomes required in a document that we write, and none that
// was optional becomes required in one that we take. [Compare] says in which
// places two schemas break that; a test holds the schemas against those that were
// published (testdata/published).
//
// # Annotations
//
// "x-key" is the scheme of the business key that a member is: documents are found
// by it.
package schema
