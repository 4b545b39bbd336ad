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
	out := make([]Rule, len(ruleTable))
	for i := range ruleTable {
		r := &ruleTable[i]
		out[i] = Rule{r.id, r.severity, r.text, r.codes()}
	}
	return out
}

// ruleID is the index of a rule in ruleTable.
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
	elementCode
	elementValue
	elementDate
	elementTime
	elementUnused
	elementTrailing
	elementBlanks
	ruleCount
)

// ruleSpec is one row of the table of rules. ak304 is of code list 720, ak403 of
// 723 (release 004010), ik304 of 620, ik403 of 621 (release 005010).
type ruleSpec struct {
	id                         string
	severity                   edi.Severity
	ak304, ak403, ik304, ik403 string
	text                       string
}

// ruleTable is the table of rules, by ruleID. Nobody writes to it.
var ruleTable = [ruleCount]ruleSpec{
	segmentUnknown: {"x12.segment.unknown", edi.Error, "1", "", "1", "",
		"the standard has the segment"},
	segmentUndefined: {"x12.segment.undefined", edi.Error, "6", "", "6", "",
		"the transaction set has the segment"},
	segmentUnexpected: {"x12.segment.unexpected", edi.Error, "2", "", "2", "",
		"a segment stands only in its loop, behind the loop's trigger"},
	segmentSequence: {"x12.segment.sequence", edi.Error, "7", "", "7", "",
		"segments stand in the order of the guide"},
	segmentMissing: {"x12.segment.missing", edi.Error, "3", "", "3", "",
		"a mandatory segment or loop is there"},
	segmentUses: {"x12.segment.uses", edi.Error, "5", "", "5", "",
		"a segment stands at most as often as the guide allows"},
	segmentUnused: {"x12.segment.unused", edi.Error, "2", "", "I4", "",
		"a segment or loop that the partner does not use is not there"},
	loopUses: {"x12.loop.uses", edi.Error, "4", "", "4", "",
		"a loop stands at most as often as the guide allows"},
	loopIdentifier: {"x12.loop.identifier", edi.Error, "8", "7", "8", "7",
		"LE closes the loop identifier that LS opened"},
	elementRequired: {"x12.element.required", edi.Error, "8", "1", "8", "1",
		"a mandatory element is there"},
	elementCondition: {"x12.element.condition", edi.Error, "8", "2", "8", "2",
		"an element that a condition of the segment asks for is there"},
	elementExclusion: {"x12.element.exclusion", edi.Error, "8", "10", "8", "10",
		"of elements that exclude each other at most one is there"},
	elementExcess: {"x12.element.excess", edi.Error, "8", "3", "8", "3",
		"a segment has no more elements than the standard defines"},
	elementComponents: {"x12.element.components", edi.Error, "8", "3", "8", "13",
		"an element has no more components than the standard defines"},
	elementRepetitions: {"x12.element.repetitions", edi.Error, "8", "3", "8", "12",
		"an element repeats at most as often as the standard allows"},
	elementShort: {"x12.element.short", edi.Error, "8", "4", "8", "4",
		"a value has at least the element's minimum length"},
	elementLong: {"x12.element.long", edi.Error, "8", "5", "8", "5",
		"a value has at most the element's maximum length"},
	elementCharacter: {"x12.element.character", edi.Error, "8", "6", "8", "6",
		"a value has only characters of the element's type"},
	elementCode: {"x12.element.code", edi.Error, "8", "7", "8", "7",
		"a code is on the element's list"},
	elementValue: {"x12.element.value", edi.Error, "8", "7", "8", "I6",
		"a value is the one that the partner's guide says"},
	elementDate: {"x12.element.date", edi.Error, "8", "8", "8", "8",
		"a date is a day of the calendar, CCYYMMDD or YYMMDD"},
	elementTime: {"x12.element.time", edi.Error, "8", "9", "8", "9",
		"a time is one of the day, HHMM, HHMMSS, HHMMSSD or HHMMSSDD"},
	elementUnused: {"x12.element.unused", edi.Error, "8", "10", "8", "I10",
		"an element that the partner does not use is not there"},
	elementTrailing: {"x12.element.trailing", edi.Info, "", "", "", "",
		"no separators stand behind the last value of a segment or composite"},
	elementBlanks: {"x12.element.blanks", edi.Info, "", "", "", "",
		"no blanks stand behind a value beyond its minimum length, and no value is all blanks"},
}

// codes are the acknowledgment codes of the rule. Every error in a set makes it
// one with segments in error (code list 718 and 618, code 5).
func (r *ruleSpec) codes() map[string]string {
	codes := map[string]string{}
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
