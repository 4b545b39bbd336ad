// Package record reads and writes files of records, CSV or of fixed width, for
// mappings: an ERP's nightly extract goes the way that a partner's message goes.
//
// # Layouts
//
// A layout says what the records of a file are, one fact a line:
//
//	layout erp-orders csv
//	delimiter ";"
//	skip 1                                 lines before the first record
//
//	record HDR when 1 = H begins           field 1 says H; it begins a document
//	record LIN when 1 = L loop             opens a loop
//	record TXT when 1 = T in LIN           stands in the loop of LIN
//
//	layout erp-stock fixed
//
//	record HDR when 1-3 = HDR begins       columns 1 to 3 say HDR
//	  01 4-13                              element 1 is columns 4 to 13
//	  02 14-21
//	record LIN when 1-3 = LIN loop
//	  01 4-9
//	  02 10-17 right                       aligned to the right when written
//	  03 18-25 right zeros                 and filled with zeros
//
// A file whose every line repeats what belongs to the whole document is read as
// two records a line; lines are one document as long as the elements of the
// record that "begins" stay the same:
//
//	layout shop csv
//	record HDR begins
//	  01 1                                 field 1
//	  02 2
//	record LIN loop
//	  01 3
//	  02 4
//
// Names of records are two or three capital letters and digits. Elements of CSV
// without lines of their own are all fields, from the first. A mapping names the
// layout where others name the set:
//
//	mapping order <-> RECORD erp-orders
//	HDR02   poNumber  key po
//	LIN     lines[]
//	  LIN02 lineId
//
// Reading streams: a document is held at a time. Positions are offsets in the
// file. Text is UTF-8, else ISO 8859-1.
package record
