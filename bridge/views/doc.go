// Package views answers what people ask of business rather than of files: what
// became of an order, where a shipment is, how much of a product lies where.
//
// # Facts
//
// A document says something about subjects: a shipment notice about its shipment
// and about each order in it. [Facts] takes that out of a document, one [Fact] a
// subject, small enough to be kept beside it. The bridge keeps facts in the commit
// of the document that says them; they are a function of the document alone, so
// that translating the stored bytes again gives the same ones.
//
// # States
//
// [FoldOrder], [FoldShipment] and [FoldStock] make the state of a subject from all
// that was said of it. In which order it was said, or is given, makes no
// difference: an order that arrives behind its own shipment notice is the same
// order. What a document takes back (action cancel or delete) or replaces (the same
// number again) counts no more, and stays among the steps.
//
// # Quantities
//
// They are added unit by unit, in codes of UN/ECE Recommendation 20 where the unit
// is known there, and never across units: a line ordered in cases and shipped in
// eaches says so (unitsDiffer) and is not called shipped.
//
// # Bounds
//
// Of one document [MaxFacts] facts are kept in each view, and of one order
// [MaxLines] lines; lines beyond are counted.
package views
