package guide_test

import (
	"strings"
	"testing"
)

// What stands out of order in a line is not taken for the summary's, while lines
// follow; a lost trigger is missing where it should stand, and its segments are not.
func TestSectionsHold(t *testing.T) {
	const begin, end = "UNH+1+ORDERS:D:96A:UN'BGM+220+1'DTM+137:20261123:102'", "UNS+S'CNT+2:2'UNT+1+1'"
	for _, tt := range []struct{ name, body, want, message string }{
		{"an amount behind the price", "LIN+1'QTY+21:1'PRI+AAA:5'MOA+203:5'LIN+2'QTY+21:1'PRI+AAA:5'", "segment.sequence LIN[1]/MOA[1]",
			"MOA is out of order: its place is before PRI"},
		{"in the last line", "LIN+1'QTY+21:1'LIN+2'QTY+21:1'PRI+AAA:5'MOA+203:5'", "segment.sequence LIN[2]/MOA[1]",
			"MOA is out of order: its place is before PRI"},
		{"the first trigger lost", "NAD+BY'PIA+1+2'QTY+21:1'DTM+2:20261123:102'PRI+AAA:5'RFF+ON:1'LIN+2'QTY+21:1'", "segment.unexpected #5",
			"PIA (additional product id) stands only in a group that is not open here"},
		{"a trigger of an optional group lost", "NAD+BY'COM+1:TE'LIN+1'LIN+2'", "segment.unexpected #5",
			"COM (communication contact) stands only in a group that is not open here"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			fs := findingsOf(t, effective(t, "EDIFACT D:96A ORDERS", ""), begin+tt.body+end)
			var out []string
			for _, f := range fs {
				_, path, _ := strings.Cut(string(f.Path), "/")
				out = append(out, strings.TrimPrefix(f.Rule, "edifact.")+" "+path)
			}
			if got := strings.Join(out, ", "); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
			if tt.message != "" && len(fs) > 0 && fs[0].Message != tt.message {
				t.Errorf("message\ngot  %s\nwant %s", fs[0].Message, tt.message)
			}
		})
	}
}
