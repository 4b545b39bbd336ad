// Package propose makes a first package of a trading partner from samples of
// what goes to and fro: partner.yaml with his identifiers and an agreement for
// each set and release, a guide of each set narrowed to what occurs, a mapping
// layer that lists what the standard's table does not read, and cases.
//
//	p, err := propose.New(propose.Options{Partner: "acme", Guides: guides, Mappings: tables})
//	p.File("po.edi", raw)
//	for each message of the file:
//	    err = p.Message(sample)
//	files := p.Files()
//
// A proposal changes no verdict. Lines of guides that narrow have "severity
// info": they note. What would let something pass stands in a comment, and so
// does every row of a mapping: a person takes the sign away. Rows that are
// proposed have been loaded once, so that they hold when they are accepted.
//
// What occurs is counted over all samples: more of them make a better proposal.
package propose
