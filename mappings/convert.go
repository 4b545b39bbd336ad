package mappings

import (
	"strings"
	"time"

	"github.com/edibridge/edibridge/canonical"
	"github.com/edibridge/edibridge/edi"
)

// maxSpots is how many elements a row of values can have.
const maxSpots = 5

// values are those of a row's elements, in the order of the row.
type values [maxSpots]string

// converter turns the values of some elements into one text and back. What in
// accepts, out gives back, but for spellings of the same value.
type converter struct {
	name  string
	arity int // most elements
	// in gives the text ("": none of it can be read) and, as bits, which values
	// it could not read.
	in func(v *values, d *edi.Delimiters) (text string, bad uint8)
	// out fills v; a reason, when the text cannot be said.
	out func(text string, v *values, d *edi.Delimiters) (reason string)
	// rule is the rule of a finding about a value that could not be read.
	rule string
	// list is the code list of a converter that has one.
	list *codeList
	// beside names the sibling that takes the other form: "Unece", "Code"; what
	// goes there is told by the list.
	beside string
	// whole: blanks at the end of a value belong to it when another follows.
	whole bool
	// same: a code that the list lacks is its own other form.
	same bool
}

// code is the code that another form stands for.
func (c *converter) code(other string) string {
	if code, ok := c.list.codes[other]; ok || !c.same {
		return code
	}
	return other
}

// findConverter gives the converter of a name for a row of n elements, nil when
// there is none; lists are found by lists.
func findConverter(name, arg string, n int) (*converter, error) {
	switch name {
	case "":
		return &converter{name: "text", arity: 1, in: textIn, out: textOut}, nil
	case "date":
		if arg != "" {
			return patterned(arg)
		}
		return &converter{name: name, arity: 1, in: dateIn, out: dateOut, rule: "mapping.value.date"}, nil
	case "datetime":
		return &converter{name: name, arity: 2, in: datetimeIn, out: datetimeOut, rule: "mapping.value.date"}, nil
	case "time":
		return &converter{name: name, arity: 1, in: timeIn, out: timeOut, rule: "mapping.value.date"}, nil
	case "dtm":
		return &converter{name: name, arity: 2, in: dtmIn, out: dtmOut, rule: "mapping.value.date"}, nil
	case "decimal":
		return &converter{name: name, arity: 1, in: decimalIn, out: decimalOut, rule: "mapping.value.number"}, nil
	case "unit":
		return &converter{name: name, arity: 1, in: textIn, out: textOut, beside: "Unece"}, nil
	case "code", "codes":
		return &converter{name: name, arity: 1, beside: "Code", rule: "mapping.value.code"}, nil
	case "lookup":
		return &converter{name: name, arity: 1, beside: "Code", rule: "mapping.lookup.miss"}, nil
	case "join":
		return joined(arg, n), nil
	case "wrap":
		return wrapped(arg, n)
	}
	if len(name) == 2 && name[0] == 'n' && name[1] >= '0' && name[1] <= '9' {
		n := int(name[1] - '0')
		return &converter{
			name: name, arity: 1, rule: "mapping.value.number",
			in:  func(v *values, _ *edi.Delimiters) (string, uint8) { return impliedIn(v[0], n) },
			out: func(t string, v *values, _ *edi.Delimiters) string { return impliedOut(t, n, v) },
		}, nil
	}
	return nil, nil
}

// converterNames are those that a table can name.
var converterNames = []string{"code", "codes", "date", "datetime", "decimal", "dtm", "join", "lookup",
	"n0", "n1", "n2", "n3", "n4", "n5", "n6", "n7", "n8", "n9", "pairs", "time", "unit", "wrap"}

// joined puts the values of n elements together with a text between, and
// divides them by it; the last has what is left.
func joined(sep string, n int) *converter {
	return &converter{
		name: "join", arity: maxSpots,
		in: func(v *values, _ *edi.Delimiters) (string, uint8) {
			last := n
			for last > 1 && v[last-1] == "" {
				last--
			}
			return strings.Join(v[:last], sep), 0
		},
		out: func(t string, v *values, _ *edi.Delimiters) string {
			for i, part := range strings.SplitN(t, sep, n) {
				v[i] = part
			}
			return ""
		},
	}
}

// wrapped puts a text that was cut together, and cuts it into n parts of so many
// characters; the last has what is left.
func wrapped(arg string, n int) (*converter, error) {
	length, err := parts(arg)
	if err != nil {
		return nil, err
	}
	return &converter{
		name: "wrap", arity: maxSpots, whole: true,
		in: func(v *values, _ *edi.Delimiters) (string, uint8) {
			return strings.TrimRight(strings.Join(v[:], ""), " "), 0
		},
		out: func(t string, v *values, _ *edi.Delimiters) string {
			i, from, count := 0, 0, 0
			for at := range t {
				if count == length && i < n-1 {
					v[i] = t[from:at]
					i, from, count = i+1, at, 0
				}
				count++
			}
			v[i] = t[from:]
			return ""
		},
	}, nil
}

// dtmIn reads a date with the code of its format (EDIFACT 2380 and 2379). Without
// a code it is a day.
func dtmIn(v *values, d *edi.Delimiters) (string, uint8) {
	date, clock := v[0], ""
	if text := coarseIn(date, v[1]); text != "" {
		return text, 0
	}
	length, ok := dtmFormats[v[1]]
	if !ok || len(date) != length.date+length.clock || !digits(date) {
		return "", 1
	}
	date, clock = date[:length.date], date[length.date:]
	text, bad := datetimeIn(&values{date, clock}, d)
	if bad != 0 {
		return "", 1
	}
	return text, 0
}

// dtmFormats are the codes of EDIFACT 2379 for a point in time without a zone,
// and the digits of their dates and times.
var dtmFormats = map[string]struct{ date, clock int }{
	"": {8, 0}, "101": {6, 0}, "102": {8, 0}, "201": {6, 4}, "202": {6, 6}, "203": {8, 4}, "204": {8, 6}, "401": {0, 4}, "402": {0, 6},
}

// coarseIn reads a year (602), a month (610) or a week (616), "" for none.
func coarseIn(date, format string) string {
	text := ""
	switch {
	case !digits(date):
	case format == "602" && len(date) == 4:
		text = date
	case format == "610" && len(date) == 6:
		text = date[:4] + "-" + date[4:]
	case format == "616" && len(date) == 6:
		text = date[:4] + "-W" + date[4:]
	}
	if !canonical.Date(text).Valid() {
		return ""
	}
	return text
}

func dtmOut(t string, v *values, d *edi.Delimiters) string {
	switch {
	case len(t) == 4:
		v[0], v[1] = t, "602"
		return ""
	case len(t) == 7 && t[4] == '-':
		v[0], v[1] = t[:4]+t[5:], "610"
		return ""
	case len(t) == 8 && t[4:6] == "-W":
		v[0], v[1] = t[:4]+t[6:], "616"
		return ""
	}
	var parts values
	if reason := datetimeOut(t, &parts, d); reason != "" {
		return reason
	}
	for _, code := range []string{"102", "203", "204", "401", "402"} {
		if f := dtmFormats[code]; len(parts[0]) == f.date && len(parts[1]) == f.clock {
			v[0], v[1] = parts[0]+parts[1], code
			return ""
		}
	}
	return "is finer than seconds"
}

func textIn(v *values, _ *edi.Delimiters) (string, uint8) { return v[0], 0 }

func textOut(t string, v *values, _ *edi.Delimiters) string {
	v[0] = t
	return ""
}

// decimalIn reads an explicit decimal: X12 R (X12.6 3.5.1.2), EDIFACT n (ISO
// 9735-1 clause 10) with its own mark. The text stays but for a point that
// stands first or last.
func decimalIn(v *values, d *edi.Delimiters) (string, uint8) {
	s := v[0]
	if plainDecimal(s) {
		return s, 0
	}
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

// plainDecimal reports whether s is a decimal as documents have it: digits, with
// a point between them or none, a minus before them or none.
func plainDecimal(s string) bool {
	point := 0
	if s != "" && s[0] == '-' {
		s = s[1:]
	}
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
		case c == '.' && point == 0 && i > 0:
			point = i
		default:
			return false
		}
	}
	return s != "" && (point == 0 || point < len(s)-1)
}

func decimalOut(t string, v *values, d *edi.Delimiters) string {
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

func impliedOut(t string, n int, v *values) string {
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
func dateIn(v *values, _ *edi.Delimiters) (string, uint8) {
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

func dateOut(t string, v *values, _ *edi.Delimiters) string {
	if len(t) != 10 {
		return "is no day, CCYY-MM-DD"
	}
	v[0] = t[:4] + t[5:7] + t[8:]
	return ""
}

// datetimeIn reads a date and a time HHMM[SS[D[D]]] (X12.6 3.5.1.6); either may
// be missing.
func datetimeIn(v *values, d *edi.Delimiters) (string, uint8) {
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

func datetimeOut(t string, v *values, d *edi.Delimiters) string {
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

// timeIn reads a time of day that has no date beside it.
func timeIn(v *values, d *edi.Delimiters) (string, uint8) {
	t, bad := datetimeIn(&values{1: v[0]}, d)
	return t, bad >> 1
}

func timeOut(t string, v *values, d *edi.Delimiters) string {
	if !strings.HasPrefix(t, "T") {
		return "is no time of day, like T09:30"
	}
	var both values
	reason := datetimeOut(t, &both, d)
	v[0] = both[1]
	return reason
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
	c.in = func(v *values, _ *edi.Delimiters) (string, uint8) {
		if name, ok := l.names[v[0]]; ok {
			return name, 0
		}
		return v[0], 0
	}
	c.out = func(t string, v *values, _ *edi.Delimiters) string {
		v[0] = t
		if code, ok := l.codes[t]; ok {
			v[0] = code
		}
		return ""
	}
}
