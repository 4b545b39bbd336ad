package guide

import "github.com/edibridge/edibridge/edi"

// Rule is one rule that [Guide.Validate] checks.
type Rule struct {
	ID       string            // stable: "x12.element.required"
	Severity edi.Severity      // unless an agreement or an overlay line says otherwise
	Text     string            // what must hold
	Codes    map[string]string // what a finding sets in acknowledgments; empty: nothing
}

// Rules are all rules that this package checks, in a stable order. The caller
// may keep and change what it gets.
func Rules() []Rule {
	var out []Rule
	for _, table := range []*ruleTable{&x12Rules, &edifactRules} {
		for i := range table {
			if r := &table[i]; r.id != "" {
				out = append(out, Rule{r.id, r.severity, r.text, r.codes()})
			}
		}
	}
	return out
}

// ruleID is the index of a rule in a ruleTable.
type ruleID uint8

const (
	segmentUnknown ruleID = iota
	segmentUndefined
	segmentUnexpected
	segmentSequence
	segmentMissing
	segmentUses
	segmentUnused
	loopUses
	loopIdentifier
	elementRequired
	elementCondition
	elementExclusion
	elementExcess
	elementComponents
	elementRepetitions
	elementShort
	elementLong
	elementCharacter
	elementType
	elementDecimal
	elementDigit
	elementCode
	elementAgencyCode
	elementValue
	elementDate
	elementTime
	elementUnused
	elementTrailing
	elementBlanks
	elementZeros
	elementEmptyDate
	elementUnique
	totalCount
	totalSum
	hierarchyID
	hierarchyParent
	hierarchyChildren
	hierarchyLevel
	ruleCount
)

// ruleSpec is one row of a table of rules. ak304 is of code list 720, ak403 of
// 723 (release 004010), ik304 of 620, ik403 of 621 (release 005010), e0085 of
// 0085 (EDIFACT service code list).
type ruleSpec struct {
	id                         string
	severity                   edi.Severity
	ak304, ak403, ik304, ik403 string
	text                       string
	e0085                      string
}

// ruleTable is the rules of a standard, by ruleID. A rule that the standard does
// not have is empty, and waived. Nobody writes to the tables.
type ruleTable [ruleCount]ruleSpec

// rulesOf is the table of a standard.
func rulesOf(s edi.Standard) *ruleTable {
	if s == edi.EDIFACT {
		return &edifactRules
	}
	return &x12Rules
}

var x12Rules = ruleTable{
	segmentUnknown: {id: "x12.segment.unknown", severity: edi.Error, ak304: "1", ik304: "1",
		text: "the standard has the segment"},
	segmentUndefined: {id: "x12.segment.undefined", severity: edi.Error, ak304: "6", ik304: "6",
		text: "the transaction set has the segment"},
	segmentUnexpected: {id: "x12.segment.unexpected", severity: edi.Error, ak304: "2", ik304: "2",
		text: "a segment stands only in its loop, behind the loop's trigger"},
	segmentSequence: {id: "x12.segment.sequence", severity: edi.Error, ak304: "7", ik304: "7",
		text: "segments stand in the order of the guide"},
	segmentMissing: {id: "x12.segment.missing", severity: edi.Error, ak304: "3", ik304: "3",
		text: "a mandatory segment or loop is there"},
	segmentUses: {id: "x12.segment.uses", severity: edi.Error, ak304: "5", ik304: "5",
		text: "a segment stands at most as often as the guide allows"},
	segmentUnused: {id: "x12.segment.unused", severity: edi.Error, ak304: "2", ik304: "I4",
		text: "a segment or loop that the partner does not use is not there"},
	loopUses: {id: "x12.loop.uses", severity: edi.Error, ak304: "4", ik304: "4",
		text: "a loop stands at most as often as the guide allows"},
	loopIdentifier: {id: "x12.loop.identifier", severity: edi.Error, ak304: "8", ak403: "7", ik304: "8", ik403: "7",
		text: "LE closes the loop identifier that LS opened"},
	elementRequired: {id: "x12.element.required", severity: edi.Error, ak304: "8", ak403: "1", ik304: "8", ik403: "1",
		text: "a mandatory element is there"},
	elementCondition: {id: "x12.element.condition", severity: edi.Error, ak304: "8", ak403: "2", ik304: "8", ik403: "2",
		text: "an element that a condition of the segment asks for is there"},
	elementExclusion: {id: "x12.element.exclusion", severity: edi.Error, ak304: "8", ak403: "10", ik304: "8", ik403: "10",
		text: "of elements that exclude each other at most one is there"},
	elementExcess: {id: "x12.element.excess", severity: edi.Error, ak304: "8", ak403: "3", ik304: "8", ik403: "3",
		text: "a segment has no more elements than the standard defines"},
	elementComponents: {id: "x12.element.components", severity: edi.Error, ak304: "8", ak403: "3", ik304: "8", ik403: "13",
		text: "an element has no more components than the standard defines"},
	elementRepetitions: {id: "x12.element.repetitions", severity: edi.Error, ak304: "8", ak403: "3", ik304: "8", ik403: "12",
		text: "an element repeats at most as often as the standard allows"},
	elementShort: {id: "x12.element.short", severity: edi.Error, ak304: "8", ak403: "4", ik304: "8", ik403: "4",
		text: "a value has at least the element's minimum length"},
	elementLong: {id: "x12.element.long", severity: edi.Error, ak304: "8", ak403: "5", ik304: "8", ik403: "5",
		text: "a value has at most the element's maximum length"},
	elementCharacter: {id: "x12.element.character", severity: edi.Error, ak304: "8", ak403: "6", ik304: "8", ik403: "6",
		text: "a value has only characters of the element's type"},
	elementDecimal: {id: "x12.element.decimal", severity: edi.Info,
		text: "a decimal point has digits behind it"},
	elementCode: {id: "x12.element.code", severity: edi.Error, ak304: "8", ak403: "7", ik304: "8", ik403: "7",
		text: "a code is on the element's list"},
	elementValue: {id: "x12.element.value", severity: edi.Error, ak304: "8", ak403: "7", ik304: "8", ik403: "I6",
		text: "a value is the one that the guide says"},
	elementDate: {id: "x12.element.date", severity: edi.Error, ak304: "8", ak403: "8", ik304: "8", ik403: "8",
		text: "a date is a day of the calendar, CCYYMMDD or YYMMDD, and a value of element 1251 is written as its format (1250) says"},
	elementTime: {id: "x12.element.time", severity: edi.Error, ak304: "8", ak403: "9", ik304: "8", ik403: "9",
		text: "a time is one of the day, HHMM, HHMMSS, HHMMSSD or HHMMSSDD"},
	elementUnused: {id: "x12.element.unused", severity: edi.Error, ak304: "8", ak403: "10", ik304: "8", ik403: "I10",
		text: "an element that the partner does not use is not there"},
	elementTrailing: {id: "x12.element.trailing", severity: edi.Info,
		text: "no separators stand behind the last value of a segment or composite"},
	elementBlanks: {id: "x12.element.blanks", severity: edi.Info,
		text: "no blanks stand behind a value beyond its minimum length, and no value is all blanks"},
	elementZeros: {id: "x12.element.zeros", severity: edi.Info,
		text: "no zeros lead a number beyond its minimum length"},
	elementUnique: {id: "x12.element.unique", severity: edi.Warning, ak304: "8", ak403: "7", ik304: "8", ik403: "7",
		text: "a value that is unique in the set, such as the number of an order line (PO101), stands once"},
	totalCount: {id: "x12.total.count", severity: edi.Warning, ak304: "8", ak403: "7", ik304: "8", ik403: "7",
		text: "a number of line items is that of the segments which the guide counts"},
	totalSum: {id: "x12.total.sum", severity: edi.Warning, ak304: "8", ak403: "7", ik304: "8", ik403: "7",
		text: "a hash total is the sum of the values that the guide names: as numbers, or of their digits without sign and decimal mark, cut on the left to the element's length"},
	hierarchyID: {id: "x12.hierarchy.id", severity: edi.Error, ak304: "8", ak403: "7", ik304: "8", ik403: "7",
		text: "the id of a level, such as HL01, stands once in the set"},
	hierarchyParent: {id: "x12.hierarchy.parent", severity: edi.Error, ak304: "8", ak403: "7", ik304: "8", ik403: "7",
		text: "a parent, such as HL02, names a segment before it"},
	hierarchyChildren: {id: "x12.hierarchy.children", severity: edi.Warning, ak304: "8", ak403: "7", ik304: "8", ik403: "7",
		text: "HL04 says whether a later HL names this one as its parent"},
	hierarchyLevel: {id: "x12.hierarchy.level", severity: edi.Error, ak304: "8", ak403: "7", ik304: "8", ik403: "I6",
		text: "a level stands under those that the partner's guide says"},
}

var edifactRules = ruleTable{
	segmentUnknown: {id: "edifact.segment.unknown", severity: edi.Error, e0085: "15",
		text: "the directory has the segment"},
	segmentUndefined: {id: "edifact.segment.undefined", severity: edi.Error, e0085: "15",
		text: "the message has the segment"},
	segmentUnexpected: {id: "edifact.segment.unexpected", severity: edi.Error, e0085: "15",
		text: "a segment stands only in its group, behind the group's trigger"},
	segmentSequence: {id: "edifact.segment.sequence", severity: edi.Error, e0085: "15",
		text: "segments stand in the order of the guide"},
	segmentMissing: {id: "edifact.segment.missing", severity: edi.Error, e0085: "13",
		text: "a mandatory segment or group is there"},
	segmentUses: {id: "edifact.segment.uses", severity: edi.Error, e0085: "35",
		text: "a segment stands at most as often as the guide allows"},
	segmentUnused: {id: "edifact.segment.unused", severity: edi.Error, e0085: "15",
		text: "a segment or group that the partner does not use is not there"},
	loopUses: {id: "edifact.group.uses", severity: edi.Error, e0085: "36",
		text: "a segment group stands at most as often as the guide allows"},
	elementRequired: {id: "edifact.element.required", severity: edi.Error, e0085: "13",
		text: "a mandatory element or component is there"},
	elementCondition: {id: "edifact.element.condition", severity: edi.Error, e0085: "13",
		text: "an element that a dependency note asks for is there"},
	elementExclusion: {id: "edifact.element.exclusion", severity: edi.Error, e0085: "15",
		text: "elements that a dependency note excludes are not there"},
	elementExcess: {id: "edifact.element.excess", severity: edi.Error, e0085: "16",
		text: "a segment has no more elements than the directory defines"},
	elementComponents: {id: "edifact.element.components", severity: edi.Error, e0085: "16",
		text: "an element has no more components than the directory defines"},
	elementRepetitions: {id: "edifact.element.repetitions", severity: edi.Error, e0085: "35",
		text: "an element repeats at most as often as the directory allows"},
	elementShort: {id: "edifact.element.short", severity: edi.Error, e0085: "40",
		text: "a value of fixed length has that length"},
	elementLong: {id: "edifact.element.long", severity: edi.Error, e0085: "39",
		text: "a value has at most the element's length; release characters, sign and decimal mark do not count"},
	elementCharacter: {id: "edifact.element.character", severity: edi.Error, e0085: "21",
		text: "a value has no control characters"},
	elementType: {id: "edifact.element.type", severity: edi.Error, e0085: "37",
		text: "a value has only characters of the element's type: n digits, sign and decimal mark, a no digits"},
	elementDecimal: {id: "edifact.element.decimal", severity: edi.Error, e0085: "19",
		text: "a number has at most one decimal mark, and digits behind it"},
	elementDigit: {id: "edifact.element.digit", severity: edi.Warning, e0085: "38",
		text: "a number has a digit before its decimal mark"},
	elementCode: {id: "edifact.element.code", severity: edi.Error, e0085: "12",
		text: "a code is on the element's list, where no component says that it is of another agency's"},
	elementAgencyCode: {id: "edifact.element.code.agency", severity: edi.Info,
		text: "in a message with an association code (UNH 0057), a code is on the directory's list: associations add codes of their own"},
	elementValue: {id: "edifact.element.value", severity: edi.Error, e0085: "12",
		text: "a value is the one that the guide says"},
	elementDate: {id: "edifact.element.date", severity: edi.Error, e0085: "12",
		text: "a date, time or period is one of the calendar, and written as its format (2379) says"},
	elementUnused: {id: "edifact.element.unused", severity: edi.Error, e0085: "15",
		text: "an element that the partner does not use is not there"},
	elementTrailing: {id: "edifact.element.trailing", severity: edi.Info,
		text: "no separators stand behind the last value of a segment or composite"},
	elementBlanks: {id: "edifact.element.blanks", severity: edi.Info,
		text: "no blanks stand behind a value, and no value is all blanks"},
	elementZeros: {id: "edifact.element.zeros", severity: edi.Info,
		text: "no zeros lead a number of variable length, but for one before its decimal mark"},
	elementEmptyDate: {id: "edifact.element.date.empty", severity: edi.Info,
		text: "a date whose format (2379) stands has a value"},
	elementUnique: {id: "edifact.element.unique", severity: edi.Warning, e0085: "12",
		text: "a value that is unique in the message, such as the number of a line (LIN 1082), stands once"},
	totalCount: {id: "edifact.total.count", severity: edi.Warning, e0085: "12",
		text: "a control total (CNT) that counts is the number of the segments which the guide counts"},
	totalSum: {id: "edifact.total.sum", severity: edi.Warning, e0085: "12",
		text: "a control total (CNT) that sums is the sum of the values that the guide names"},
	hierarchyID: {id: "edifact.hierarchy.id", severity: edi.Error, e0085: "12",
		text: "the id of a level, such as CPS 7164, stands once in the message"},
	hierarchyParent: {id: "edifact.hierarchy.parent", severity: edi.Error, e0085: "12",
		text: "a parent, such as CPS 7166, names a segment before it"},
	hierarchyChildren: {id: "edifact.hierarchy.children", severity: edi.Warning, e0085: "12",
		text: "an element that says whether something stands below agrees with what does"},
	hierarchyLevel: {id: "edifact.hierarchy.level", severity: edi.Error, e0085: "12",
		text: "a level stands under those that the partner's guide says"},
}

// codes are the acknowledgment codes of the rule. Every error in a set makes it
// one with segments in error (code list 718 and 618, code 5).
func (r *ruleSpec) codes() map[string]string {
	codes := map[string]string{}
	if r.e0085 != "" {
		codes["0085"] = r.e0085
	}
	if r.ak304 == "" {
		return codes
	}
	codes["ak304"], codes["ik304"] = r.ak304, r.ik304
	codes["ak502"], codes["ik502"] = "5", "5"
	if r.ak403 != "" {
		codes["ak403"], codes["ik403"] = r.ak403, r.ik403
	}
	return codes
}
