package guide_test

import (
	"bytes"
	"fmt"
	"strings"
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

// The standard's guide finds what breaks the standard.
func ExampleGuide_Validate() {
	lib, err := guides.Library()
	if err != nil {
		fmt.Println(err)
		return
	}
	m, err := edi.ReadMessage([]byte("ST*850*0001~BEG*00*SA*4711**20261131~PO1*1*12*EA*9.95*WE*UP*012345678905~CTT*2~SE*5*0001~"), plain)
	if err != nil {
		fmt.Println(err)
		return
	}
	g, _ := lib.Find(edi.X12, "004010", "850")
	r := g.Validate(m, guide.Options{MaxFindings: 10})
	for _, f := range r.Findings {
		fmt.Printf("%s %s at byte %d: %s\n", f.Severity, f.Path, f.Offset, f.Message)
		if f.Hint != "" {
			fmt.Println("  hint:", f.Hint)
		}
	}
	fmt.Printf("%d of %d findings reject it\n", r.Errors, r.Total)
	// Output:
	// error ST[1]/BEG[1]/BEG05 at byte 28: BEG05 date "20261131" is no day of the calendar
	// warning ST[1]/CTT[1]/CTT01 at byte 77: CTT01 number of line items is 2, but PO1 stands once
	//   hint: expected 1
	// 1 of 2 findings reject it
}

// A matched message is loops in loops, each with the guide's name for it.
func ExampleMatch_Tree() {
	lib, err := guides.Library()
	if err != nil {
		fmt.Println(err)
		return
	}
	m, err := edi.ReadMessage([]byte("ST*850*0001~BEG*00*SA*4711**20261123~N1*ST*NORTH STORE*92*0042~N4*SPRINGFIELD*IL~"+
		"PO1*1*12*EA*9.95~PID*F****CHAIR~PO1*2*4*EA*49.5~CTT*2~SE*9*0001~"), plain)
	if err != nil {
		fmt.Println(err)
		return
	}
	g, _ := lib.Find(edi.X12, "004010", "850")
	for loop, c := range g.Match(m).Tree(m).All() {
		fmt.Printf("%s%-4s %s\n", strings.Repeat("  ", loop.Depth()), c.Segment.Tag(), c.Use.Name)
	}
	// Output:
	// ST   Transaction Set Header
	// BEG  Beginning Segment for Purchase Order
	//   N1   Name
	//   N4   Geographic Location
	//   PO1  Baseline Item Data
	//     PID  Product/Item Description
	//   PO1  Baseline Item Data
	//   CTT  Transaction Totals
	// SE   Transaction Set Trailer
}

// A standard's guide and its dictionary are text; mistakes are told with file,
// line and column, all at once.
func ExampleLoad() {
	files := fstest.MapFS{
		"861.dict": {Data: []byte("dictionary X12 004017\nsegment ST\n  01 143 M\nsegment SE\n  01 96 M\nelement 143 ID 3/3\nelement 96 N0 1/10\n")},
		"861.guide": {Data: []byte(`guide X12 004017 861 "Receiving Advice"

heading
  010 ST  M 1
  020 BRA Z 1
summary
  030 SE  M 1
`)},
	}
	_, err := guide.Load(files)
	fmt.Println(err)
	files["861.guide"].Data = bytes.Replace(files["861.guide"].Data, []byte("  020 BRA Z 1\n"), nil, 1)
	lib, err := guide.Load(files)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(lib.Named("X12 004017 861").Title())
	// Output:
	// guide: 861.guide:5:11: found "Z", expected a requirement: M O C X
	// Receiving Advice
}
