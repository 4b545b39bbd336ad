package guide_test

import (
	"fmt"
	"testing/fstest"

	"github.com/edibridge/edibridge/edi"
	"github.com/edibridge/edibridge/edi/guide"
	"github.com/edibridge/edibridge/x12/guides"
)

// A partner's guide is the few lines in which it differs from the standard's.
func ExampleLibrary_Extend() {
	standard, err := guides.Library()
	if err != nil {
		fmt.Println(err)
		return
	}
	lib, err := standard.Extend(fstest.MapFS{"acme.guide": {Data: []byte(`
guide acme-850 extends X12 004010 850 "ACME Retail orders, rev 7"

REF:DP           required          "department"
PO1/PO103        codes EA CA
`)}})
	if err != nil {
		fmt.Println(err)
		return
	}
	m, err := edi.ReadMessage([]byte("ST*850*0001~BEG*00*SA*4711**20261123~PO1*1*12*EE*9.95~SE*4*0001~"),
		edi.Delimiters{Segment: '~', Element: '*', Component: '>', Decimal: '.'})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, f := range lib.Named("acme-850").Validate(m, guide.Options{}).Findings {
		fmt.Printf("%s %s\n  %s\n", f.Rule, f.Path, f.Message)
	}
	// Output:
	// x12.segment.missing ST[1]/REF[1]
	//   REF:DP (reference identification) is missing before PO1 (guide acme-850, line 4): department
	// x12.element.code ST[1]/PO1[1]/PO103
	//   PO103 unit or basis for measurement code "EE" is not one of EA CA (guide acme-850, line 5)
}
