package canonical

import "reflect"

// Derived reports whether the member of an object that has this JSON name is a
// text, or an array, that [Document].Derive computes: it never travels to EDI by
// itself. Numbers and truth values, which are not asked about, are all derived.
func Derived(object reflect.Type, name string) bool {
	switch object.Name() + "." + name {
	case "Carrier.scac", "Contact.phones", "Contact.emails", "Currency.isoCode", "Invoice.sign", "Mark.sscc", "Note.text",
		"Party.countryIso", "Party.gln", "Party.taxIds", "Period.from", "Period.to", "ProductID.gtin14",
		"ProductActivity.figures", "ShipmentNotice.packages", "ShipmentNotice.items":
		return true
	}
	return false
}
