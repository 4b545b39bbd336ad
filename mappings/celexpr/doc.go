// Package celexpr evaluates the expressions of mappings in CEL, the Common
// Expression Language (github.com/google/cel-spec).
//
//	lib, err := mappings.Standard()
//	lib, err = lib.With(celexpr.New()).Extend(os.DirFS("mappings"))
//
// An expression sees the members of the object that its row speaks of under
// their JSON names, that object as "it", and the document as "doc":
//
//	orderType == "DS" && parties.exists(p, p.role == "shipTo")
//	doc.refs.filter(r, r.scheme == "IA")[0].value + "-" + poNumber
//
// Members are typed: a name that does not exist is an error when the table is
// loaded. A member that is not there is "", an array that is not there is empty.
// Decimals and dates are texts. What is computed with decimals is exact:
//
//	add("0.10", "0.2") == "0.30"     as many decimals as the longer has
//	sub("1", "0.25") == "0.75"
//	mul("1.50", "3") == "4.50"       as many as both have together
//	round("4.505", 2) == "4.51"      half away from zero
//	less("9.5", "10")                by value, not by text
//
// The macros of CEL (has, all, exists, exists_one, filter, map) and the string
// functions of its ext library are there. There is no clock, no input or output,
// and no state. An evaluation that costs more than 100,000 steps (about ten
// milliseconds) or takes longer than a second ends with an error.
package celexpr
