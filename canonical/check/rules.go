package check

// Rules are all rules, by what they are about.
func Rules() []Rule {
	return []Rule{
		{"sscc.check-digit", Error, "the serial number of a package (SSCC) has eighteen digits and a right check digit"},
		{"sscc.unique", Error, "no two packages have one SSCC, within a shipment or among shipments"},
		{"sscc.missing", Warning, "every package has an SSCC where one of the shipment has"},
		{"package.empty", Error, "a package holds an item, or packages that do"},
		{"package.item-outside", Error, "an item stands in a package where others of the shipment do"},
		{"package.count", Error, "the number of cartons or pallets that the shipment says is the number that it lists"},
		{"notice.totals", Error, "the hash total of a shipment notice is the sum of what it says was shipped"},
		{"notice.bol", Error, "a bill of lading has one shipment notice"},
		{"notice.order-unknown", Error, "a shipment notice names an order that there is"},
		{"notice.order-cancelled", Error, "nothing is shipped of an order that is cancelled"},
		{"notice.window-early", Error, "goods are not shipped before the order's first ship date"},
		{"notice.window-late", Error, "goods are not shipped behind the order's last ship date or its cancel date"},
		{"notice.delivery-window", Warning, "the estimated delivery lies in the order's delivery window"},
		{"notice.late", Error, "a shipment notice is sent before its goods arrive"},
		{"notice.ship-to", Error, "goods are shipped to where the order says"},
		{"notice.line-unaccounted", Error, "every ordered line is in a shipment notice, or was said to be short, back-ordered or cancelled"},
		{"notice.line-short", Warning, "a line of which less is shipped than was ordered is said to be short"},
		{"notice.line-unknown", Error, "every shipped item is a line of the order"},
		{"notice.quantity-over", Error, "not more is shipped than was ordered"},
		{"notice.advice-differs", Error, "the shipment notice says what the warehouse said that it shipped"},
		{"advice.quantity-over", Error, "the warehouse ships not more than it was told"},
		{"advice.line-unaccounted", Error, "the warehouse says of every line that it was told what became of it"},
		{"quantity.unit", Warning, "documents count a line in one unit"},
		{"invoice.duplicate", Error, "a seller gives an invoice's number once"},
		{"invoice.quantity-differs", Error, "what is invoiced is what was shipped"},
		{"invoice.price-differs", Error, "a line is invoiced at the price of the order"},
		{"invoice.line-unknown", Error, "every invoiced line is a line of the order"},
		{"invoice.total", Error, "the total is the sum of lines, allowances, charges and taxes"},
		{"invoice.line-total", Error, "a line's amount is its quantity times its price, with the line's allowances and charges"},
	}
}
