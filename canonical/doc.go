// Package canonical is edibridge's own vocabulary for business documents: what
// a consumer reads in an event and posts to the API, whatever standard the
// partner speaks.
//
// # Documents
//
// A [Document] is one transaction set (X12) or message (EDIFACT), said in our
// words: [Order] is the purchase order (850, ORDERS), [ShipmentNotice] the 856 and
// DESADV; [Kinds] has them all. A document's JSON is one object whose first members
// are those of [Header]; names are lower camel case, what was not given is left
// out.
//
// The comment of a member names the places that it usually comes from: an element
// of X12 ("BEG03"; in brackets the dictionary's number of a code), a segment with
// its qualifier in EDIFACT ("DTM+137"), an element of it ("BGM 1004"). It is an
// orientation. The tables of package mappings say what is read.
//
// # Values
//
//   - A [Decimal] is a JSON string that keeps its source text: 1.50 stays 1.50.
//     Implied decimals are resolved (N2 "387530" is "3875.30"). No float, ever.
//   - A [Date] keeps the precision that was given, and no offset is invented:
//     "2026-11-23", "2026-11-23T09:30".
//   - What does not normalise ([GTIN14], [GLN], [SSCC], [UnitUNECE], [Country],
//     [CurrencyCode]) is a [ValueError]; the text stays, the member beside it is
//     missing.
//   - Codes stand as the partner gave them. Where a normalised value helps, it
//     stands beside the code: role "shipTo" beside roleCode "ST", uomUnece "XCT"
//     beside uom "CT", gtin14 beside a product id.
//   - Identifiers, references and dates are arrays of {scheme, value}, in the
//     order and number in which they came: a consumer finds its own by scheme.
//
// Derived members (said so where they are declared) repeat what the document
// says in a handier form. They are computed by [Document].Derive and never
// travel back to EDI when the original is there.
//
// # Keys and events
//
// [Keys] are the business keys of a document, [EventType] and [LifeCycle] the
// events that it gives rise to, [NewEvent] makes one. Its JSON Schema is in package
// schema, what must hold between several documents in package check.
//
// # Residue
//
// What a mapping did not read is a [Residue]: with it the document becomes the
// partner's own bytes again.
package canonical
