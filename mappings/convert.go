package mappings

import (
	"strings"
	"time"

	"github.com/edibridge/edibridge/edi"
)

// converter turns the values of one to three elements into one text and back.
// What in accepts, out gives back, but for spellings of the same value.
type converter struct {
	name  string
	arity int // most elements
	// in gives the text ("": none of it can be read) and, as bits, which values
	// it could not read.
	in func(v *[3]string, d *edi.Delimiters) (text string, bad uint8)
	// out fills v; a reason, when the text cannot be said.
	out func(text string, v *[3]string, d *edi.Delimiters) (reason string)
	// rule is the rule of a finding about a value that could not be read.
	rule string
	// list is the code list of a converter that has one.
	list *codeList
	// beside names the sibling that takes the other form: "Unece", "Code"; what
	// goes there is told by the list.
	beside string
}

// findConverter gives the converter of a name; lists are found by lists.
func findConverter(name string) *converter {
	switch name {
	case "":
		return &converter{name: "text", arity: 1, in: textIn, out: textOut}
	case "date":
		return &converter{name: name, arity: 1, in: dateIn, out: dateOut, rule: "mapping.value.date"}
	case "datetime":
		return &converter{name: name, arity: 2, in: datetimeIn, out: datetimeOut, rule: "mapping.value.date"}
	case "decimal":
		return &converter{name: name, arity: 1, in: decimalIn, out: decimalOut, rule: "mapping.value.number"}
	case "unit":
		return &converter{name: name, arity: 1, in: textIn, out: textOut, beside: "Unece"}
	case "code", "codes":
		return &converter{name: name, arity: 1, beside: "Code", rule: "mapping.value.code"}
	}
	if len(name) == 2 && name[0] == 'n' && name[1] >= '0' && name[1] <= '9' {
		n := int(name[1] - '0')
		return &converter{
			name: name, arity: 1, rule: "mapping.value.number",
			in:  func(v *[3]string, _ *edi.Delimiters) (string, uint8) { return impliedIn(v[0], n) },
			out: func(t string, v *[3]string, _ *edi.Delimiters) string { return impliedOut(t, n, v) },
		}
	}
	return nil
}

// converterNames are those that a table can name.
var converterNames = []string{"code", "codes", "date", "datetime", "decimal", "n0...n9", "pairs", "unit"}

func textIn(v *[3]string, _ *edi.Delimiters) (string, uint8) { return v[0], 0 }

func textOut(t string, v *[3]string, _ *edi.Delimiters) string {
	v[0] = t
	return ""
}

// decimalIn reads an explicit decimal: X12 R (X12.6 3.5.1.2), EDIFACT n (ISO
// 9735-1 clause 10) with its own mark. The text stays but for a point that
// stands first or last.
func decimalIn(v *[3]string, d *edi.Delimiters) (string, uint8) {
	s := v[0]
	if d.Decimal == ',' && strings.IndexByte(s, '.') < 0 {
		s = strings.Replace(s, ",", ".", 1)
	}
	sign, rest := "", s
	if strings.HasPrefix(s, "-") {
		sign, rest = "-", s[1:]
	}
	whole, fraction, point := strings.Cut(rest, ".")
	if whole == "" && fraction == "" || !digits(whole) || !digits(fraction) {
		return "", 1
	}
	switch {
	case whole == "":
		return sign + "0." + fraction, 0
	case point && fraction == "":
		return sign + whole, 0
	}
	return s, 0
}

func decimalOut(t string, v *[3]string, d *edi.Delimiters) string {
	if d.Decimal == ',' {
		t = strings.Replace(t, ".", ",", 1)
	}
	v[0] = t
	return ""
}

// impliedIn reads X12 Nn: the last n digits stand behind a point that is not
// written (X12.6 3.5.1.1).
func impliedIn(s string, n int) (string, uint8) {
	sign, rest := "", s
	if strings.HasPrefix(s, "-") {
		sign, rest = "-", s[1:]
	}
	if rest == "" || !digits(rest) {
		return "", 1
	}
	if n == 0 {
		return s, 0
	}
	rest = strings.TrimLeft(rest, "0")
	if len(rest) <= n {
		rest = strings.Repeat("0", n+1-len(rest)) + rest
	}
	return sign + rest[:len(rest)-n] + "." + rest[len(rest)-n:], 0
}

func impliedOut(t string, n int, v *[3]string) string {
	sign, rest := "", t
	if strings.HasPrefix(t, "-") {
		sign, rest = "-", t[1:]
	}
	whole, fraction, _ := strings.Cut(rest, ".")
	if len(fraction) > n {
		if strings.Trim(fraction[n:], "0") != "" {
			return "has more decimals than the element carries"
		}
		fraction = fraction[:n]
	}
	if n > 0 {
		whole = strings.TrimLeft(whole+fraction+"000000000"[:n-len(fraction)], "0")
	}
	if whole == "" {
		whole = "0"
	}
	v[0] = sign + whole
	return ""
}

// dateIn reads CCYYMMDD, or YYMMDD: years below 50 are of this century.
func dateIn(v *[3]string, _ *edi.Delimiters) (string, uint8) {
	s := v[0]
	if len(s) == 6 && digits(s) {
		if century := "20"; s < "50" {
			s = century + s
		} else {
			s = "19" + s
		}
	}
	if len(s) != 8 || !digits(s) {
		return "", 1
	}
	t := s[:4] + "-" + s[4:6] + "-" + s[6:]
	if !calendar(t) {
		return "", 1
	}
	return t, 0
}

// calendar reports whether CCYY-MM-DD is a day.
func calendar(t string) bool {
	month, day := int(t[5]-'0')*10+int(t[6]-'0'), int(t[8]-'0')*10+int(t[9]-'0')
	switch {
	case month < 1 || month > 12 || day < 1 || day > 31:
		return false
	case day <= 28:
		return true
	}
	_, err := time.Parse(time.DateOnly, t)
	return err == nil
}

func dateOut(t string, v *[3]string, _ *edi.Delimiters) string {
	if len(t) != 10 {
		return "is no day, CCYY-MM-DD"
	}
	v[0] = t[:4] + t[5:7] + t[8:]
	return ""
}

// datetimeIn reads a date and a time HHMM[SS[D[D]]] (X12.6 3.5.1.6); either may
// be missing.
func datetimeIn(v *[3]string, d *edi.Delimiters) (string, uint8) {
	date, bad := "", uint8(0)
	if v[0] != "" {
		date, bad = dateIn(v, d)
	}
	s := v[1]
	if s == "" {
		return date, bad
	}
	// The hour 24 is no time of day (ISO 8601-1 since 2019).
	if len(s) < 4 || len(s) > 8 || len(s) == 5 || !digits(s) || s[:2] > "23" || s[2] > '5' || len(s) > 5 && s[4] > '5' {
		return date, bad | 2
	}
	t := date + "T" + s[:2] + ":" + s[2:4]
	if len(s) >= 6 {
		t += ":" + s[4:6]
	}
	if len(s) > 6 {
		t += "." + s[6:]
	}
	return t, bad
}

func datetimeOut(t string, v *[3]string, d *edi.Delimiters) string {
	date, clock, timed := strings.Cut(t, "T")
	if date != "" {
		if reason := dateOut(date, v, d); reason != "" {
			return reason
		}
	}
	if !timed {
		return ""
	}
	if strings.ContainsAny(clock, "Z+-") {
		return "has an offset, which the element does not carry"
	}
	clock, fraction, _ := strings.Cut(clock, ".")
	v[1] = strings.ReplaceAll(clock, ":", "") + fraction
	if len(fraction) > 2 {
		return "is finer than hundredths of a second"
	}
	return ""
}

func digits(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// codeList is a list of codes and names, each of which it has once.
type codeList struct {
	name    string
	at      origin
	open    bool // other codes pass without a word
	names   map[string]string
	codes   map[string]string
	ordered [][2]string // as written, for the digest
}

func newCodeList(name string, at origin) *codeList {
	return &codeList{name: name, at: at, names: map[string]string{}, codes: map[string]string{}}
}

// add takes a pair; what is there already is an error, since the list could not
// be read backwards.
func (l *codeList) add(code, name string, at origin, column int, probs *problems) {
	if _, ok := l.names[code]; ok {
		probs.add(at, column, "code %q stands in list %s already", code, l.name)
		return
	}
	if other, ok := l.codes[name]; ok {
		probs.add(at, column, "%q is the name of code %q already: list %s could not be read backwards", name, other, l.name)
		return
	}
	l.names[code], l.codes[name] = name, code
	l.ordered = append(l.ordered, [2]string{code, name})
}

// bind makes a converter of kind "code" convert by l. An unknown code stays as
// it is.
func (c *converter) bind(l *codeList) {
	c.list = l
	c.in = func(v *[3]string, _ *edi.Delimiters) (string, uint8) {
		if name, ok := l.names[v[0]]; ok {
			return name, 0
		}
		return v[0], 0
	}
	c.out = func(t string, v *[3]string, _ *edi.Delimiters) string {
		v[0] = t
		if code, ok := l.codes[t]; ok {
			v[0] = code
		}
		return ""
	}
}
