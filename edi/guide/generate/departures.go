package main

// departures are what the tables have wrong or lack, by folder: of a condition
// what stands instead of it, of a segment the conditions that it has besides, of
// a row of a set (its segment with the triggers around it) its position. Each
// stands in docs/STANDARDS.md with its reason.
var departures = map[string]string{
	// 004040 and before ask for POC04 and POC05 beside POC03, 008010 for POC05
	// alone: what all ask for.
	"x12-005010 POC C030405": "C0305",
	// Elements that 004010 does not have.
	"x12-005010 AT5": "L040506 C0504 C0604",
	"x12-005010 MS1": "C0801",
	"x12-005010 MTX": "C0504",

	"x12-004010 204 S5/L5/G61/L11":  "141", // 135 behind 140
	"x12-004010 943 N1":             "040",
	"x12-004010 943 W04":            "020",
	"x12-004010 943 W04/N9":         "040",
	"x12-005010 820 LX/NM1/AIN/DTP": "3300", // 0330 behind 3250
}

// conditionOf is a condition as it is written.
func conditionOf(folder, segment, condition string) string {
	if instead, ok := departures[folder+" "+segment+" "+condition]; ok {
		return instead
	}
	return condition
}

// positionOf is the position of a row of a set.
func positionOf(folder, set string, row map[string]string) string {
	place := row["segment"]
	if loops := row["loop"]; loops != "" && row["loop_repeat"] != "" {
		place = loops
	} else if loops != "" {
		place = loops + "/" + place
	}
	if instead, ok := departures[folder+" "+set+" "+place]; ok {
		return instead
	}
	return row["pos"]
}
