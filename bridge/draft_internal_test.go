package bridge

import (
	"testing"

	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/mappings"
)

// TestPointerToWhatIsMissing: a segment that is missing is told at the object of
// its loop, wherever the loop ends.
func TestPointerToWhatIsMissing(t *testing.T) {
	lineage := map[string]mappings.Origin{
		"/poNumber":               {Segment: 4, Tag: "BEG", Element: 3},
		"/lines/0/lineId":         {Segment: 5, Tag: "PO1", Element: 1},
		"/lines/0/quantity/value": {Segment: 5, Tag: "PO1", Element: 2},
		"/lines/0/refs/0/scheme":  {Segment: 6, Tag: "REF", Element: 1},
		"/lines/0/refs/0/value":   {Segment: 6, Tag: "REF", Element: 2},
		"/lines/1/lineId":         {Segment: 7, Tag: "PO1", Element: 1},
		"/lines/1/quantity/value": {Segment: 7, Tag: "PO1", Element: 2},
		"/totals/lineCount":       {Segment: 8, Tag: "CTT", Element: 1},
	}
	for _, c := range []struct {
		path    edi.Path
		segment int // where it would stand
		want    string
	}{
		{"ST[1]/REF[1]", 5, ""},
		{"ST[1]/PO1[1]/DTM[1]", 7, "/lines/0"},
		{"ST[1]/PO1[1]/PID[1]", 6, "/lines/0"},
		{"ST[1]/PO1[2]/DTM[1]", 8, "/lines/1"},
		{"ST[1]/N1[1]/N3[1]", 5, ""},
	} {
		f := &edi.Finding{Rule: "x12.segment.missing", Path: c.path, Segment: c.segment}
		if got := pointerTo(lineage, f); got != c.want {
			t.Errorf("%s\n got %q\nwant %q", c.path, got, c.want)
		}
	}
}
