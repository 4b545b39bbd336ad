// Package check compares the documents of one trade with each other: what was
// ordered, promised, shipped, announced and invoiced. Its rules are what partners
// charge back for. They serve as a gate, before a shipment notice or an invoice
// goes out, and as reconciliation, when all has come in.
//
// # What is compared
//
// A [Case] is the documents that are known of a trade, in any order and number: an
// order with its changes, the seller's responses, the warehouse's orders and
// advices, shipment notices, invoices. A rule speaks when the documents that it
// compares are there, and is silent when one is missing: that a notice is overdue
// is not its business.
//
// Lines are told apart by the order's number and the line's id, else by a product
// id that both sides have. Quantities are compared in one unit: where the units of
// two documents differ and the order's pack does not say how many of one the other
// holds, the rule quantity.unit says so and nothing else is said of that line.
//
// # Exactness
//
// Numbers are compared as fractions, without rounding. An invoice may differ from
// the sum of its parts by half of the currency's smallest unit a part, as much as
// rounding each can make, and by the case's tolerance.
//
// A finding is data, not an error: the caller decides which rules stop what. Rule
// ids are interface.
package check
