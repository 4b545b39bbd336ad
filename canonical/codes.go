package canonical

import (
	_ "embed"
	"strings"
	"sync"
)

// The tables say themselves where they come from. A line is codes, divided by
// one blank, and words.
var (
	//go:embed tables/units.txt
	unitTable string
	//go:embed tables/countries.txt
	countryTable string
	//go:embed tables/currencies.txt
	currencyTable string
)

// UnitUNECE gives the code of UN/ECE Recommendation 20 for a unit of X12 element
// 355: "DZN" for "DZ", "XCT" for "CT". The error is a [*ValueError]: the list has
// no unit that is the same.
func UnitUNECE(code string) (string, error) {
	if len(code) == 2 {
		if row := units()[code]; row != "" {
			unit, _, _ := strings.Cut(row[3:], " ")
			return unit, nil
		}
	}
	return "", &ValueError{"unit", code, ErrUnknown}
}

// UnitX12 gives the code of X12 element 355 for a unit of UN/ECE Recommendation
// 20. The error is a [*ValueError].
//
// QUIRK: EDIFACT partners write PCE for a piece, which Recommendation 20 had
// until its revision 4 and calls H87 since.
func UnitX12(unit string) (string, error) {
	key := unit
	if key == "PCE" {
		key = "H87"
	}
	if at := strings.Index(unitTable, " "+key+" "); at > 0 && len(key) > 1 {
		row := unitTable[strings.LastIndexByte(unitTable[:at], '\n')+1:]
		if code, rest, _ := strings.Cut(row, " "); strings.HasPrefix(rest, key+" ") {
			return code, nil
		}
	}
	return "", &ValueError{"unit", unit, ErrUnknown}
}

// Country gives the alpha-2 code of ISO 3166-1 for an alpha-2, alpha-3 or
// numeric code, in either case. The error is a [*ValueError].
//
// QUIRK: UK is taken for GB, as partners write it.
func Country(s string) (string, error) {
	code := strings.ToUpper(strings.TrimSpace(s))
	switch {
	case code == "UK":
		return "GB", nil
	case len(code) == 2 && countries()[code] != "":
		return code, nil
	case len(code) == 3:
		for row := range strings.Lines(countryTable) {
			if row[0] != '#' && (row[3:6] == code || row[7:10] == code) {
				return row[:2], nil
			}
		}
	}
	return "", &ValueError{"country", s, ErrUnknown}
}

// CurrencyCode gives the alphabetic code of ISO 4217, in either case, and how
// many digits its amounts have behind the point: 2 for USD, 0 for JPY; -1 where
// the standard says none (XAU). The error is a [*ValueError].
func CurrencyCode(s string) (code string, digits int, err error) {
	code = strings.ToUpper(strings.TrimSpace(s))
	row := ""
	if len(code) == 3 {
		row = currencies()[code]
	}
	switch {
	case row == "":
		return "", 0, &ValueError{"currency", s, ErrUnknown}
	case row[4] == '-':
		return code, -1, nil
	}
	return code, int(row[4] - '0'), nil
}

// The lines of the tables by their first code.
var (
	units      = sync.OnceValue(func() map[string]string { return byCode(unitTable) })
	countries  = sync.OnceValue(func() map[string]string { return byCode(countryTable) })
	currencies = sync.OnceValue(func() map[string]string { return byCode(currencyTable) })
)

func byCode(table string) map[string]string {
	rows := make(map[string]string, strings.Count(table, "\n"))
	for row := range strings.Lines(table) {
		if code, _, ok := strings.Cut(row, " "); ok && row[0] != '#' {
			rows[code] = strings.TrimSuffix(row, "\n")
		}
	}
	return rows
}
