package mappings

import "testing"

// TestDatePattern: a day in a partner's spelling, and back as it was.
func TestDatePattern(t *testing.T) {
	for _, c := range []struct{ pattern, in, text string }{
		{"YYMMDD", "261123", "2026-11-23"},
		{"YYMMDD", "991231", "1999-12-31"},
		{"MM/DD/YY", "11/23/26", "2026-11-23"},
		{"MM/DD/YYYY", "11/23/2026", "2026-11-23"},
		{"DD.MM.YYYY", "23.11.2026", "2026-11-23"},
		{"BY YYYY-MM-DD!", "BY 2026-11-23!", "2026-11-23"},
		{"YYMMDD", "20261123", ""},
		{"YYMMDD", "261131", ""},
		{"YYMMDD", "26112", ""},
		{"YYMMDD", "2611230", ""},
		{"YYMMDD", "26AB23", ""},
		{"MM/DD/YY", "11-23-26", ""},
		{"MM/DD/YY", "", ""},
		{"MM/DD/YY", "11/23/2026", ""},
	} {
		conv := converterOf(t, "date", c.pattern, 1)
		text, bad := conv.in(&values{c.in}, &point)
		if text != c.text || (bad != 0) != (c.text == "") {
			t.Errorf("date %q of %q\n got %q, bad %b\nwant %q", c.pattern, c.in, text, bad, c.text)
		}
		if text == "" {
			continue
		}
		var v values
		if reason := conv.out(text, &v, &point); reason != "" || v[0] != c.in {
			t.Errorf("date %q out of %q\n got %q %s\nwant %q", c.pattern, text, v[0], reason, c.in)
		}
	}
}

// TestDatePatternRefuses: what two digits of a year cannot say, and what is no
// day, is refused with a reason.
func TestDatePatternRefuses(t *testing.T) {
	conv := converterOf(t, "date", "YYMMDD", 1)
	for text, want := range map[string]string{
		"2050-01-01":       "is in a year that two digits do not tell",
		"1949-12-31":       "is in a year that two digits do not tell",
		"2026-11-23T09:30": "is no day, CCYY-MM-DD",
	} {
		if got := conv.out(text, &values{}, &point); got != want {
			t.Errorf("reason for %s\n got %q\nwant %q", text, got, want)
		}
	}
}
