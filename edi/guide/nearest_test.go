package guide_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/edi/guide"
)

// A message of a release without a guide of its own: what may be the release's doing
// is a warning.
func TestNearestRelease(t *testing.T) {
	lib := shipped(t)
	const order = "BGM+220+1'DTM+137:20261123:102'LIN+1'IMD+F+BPU'%sUNS+S'"
	long := "FTX+AAA+++" + strings.Repeat("x", 71) + "'"
	for _, tt := range []struct {
		name, version, body string
		opt                 guide.Options
		want                string
	}{
		{"the guide's own release", "D:96A:UN", "", guide.Options{}, "error element.code"},
		{"an older one", "D:93A:UN", "", guide.Options{}, "warning element.code"},
		{"an agreement's word", "D:93A:UN", "", guide.Options{Severity: map[string]edi.Severity{"edifact.element.code": edi.Error}}, "error element.code"},
		{"a length, the guide's own release", "D:96A:UN", long, guide.Options{}, "error element.code, error element.long"},
		{"a length that a later release widened", "D:97A:UN", long, guide.Options{}, "warning element.code, warning element.long"},
		{"and an older one has not", "D:93A:UN", long, guide.Options{}, "warning element.code, error element.long"},
		{"a length that none has", "D:97A:UN", "FTX+AAA+++" + strings.Repeat("x", 600) + "'", guide.Options{}, "warning element.code, error element.long"},
		{"an association's codes", "D:93A:UN:EAN007", "", guide.Options{}, "info element.code.agency"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := edi.Delimiters{Segment: '\'', Element: '+', Component: ':', Release: '?', Decimal: '.'}
			m, err := edi.ReadMessage([]byte("UNH+1+ORDERS:"+tt.version+"'"+fmt.Sprintf(order, tt.body)+"UNT+1+1'"), d)
			if err != nil {
				t.Fatal(err)
			}
			m.Version = tt.version
			g, _ := lib.Find(edi.EDIFACT, "D:96A", "ORDERS")
			var out []string
			for _, f := range g.Validate(m, tt.opt).Findings {
				out = append(out, string(f.Severity)+" "+strings.TrimPrefix(f.Rule, "edifact."))
			}
			if got := strings.Join(out, ", "); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}
