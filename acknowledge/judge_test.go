package acknowledge

import (
	"testing"

	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/edi/guide"
	edifactguides "github.com/edibridge/edibridge/edifact/guides"
	"github.com/edibridge/edibridge/x12"
	"github.com/edibridge/edibridge/x12/guides"
)

func message(t *testing.T, text string, d edi.Delimiters) *edi.Message {
	t.Helper()
	m, err := edi.ReadMessage([]byte(text), d)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestJudge: what becomes of a set, by its guide, its envelope and what was
// agreed.
func TestJudge(t *testing.T) {
	x, err := guides.Library()
	if err != nil {
		t.Fatal(err)
	}
	e, err := edifactguides.Library()
	if err != nil {
		t.Fatal(err)
	}
	star := edi.Delimiters{Segment: '~', Element: '*', Component: '>'}
	good := message(t, "ST*850*0001~BEG*00*SA*4711**20261123~PO1*1*12*EA*9.95**UP*012345678905~CTT*1~SE*5*0001~", star)
	bad := message(t, "ST*850*0001~BEG*00*SA*4711**20261123~PO1*1*12*QQ*9.95**UP*012345678905~CTT*1~SE*5*0001~", star)
	cut := message(t, "ST*850*0001~BEG*00*SA*4711**20261123~SE*5*0001~", star)
	cut.Truncated = true
	orders := message(t, "UNH+1+ORDERS:D:96A:UN'BGM+220'UNT+3+1'", service)
	guide850, guideORDERS := x.Named("X12 004010 850"), e.Named("EDIFACT D:96A ORDERS")
	end := []edi.Finding{{Rule: "x12.set.count", Severity: edi.Error, Offset: 1 << 20, Codes: map[string]string{"ak502": "4"}}}
	for _, c := range []struct {
		name     string
		m        *edi.Message
		envelope []edi.Finding
		guide    *guide.Guide
		exact    bool
		opt      Options
		want     x12.Verdict
		first    string // rule of the first finding, "" none
		code     string // of the first
	}{
		{"good", good, nil, guide850, true, Options{}, x12.Accepted, "", ""},
		{"bad", bad, nil, guide850, true, Options{}, x12.Rejected, "x12.element.code", "5"},
		{"bad in its envelope alone", good, end, guide850, true, Options{}, x12.Rejected, "x12.set.count", "4"},
		{"bad, its envelope last", bad, end, guide850, true, Options{}, x12.Rejected, "x12.element.code", "5"},
		{"bad, and taken", bad, nil, guide850, true, Options{WithErrors: true}, x12.AcceptedWithErrors, "x12.element.code", "5"},
		{"bad, and waived", bad, nil, guide850, true, Options{Severity: map[string]edi.Severity{"x12.element.code": ""}}, x12.Accepted, "", ""},
		{"another release", good, nil, guide850, false, Options{}, x12.Accepted, "bridge.guide.nearest", ""},
		{"no guide", good, nil, nil, false, Options{WithErrors: true}, x12.Rejected, "bridge.guide.none", "1"},
		{"no guide of a message", orders, nil, nil, false, Options{}, x12.Rejected, "bridge.guide.none", "17"},
		{"a message", orders, nil, guideORDERS, true, Options{}, x12.Rejected, "edifact.segment.missing", "13"},
		{"too long to be read", cut, end, guide850, true, Options{WithErrors: true}, x12.Rejected, "x12.set.count", "4"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.guide == nil && c.first != "bridge.guide.none" {
				t.Fatal("the library has no such guide")
			}
			var j Judge
			got := j.Set(c.m, c.envelope, c.guide, c.exact, c.opt)
			rule, code := "", ""
			if len(got.Findings) > 0 {
				f := &got.Findings[0]
				rule, code = f.Rule, f.Codes["ak502"]+f.Codes["0085"]
			}
			if got.Verdict != c.want || rule != c.first || code != c.code {
				t.Errorf("\n got %s, %s, code %q\nwant %s, %s, code %q", got.Verdict, rule, code, c.want, c.first, c.code)
			}
			if got.Total < len(got.Findings) {
				t.Errorf("%d findings in all, %d kept", got.Total, len(got.Findings))
			}
		})
	}
	if got := GroupRefused(orders); got.Codes["0085"] != "18" || got.Tag != "UNH" || got.Place != 1 {
		t.Errorf("got %+v, want 18 at UNH", got)
	}
	if got := GroupRefused(good); got.Codes["ak502"] != "5" || got.Length != len("ST*850*0001") {
		t.Errorf("got %+v, want 5 at ST", got)
	}
}

func TestReference(t *testing.T) {
	star := edi.Delimiters{Segment: '~', Element: '*'}
	for text, want := range map[string]string{"ST*850*0001*005010X231~SE*2*0001~": "005010X231", "ST*850*0001~SE*2*0001~": ""} {
		if got := Reference(message(t, text, star)); got != want {
			t.Errorf("%s\n got %q\nwant %q", text, got, want)
		}
	}
	if got := Reference(&edi.Message{Standard: edi.X12}); got != "" {
		t.Errorf("of nothing\n got %q\nwant nothing", got)
	}
	if got := Reference(message(t, "UNH+1+ORDERS:D:96A:UN+REF'UNT+2+1'", service)); got != "" {
		t.Errorf("of EDIFACT\n got %q\nwant nothing", got)
	}
}
