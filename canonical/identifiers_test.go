package canonical

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestNormalise has what partners write, and what it is, or why it is nothing.
func TestNormalise(t *testing.T) {
	country := Country
	currency := func(s string) (string, error) {
		code, _, err := CurrencyCode(s)
		return code, err
	}
	for _, c := range []struct {
		name     string
		to       func(string) (string, error)
		in, want string
		err      error
	}{
		{"GTIN-8", GTIN14, "96385074", "00000096385074", nil},
		{"GTIN-12", GTIN14, "012345678905", "00012345678905", nil},
		{"GTIN-13", GTIN14, " 6291041500213 ", "06291041500213", nil},
		{"GTIN-14", GTIN14, "00012345678905", "00012345678905", nil},
		{"a spreadsheet took the zero", GTIN14, "12345678905", "", ErrLength},
		{"digits swapped", GTIN14, "012345687905", "", ErrCheckDigit},
		{"a SKU", GTIN14, "AB-123456789", "", ErrDigits},
		{"nothing", GTIN14, "", "", ErrLength},
		{"GLN", GLN, "0012345000065", "0012345000065", nil},
		{"a DUNS+4 is no GLN by its digits", GLN, "1234567890001", "", ErrCheckDigit},
		{"a GLN without its zeros", GLN, "12345000065", "", ErrLength},
		{"SSCC", SSCC, "376104250021234569", "376104250021234569", nil},
		{"SSCC with its application identifier", SSCC, "00376104250021234569", "376104250021234569", nil},
		{"SSCC as it is printed", SSCC, "(00) 3 7610425 002123456 9", "376104250021234569", nil},
		{"SSCC that begins with zeros", SSCC, "000000000000000017", "000000000000000017", nil},
		{"SSCC misread", SSCC, "00376104250021234568", "", ErrCheckDigit},
		{"SSCC cut off", SSCC, "0037610425002123456", "", ErrLength},
		{"SSCC with another identifier", SSCC, "01376104250021234569", "", ErrLength},
		{"unit", UnitUNECE, "DZ", "DZN", nil},
		{"package", UnitUNECE, "CT", "XCT", nil},
		{"case is no CA of Recommendation 20", UnitUNECE, "CA", "XCS", nil},
		{"a unit that the other list lacks", UnitUNECE, "4E", "", ErrUnknown},
		{"no unit", UnitUNECE, "", "", ErrUnknown},
		{"a comment is no unit", UnitUNECE, "#", "", ErrUnknown},
		{"part of a line is no unit", UnitUNECE, "DZ DZN", "", ErrUnknown},
		{"unit back", UnitX12, "XCT", "CT", nil},
		{"a piece as EDIFACT writes it", UnitX12, "PCE", "PC", nil},
		{"a word of the list is no unit", UnitX12, "gallon", "", ErrUnknown},
		{"no unit back", UnitX12, "", "", ErrUnknown},
		{"country", country, "us", "US", nil},
		{"three letters", country, "USA", "US", nil},
		{"a number", country, "276", "DE", nil},
		{"UK", country, "UK", "GB", nil},
		{"a name", country, "Germany", "", ErrUnknown},
		{"no country", country, "XX", "", ErrUnknown},
		{"nowhere", country, "", "", ErrUnknown},
		{"currency", currency, "usd", "USD", nil},
		{"a sign", currency, "$", "", ErrUnknown},
		{"a currency that is gone", currency, "DEM", "", ErrUnknown},
	} {
		got, err := c.to(c.in)
		if c.err == nil && (err != nil || got != c.want) {
			t.Errorf("%s %q\n got %q, %v\nwant %q", c.name, c.in, got, err, c.want)
		}
		var ve *ValueError
		if c.err != nil && (!errors.Is(err, c.err) || !errors.As(err, &ve) || ve.Value != strings.TrimSpace(c.in) && ve.Value != c.in) {
			t.Errorf("%s %q\n got %q, %v\nwant an error that %v", c.name, c.in, got, err, c.err)
		}
	}
}

func TestCurrencyDigits(t *testing.T) {
	for code, want := range map[string]int{"USD": 2, "JPY": 0, "KWD": 3, "CLF": 4, "XAU": -1} {
		if _, got, err := CurrencyCode(code); err != nil || got != want {
			t.Errorf("CurrencyCode(%s)\n got %d digits, %v\nwant %d", code, got, err, want)
		}
	}
}

// TestTables: every line of a table is well formed and reads back.
func TestTables(t *testing.T) {
	units := map[string]bool{}
	for row := range strings.Lines(unitTable) {
		if row[0] == '#' {
			continue
		}
		f := strings.SplitN(strings.TrimSpace(row), " ", 3)
		if len(f) != 3 || len(f[0]) != 2 || units[f[1]] {
			t.Fatalf("units: %q", row)
		}
		units[f[1]] = true
		if got, err := UnitUNECE(f[0]); got != f[1] {
			t.Errorf("UnitUNECE(%q)\n got %q, %v\nwant %q", f[0], got, err, f[1])
		}
		if got, err := UnitX12(f[1]); got != f[0] {
			t.Errorf("UnitX12(%q)\n got %q, %v\nwant %q", f[1], got, err, f[0])
		}
	}
	for row := range strings.Lines(countryTable) {
		if row[0] == '#' {
			continue
		}
		for _, code := range []string{row[:2], row[3:6], row[7:10]} {
			if got, err := Country(code); got != row[:2] {
				t.Errorf("Country(%q)\n got %q, %v\nwant %q", code, got, err, row[:2])
			}
		}
	}
	if len(units) < 100 || strings.Count(countryTable, "\n") != 251 {
		t.Errorf("%d units, %d lines of countries", len(units), strings.Count(countryTable, "\n"))
	}
}

func TestParseDecimal(t *testing.T) {
	for _, c := range []struct {
		in   string
		mark byte
		want Decimal
	}{
		{"1.50", '.', "1.50"}, {"1,50", ',', "1.50"}, {"1.50", ',', "1.50"}, {".5", '.', "0.5"}, {"-.5", '.', "-0.5"}, {"5.", '.', "5"},
		{"+5", '.', "5"}, {"5-", '.', "-5"}, {" 12 ", '.', "12"}, {"007", '.', "007"}, {"12345678901234567890.123456789", '.', "12345678901234567890.123456789"},
		{"1,50", '.', ""}, {"1,234.50", ',', ""}, {"1E5", '.', ""}, {"", '.', ""}, {"-", '.', ""}, {".", '.', ""}, {"--1", '.', ""}, {"1.2.3", '.', ""}, {"12 pcs", '.', ""},
	} {
		got, err := ParseDecimal(c.in, c.mark)
		if got != c.want || (err == nil) != (c.want != "") || err != nil && !errors.Is(err, ErrDecimal) {
			t.Errorf("ParseDecimal(%q, %q)\n got %q, %v\nwant %q", c.in, c.mark, got, err, c.want)
		}
	}
}

func TestParseImplied(t *testing.T) {
	for _, c := range []struct {
		in     string
		places int
		want   Decimal
	}{
		{"387530", 2, "3875.30"}, {"5", 2, "0.05"}, {"-12345", 2, "-123.45"}, {"0", 2, "0.00"}, {"00100", 2, "1.00"}, {"17", 0, "17"},
		{"3875.30", 2, "3875.30"}, {"", 2, ""}, {"-", 2, ""}, {"1,5", 2, ""}, {"1", 10, ""}, {"1", -1, ""},
	} {
		if got, err := ParseImplied(c.in, c.places); got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("ParseImplied(%q, %d)\n got %q, %v\nwant %q", c.in, c.places, got, err, c.want)
		}
	}
}

func TestParseDate(t *testing.T) {
	for _, c := range []struct {
		format, in string
		want       Date
	}{
		{"102", "20261123", "2026-11-23"}, {"203", "202611230930", "2026-11-23T09:30"}, {"204", "20261123093015", "2026-11-23T09:30:15"},
		{"101", "261123", "2026-11-23"}, {"101", "991123", "1999-11-23"}, {"201", "2611230930", "2026-11-23T09:30"},
		{"602", "2026", "2026"}, {"610", "202611", "2026-11"}, {"616", "202653", "2026-W53"}, {"401", "0930", "T09:30"}, {"402", "093015", "T09:30:15"},
		{"303", "202611230930UTC", "2026-11-23T09:30Z"}, {"303", "202611230930+01:00", "2026-11-23T09:30+01:00"}, {"304", "20261123093015-0500", "2026-11-23T09:30:15-05:00"},
		{"D8", "20240229", "2024-02-29"}, {"TM", "2359", "T23:59"}, {"DT", "202611230930", "2026-11-23T09:30"}, {"D6", "261123", "2026-11-23"},
		{"303", "202611230930EST", ""}, {"303", "202611230930", ""}, {"303", "2026+01:00", ""}, {"102", "20260229", ""}, {"102", "2026112", ""}, {"102", "2026-11-23", ""}, {"616", "202553", ""},
		{"401", "2400", ""}, {"718", "2026112320261124", ""}, {"", "20261123", ""},
	} {
		got, err := ParseDate(c.format, c.in)
		if got != c.want || (err == nil) != (c.want != "") || err != nil && !errors.Is(err, ErrDate) {
			t.Errorf("ParseDate(%s, %q)\n got %q, %v\nwant %q", c.format, c.in, got, err, c.want)
		}
	}
}

func TestArithmetic(t *testing.T) {
	for _, c := range []struct {
		a, b Decimal
		same bool
	}{
		{"1.5", "1.50", true}, {"-0", "0", true}, {"1", "1.0000000000000000001", false}, {"", "", true}, {"", "0", false}, {"x", "1", false},
	} {
		if got := c.a.Equal(c.b); got != c.same {
			t.Errorf("%q.Equal(%q)\n got %t\nwant %t", c.a, c.b, got, c.same)
		}
	}
	a, _ := Decimal("0.1").Rat()
	b, _ := Decimal("0.2").Rat()
	if got, want := DecimalOf(a.Add(a, b), 0), Decimal("0.3"); got != want {
		t.Errorf("0.1 + 0.2\n got %s\nwant %s", got, want)
	}
	third, _ := Decimal("1").Rat()
	three, _ := Decimal("3").Rat()
	if got, want := DecimalOf(third.Quo(third, three), 4), Decimal("0.3333"); got != want {
		t.Errorf("1 / 3\n got %s\nwant %s", got, want)
	}
	if _, ok := Decimal(strings.Repeat("9", maxNumber+1)).Rat(); ok {
		t.Error("a number of more than 100 digits is computed with")
	}
}

func FuzzValues(f *testing.F) {
	f.Add("303", "202611230930+01:00")
	f.Add("102", "20261123")
	f.Add("", "(00)376104250021234569")
	f.Fuzz(func(t *testing.T, format, text string) {
		if d, err := ParseDate(format, text); err == nil && !d.Valid() {
			t.Errorf("ParseDate(%q, %q) gives %q, which is no date", format, text, d)
		}
		if d, err := ParseDecimal(text, ','); err == nil && !d.Valid() {
			t.Errorf("ParseDecimal(%q) gives %q, which is no number", text, d)
		}
		if d, err := ParseImplied(text, 2); err == nil && !d.Valid() {
			t.Errorf("ParseImplied(%q) gives %q, which is no number", text, d)
		}
		if s, err := SSCC(text); err == nil && (len(s) != 18 || !CheckDigit(s)) {
			t.Errorf("SSCC(%q) gives %q", text, s)
		}
		if g, err := GTIN14(text); err == nil && (len(g) != 14 || !CheckDigit(g)) {
			t.Errorf("GTIN14(%q) gives %q", text, g)
		}
		if u, err := UnitUNECE(text); err == nil {
			if x, err := UnitX12(u); err != nil || x != text {
				t.Errorf("unit %q is %q, which is %q, %v", text, u, x, err)
			}
		}
	})
}

// TestUnitsAgree: the list of units that the mappings convert by says of no unit
// something else than the table here.
func TestUnitsAgree(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "mappings", "tables", "codes.map"))
	if err != nil {
		t.Fatal(err)
	}
	_, list, _ := strings.Cut(string(text), "\ncodes unit")
	_, list, _ = strings.Cut(list, "\n")
	list, _, _ = strings.Cut(list, "\ncodes ")
	checked := 0
	for row := range strings.Lines(list) {
		f := strings.Fields(row)
		if len(f) < 2 {
			continue
		}
		if want, err := UnitUNECE(f[0]); err == nil {
			checked++
			if f[1] != want {
				t.Errorf("unit %s in codes.map\n got %s\nwant %s", f[0], f[1], want)
			}
		}
	}
	if checked < 30 {
		t.Errorf("%d units were compared", checked)
	}
}
