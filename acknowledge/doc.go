// Package acknowledge says how what was received is answered. It joins the two
// standards, so that whoever answers, a bridge that keeps its state in a store or
// a command that reads one file, comes to the same acknowledgment:
//
//	[Judge]        what becomes of one set or message, by its envelope and its guide
//	[Policy]       what was agreed: which acknowledgment, when, and how much it tells
//	[Policy.Group], [Policy.Interchange]  whether there is an answer, once a trailer was read
//	[Answer.Write] the answer: TA1, 997, 999 (package x12), CONTRL (package edifact)
//
// What decides, in this order:
//
//   - an interchange that holds nothing but TA1, a group of 997 and 999, and an
//     interchange of nothing but CONTRL are never answered;
//   - an X12 interchange that is refused as a whole is answered by a TA1 alone,
//     an EDIFACT one by a CONTRL that rejects it;
//   - a group that is refused refuses its sets, whatever stands in them;
//   - a group, or EDIFACT interchange, of whose sets nothing is to be said is not
//     answered; an empty one is.
package acknowledge
