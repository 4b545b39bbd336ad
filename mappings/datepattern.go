package mappings

import (
	"fmt"
	"strings"

	"github.com/edibridge/edibridge/edi"
)

// datePart is one part of a date as a partner spells it: digits of the day, or
// text that stands between them.
type datePart struct {
	token string // "YYYY", "YY", "MM", "DD"; "": text
	text  string
}

// dateTokens, a longer one before what it begins with.
var dateTokens = [...]string{"YYYY", "YY", "MM", "DD"}

// patterned reads and writes days in the spelling that pattern shows, as in
// "MM/DD/YY": digits of year, month and day once each, any other characters as
// they are. Years of two digits below 50 are of this century.
func patterned(pattern string) (*converter, error) {
	var parts []datePart
	seen := map[byte]bool{}
	for rest := pattern; rest != ""; {
		part := datePart{text: rest[:1]}
		for _, token := range dateTokens {
			if strings.HasPrefix(rest, token) {
				part = datePart{token: token}
				break
			}
		}
		if part.token != "" && seen[rest[0]] {
			return nil, fmt.Errorf("date %q: %s stands there twice", pattern, part.token)
		}
		seen[rest[0]] = part.token != "" || seen[rest[0]]
		parts = append(parts, part)
		rest = rest[len(part.token)+len(part.text):]
	}
	if !seen['Y'] || !seen['M'] || !seen['D'] {
		return nil, fmt.Errorf(`date %q: a spelling has YYYY or YY, MM and DD, as in "MM/DD/YY"`, pattern)
	}
	return &converter{
		name: "date", arity: 1, rule: "mapping.value.date",
		in:  func(v *values, _ *edi.Delimiters) (string, uint8) { return spelledIn(v[0], parts) },
		out: func(t string, v *values, _ *edi.Delimiters) string { return spelledOut(t, parts, v) },
	}, nil
}

// spelledIn gives CCYY-MM-DD, or what it could not read as [converter] says.
func spelledIn(s string, parts []datePart) (string, uint8) {
	var year, month, day string
	for _, p := range parts {
		n := len(p.token) + len(p.text)
		if len(s) < n || p.text != "" && s[:n] != p.text || p.token != "" && !digits(s[:n]) {
			return "", 1
		}
		switch p.token {
		case "YYYY":
			year = s[:n]
		case "YY":
			if year = "20" + s[:n]; s[:n] >= "50" {
				year = "19" + s[:n]
			}
		case "MM":
			month = s[:n]
		case "DD":
			day = s[:n]
		}
		s = s[n:]
	}
	t := year + "-" + month + "-" + day
	if s != "" || !calendar(t) {
		return "", 1
	}
	return t, 0
}

// spelledOut writes a day; a reason, when the spelling cannot say it.
func spelledOut(t string, parts []datePart, v *values) string {
	if len(t) != 10 {
		return "is no day, CCYY-MM-DD"
	}
	var b strings.Builder
	for _, p := range parts {
		switch p.token {
		case "YYYY":
			b.WriteString(t[:4])
		case "YY":
			if t[:4] < "1950" || t[:4] > "2049" {
				return "is in a year that two digits do not tell"
			}
			b.WriteString(t[2:4])
		case "MM":
			b.WriteString(t[5:7])
		case "DD":
			b.WriteString(t[8:])
		default:
			b.WriteString(p.text)
		}
	}
	v[0] = b.String()
	return ""
}
